"""Every setting is told where people look for it: .env.example and, when it has a table, the README."""

import re
from dataclasses import fields
from pathlib import Path

from service.settings import ROOT, Settings, read_settings, to_environment
from tests.guards.repository import read

EXAMPLE = Path(".env.example")
HELP = {one.metadata["name"]: one.metadata["help"] for one in fields(Settings)}


def test_the_example_file_has_every_setting_with_its_help_and_its_default() -> None:
    assert read(EXAMPLE) == write_example()


def test_the_example_file_changes_nothing() -> None:
    assert read_settings({}, env_file=ROOT / EXAMPLE) == Settings()


def test_a_table_in_the_readme_has_every_setting() -> None:
    rows = re.findall(r"^\| *`([A-Z][A-Z_]+)` *\|", read(Path("README.md")), re.MULTILINE)

    assert not rows or sorted(rows) == sorted(HELP)


def test_every_setting_has_a_name_of_its_own_and_a_help_line() -> None:
    assert len(HELP) == len(fields(Settings))
    assert all(help_line.strip() for help_line in HELP.values())


def write_example() -> str:
    """The whole file: a line of help, the default, and the empty variable for each setting."""
    head = (
        "# Copy to .env and fill in what differs; an empty variable means the default. `make run` needs none of them.\n"
        "# The environment wins over the file. Secrets belong into a file that only the service can read.\n"
    )
    defaults = to_environment(Settings())
    return head + "".join(f"\n# {text}{_default(defaults[name])}\n{name}=\n" for name, text in HELP.items())


def _default(value: str) -> str:
    shown = value.replace(f"{ROOT}/", "")
    return f" (default: {shown})" if shown else ""


if __name__ == "__main__":
    (ROOT / EXAMPLE).write_text(write_example(), encoding="utf-8")
