"""What one message shows. Two voices listen: a table of letter runs decides, langdetect says whether it agrees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from conversation.language_table import LanguageTable
from conversation.language_text import clean
from conversation.second_voice import SecondVoice

TAGS = (
    *("es", "en", "quc", "mam", "kek", "kjb", "pt", "ht", "fr"),
    *("fa", "ps", "uk", "zh", "ar", "cak", "ixl", "cab", "qu"),
)
MAYAN = frozenset({"quc", "mam", "kek", "kjb", "cak", "ixl"})
CLIP = 12.0  # nats: no single message says more than this

# Expected of a hundred messages; counts in full for one word and not at all from seven.
_EXPECTED = {"es": 50, "en": 20, "quc": 7, "mam": 5, "kek": 3, "kjb": 3, "pt": 8, "ht": 4, "fr": 5, "cak": 2}
_EXPECTED_ELSE = 0.8
_WORDS_WITHOUT_PRIOR = 7
_MOST_PER_WORD = 10.0  # nats: one strange word (a name, another language) does not decide
_BORROWED = 4.0  # nats that a Spanish word costs inside a Mayan message
_MIXED = 3.0  # nats by which a word must be Spanish rather than Mayan to make a message mixed
_LEAST_FOR_ONE_WORD = 0.75  # nats between the best two; "doctor" and "bus" are words of several languages
_LEAST_FOR_ONE_MAYAN_WORD = 2.0  # "tx" and other short forms look Mayan more often than they are
_LEAST_KNOWN = 0.5  # share of letters that must be letters of our languages

# Told to people in every language, or the same in many: no vote when a message is nothing else.
_NEUTRAL = frozenset(
    {
        *("alto", "ayuda", "cancel", "end", "help", "info", "parar", "person", "persona", "privado", "private"),
        *("quit", "start", "stop", "unstop", "no", "si", "sí", "yes", "a", "h", "j", "k", "kk", "o", "x", "y"),
    }
)
_FILLERS = frozenset({"haha", "hahaha", "jaja", "jajaja", "lol", "ok", "okay", "okey", "oki", "okis"})


@dataclass(frozen=True, slots=True)
class Detection:
    """What one message shows.

    Attributes:
        language: BCP 47 tag; None is no vote (nothing written, a keyword, a number, "ok", a word of
            several languages, an unknown script).
        group: "mayan" or "other"; None with no vote. Far surer than the language.
        mixed: a Mayan message with Spanish words in it.
        margin: nats between the best two languages, 0 with no vote.
        agreed: the second voice hears the same language.
        scores: log-probability per tag, 0 for the best, not below -CLIP; empty with no vote.
        candidates: the best languages, best first, at most three.
        words: how many words were counted.
    """

    language: str | None = None
    group: str | None = None
    mixed: bool = False
    margin: float = 0.0
    agreed: bool = False
    scores: Mapping[str, float] = field(default_factory=dict)
    candidates: tuple[str, ...] = ()
    words: int = 0


class Voices:
    """The two voices together; `detect` uses the ones that are shipped."""

    def __init__(self, table: LanguageTable, second: SecondVoice) -> None:
        self.table = table
        self.second = second
        self._prior = np.array([log(_EXPECTED.get(tag, _EXPECTED_ELSE) / 100) for tag in table.tags], np.float32)
        self._mayan = np.array([tag in MAYAN for tag in table.tags])
        self._spanish = table.tags.index("es")

    @classmethod
    def load(cls, folder: Path) -> "Voices":
        return cls(LanguageTable.load(folder / "language_table.npz"), SecondVoice.load(folder / "profiles"))

    def detect(self, text: str) -> Detection:
        """Return what a message shows; never raises for what a person can write."""
        text, count = _find_words(text)
        if not count or self.table.count_known(text) < _LEAST_KNOWN * len(text.replace(" ", "")):
            return Detection()
        words = self.table.score_words(text)
        order, totals = self._rank(words)
        margin = round(float(totals[order[0]] - totals[order[1]]), 2)
        tags = [self.table.tags[place] for place in order[:3]]
        if count == 1 and margin < (_LEAST_FOR_ONE_MAYAN_WORD if tags[0] in MAYAN else _LEAST_FOR_ONE_WORD):
            return Detection()
        return Detection(
            language=tags[0],
            group="mayan" if tags[0] in MAYAN else "other",
            mixed=tags[0] in MAYAN and self._has_spanish(words),
            margin=margin,
            agreed=self.second.find_language(text) == tags[0],
            scores=self._clip(totals - totals[order[0]]),
            candidates=tuple(tags),
            words=count,
        )

    def _rank(self, words: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Return places of the languages, best first, and their totals over all words [languages], in nats."""
        words = np.maximum(words, words.max(axis=1, keepdims=True) - _MOST_PER_WORD)
        borrowed = np.where(self._mayan, words[:, [self._spanish]] - _BORROWED, -np.inf)
        totals = np.maximum(words, borrowed).sum(axis=0)
        totals += self._prior * max(0.0, 1 - (len(words) - 1) / (_WORDS_WITHOUT_PRIOR - 1))
        return np.argsort(-totals, kind="stable"), totals

    def _has_spanish(self, words: NDArray[np.float32]) -> bool:
        return bool(np.any(words[:, self._spanish] - words[:, self._mayan].max(axis=1) >= _MIXED))

    def _clip(self, differences: NDArray[np.float32]) -> dict[str, float]:
        clipped = np.maximum(differences, -CLIP).round(2)
        return dict(zip(self.table.tags, clipped.astype(float).tolist(), strict=True))


def _find_words(text: str) -> tuple[str, int]:
    """Return the cleaned words that tell a language and how many they are; "" and 0 is no vote."""
    words = [word for word in clean(text).split() if word not in _FILLERS]
    if _NEUTRAL.issuperset(words):
        return "", 0
    return " ".join(words), len(words)
