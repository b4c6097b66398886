"""Reading data/reference/: tables of what differs from state to state, each row with its source and its day.

Every mistake is reported with its file, row and column.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from conversation.errors import ContentError
from conversation.places.place import Place
from conversation.places.reference import Court, Coverage, Reference, SchoolAges

_Row = Mapping[str, str]
_READ = re.compile(r"undated|(19|20)\d\d")
_AGES = range(3, 27)  # years a table of schooling may hold


def read_reference(folder: Path, codes: frozenset[str]) -> Reference:
    """Read the tables.

    Args:
        codes: letters of the states that there are.

    Raises:
        ContentError: a file is missing or breaks its format.
    """
    return Reference(
        coverage=dict(_read_states(folder / "child_coverage.csv", codes, _read_coverage)),
        school_ages=dict(_read_states(folder / "school_ages.csv", codes, _read_ages)),
        courts=tuple(_read_court(row) for row in _read_rows(folder / "immigration_courts.csv", codes)),
    )


def _read_states[T](path: Path, codes: frozenset[str], read: Callable[[_Row], T | None]) -> Iterator[tuple[str, T]]:
    """Yield each state once with what its row says, but those of which nothing is known."""
    seen: set[str] = set()
    for row in _read_rows(path, codes):
        if row["state"] in seen:
            raise ContentError(f"reference/{path.name}: {row['state']} stands twice")
        seen.add(row["state"])
        if (value := read(row)) is not None:
            yield row["state"], value


def _read_rows(path: Path, codes: frozenset[str]) -> Iterator[_Row]:
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise ContentError(f"reference/{path.name} cannot be read as UTF-8 table") from None
    for number, row in enumerate(rows, start=2):
        place = f"reference/{path.name}, line {number}"
        if None in row or None in row.values() or row.get("state") not in codes:
            raise ContentError(f"{place}: state must be the letters of a state, and every column filled or empty")
        if not row.get("source", "").startswith(("https://", "http://")) or not _READ.search(row.get("read", "")):
            raise ContentError(f"{place}: source must be an address, read a year or a date")
        yield {key: text.strip() for key, text in row.items()}


def _read_coverage(row: _Row) -> Coverage | None:
    if not row["program"] or not row["under_age"]:
        return None
    return Coverage(row["program"], _read_age(row, "under_age") or 0)


def _read_ages(row: _Row) -> SchoolAges:
    return SchoolAges(
        compulsory_from=_read_age(row, "compulsory_from"),
        compulsory_to=_read_age(row, "compulsory_to"),
        free_to=_read_age(row, "free_to"),
    )


def _read_age(row: _Row, column: str) -> int | None:
    text = row[column]
    if not text:
        return None
    if not text.isdecimal() or int(text) not in _AGES:
        raise ContentError(f"reference: {row['state']}: {column} must be an age in years")
    return int(text)


def _read_court(row: _Row) -> Court:
    try:
        place = Place(row["state"], row["city"], float(row["latitude"]), float(row["longitude"]))
        return Court(row["name"], row["city"], row["address"], place)
    except (KeyError, ValueError) as error:
        raise ContentError(f"reference/immigration_courts.csv: {type(error).__name__} at {error}") from None
