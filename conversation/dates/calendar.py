"""Which day of the calendar a mention is. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from conversation.dates.days import Mention

LOOK_BACK_DAYS = 335  # eleven months: a day without a year that was, was within them
LOOK_AHEAD_YEARS = 8  # to the next 29 February
OLDEST_YEARS = 2  # before today: a day before them is a birth or a crossing, no appointment
MONTHS_FOR_WEEKDAY = 3  # in which "jueves 12" is looked for


@dataclass(frozen=True, slots=True)
class Clue:
    """What is known beside a mention: see reading.read_dates."""

    today: date
    near: date | None
    month_first: bool
    order_hint: str | None
    is_past: bool


def find_days(mention: Mention, clue: Clue) -> tuple[date, ...]:
    """Return the days that a mention may be, the likelier first; () for none, or only ones long gone."""
    days = dict.fromkeys(_find(mention, clue))
    if mention.weekday is not None and mention.pair:
        days = {day: None for day in days if day.weekday() == mention.weekday} or days
    oldest = clue.today.replace(year=clue.today.year - OLDEST_YEARS, day=1)
    return tuple(day for day in days if day >= oldest)[:2]


def find_conflict(mention: Mention, days: tuple[date, ...]) -> tuple[date, date] | None:
    """Return the day told and the nearest one of the weekday told, when they are not the same."""
    if mention.weekday is None or mention.is_weekday_only or mention.side == "from" or len(days) != 1:
        return None
    apart = (mention.weekday - days[0].weekday() + 3) % 7 - 3
    return (days[0], days[0] + timedelta(days=apart)) if apart else None


def _find(mention: Mention, clue: Clue) -> Iterator[date]:
    if mention.offset is not None:
        start = clue.today
        if mention.side == "from" and mention.weekday is not None:
            start += timedelta(days=(mention.weekday - start.weekday()) % 7)
        yield start + timedelta(days=mention.offset)
    elif mention.months_on is not None:
        yield _add_months(clue.today, mention.months_on)
    elif mention.pair:
        yield from _find_pair(mention.pair, mention, clue)
    elif mention.nth and mention.month and mention.day is None:
        yield from _find_nth(mention, clue.today)
    elif mention.month is not None and mention.day is not None:
        yield from _find_in_year(mention.month, mention.day, mention, clue)
    elif mention.day is not None:
        yield from _find_day_of_month(mention, clue)
    elif mention.weekday is not None:
        yield from _find_weekday(mention.weekday, mention.side, clue)


def _find_pair(pair: tuple[int, int], mention: Mention, clue: Clue) -> Iterator[date]:
    first, second = pair
    orders = {"mdy": (first, second), "dmy": (second, first)}
    names = ["mdy", "dmy"] if clue.month_first else ["dmy", "mdy"]
    found = {name: tuple(_find_in_year(*orders[name], mention, clue)) for name in names}
    hinted = found.get(clue.order_hint or "")
    if hinted:
        yield from hinted
        return
    days = [day for name in names for day in found[name]]
    likely = [day for day in days if (day <= clue.today if clue.is_past else day >= clue.today)]
    yield from likely if mention.year and likely else days


def _find_in_year(month: int, day: int, mention: Mention, clue: Clue) -> Iterator[date]:
    today = clue.today
    if mention.year or mention.year_shift:
        found = _make(mention.year or today.year + mention.year_shift, month, day)
        yield from (found,) if found else ()
        return
    years = range(today.year, today.year + LOOK_AHEAD_YEARS + 1)
    if clue.is_past:
        years = range(today.year, today.year - 2, -1)
    for year in years:
        found = _make(year, month, day)
        if found and (_is_just_past(found, today) if clue.is_past else found >= today):
            yield found
            return


def _find_nth(mention: Mention, today: date) -> Iterator[date]:
    """Yield the first Monday in March of this year or the next."""
    for year in (today.year, today.year + 1):
        first = date(year, mention.month or 1, 1)
        ahead = ((mention.weekday or 0) - first.weekday()) % 7 + 7 * ((mention.nth or 1) - 1)
        found = _make(year, first.month, 1 + ahead)
        if found and found >= today:
            yield found
            return


def _is_just_past(day: date, today: date) -> bool:
    return timedelta(0) <= today - day <= timedelta(days=LOOK_BACK_DAYS)


def _find_day_of_month(mention: Mention, clue: Clue) -> Iterator[date]:
    day, start = mention.day or 0, clue.near or clue.today
    if mention.month_shift is not None:
        first = _add_months(clue.today.replace(day=1), mention.month_shift)
        found = _make(first.year, first.month, day)
        yield from (found,) if found else ()
        return
    months = range(0, -12, -1) if clue.is_past else range(12)
    possible = [_make(*_month_on(start, months_on), day) for months_on in months]
    days = [one for one in possible if one and (one <= clue.today if clue.is_past else one >= clue.today)]
    fitting = [one for one in days[:MONTHS_FOR_WEEKDAY] if one.weekday() == mention.weekday]
    yield from (fitting if mention.weekday is not None and fitting else days)[:1]


def _find_weekday(weekday: int, side: str | None, clue: Clue) -> Iterator[date]:
    ahead = (weekday - clue.today.weekday()) % 7
    nearest = clue.today + timedelta(days=ahead or 7)
    if side == "last" or clue.is_past:
        yield nearest - timedelta(days=7 if ahead else 14)
    elif side == "next" and ahead:
        yield from (nearest, nearest + timedelta(days=7))
    elif side or ahead:
        yield nearest
    else:
        yield from (nearest, clue.today)


def _month_on(start: date, months: int) -> tuple[int, int]:
    index = start.year * 12 + start.month - 1 + months
    return index // 12, index % 12 + 1


def _add_months(start: date, months: int) -> date:
    """Return the same day some months on, the last day of a shorter month."""
    year, month = _month_on(start, months)
    return next(found for day in range(start.day, 0, -1) if (found := _make(year, month, day)))


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
