"""Repository hygiene: sizes, locks, addresses, example numbers, and the Python that Rasa can read."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.guards.repository import ROOT, find_files, find_imports, find_python, parse, read

MOST_LINES, MOST_FUNCTION_LINES = 250, 40
LONGER_FILES = {
    "conversation/messages.py": "the values of the whole house on one page",
}
TEXT = {
    ".py",
    ".md",
    ".yml",
    ".yaml",
    ".toml",
    ".txt",
    ".sh",
    ".ini",
    ".json",
    ".tsv",
    ".html",
    ".js",
    ".css",
    ".mako",
    "",
}
VENDORS_OWN = ("tests/fixtures/twilio/", "simulator/api/schemas/")  # published by the carrier, kept as they came


def find_text_files() -> list[Path]:
    return [path for path in find_files() if path.suffix in TEXT and not str(path).startswith(VENDORS_OWN)]


def is_generated(path: Path) -> bool:
    return path.parts[:3] == ("store", "migrations", "versions")


# Sizes


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    lengths = {str(path): len(read(path).splitlines()) for path in find_python() if not is_generated(path)}

    too_long = {name: count for name, count in lengths.items() if count > MOST_LINES and name not in LONGER_FILES}
    assert too_long == {}


def test_every_exception_is_still_one() -> None:
    assert [name for name in LONGER_FILES if len(read(Path(name)).splitlines()) <= MOST_LINES] == []


def test_no_function_is_longer_than_a_screen() -> None:
    functions = (
        (f"{path}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for path in find_python()
        if not is_generated(path)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )

    assert [name for name, lines in functions if lines > MOST_FUNCTION_LINES] == []


# What the repository must not tell

MACHINE = re.compile(r"(?<![\w.:/>])/(?:home|Users|root|work|workspace)/[\w.-]+|\b[A-Z]:\\\\?Users\\")
REGISTRY = re.compile(
    r"--(?:extra-)?index-url|--find-links|--trusted-host|\bindex[-_]url\s*=|files\.pythonhosted\.org|registry\.npmjs"
    r"|https?://[^\s\"')]*(?:/simple/?|/pypi/|artifactory|nexus)"
)


@pytest.mark.parametrize(("what", "pattern"), [("a path of a machine", MACHINE), ("a package registry", REGISTRY)])
def test_no_file_names(what: str, pattern: re.Pattern[str]) -> None:
    offences = [
        f"{path}:{number}"
        for path in find_text_files()
        if path != Path(__file__).relative_to(ROOT)
        for number, line in enumerate(read(path).splitlines(), start=1)
        if pattern.search(line)
    ]

    assert offences == [], f"these lines name {what}"


SEEN = {
    "a home": (MACHINE, "see /home/" + "somebody/puente"),
    "a root": (MACHINE, "'/root/" + "puente'"),
    "an index": (REGISTRY, "pip install --index" + "-url x"),
    "a mirror": (REGISTRY, "https://mirror.example.org/pypi" + "/simple"),
}


@pytest.mark.parametrize(("pattern", "line"), SEEN.values(), ids=SEEN.keys())
def test_what_is_looked_for_would_be_found(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)
    assert not pattern.search("https://example.org/home/standards and https://docs.python.org/3/library")


REQUIREMENTS = sorted(path for path in find_files() if path.parts[0] == "requirements" and path.suffix == ".txt")


@pytest.mark.parametrize("path", REQUIREMENTS, ids=str)
def test_every_locked_package_has_hashes_and_no_address(path: Path) -> None:
    lines = read(path).replace("\\\n", " ").splitlines()
    pins = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]

    assert pins
    assert [pin for pin in pins if not re.match(r"[A-Za-z0-9._\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", pin)] == []
    assert [pin for pin in pins if "://" in pin or " @ " in pin] == []


# Example numbers

NUMBER = re.compile(
    r"(?<![\w.+-])(?:\+?1[-. ]?)?\(?([2-9]\d\d)\)?[-. ]{1,2}(\d{3})[-. ](\d{4})(?![\w-])|\+1(\d{3})(\d{3})(\d{4})"
)
# 555-0100 to 555-0199, and Twilio's magic numbers (twilio.com/docs/iam/test-credentials)
EXAMPLE = re.compile(r"[2-9]\d\d55501\d\d|500555000\d")


def find_numbers(line: str) -> list[str]:
    """The ten digits of every North American number in a line."""
    return ["".join(part for part in match.groups() if part) for match in NUMBER.finditer(line)]


def find_public_lines() -> set[str]:
    """The hotlines and offices that our answers and tables name."""
    rooms = (("data", "answers"), ("data", "reference"))
    texts = (read(path) for path in find_files() if path.parts[:2] in rooms)
    return {digits for text in texts for line in text.splitlines() for digits in find_numbers(line)}


def test_every_telephone_number_is_an_example_or_a_public_line() -> None:
    public = find_public_lines()
    offences = [
        f"{path}:{number}"
        for path in find_text_files()
        if path.parts[0] not in ("requirements", "data")
        for number, line in enumerate(read(path).splitlines(), start=1)
        for digits in find_numbers(line)
        if not EXAMPLE.fullmatch(digits) and digits not in public
    ]

    assert offences == []


@pytest.mark.parametrize("line", ["+1202" + "5552368", "call (202) " + "555-2368 now", "1-202" + "-555-2368"])
def test_a_number_of_a_real_person_would_be_found(line: str) -> None:
    assert [bool(EXAMPLE.fullmatch(digits)) for digits in find_numbers(line)] == [False]
    assert [bool(EXAMPLE.fullmatch(digits)) for digits in find_numbers("+12025550123 or 202-555-0123")] == [True, True]


# The Python that Rasa can read

NOT_IN_3_10 = {
    "datetime.UTC", "enum.StrEnum", "enum.ReprEnum", "typing.Self", "typing.Never", "typing.LiteralString",
    "typing.assert_never", "typing.override", "typing.reveal_type", "typing.NotRequired", "typing.Required",
    "typing.Unpack", "typing.TypeVarTuple", "itertools.batched", "asyncio.TaskGroup", "asyncio.timeout",
    "contextlib.chdir", "collections.abc.Buffer", "warnings.deprecated",
}  # fmt: skip
RASA_PYTHON = ROOT / ".venv-rasa/bin/python"


def find_rasas_files() -> list[Path]:
    return [path for path in find_python("bot") if str(path) not in ("bot/client.py", "bot/payloads.py")]


@pytest.mark.parametrize("path", find_rasas_files(), ids=str)
def test_what_rasa_loads_is_python_3_10(path: Path) -> None:
    ast.parse(read(path), filename=str(path), feature_version=(3, 10))

    newer = [module for module, _ in find_imports(path) if module in NOT_IN_3_10 or module.startswith("tomllib")]
    assert newer == []


def test_rasas_own_python_can_read_what_it_loads() -> None:
    if not RASA_PYTHON.exists():
        return  # the test above has looked at the syntax; the integration tests ask for the runtime itself
    code = "import ast, sys; [ast.parse(open(name, encoding='utf-8').read(), name) for name in sys.argv[1:]]"

    done = subprocess.run(
        [RASA_PYTHON, "-c", code, *map(str, find_rasas_files())], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
