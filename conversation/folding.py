"""Folding: what people type and what our rules say become the same plain letters, so that they can be compared. Pure.

fold() is for whole texts; a WordReader goes further and knows the words of rules in the spelling of hurry and of slips.
Folding is for comparing only; nobody's text is repaired or sent back folded.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

LONG_WORD = 6  # letters a word must have to be known with a slip of the finger; shorter words are too much alike
LONGEST_WORD = 24  # longer ones are not read for slips, so that a message without spaces costs no more than others
MOST_FORMS = 64  # of one word, by its sounds; the rest is left out

_HEAD = 3  # letters by which beginnings are looked up; the shortest beginning that a rule may have
_NONE: Mapping[str, int] = {}
_APOSTROPHES = frozenset("'’‘`´ʼʹʻꞌ′＇‛")
# Letters of other scripts, after lower-casing, that look like Latin ones on a phone.
_LOOK_ALIKES = dict(zip("асеорхуіѕјһԁԛԝкмтнвӏαονρικτυεχıłøđɑɡ", "aceopxyisjhdqwkmthblaovpiktuexilodag", strict=True))
_WHOLE = {"æ": "ae", "œ": "oe", "🆘": " sos ", "@": "a"}
_LEET = str.maketrans("01345", "oieas")
_LETTER_FOR_LETTER = re.compile(r"(?<!\w)[^\W\d_](?: [^\W\d_]){3,}(?!\w)")  # "s t o p"; three alone may be "x q m"
_DIGIT_IN_WORD = re.compile(r"(?<=[a-z])[01345](?=[a-z])")
# English "do not", "can not", "didn t", "cannot" become "dont", "cant", "didnt", as they are texted.
_NOT = re.compile(r"\b(ca|do|does|did|is|are|was|were|has|have|had|would|could|should)(?:n t|n? not|n?not)\b")
_WILL_NOT = re.compile(r"\b(?:will not|won t)\b")
_REPEATED = re.compile(r"([^\W\d_])\1+")


def fold(text: str) -> str:
    """Return the words of a text, lower case, without accents, apostrophes, punctuation and repeated letters.

    "¡NO QUIEROOO, k'iche'!" becomes "no quiero kiche"; "kill" and "kiiill" become "kil"; "s.t.o.p" becomes "stop".
    """
    return _REPEATED.sub(r"\1", spell_out(text))


def spell_out(text: str) -> str:
    """Fold without removing repeated letters: the form in which the sounds of a language can still be told apart."""
    words = " ".join(text.translate(_LETTERS).split())
    words = _LETTER_FOR_LETTER.sub(lambda found: found[0].replace(" ", ""), words)
    words = _WILL_NOT.sub("wont", _NOT.sub(r"\1nt", words))
    return _DIGIT_IN_WORD.sub(lambda found: found[0].translate(_LEET), words)


def plain_character(character: str) -> str:
    """Return a character in lower case, without accent, in Latin letters and ASCII digits where it looks like them.

    Empty for what is not seen: combining marks, zero-width characters, NUL. Punctuation stays as it is.
    """
    if character in _WHOLE:
        return _WHOLE[character]
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(_plain(part) for part in spread)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How people of one language write words when they text.

    Attributes:
        short: other ways to write a word, by the folded word: "que": ("q", "k").
        sounds: other ways to write some letters, by the letters: "qu": ("k", "q"); "" where they may be missing.
        slips: folded words, not too short, that are known with one slip of the finger too.
    """

    short: Mapping[str, Sequence[str]]
    sounds: Mapping[str, Sequence[str]]
    slips: frozenset[str]

    def find_forms(self, word: str) -> set[str]:
        """Return how a word may be written, folded; the word itself is among them."""
        letters = sorted(self.sounds, key=len, reverse=True)
        pieces = re.split(f"({'|'.join(map(re.escape, letters))})" if letters else r"(?!)", spell_out(word))
        choices = [(piece, *self.sounds.get(piece, ())) for piece in pieces]
        forms = map("".join, islice(product(*choices), MOST_FORMS))
        return {fold(form) for form in (*forms, *self.short.get(fold(word), ()))}


class WordReader:
    """Which slots of the rules a typed word fills. A slot is a bit, several slots are bits of one number."""

    def __init__(self, never_slips: frozenset[str]) -> None:
        self._never_slips = never_slips  # folded words that are words of their own
        self._words: dict[str, int] = {}
        self._beginnings: dict[str, dict[str, int]] = {}  # by their own first letters
        self._near: dict[str, list[str]] = {}  # long words by each of their shortened forms

    def add(self, word: str, slots: int, spelling: Spelling) -> None:
        """Let a word of the rules fill slots; "golpe-" stands for all words that begin so."""
        for form in spelling.find_forms(word.removesuffix("-")):
            known = self._beginnings.setdefault(form[:_HEAD], {}) if word.endswith("-") else self._words
            known[form] = known[form] | slots if form in known else slots  # most share one number
        folded = fold(word)
        if folded in spelling.slips and not word.endswith("-"):
            for key in {folded, *_shorten(folded)}:
                self._near.setdefault(key, []).append(folded)

    def find_slots(self, word: str) -> int:
        """Return the slots of a folded word, as it stands or with one slip of the finger; 0 for none."""
        slots = self._words.get(word, 0)
        for beginning, more in self._beginnings.get(word[:_HEAD], _NONE).items():
            if word.startswith(beginning):
                slots |= more
        if slots or not self._near or len(word) > LONGEST_WORD or word in self._never_slips:
            return slots
        for key in (word, *_shorten(word)):
            for meant in self._near.get(key, ()):
                if meant[0] == word[0] and is_one_slip_apart(word, meant):
                    slots |= self._words[meant]
        return slots


def is_one_slip_apart(typed: str, word: str) -> bool:
    """Tell whether two words differ by one letter missing, too many, wrong, or by two letters swapped."""
    shorter, longer = sorted((typed, word), key=len)
    start = next((place for place, letter in enumerate(shorter) if letter != longer[place]), len(shorter))
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :]
    swapped = shorter[start + 1 : start + 2] + shorter[start : start + 1] + shorter[start + 2 :]
    return shorter[start + 1 :] == longer[start + 1 :] or swapped == longer[start:]


class _Letters(dict[int, str]):
    """What str.translate asks for; each character is worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        folded = "" if character in _APOSTROPHES else plain_character(character)
        self[point] = "".join(part if part.isalnum() else " " for part in folded)
        return self[point]


_LETTERS = _Letters()


def _plain(part: str) -> str:
    if part in _LOOK_ALIKES:
        return _LOOK_ALIKES[part]
    category = unicodedata.category(part)
    if category in {"Mn", "Me", "Cf"} or part == "\0":
        return ""
    return str(unicodedata.decimal(part)) if category == "Nd" else _WHOLE.get(part, part)


def _shorten(word: str) -> set[str]:
    """Return a word without one of its letters, each in turn: words one slip apart have one such form in common."""
    return {word[:place] + word[place + 1 :] for place in range(len(word))}
