"""Rows of a file of dates, read and judged: what each says, or what is wrong with it. Reads nothing and writes nothing.

Without a consent there is no row: who agreed, when and how, and whose phone it is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from conversation.appointments.values import AppointmentKind, KnownAppointment
from conversation.check_ins.values import DAYS_AFTER
from store.agenda.import_dates import read_day, read_hour
from store.agenda.import_file import LONGEST_CELL, REQUIRED, Line
from store.agenda.import_report import BadRow, CellProblem, GoodRow, RowFault
from store.area_codes import is_number, is_textable, read_number
from store.check_ins.plan import find_day_there

PHONE_OF = ("sponsor", "youth", "other")
CONSENT_BY = ("youth", "sponsor", "parent", "guardian", "other")
CONSENT_HOW = ("paper", "phone", "in_person")
AGE_GROUPS = ("under_13", "13_17", "18_plus")
LONGEST_PLACE, LONGEST_NAME = 80, 20
_FURTHEST_WEST = "Pacific/Honolulu"
FARTHEST = timedelta(days=5 * 366)
_CALCULATED = ("=", "+", "-", "@")
_SAYS_CODE = {"phone_of": PHONE_OF, "consent_by": CONSENT_BY, "consent_how": CONSENT_HOW, "age_group": AGE_GROUPS}
# What else is written for a code; the codes themselves are in the template's page.
_SAME = {
    "under13": "under_13", "<13": "under_13", "13-17": "13_17", "18+": "18_plus", "adult": "18_plus",
    "in person": "in_person", "child": "youth", "minor": "youth", "telephone": "phone", "hearing": "court",
    "immigration court": "court", "check-in": "ice", "ice check-in": "ice", "clinic": "doctor", "attorney": "lawyer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judge:
    """What a row is judged by.

    Attributes:
        languages: tags by what people write for them, folded.
        find_zone: the zone of a place in words, None where it is not known; read_zone: of a zone's name.
        is_secret: whether a text holds a number of the government.
        month_first: how 12/01/2026 is meant.
        check_in_days: how many days after a release a family is asked.
    """

    now: datetime
    languages: Mapping[str, str]
    find_zone: Callable[[str], ZoneInfo | None]
    read_zone: Callable[[str], str | None]
    is_secret: Callable[[str], bool]
    month_first: bool = True
    check_in_days: Sequence[int] = DAYS_AFTER


def judge_rows(lines: Sequence[Line], judge: Judge) -> tuple[list[GoodRow], list[BadRow]]:
    """Return the rows that may be imported, and the others with everything that is wrong with them."""
    good, bad, said = [], [], dict[str, int]()
    for line in lines:
        row = judge_row(line, judge)
        if isinstance(row, GoodRow) and (before := said.setdefault(row.text, line.number)) != line.number:
            row = BadRow(line.number, (CellProblem(RowFault.TWICE, line=before),))
        if isinstance(row, GoodRow):
            good.append(row)
        else:
            bad.append(row)
    return good, bad


def judge_row(line: Line, judge: Judge) -> GoodRow | BadRow:
    """Return what a row says, or all that is wrong with it."""
    reader = _Reader(line, judge, [])
    problems = reader.problems
    problems += _find_general(line)
    codes = {column: reader.read_code(column, allowed) for column, allowed in _SAYS_CODE.items()}
    number, language = reader.read_number(), reader.read_language()
    told, consent_on, released_on = reader.read_date(), reader.read_consent_day(), reader.read_release()
    if codes["age_group"] == "under_13" and codes["consent_by"] == "youth":
        problems.append(CellProblem(RowFault.CHILD_ALONE, "consent_by"))
    if problems or told is None or consent_on is None:
        return BadRow(line.number, tuple(problems))
    phone_of = codes.pop("phone_of")
    consent = {**codes, "phone_of": phone_of, "consent_on": consent_on.isoformat()}
    return GoodRow(line.number, number, phone_of, consent, consent_on, language, told, released_on)


def _find_general(line: Line) -> Iterator[CellProblem]:
    if line.has_extra:
        yield CellProblem(RowFault.EXTRA)
    for column in REQUIRED:
        if not line.cells.get(column):
            yield CellProblem(RowFault.MISSING, column)
    for column, cell in line.cells.items():
        if len(cell) > LONGEST_CELL:
            yield CellProblem(RowFault.LONG, column)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the cells of one row; what is wrong goes into `problems`. An empty cell has been told of before."""

    line: Line
    judge: Judge
    problems: list[CellProblem]

    def cell(self, column: str) -> str:
        return self.line.cells.get(column, "")

    def fail(self, fault: RowFault, column: str) -> None:
        self.problems.append(CellProblem(fault, column))

    def read_code(self, column: str, allowed: Sequence[str]) -> str:
        said = self.cell(column).casefold()
        code = _SAME.get(said, said.replace(" ", "_").replace("-", "_"))
        if said and code not in allowed:
            self.fail(RowFault.NO_CODE, column)
        return code

    def read_number(self) -> str:
        typed = self.cell("number")
        number = read_number(typed) if typed and is_number(typed) else None
        if typed and number is None:
            self.fail(RowFault.NO_NUMBER, "number")
        elif number and not is_textable(number):
            self.fail(RowFault.NOT_HERE, "number")
        return number or ""

    def read_language(self) -> str:
        said = self.cell("language").casefold()
        tag = self.judge.languages.get(said) or self.judge.languages.get(said.partition("-")[0], "")
        if said and not tag:
            self.fail(RowFault.NO_LANGUAGE, "language")
        return tag

    def read_consent_day(self) -> date | None:
        day = self._read_day("consent_on")
        if day and day > (self.judge.now + timedelta(days=1)).date():
            self.fail(RowFault.NOT_YET, "consent_on")
        return day

    def read_release(self) -> date | None:
        """Return the day of a release; in the zone of the date, or, where none is told, in the furthest west."""
        day = self._read_day("released_on")
        if day is None:
            return None
        today = find_day_there(self.judge.now, self.find_zone() or _FURTHEST_WEST)
        if day > today:
            self.fail(RowFault.NOT_YET, "released_on")
        elif day + timedelta(days=max(self.judge.check_in_days)) < today:
            self.fail(RowFault.LONG_AGO, "released_on")
        return day

    def read_date(self) -> KnownAppointment | None:
        kind = self.read_code("kind", tuple(AppointmentKind))
        day, place, zone = self._read_day("date"), self._read_words("place", LONGEST_PLACE), self._read_zone()
        child, hour = self._read_words("name", LONGEST_NAME), self.cell("time")
        at = read_hour(hour) if hour else None
        if hour and at is None:
            self.fail(RowFault.NO_HOUR, "time")
        if day is None or zone is None:
            return None
        told = KnownAppointment("", kind, day, at, zone, place or None, child or None)
        if told.is_over(self.judge.now):
            self.fail(RowFault.PAST, "date")
        elif day > (self.judge.now + FARTHEST).date():
            self.fail(RowFault.FAR, "date")
        return replace(told, place=place or None)

    def _read_day(self, column: str) -> date | None:
        typed = self.cell(column)
        day = read_day(typed, month_first=self.judge.month_first) if typed else None
        if typed and day is None:
            self.fail(RowFault.NO_DAY, column)
        return day

    def _read_zone(self) -> str | None:
        zone = self.find_zone()
        if zone is None and self.cell("zone"):
            self.fail(RowFault.NO_ZONE, "zone")
        elif zone is None:
            self.fail(RowFault.NO_PLACE, "place")
        return zone

    def find_zone(self) -> str | None:
        """Return the zone that is named, else that of the place."""
        if named := self.cell("zone"):
            return self.judge.read_zone(named)
        place = self.cell("place")
        found = self.judge.find_zone(place) if place else None
        return found.key if found else None

    def _read_words(self, column: str, longest: int) -> str:
        """Return words that people and files will see again."""
        said = self.cell(column)
        if len(said) > longest:
            self.fail(RowFault.LONG, column)
        elif said.startswith(_CALCULATED):
            self.fail(RowFault.FORMULA, column)
        elif said and self.judge.is_secret(said):
            self.fail(RowFault.GOVERNMENT, column)
        return said
