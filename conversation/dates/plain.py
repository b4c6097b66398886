"""A text in the plain letters in which dates are looked for, and the way back to what was typed. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from conversation.folding import plain_character

LONGEST = 1600  # characters that are read; ten texts
_DROPPED = frozenset("'’‘`´ʼʹ′")
_DASHES = frozenset("‐‑‒–—−")
_LONG_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{5,20}(?![^\W_])")
_KEPT = frozenset(":/.,-$#%+;!?()\n@=*")


@dataclass(frozen=True, slots=True)
class PlainText:
    """Lower case, without accents, apostrophes and repeated letters; what matters for dates stays: digits and ":/.,-".

    Attributes:
        plain: the letters.
        places: for each of them, the place of the character in the text typed.
    """

    plain: str
    places: tuple[int, ...]

    def mend(self, mend_word: Callable[[str], str]) -> "PlainText":
        """Return the text with each word as mend_word says it."""
        letters: list[str] = []
        places: list[int] = []
        last = 0
        for found in _LONG_WORD.finditer(self.plain):
            mended = mend_word(found[0])
            if mended == found[0]:
                continue
            letters += [self.plain[last : found.start()], mended]
            places += self.places[last : found.start()]
            places += [self.places[min(found.start() + n, found.end() - 1)] for n in range(len(mended))]
            last = found.end()
        return PlainText("".join(letters) + self.plain[last:], (*places, *self.places[last:]))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return begin and end in the text typed."""
        return (self.places[start], self.places[end - 1] + 1) if end > start else (0, 0)


def make_plain(text: str) -> PlainText:
    """Return the plain form of a text, of its first LONGEST characters."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text[:LONGEST]):
        for part in _plain(character):
            if _is_repeated(part, letters):
                continue
            letters.append(part)
            places.append(place)
    plain = "".join(letters)
    return PlainText(re.sub(r"(?<=[a-z])-(?=[a-z])", " ", plain), tuple(places))


def plain_words(words: str) -> str:
    """Return words of our tables in the same letters."""
    return make_plain(words).plain.strip()


def _plain(character: str) -> str:
    if character in _DROPPED:
        return ""
    if character in _KEPT:
        return character
    if character in _DASHES:
        return "-"
    plain = plain_character(character)
    return "".join(part if part.isalnum() or part in _KEPT else " " for part in plain)


def _is_repeated(part: str, letters: list[str]) -> bool:
    """Tell whether a letter or a blank stands twice; digits and signs may."""
    return bool(letters) and part == letters[-1] and (part.isalpha() or part == " ")
