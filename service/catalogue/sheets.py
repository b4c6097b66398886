"""Spreadsheets, CSV and XLSX: written so that no cell is calculated, read as hostile files. docs/decisions/0030."""

import csv
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from conversation.errors import ConfigurationError

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 20 * 1024 * 1024  # of an XLSX file, which is a zip archive; all our texts take 3 MB
MOST_BESIDE = 1024 * 1024  # of a part that holds no texts: the library keeps it whole, at many times its size
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_CELL = 5_000  # characters
_CALCULATED = tuple("=+-@\t\r")  # beginnings of what a spreadsheet would calculate
_TO_MARK = re.compile(r"'*[=+\-@\t\r]")
_MARKED = re.compile(r"'+[=+\-@\t\r]")
# What the library lets through of a file that is broken somewhere inside.
_BROKEN = (
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError, TypeError, ValueError,
    lzma.LZMAError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_TEXT_PARTS = re.compile(r"xl/(?:worksheets/|sharedStrings\.xml$)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how a workbook writes what XML has not, such as a Windows line end
_GUESSED = (date, time, timedelta)  # what the spreadsheet has made of "3-4"
_WIDTHS = {"english": 50, "spanish": 50, "text": 50, "new_text": 50, "new_short": 30, "short": 30, "remarks": 30}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row with the number of its line; cells by column, "" where empty.

    Attributes:
        broken: columns whose cell is a formula, a date or an error of the spreadsheet: it shows nobody's words.
    """

    line: int
    cells: dict[str, str]
    broken: tuple[str, ...] = ()


def write_sheet(path: Path, columns: Sequence[str], rows: Iterable[dict[str, str]], *, hidden: Sequence[str]) -> None:
    """Write a CSV or XLSX file, by its ending; `hidden` columns cannot be hidden in a CSV file.

    Raises:
        ConfigurationError: another ending, or the file cannot be written.
    """
    write = {".csv": _write_csv, ".xlsx": _write_xlsx}.get(path.suffix.lower())
    if write is None:
        raise ConfigurationError("the file must end in .csv or .xlsx")
    try:
        path.write_bytes(write(columns, rows, hidden))
    except OSError as error:
        raise ConfigurationError(f"{path.name} cannot be written: {error.strerror}") from None


def read_sheet(path: Path, columns: Sequence[str]) -> list[SheetRow]:
    """Read the rows of a CSV or XLSX file; other columns than these are passed over.

    Raises:
        ConfigurationError: not such a file, too large, or a column is missing.
    """
    read = {".csv": _read_csv, ".xlsx": _read_xlsx}.get(path.suffix.lower())
    if read is None:
        raise ConfigurationError("the file must end in .csv or .xlsx")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigurationError(f"{path.name} is larger than {MOST_BYTES // 1024 // 1024} MB")
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path.name} cannot be read: {error.strerror}") from None
    return list(_pick(path.name, read(path.name, content), columns))


def _pick(name: str, lines: Iterator[list[tuple[str, bool]]], columns: Sequence[str]) -> Iterator[SheetRow]:
    """Name the cells by the first line. A cell is its text, and whether the spreadsheet made it."""
    heads = [text.strip().casefold() for text, _ in next(lines, [])]
    missing = [column for column in columns if heads.count(column) != 1]
    if missing:
        raise ConfigurationError(f"{name}: the first line must have these columns once: {', '.join(missing)}")
    places = {column: heads.index(column) for column in columns}
    for number, line in enumerate(lines, start=2):
        if number > MOST_ROWS:
            raise ConfigurationError(f"{name} has more than {MOST_ROWS} lines")
        found = {column: line[place] for column, place in places.items() if place < len(line)}
        if any(len(text) > MOST_CELL for text, _ in found.values()):
            raise ConfigurationError(f"{name} line {number}: a cell has more than {MOST_CELL} characters")
        cells = {column: found.get(column, ("", False))[0] for column in columns}
        if any(text.strip() for text in cells.values()):
            yield SheetRow(number, cells, tuple(column for column, (_, made) in found.items() if made))


def _write_csv(columns: Sequence[str], rows: Iterable[dict[str, str]], hidden: Sequence[str]) -> bytes:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_mark(row[column]) for column in columns])
    return lines.getvalue().encode("utf-8-sig")  # without the mark Excel takes it for another alphabet


def _read_csv(name: str, content: bytes) -> Iterator[list[tuple[str, bool]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f'{name} is not UTF-8: save it as "CSV UTF-8" or as XLSX') from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)  # spreadsheets write what their country is used to
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield [(_unmark(cell), False) for cell in line]
    except csv.Error as error:
        raise ConfigurationError(f"{name} is no CSV file: {error}") from None


def _write_xlsx(columns: Sequence[str], rows: Iterable[dict[str, str]], hidden: Sequence[str]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title, sheet.freeze_panes = "answers", "C2"
    for line, row in enumerate([dict(zip(columns, columns, strict=True)), *rows], start=1):
        for place, column in enumerate(columns, start=1):
            cell = sheet.cell(line, place)
            cell.value, cell.data_type = row[column], "s"  # a text whatever it begins with
            cell.alignment, cell.font = Alignment(wrap_text=True, vertical="top"), Font(bold=line == 1)
            cell.quotePrefix = row[column].startswith(_CALCULATED)
    for place, column in enumerate(columns, start=1):
        shape = sheet.column_dimensions[get_column_letter(place)]
        shape.width, shape.hidden = _WIDTHS.get(column, 16), column in hidden
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _read_xlsx(name: str, content: bytes) -> Iterator[list[tuple[str, bool]]]:
    from openpyxl import load_workbook

    _refuse_bomb(name, content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except _BROKEN:
        raise ConfigurationError(f"{name} is no XLSX file") from None
    try:
        sheet = book["answers"] if "answers" in book.sheetnames else book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size is not believed
        for line in sheet.iter_rows(max_col=MOST_COLUMNS):
            yield [(_to_text(cell.value), _is_made(cell)) for cell in line]
    except _BROKEN:
        raise ConfigurationError(f"{name} is no XLSX file that can be read to its end") from None
    finally:
        book.close()


def _refuse_bomb(name: str, content: bytes) -> None:
    """Refuse an archive that unpacks to more than a reviewer can have written."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = {member.filename: member.file_size for member in archive.infolist()}
            unpacked = sum(member.file_size for member in archive.infolist())
    except _BROKEN:
        raise ConfigurationError(f"{name} is no XLSX file") from None
    beside = max((size for part, size in sizes.items() if not _TEXT_PARTS.match(part)), default=0)
    if unpacked > MOST_UNPACKED or beside > MOST_BESIDE:
        raise ConfigurationError(f"{name} unpacks to more than a reviewer can have written")


def _is_made(cell: Any) -> bool:
    """Tell whether the spreadsheet has made what a cell shows."""
    return cell.data_type in ("f", "e") or isinstance(cell.value, _GUESSED)


def _to_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), str(value))


def _mark(text: str) -> str:
    """Put an apostrophe before what a CSV file's reader would calculate; `_unmark` takes exactly that away again."""
    return f"'{text}" if _TO_MARK.match(text) else text


def _unmark(text: str) -> str:
    return text[1:] if _MARKED.match(text) else text
