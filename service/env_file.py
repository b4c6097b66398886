"""The file `.env`: settings as lines of NAME=value."""

import re
from pathlib import Path

_ENV_LINE = re.compile(
    r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*"
    r"(?:(?P<quote>['\"])(?P<quoted>.*)(?P=quote)|(?P<plain>.*))"
)


def read_env_file(path: Path, problems: list[str]) -> dict[str, str]:
    """Read lines NAME=value. Blank lines, comments and "export" are allowed; quotes around a whole value go."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines() if path.exists() else []
    except (OSError, UnicodeDecodeError):
        problems.append(f"{path.name} cannot be read as UTF-8 text")
        lines = []
    found = {}
    for number, line in enumerate(lines, start=1):
        if match := _ENV_LINE.fullmatch(line.strip()):
            found[match["name"]] = match["quoted"] if match["quote"] else match["plain"]
        elif line.strip() and not line.strip().startswith("#"):
            problems.append(f"{path.name}, line {number}: must be NAME=value")
    return found
