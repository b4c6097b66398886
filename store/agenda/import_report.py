"""What reading a row of a file of dates has found: what it says, or what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from conversation.appointments.values import KnownAppointment


class RowFault(StrEnum):
    """What is wrong with a cell, or with a row."""

    MISSING = "missing"
    LONG = "long"
    NO_CODE = "no_code"  # not one of the words that the column takes
    NO_NUMBER = "no_number"
    NOT_HERE = "not_here"  # a number of another country, or one that takes no texts
    NO_DAY = "no_day"
    PAST = "past"
    FAR = "far"
    NOT_YET = "not_yet"  # a consent, a release of the future
    LONG_AGO = "long_ago"  # a release: the last question after it would have been before today
    NO_HOUR = "no_hour"
    NO_PLACE = "no_place"  # neither place nor zone, or a place that is not known
    NO_ZONE = "no_zone"
    NO_LANGUAGE = "no_language"
    CHILD_ALONE = "child_alone"  # a child under 13 cannot agree alone
    FORMULA = "formula"
    GOVERNMENT = "government"  # a number of the government
    EXTRA = "extra"  # more cells than the heading has
    TWICE = "twice"  # the file says it before


@dataclass(frozen=True, slots=True)
class CellProblem:
    """`column` "": of the whole row; `line`: the one that says it before."""

    fault: RowFault
    column: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    line: int
    problems: tuple[CellProblem, ...]


@dataclass(frozen=True, slots=True)
class GoodRow:
    """One date with its consent; of a person, so nothing of it in a repr.

    Attributes:
        released_on: after which the person is asked whether we may ask how they are; None: nothing was said of it.
    """

    line: int
    number: str = field(repr=False)
    phone_of: str = field(repr=False)
    consent: Mapping[str, str] = field(repr=False)
    consent_on: date = field(repr=False)
    language: str
    told: KnownAppointment = field(repr=False)
    released_on: date | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        """Return the row as one text: the same for a row that says the same."""
        told = self.told
        parts = [self.number, self.phone_of, *sorted(f"{name}={value}" for name, value in self.consent.items())]
        parts += [self.language, told.kind, str(told.day), str(told.at), told.zone, told.child or ""]
        return "|".join([*parts, *([f"released={self.released_on}"] if self.released_on else [])])
