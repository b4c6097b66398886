"""SMS: how many segments a text costs, how to cut it, how to write it so that it costs less. Pure.

Sources: 3GPP TS 23.038 (the GSM 7-bit alphabet), lengths as Twilio counts them:
https://www.twilio.com/docs/glossary/what-sms-character-limit
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from channels.text_split import split

MAX_CHARACTERS = 1600  # of one message, SMS and WhatsApp (Twilio's error 21617); counted in UTF-16 units to be safe

_GSM_BASIC = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 \n\r"
    "@£$¥_!\"#¤%&'()*+,-./:;<=>?¡¿§èéùìòàÇØøÅåÆæßÉÄÖÑÜäöñüΔΦΓΛΩΠΨΣΘΞ"
)
_GSM_EXTENSION = frozenset("^{}\\[~]|€\f")  # two septets each


class Encoding(StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs. `units` are septets in GSM7 and UTF-16 units in UCS2, headers of the parts not counted."""

    encoding: Encoding
    units: int
    segments: int


@dataclass(frozen=True, slots=True)
class _Capacity:
    alone: int  # units of a message of one segment
    part: int  # units of one part of several, less because of the joining header


_CAPACITIES = {Encoding.GSM7: _Capacity(alone=160, part=153), Encoding.UCS2: _Capacity(alone=70, part=67)}


def count_segments(text: str) -> Segments:
    """Count as carriers do: one character outside the GSM alphabet makes the whole text UCS-2.

    A character of two units (GSM extension, emoji) is never cut in two, so a part may stay one unit short.
    An empty text costs nothing.
    """
    gsm = all(character in _GSM_BASIC or character in _GSM_EXTENSION for character in text)
    encoding = Encoding.GSM7 if gsm else Encoding.UCS2
    costs = [_septets(character) if gsm else _utf16_units(character) for character in text]
    units = sum(costs)
    capacity = _CAPACITIES[encoding]
    if units <= capacity.alone:
        return Segments(encoding, units, 1 if text else 0)
    return Segments(encoding, units, _count_parts(costs, capacity.part))


def find_outside_gsm(text: str) -> str:
    """Return the characters that make a text UCS-2, each once, in order; empty when none does."""
    return "".join(dict.fromkeys(c for c in text if c not in _GSM_BASIC and c not in _GSM_EXTENSION))


def split_text(text: str, *, max_segments: int) -> list[str]:
    """Cut a text into messages of at most `max_segments` segments and MAX_CHARACTERS each.

    Cuts fall between sentences, else between words, else between characters as people see them. A text that fits comes
    back unchanged; white space at a cut is dropped; white space alone gives no message.

    Raises:
        ValueError: max_segments is below 1.
    """
    if max_segments < 1:
        raise ValueError("max_segments must be at least 1")
    return split(text, lambda part: fits_one_message(part) and count_segments(part).segments <= max_segments)


def fits_one_message(text: str) -> bool:
    """Tell whether a carrier takes the text as one message, whatever it costs."""
    return sum(map(_utf16_units, text)) <= MAX_CHARACTERS


def prepare_for_sms(text: str) -> str:
    """Write a text of ours with characters that cost less and mean the same; accents and web addresses stay.

    Unicode NFC; zero-width characters out (a joiner stays between characters that are not Latin, direction marks stay
    in a text with right-to-left letters); no-break spaces become spaces; quotes, dashes and ellipsis become ASCII;
    every apostrophe of the Mayan languages (U+02BC, U+2019, U+A78C …) becomes "'": it is a letter, never dropped.
    """
    right_to_left = any(
        character.isalpha() and unicodedata.bidirectional(character) in {"R", "AL"} for character in text
    )
    pieces = []
    end = 0
    for address in _WEB_ADDRESS.finditer(text):
        stop = address.start() + len(address.group().rstrip(_NOT_AT_END))
        pieces += [_prepare(text[end : address.start()], right_to_left=right_to_left), text[address.start() : stop]]
        end = stop
    return "".join([*pieces, _prepare(text[end:], right_to_left=right_to_left)])


# It begins where a word does: looked for from each letter, a text of one long word would take the square of its length.
_WEB_ADDRESS = re.compile(r"(?:https?://|(?<![a-z0-9-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/|\?))\S*", re.IGNORECASE)
_ZERO_WIDTH = "\u200b\u2060\ufeff\u00ad\u180e"
_JOINERS = "\u200c\u200d"
_DIRECTION_MARKS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# A joiner shapes emoji, Persian or Indic letters; beside a Latin letter or at an edge it does nothing.
_IDLE_JOINERS = re.compile(
    rf"(?<=[\u0000-\u02ff])[{_JOINERS}]+|^[{_JOINERS}]+|[{_JOINERS}]+(?=[\u0000-\u02ff])|[{_JOINERS}]+\Z"
)


def _replacements() -> dict[int, str]:
    table: dict[str, Iterable[str]] = {
        " ": "\u00a0\u2007\u202f\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f",
        "'": "\u02bc\u2019\u2018\ua78c\ua78b\u02bb\u02b9\u02c8\u201a\u201b\u2032\u2039\u203a\u00b4`",
        '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033",
        "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
        "...": "\u2026",
        "": _ZERO_WIDTH,
    }
    return {ord(character): plain for plain, characters in table.items() for character in characters}


_PLAIN = _replacements()
_NOT_AT_END = "".join(chr(code) for code in _PLAIN) + _JOINERS + _DIRECTION_MARKS  # around an address, not of it


def _prepare(text: str, *, right_to_left: bool) -> str:
    # Composed before, since some characters are only another code of a quote, and after: letter and mark may meet.
    plain = unicodedata.normalize("NFC", text).translate(_PLAIN)
    if not right_to_left:
        plain = plain.translate(dict.fromkeys(map(ord, _DIRECTION_MARKS)))
    return unicodedata.normalize("NFC", _IDLE_JOINERS.sub("", plain))


def _septets(character: str) -> int:
    return 2 if character in _GSM_EXTENSION else 1


def _utf16_units(character: str) -> int:
    return 2 if character > "\uffff" else 1


def _count_parts(costs: list[int], capacity: int) -> int:
    parts, room = 1, capacity
    for cost in costs:
        if cost > room:
            parts, room = parts + 1, capacity
        room -= cost
    return parts
