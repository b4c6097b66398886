"""Area codes of phone numbers: a guess of state and time zone; docs/decisions/0027.

A number tells where its phone was first bought, not where somebody lives: what is found here may be offered, or decide
the hour of a reminder, but it is no answer to a question and is never stored.
"""

from collections.abc import Mapping
from functools import cache

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    format_number,
    is_valid_number,
    number_type,
    parse,
    region_code_for_number,
)

from conversation.places.place import Place
from store.gazetteer import count_area_codes

_TEXTABLE = frozenset(
    {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.VOIP, PhoneNumberType.FIXED_LINE}
)
COUNTRIES = frozenset({"US", "PR"})  # whose states we know
SURE_SHARE = 0.5  # of the ZIP codes of an area code: more of them lie in one state


def find_time_zone(number: str) -> str | None:
    """Return the IANA time zone of a number of the United States; None for several zones, toll-free, or no number.

    Args:
        number: E.164 ("+17135550123"); anything else, WhatsApp names among it, has no zone.
    """
    from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_geographical_number

    parsed = _parse(number)
    zones: tuple[str, ...] = time_zones_for_geographical_number(parsed) if parsed else ()
    return zones[0] if len(zones) == 1 and zones[0] != UNKNOWN_TIMEZONE else None


def place_of_number(number: str) -> Place | None:
    """Return the state of an area code, with its time zone where there is one only; None where nothing is known."""
    parsed = _parse(number)
    state = _states().get(str(parsed.national_number)[:3]) if parsed else None
    return Place(state, time_zone=find_time_zone(number)) if state else None


def read_number(typed: str) -> str | None:
    """Return a typed number in E.164, one without a country as of the United States; None: it is none."""
    try:
        return format_number(parse(typed, "US"), PhoneNumberFormat.E164)
    except NumberParseException:
        return None


def is_number(typed: str) -> bool:
    """Return whether a typed number, one without a country as of the United States, can be somebody's at all."""
    try:
        return bool(is_valid_number(parse(typed, "US")))
    except NumberParseException:
        return False


def is_textable(number: str) -> bool:
    """Return whether a number in E.164 is of the United States and of a kind that takes texts."""
    parsed = _parse(number)
    return parsed is not None and number_type(parsed) in _TEXTABLE


def _parse(number: str) -> PhoneNumber | None:
    try:
        parsed = parse(number)
    except NumberParseException:
        return None
    return parsed if region_code_for_number(parsed) in COUNTRIES else None


@cache
def _states() -> Mapping[str, str]:
    """Return the state of each area code, those that no state has most of left out; takes half a second once."""
    found: dict[str, str] = {}
    for code, states in count_area_codes().items():
        state, zip_codes = max(states.items(), key=lambda pair: pair[1])
        if zip_codes > SURE_SHARE * sum(states.values()):
            found[code] = state
    return found
