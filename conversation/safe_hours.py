"""When a text or a call does a person no harm: hours of the day at their place, on some or all days. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from conversation.staffing.office import DAY_MINUTES, Span, Week, is_open, next_opening

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class SafeHours:
    """Hours that a person, or who cares for them, has called safe.

    Attributes:
        zone: of the wall clock that is meant.
        starts, ends: minutes after midnight; one that ends at or before its start ends on the next day.
        days: 0 is Monday; the day on which the hours begin.
    """

    zone: ZoneInfo
    starts: int
    ends: int
    days: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        in_day = 0 <= self.starts < DAY_MINUTES and 0 <= self.ends <= DAY_MINUTES
        if not in_day or self.starts == self.ends or not self.days or not self.days <= EVERY_DAY:
            raise ValueError("no such hours")

    @property
    def week(self) -> Week:
        return Week(self.zone, tuple(self._spans()))

    def find_next(self, now: datetime) -> datetime | None:
        """Return when the hours begin next, in their own zone; None: a text does no harm now."""
        opens = None if is_open(self.week, now) else next_opening(self.week, now)
        return opens if opens and opens > now else None

    def _spans(self) -> Iterator[Span]:
        return (Span(day, self.starts, self.ends) for day in sorted(self.days))
