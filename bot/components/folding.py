"""Words as the classifier sees them. Pure: tests read it without Rasa."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Typewriter, quotes, modifier letters, accents, primes: what phones put where K'iche' writes its glottal stop.
_APOSTROPHES = dict.fromkeys(map(ord, "'\u2018\u2019\u02bb\u02bc\u02b9\u2032`\u00b4\uff07"), "'")
_LETTER = r"[^\W_][\u0300-\u036f]*"  # with the accents that some phones send as characters of their own
_WORD = re.compile(rf"(?:{_LETTER})+(?:'+(?:{_LETTER})+)*'?")
_RUN = re.compile(r"(\D)\1{2,}")


@dataclass(frozen=True)
class Word:
    """One word: its place in the text as received, and the form that counts."""

    start: int
    end: int
    folded: str


def fold(text: str) -> str:
    """Return text in lower case without accents, apostrophes and long runs: "¡Holaaa!" → "¡hola!", "K'o" → "ko"."""
    plain = text.translate(_APOSTROPHES).replace("'", "").lower()
    letters = (c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return _RUN.sub(r"\1", "".join(letters))


def find_words(text: str) -> Iterator[Word]:
    """Yield the words of a text in order; a word keeps its inner apostrophes (b'ixik is one word).

    A text without any letter or digit ("?!", an emoji) is one word by itself; only an empty text has none.
    """
    found = False
    for match in _WORD.finditer(text.translate(_APOSTROPHES)):  # same length: the offsets stay true
        found = True
        yield Word(match.start(), match.end(), fold(match.group()) or match.group())
    if text and not found:
        yield Word(0, len(text), fold(text) or text)
