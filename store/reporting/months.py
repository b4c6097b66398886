"""Months as people on the organisation's wall clock have them. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from conversation.errors import ConfigurationError

_MONTH = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year after 1999; written "2026-10"."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def before(self) -> "Month":
        return Month(self.year - 1, 12) if self.number == 1 else Month(self.year, self.number - 1)

    @property
    def after(self) -> "Month":
        return Month(self.year + 1, 1) if self.number == 12 else Month(self.year, self.number + 1)

    def begins(self, zone: ZoneInfo) -> datetime:
        """Return its first moment, in UTC; that of the month after is where it ends."""
        return datetime(self.year, self.number, 1, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """What is counted: of one organisation, from a moment until just before another."""

    organisation_id: str
    begins: datetime
    ends: datetime


def parse_month(text: str) -> Month:
    """Return the month that is written "2026-10".

    Raises:
        ConfigurationError: it is none; it is not repeated.
    """
    found = _MONTH.fullmatch(text.strip())
    if found is None or int(found[1]) == 2999:  # the month after must have a year too
        raise ConfigurationError("that is no month: write it like 2026-10")
    return Month(int(found[1]), int(found[2]))


def find_month(at: datetime, zone: ZoneInfo) -> Month:
    """Return the month in which a moment lies."""
    here = at.astimezone(zone)
    return Month(here.year, here.month)


def list_months(since: datetime, now: datetime, zone: ZoneInfo, *, most: int) -> tuple[Month, ...]:
    """Return the months that are over, the last one first, back to that of `since`; at least one."""
    found = [find_month(now, zone).before]
    while len(found) < most and found[-1] > find_month(since, zone):
        found.append(found[-1].before)
    return tuple(found)
