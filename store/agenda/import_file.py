"""A file of dates as somebody saves it from a spreadsheet: bytes into lines of named cells. Nothing is kept or run."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MOST_BYTES = 1024 * 1024
MOST_ROWS = 1000
LONGEST_CELL = 200
REQUIRED = (
    "number", "phone_of", "consent_by", "consent_on", "consent_how", "age_group", "language", "kind", "date",
)  # fmt: skip
OPTIONAL = ("time", "place", "zone", "name", "released_on")
COLUMNS = (*REQUIRED, *OPTIONAL)
_SEPARATORS = (",", ";", "\t")
_DECLARED = re.compile(r"sep=(.)\s*$")  # what a spreadsheet writes into its first line


class FileFault(StrEnum):
    """Why a file cannot be read at all."""

    EMPTY = "empty"
    LARGE = "large"
    NO_TEXT = "no_text"  # a spreadsheet itself, a picture
    NO_COLUMNS = "no_columns"  # a column is missing that each row needs
    TWICE = "twice"  # a column is there two times
    MANY_ROWS = "many_rows"


@dataclass(frozen=True, slots=True)
class FileProblem:
    """`columns`: those that it is about."""

    fault: FileFault
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `number`: of its first line in the file, the heading being 1; `extra`: cells without a heading."""

    number: int
    cells: Mapping[str, str] = field(repr=False)
    has_extra: bool = False


def decode(content: bytes) -> str | FileProblem:
    """Return the text of a file: UTF-8 with or without its mark, UTF-16 with it, else Windows-1252."""
    if len(content) > MOST_BYTES:
        return FileProblem(FileFault.LARGE)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_as(content, "utf-16")
    if b"\0" in content or content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        return FileProblem(FileFault.NO_TEXT)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode_as(content, "cp1252")


def read_lines(text: str) -> list[Line] | FileProblem:
    """Return the rows below the heading; empty ones are left out."""
    separator, first, rest = _find_separator(text)
    rows = csv.reader(io.StringIO(rest, newline=""), delimiter=separator)
    try:
        heading = [_name_column(cell) for cell in next(rows, [])]
        if problem := _check_heading(heading):
            return problem
        lines = list(_read_rows(rows, heading, first))
    except csv.Error:  # a cell of more than 128 KB, as of a quotation mark that never ends
        return FileProblem(FileFault.NO_TEXT)
    if not lines:
        return FileProblem(FileFault.EMPTY)
    return lines if len(lines) <= MOST_ROWS else FileProblem(FileFault.MANY_ROWS)


def write_template() -> bytes:
    """Return an empty file with the heading, as spreadsheets know it for UTF-8."""
    return ("\ufeff" + ",".join(COLUMNS) + "\r\n").encode()


def _decode_as(content: bytes, encoding: str) -> str | FileProblem:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return FileProblem(FileFault.NO_TEXT)
    return FileProblem(FileFault.NO_TEXT) if "\0" in text else text


def _find_separator(text: str) -> tuple[str, int, str]:
    """Return the separator, the number of the heading's line, and the text from there on."""
    first, _, below = text.partition("\n")
    if declared := _DECLARED.fullmatch(first.strip("\r\n\"' ")):
        return declared[1], 2, below
    known = {one: sum(_name_column(cell) in COLUMNS for cell in first.split(one)) for one in _SEPARATORS}
    return max(_SEPARATORS, key=lambda one: known[one]), 1, text


def _name_column(cell: str) -> str:
    return re.sub(r"[\s_-]+", "_", cell.strip(" \t\r\n\"'\ufeff").casefold())


def _check_heading(heading: list[str]) -> FileProblem | None:
    missing = tuple(name for name in REQUIRED if name not in heading)
    if missing:
        return FileProblem(FileFault.EMPTY if not any(heading) else FileFault.NO_COLUMNS, missing)
    twice = tuple(name for name in COLUMNS if heading.count(name) > 1)
    return FileProblem(FileFault.TWICE, twice) if twice else None


def _read_rows(rows: Iterator[list[str]], heading: list[str], first: int) -> Iterator[Line]:
    before = rows.line_num  # type: ignore[attr-defined]
    for row in rows:
        number, before = first + before, rows.line_num  # type: ignore[attr-defined]
        cells = [clean_cell(cell) for cell in row]
        if any(cells):
            extra = any(cells[len(heading) :])
            yield Line(number, dict(zip(heading, cells, strict=False)), extra)


def clean_cell(cell: str) -> str:
    """Return what a cell says: ="0123" and '0123 are how spreadsheets keep digits as they are."""
    text = cell.replace("\0", "").replace("\xa0", " ").strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.removeprefix("'").strip()[: LONGEST_CELL + 1]
