"""Writing corrected texts into data/answers/<language>/<topic>.yml: only the lines of what has changed.

The file stays as its writers left it: order, comments, and every other line byte for byte. What was written is read
again before it takes the file's place.
"""

import json
import re
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from conversation.answers.wording import Wording
from conversation.errors import ContentError
from store.whole_file import replace_file

WIDTH = 116  # of a line without its indent
_KEYS = ("title", "text", "whatsapp", "short")  # in the order of a block


def write_wordings(folder: Path, wordings: Iterable[Wording]) -> list[Path]:
    """Write texts into their files under data/answers/; a text that is not there yet goes to the end of its file.

    Returns:
        The files that were written.

    Raises:
        ContentError: a file is not laid out as README.md says, or cannot be written; those before it are.
    """
    by_file: dict[Path, list[Wording]] = {}
    for wording in wordings:
        path = folder / wording.language / f"{wording.answer.split('.')[0]}.yml"
        by_file.setdefault(path, []).append(wording)
    for path, changed in by_file.items():
        _rewrite(path, changed)
    return list(by_file)


def _rewrite(path: Path, changed: list[Wording]) -> None:
    name = f"{path.parent.name}/{path.name}"
    try:
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
        after = _put_all(before, changed)
        if after is None:
            raise ContentError(f"{name} is not laid out so that texts can be put into it: change it by hand")
        path.parent.mkdir(exist_ok=True)
        replace_file(path, after.encode())
    except UnicodeDecodeError:
        raise ContentError(f"{name} cannot be read as UTF-8 text") from None
    except OSError as error:
        raise ContentError(f"{name} cannot be written: {error.strerror}") from None


def _put_all(before: str, changed: list[Wording]) -> str | None:
    """Return the content with all of a file's changes; None where it would say something else than it shall."""
    after = before
    try:
        for wording in changed:
            after = _put(after, wording)
        return after if _says(after, before, changed) else None
    except (yaml.YAMLError, LookupError, TypeError):
        return None


def _put(content: str, wording: Wording) -> str:
    """Return the file's content with one wording put in its place."""
    lines = content.splitlines(keepends=True)
    start = next((place for place, line in enumerate(lines) if line.startswith(f"{wording.answer}:")), None)
    if start is None:
        begun = content if content.endswith("\n") or not content else content + "\n"
        return begun + ("\n" if begun else "") + _render_new(wording)
    end = next(
        (place for place in range(start + 1, len(lines)) if not lines[place].startswith((" ", "\n"))), len(lines)
    )
    while not lines[end - 1].strip():
        end -= 1
    return "".join(lines[:start] + _put_keys(lines[start:end], wording) + lines[end:])


def _put_keys(block: list[str], wording: Wording) -> list[str]:
    """Return the lines of one block with those keys changed that say something else."""
    present: Mapping[str, Any] = yaml.safe_load("".join(block))[wording.answer]
    if not block[-1].endswith("\n"):
        block = [*block[:-1], block[-1] + "\n"]
    last = 1
    for key in _KEYS:
        text = getattr(wording, key)
        start, end = _find_key(block, key)
        if text and (present.get(key) or "").strip() != text:
            start, end = (start, end) if start else (last, last)
            block = block[:start] + _render_key(key, text) + block[end:]
            start, end = _find_key(block, key)
        last = end or last
    return block


def _find_key(block: list[str], key: str) -> tuple[int, int]:
    """Return where the lines of a key begin and end; (0, 0) where it is not."""
    start = next((place for place, line in enumerate(block) if line.startswith(f"  {key}:")), 0)
    if not start:
        return 0, 0
    rest = range(start + 1, len(block))
    return start, next((place for place in rest if re.match(r"  \S|\S", block[place])), len(block))


def _render_new(wording: Wording) -> str:
    keys = ["".join(_render_key(key, text)) for key in _KEYS if (text := getattr(wording, key))]
    return f"{wording.answer}:\n{''.join(keys)}  doubts: []\n"


def _render_key(key: str, text: str) -> list[str]:
    if key == "title":
        return [f"  title: {json.dumps(text, ensure_ascii=False)}\n"]
    if "\n" in text:  # lines must stay lines
        return [f"  {key}: |-\n", *(f"    {line}\n" if line else "\n" for line in text.split("\n"))]
    wrapped = textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
    return [f"  {key}: >-\n", *(f"    {line}\n" for line in wrapped)]


def _says(after: str, before: str, changed: list[Wording]) -> bool:
    """Tell whether the new content says the new texts and, of everything else, what it said before."""
    old, new = yaml.safe_load(before) or {}, yaml.safe_load(after)
    if not isinstance(old, dict) or not isinstance(new, dict):
        return False
    for wording in changed:
        wanted = {key: text for key in _KEYS if (text := getattr(wording, key))}
        if _strip(new.pop(wording.answer, {})) != _strip(old.pop(wording.answer, {"doubts": []})) | wanted:
            return False
    return bool(new == old)


def _strip(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.strip() if isinstance(value, str) else value for key, value in row.items()}
