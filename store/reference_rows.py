"""Rows of the tables in data/reference/: every mistake is told with its file, line and column.

A cell that cannot be read is noted and something harmless stands in for it, so that one reading tells all mistakes.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

SOURCE = ("source", "as_of", "read")  # columns that every table ends with
_AGES = range(3, 27)  # years that a table of schooling or coverage may hold
_ADDRESS = re.compile(r"https?://[^\s/]+\.[a-z]{2,}\S*")
_AS_OF = re.compile(r"undated|(19|20)\d\d(-(0[1-9]|1[0-2]))?")
_PHONE = re.compile(r"\d{3}|\d{5,6}|(1-)?[2-9]\d\d-\d{3}-\d{4}|\+[1-9]\d{0,2} [\d-]{7,12}")
_PAGE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/[\w./-]*\w)?")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. `mistakes` is shared by all rows: what a row cannot read it adds there."""

    place: str
    cells: Mapping[str, str]
    mistakes: list[str]

    def blame(self, column: str, rule: str) -> None:
        self.mistakes.append(f"{self.place}, column {column}: {rule}")

    def find(self, column: str) -> str | None:
        return self.cells[column] or None

    def get(self, column: str) -> str:
        if not self.cells[column]:
            self.blame(column, "must not be empty")
        return self.cells[column]

    def get_state(self, codes: frozenset[str]) -> str:
        if self.cells["state"] not in codes:
            self.blame("state", "must be the letters of a state")
        return self.cells["state"]

    def find_age(self, column: str) -> int | None:
        """Return an age in years."""
        text = self.cells[column]
        if text and (not text.isdecimal() or int(text) not in _AGES):
            self.blame(column, f"must be an age from {_AGES[0]} to {_AGES[-1]} years, or empty")
            return None
        return int(text) if text else None

    def find_phone(self, column: str) -> str | None:
        return self._find(column, _PHONE, "must be a number such as 1-800-422-4453, 211 or +503 7070-1071, or empty")

    def find_page(self, column: str) -> str | None:
        return self._find(column, _PAGE, "must be an address without https:// and www., or empty")

    def is_yes(self, column: str) -> bool:
        if self.cells[column] not in ("yes", "no"):
            self.blame(column, "must be yes or no")
        return self.cells[column] == "yes"

    def choose[E: StrEnum](self, column: str, kind: type[E]) -> E:
        """Return one of the words of an enumeration."""
        text = self.cells[column]
        if text not in tuple(kind):
            self.blame(column, f"must be one of {', '.join(kind)}")
            return next(iter(kind))
        return kind(text)

    def get_degrees(self, column: str, most: int) -> float:
        """Return an angle between -most and most degrees."""
        try:
            angle = float(self.cells[column])
        except ValueError:
            angle = float("nan")
        if not -most <= angle <= most:
            self.blame(column, f"must be degrees from -{most} to {most}")
        return angle

    def check_source(self) -> None:
        """Check the addresses of the source, the day it was read, and the year of what it says."""
        if not all(_ADDRESS.fullmatch(address) for address in self.cells["source"].split(" ; ")):
            self.blame("source", 'must be an address, or several with " ; " between them')
        if not _AS_OF.fullmatch(self.cells["as_of"]):
            self.blame("as_of", "must be a year, a year and month (2025-09), or undated")
        try:
            date.fromisoformat(self.cells["read"])
        except ValueError:
            self.blame("read", "must be a day such as 2026-11-22")

    def _find(self, column: str, form: re.Pattern[str], rule: str) -> str | None:
        text = self.cells[column]
        if text and not form.fullmatch(text):
            self.blame(column, rule)
        return text or None


def read_rows(path: Path, columns: Iterable[str], mistakes: list[str]) -> Iterator[Row]:
    """Yield the rows of a table that has exactly these columns and those of SOURCE; add what is wrong to `mistakes`."""
    name, wanted = f"reference/{path.name}", [*columns, *SOURCE]
    try:
        reader = csv.reader(path.read_text(encoding="utf-8").splitlines(), strict=True)
        lines = [(reader.line_num, cells) for cells in reader if cells]
    except (OSError, UnicodeDecodeError, csv.Error):
        mistakes.append(f"{name}: cannot be read as a table in UTF-8")
        return
    header = lines[0][1] if lines else []
    if sorted(header) != sorted(wanted):
        mistakes.append(f"{name}, line 1: its columns must be {', '.join(wanted)}")
        return
    for number, cells in lines[1:]:
        place = f"{name}, line {number}"
        if len(cells) != len(header):
            mistakes.append(f"{place}: has {len(cells)} cells for {len(header)} columns")
            continue
        row = Row(place, dict(zip(header, map(str.strip, cells), strict=True)), mistakes)
        row.check_source()
        yield row


def read_keyed[T](rows: Iterable[Row], column: str, read: Callable[[Row], T | None]) -> dict[str, T]:
    """Return what the rows say by one of their columns, each key once; those of which nothing is known left out."""
    seen: set[str] = set()
    found: dict[str, T] = {}
    for row in rows:
        key = row.get(column)
        if key in seen:
            row.blame(column, f"{key} stands twice")
        seen.add(key)
        if (value := read(row)) is not None:
            found.setdefault(key, value)
    return found
