"""Days and hours in full words and in short ones. Pure; the patterns are in data/dates/*.yml, names come from Babel.

Babel has no names for Haitian Creole: its table has its own. A language without patterns is said in Spanish when it is
told in Spanish (K'iche'), else in English.
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from babel.dates import format_date

from conversation.dates.words import DateWords

LAST = "en"
EVENING_FROM = 19  # o'clock


def say_date(
    day: date, at: time | None, words: DateWords, *, language: str, zone: str | None, place: str | None = None
) -> str:
    """Return weekday, day, month, year, hour and zone in full words.

    "miércoles 14 de enero de 2026, 8:30 de la mañana, hora de Houston"; without a place "hora del centro"; without an
    hour no zone. Spanish leaves GSM-7 for "sábado" alone, Haitian Creole and English never.

    Args:
        zone: IANA name; one that has no name of its own is not said.
        place: city whose hour it is, as it is to be shown.
    """
    tag, say = _find_say(words, language)
    told = [say["full"].format(**_name(day, tag, say), day=day.day, year=day.year)]
    if at:
        told.append(say_time(at, words, language=language))
        told.append(say["place"].format(place=place) if place else say["zones"].get(zone or "", ""))
    return ", ".join(filter(None, told))


def say_short(day: date, at: time | None, words: DateWords, *, language: str) -> str:
    """Return a day for a lock screen: "Wed Jan 14, 8:30 am"."""
    tag, say = _find_say(words, language)
    told = say["short"].format(**_name(day, tag, say), day=day.day)
    return f"{told}, {_say_clock(at, say, {})}" if at else told


def say_time(at: time, words: DateWords, *, language: str) -> str:
    """Return an hour of the wall clock in words: "8:30 de la mañana", "8 h 30"."""
    _, say = _find_say(words, language)
    return _say_clock(at, say, say["parts"])


def _find_say(words: DateWords, language: str) -> tuple[str, Mapping[str, Any]]:
    tag = words.spoken(language) or LAST
    table: Mapping[str, Any] = words.tables.get(tag, {})
    return (tag, table["say"]) if "say" in table else (LAST, words.tables[LAST]["say"])


def _name(day: date, tag: str, say: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of weekday and month, short ones without their full stop."""
    if "months" in say:
        return {"weekday": say["weekdays"][day.weekday()], "month": say["months"][day.month - 1]}
    patterns = {"weekday": "EEEE", "month": "MMMM", "weekday_short": "EEE", "month_short": "MMM"}
    return {name: format_date(day, pattern, locale=tag).rstrip(".") for name, pattern in patterns.items()}


def _say_clock(at: time, say: Mapping[str, Any], parts: Mapping[str, str]) -> str:
    if say["clock"] == 24:
        return f"{at.hour} h {at:%M}" if at.minute else f"{at.hour} h"
    part = parts.get(_part_of(at)) or ("am" if at.hour < 12 else "pm")
    return f"{at.hour % 12 or 12}:{at:%M} {part}"


def _part_of(at: time) -> str:
    if at.hour == 12:
        return "noon"
    return "morning" if at.hour < 12 else "afternoon" if at.hour < EVENING_FROM else "evening"
