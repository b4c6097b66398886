"""Days and hours as spreadsheets write them: by ISO 8601, with slashes, or as a count of days since 1900. Pure."""

import re
from datetime import date, time, timedelta

# A spreadsheet counts days from here, a leap day that never was among them; true from March 1900 on.
_DAY_0 = date(1899, 12, 30)
_SERIAL = re.compile(r"([3-7][0-9]{4})(?:[.,]([0-9]{1,15}))?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]0?0:00(?::00)?)?")
_SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})(?: 0?0:00(?::00)?)?")
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2}))?(?::00)?\s*([ap])?\.?\s*(?:m\.?)?", re.IGNORECASE)
_FRACTION = re.compile(r"0[.,]([0-9]{1,15})")
_MINUTES_OF_DAY = 24 * 60


def read_day(text: str, *, month_first: bool) -> date | None:
    """Return a day; None: it cannot be read, or there is no such day.

    Args:
        month_first: how 12/01/2026 is meant; whoever hands the file in has said so.
    """
    if found := _SERIAL.fullmatch(text):
        return _DAY_0 + timedelta(days=int(found[1])) if not int(found[2] or 0) else None
    if found := _ISO.fullmatch(text):
        return _make(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHED.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        month, day = (first, second) if month_first else (second, first)
        return _make(year + 2000 if year < 100 else year, month, day)
    return None


def read_hour(text: str) -> time | None:
    """Return an hour on the clock; None: it cannot be read, or may be of the morning or of the evening ("8")."""
    if found := _FRACTION.fullmatch(text):
        minutes = round(float(f"0.{found[1]}") * _MINUTES_OF_DAY) % _MINUTES_OF_DAY
        return time(minutes // 60, minutes % 60)
    found = _CLOCK.fullmatch(text)
    if found is None or (found[2] is None and found[3] is None):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3].lower() == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
