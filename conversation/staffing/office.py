"""When an office is open and somebody is on shift: weeks on the wall clock of one place. Pure.

Times are compared as instants, so a night in which the clocks change is as long as it really is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
LONGEST_CLOSED = timedelta(days=7)  # nobody waits longer for doors that are closed, whatever the hours say
_FURTHEST_DAYS = 370  # an office that is closed for longer has no next opening


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes after midnight on one weekday, 0 is Monday. One that ends at or before its start ends on the next day."""

    weekday: int
    starts: int
    ends: int

    @property
    def minutes(self) -> int:
        return (self.ends - self.starts - 1) % DAY_MINUTES + 1


@dataclass(frozen=True, slots=True)
class Week:
    """The same hours every week, but on the days that are closed. Without spans: always, but on those days."""

    zone: ZoneInfo
    spans: tuple[Span, ...] = ()
    closed: frozenset[date] = frozenset()


Interval = tuple[datetime, datetime]  # UTC, from and until


def is_open(week: Week, now: datetime) -> bool:
    """Return whether a moment lies within the week's hours; a span belongs to the day on which it starts."""
    yesterday = now.astimezone(week.zone).date() - timedelta(days=1)
    return any(start <= now < end for start, end in _open_from(week, yesterday, days=2))


def next_opening(week: Week, now: datetime) -> datetime | None:
    """Return when it is open next, in the week's own zone; now itself when it is open. None: not within a year."""
    for start, end in _open_from(week, now.astimezone(week.zone).date() - timedelta(days=1)):
        if end > now:
            return max(start, now).astimezone(week.zone)
    return None


def add_open_time(week: Week, start: datetime, duration: timedelta) -> datetime:
    """Return the moment at which the office has been open for so long since a start, in UTC.

    Closed hours put it off by LONGEST_CLOSED at most: nobody is left waiting for a day that does not come.
    """
    left, reached = duration, start.astimezone(UTC)
    latest = reached + duration + LONGEST_CLOSED
    for opens, ends in _open_from(week, reached.astimezone(week.zone).date() - timedelta(days=1)):
        begins = max(opens, reached)
        if ends <= begins:
            continue
        if ends - begins >= left or begins >= latest:
            return min(begins + left, latest)
        left, reached = left - (ends - begins), ends
    return latest


def is_on_shift(
    shifts: Week, office: Week, now: datetime, *, override: str | None = None, override_until: datetime | None = None
) -> bool:
    """Return whether somebody is at work.

    Args:
        shifts: their own spans, in the organisation's zone with its closed days; without spans: the office's hours.
        override: "on" or "off", their own switch, which wins until `override_until` (None: until they switch again).
    """
    if override in ("on", "off") and (override_until is None or now < override_until):
        return override == "on"
    return is_open(shifts if shifts.spans else office, now)


def split_at_midnight(span: Span) -> tuple[Span, ...]:
    """Return the parts of a span on each of its days, as they are kept."""
    end = span.starts + span.minutes
    if end <= DAY_MINUTES:
        return (replace(span, ends=end),)
    following = Span((span.weekday + 1) % 7, 0, end - DAY_MINUTES)
    return replace(span, ends=DAY_MINUTES), following


def _open_from(week: Week, first: date, *, days: int = _FURTHEST_DAYS) -> Iterator[Interval]:
    """Yield what is open on the days from `first` on, in order, without overlaps."""
    until = datetime.min.replace(tzinfo=UTC)
    for day in (first + timedelta(days=count) for count in range(days)):
        for opens, end in sorted(_spans_of(week, day)):
            start = max(opens, until)
            if start < end:
                yield start, end
                until = end


def _spans_of(week: Week, day: date) -> Iterator[Interval]:
    if day in week.closed:
        return
    spans = week.spans or (Span(day.weekday(), 0, DAY_MINUTES),)
    for span in spans:
        if span.weekday == day.weekday():
            yield _instant(week.zone, day, span.starts), _instant(week.zone, day, span.starts + span.minutes)


def _instant(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    """Return a time of the wall clock as an instant; one that the clocks skip is as much later."""
    day, minutes = day + timedelta(days=minutes // DAY_MINUTES), minutes % DAY_MINUTES
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)
