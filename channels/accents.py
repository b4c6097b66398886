"""Accents folded to save money, where an operator has chosen so (ACCENTS=fold); docs/decisions/0032. Pure."""

import unicodedata

from channels.sms_text import Encoding, count_segments, find_outside_gsm

_TWO_LETTERS = {"œ": "oe", "Œ": "OE"}


def fold_accents(text: str) -> str:
    """Write the letters that GSM-7 lacks without their marks, if that makes a text cost fewer segments; else nothing.

    What GSM-7 has stays: ñ, é, ü, à and the apostrophe, which is a letter in Mayan languages. A text that needs UCS-2
    anyway (Ukrainian, an emoji) stays as it was written.
    """
    table = {ord(letter): _fold(letter) for letter in find_outside_gsm(text)}
    folded = text.translate(table)
    if count_segments(folded).encoding is Encoding.UCS2:
        return text
    return folded if count_segments(folded).segments < count_segments(text).segments else text


def _fold(letter: str) -> str:
    """Return a letter without its marks; itself when it has none, or is of another alphabet."""
    plain = _TWO_LETTERS.get(letter) or unicodedata.normalize("NFD", letter)[0]
    return plain if plain.isascii() and plain.isalpha() else letter
