"""Hours as people write them: "mon-fri 9:00-17:00", "sat 22:00-06:00", "sun 0:00-24:00". Pure."""

import re
from collections.abc import Iterable
from itertools import groupby

from conversation.staffing.office import DAY_MINUTES, Span

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = "|".join(DAYS)
_HOURS = re.compile(
    rf"(?P<first>{_DAY})[a-z]*(?:\s*-\s*(?P<last>{_DAY})[a-z]*)?\s+(?P<starts>\d{{1,2}}(?::\d\d)?)\s*-\s*(?P<ends>\d{{1,2}}(?::\d\d)?)"
)


def parse_hours(text: str) -> tuple[Span, ...]:
    """Return the spans of one line; an end at or before the start is on the next day.

    Raises:
        ValueError: it is not written so, or there is no such time; the message says how to write it.
    """
    found = _HOURS.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError('hours are written like "mon-fri 9:00-17:00" or "sat 22:00-06:00"')
    first = DAYS.index(found["first"])
    count = (DAYS.index(found["last"] or found["first"]) - first) % len(DAYS) + 1
    starts, ends = _parse_time(found["starts"]), _parse_time(found["ends"])
    if starts in (ends, DAY_MINUTES):
        raise ValueError("hours must begin before they end; a whole day is 0:00-24:00")
    return tuple(Span((first + number) % len(DAYS), starts, ends) for number in range(count))


def render_hours(spans: Iterable[Span]) -> list[str]:
    """Return one line a day, in the order of the week: "mon 9:00-12:00, 13:00-17:00"."""
    ordered = sorted(set(spans), key=lambda span: (span.weekday, span.starts, span.ends))
    return [
        f"{DAYS[weekday]} " + ", ".join(f"{_render_time(span.starts)}-{_render_time(span.ends)}" for span in of_day)
        for weekday, of_day in groupby(ordered, key=lambda span: span.weekday)
    ]


def _parse_time(text: str) -> int:
    hours, _, minutes = text.partition(":")
    total = int(hours) * 60 + int(minutes or 0)
    if total > DAY_MINUTES or int(minutes or 0) > 59:
        raise ValueError("there is no such time: a day goes from 0:00 to 24:00")
    return total


def _render_time(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
