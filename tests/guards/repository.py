"""What the guards look at: the files that are in the repository or will be."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("actions", "bench", "bot", "channels", "console", "conversation", "service", "simulator", "store")


@cache
def find_files() -> tuple[Path, ...]:
    """Every file that git tracks or would track, relative to the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    paths = (Path(name) for name in listed.split("\0") if name)
    return tuple(sorted({path for path in paths if (ROOT / path).is_file()}))


def find_python(*rooms: str) -> list[Path]:
    """The Python files of rooms, of all rooms when none is named."""
    return [path for path in find_files() if path.suffix == ".py" and path.parts[0] in (rooms or ROOMS)]


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(read(path), filename=str(path))


def find_imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield (dotted module, line) of every import, wherever in the file it stands."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            here = ".".join(path.parent.parts[: len(path.parent.parts) + 1 - node.level]) if node.level else ""
            module = ".".join(part for part in (here, node.module or "") if part)
            # `from service import wiring` imports service.wiring as much as `import service.wiring` does
            yield from ((f"{module}.{name.name}", node.lineno) for name in node.names)
