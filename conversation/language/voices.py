"""What one message shows. Two voices listen: a table of letter runs decides, langdetect says whether it agrees."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from conversation.language.letters import CHINESE, clean, drop_accents, drop_apostrophes, read_phrases
from conversation.language.second_voice import SecondVoice
from conversation.language.table import LanguageTable

TAGS = (
    *("es", "en", "quc", "mam", "kek", "kjb", "pt", "ht", "fr"),
    *("fa", "ps", "uk", "zh", "ar", "cak", "ixl", "cab", "qu"),
)
# Heard only to be refused: without them German is English with great certainty, and Italian Spanish.
UNLISTED = ("de", "fil", "id", "it", "nl", "pl", "ro", "ru", "tr", "vi")
MAYAN = frozenset({"quc", "mam", "kek", "kjb", "cak", "ixl"})
CLIP = 12.0  # nats: no single message says more than this

# Expected of a hundred messages: what decides where letters do not.
_EXPECTED = {"es": 50, "en": 20, "quc": 7, "mam": 5, "kek": 3, "kjb": 3, "pt": 10, "ht": 4, "fr": 5, "cak": 2}
_EXPECTED_ELSE = 0.8
_UNEXPECTED = 10.0  # nats that an unlisted language must be ahead, however long the message
_MOST_PER_WORD = 10.0  # nats: one strange word (a name, another language) does not decide
_BORROWED = 2.0  # nats that a Spanish word costs inside a Mayan message
_MIXED = 3.0  # nats by which a word must be Spanish rather than Mayan to make a message mixed
_LEAST_FOR_ONE_WORD = 0.75  # nats between the best two; "doctor" and "bus" are words of several languages
_LEAST_FOR_ONE_MAYAN_WORD = 2.0  # "tx" and other short forms look Mayan more often than they are
_KNOWN_BY_HEART = 5.0  # nats for a whole message that is a phrase of a language
_LEAST_LIKELY = -4.0  # nats a letter, of the best language; below it is none of ours, or keys hit at random
_LEAST_LIKELY_MAYAN = -3.2  # stricter: Somali, Hmong and Albanian look Mayan before they look like anything else
_LEAST_MAYAN_LEAD = 2.0  # nats before every other language; "Juan Tzoc" has less
_LEAST_KNOWN = 0.5  # share of letters that must be letters of our languages
_LEAST_KNOWN_CHINESE = 0.9  # the same beside Chinese signs: Japanese is full of them

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

    def __init__(
        self, table: LanguageTable, second: SecondVoice, phrases: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        """Take both voices and the cleaned phrases per tag that, being a whole message, are known by heart."""
        self.table = table
        self.second = second
        self._tags = tuple(tag for tag in table.tags if tag not in UNLISTED)  # the first columns of the table
        self._prior = np.array([log(_EXPECTED.get(tag, _EXPECTED_ELSE) / 100) for tag in self._tags], np.float32)
        self._mayan = np.array([tag in MAYAN for tag in self._tags])
        self._spanish = self._tags.index("es")
        self._phrases = _spread(phrases or {}, self._tags)
        self._longest_phrase = max((len(phrase.split()) for phrase in self._phrases), default=0)  # words

    @classmethod
    def load(cls, folder: Path) -> "Voices":
        table = LanguageTable.load(folder / "language_table.npz")
        return cls(table, SecondVoice.load(folder / "profiles"), read_phrases(folder / "phrases.txt"))

    def detect(self, text: str) -> Detection:
        """Return what a message shows; never raises for what a person can write."""
        text, count = _find_words(text)
        if not count or not self._is_known(text):
            return Detection()
        plain, foreign = self._score_words(text)
        words = self._allow_spanish(plain)
        totals = words.sum(axis=0, dtype=np.float32) + self._prior
        if len(words) <= self._longest_phrase:
            totals += self._phrases.get(_bare(text), np.float32(0))
        order = np.argsort(-totals, kind="stable")
        if foreign > totals[order[0]] or not self._is_telling(words, totals, order, letters=len(text)):
            return Detection()
        tags = [self._tags[place] for place in order[:3]]
        return Detection(
            language=tags[0],
            group="mayan" if tags[0] in MAYAN else "other",
            mixed=tags[0] in MAYAN and self._has_spanish(plain),
            margin=_measure_margin(totals, order),
            agreed=self.second.find_language(text) == tags[0],
            scores=self._clip(totals - totals[order[0]]),
            candidates=tuple(tags),
            words=count,
        )

    def _is_known(self, text: str) -> bool:
        """Tell whether enough letters of a cleaned text are of our scripts."""
        least = _LEAST_KNOWN_CHINESE if CHINESE in text else _LEAST_KNOWN
        return self.table.count_known(text) >= least * len(text.replace(" ", ""))

    def _is_telling(
        self, words: NDArray[np.float32], totals: NDArray[np.float32], order: NDArray[np.intp], *, letters: int
    ) -> bool:
        """Tell whether the best language is likely in itself, and far enough ahead for one word or for a Mayan one."""
        mayan = bool(self._mayan[order[0]])
        if float(words[:, order[0]].sum()) / (letters + 1) < (_LEAST_LIKELY_MAYAN if mayan else _LEAST_LIKELY):
            return False
        if mayan and totals[order[0]] - totals[~self._mayan].max() < _LEAST_MAYAN_LEAD:
            return False
        least = _LEAST_FOR_ONE_MAYAN_WORD if mayan else _LEAST_FOR_ONE_WORD
        return len(words) > 1 or _measure_margin(totals, order) >= least

    def _score_words(self, text: str) -> tuple[NDArray[np.float32], float]:
        """Return log-probabilities [words, our languages], and the total of the best unlisted one, less a handicap."""
        scores = self.table.score_words(text)
        listed = len(self._tags)
        if CHINESE not in text:  # which is written without spaces: all of it is one word
            scores = np.maximum(scores, scores[:, :listed].max(axis=1, keepdims=True) - np.float32(_MOST_PER_WORD))
        unlisted = scores[:, listed:].sum(axis=0)
        return scores[:, :listed], float(unlisted.max(initial=-np.inf)) - _UNEXPECTED

    def _allow_spanish(self, words: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the scores with every Spanish word possible inside a Mayan message, at a price."""
        borrowed = np.where(self._mayan, words[:, [self._spanish]] - np.float32(_BORROWED), -np.inf)
        return np.maximum(words, borrowed.astype(np.float32))

    def _has_spanish(self, words: NDArray[np.float32]) -> bool:
        return bool(np.any(words[:, self._spanish] - words[:, self._mayan].max(axis=1) >= _MIXED))

    def _clip(self, differences: NDArray[np.float32]) -> dict[str, float]:
        clipped = np.maximum(differences, -CLIP).round(2)
        return dict(zip(self._tags, clipped.astype(float).tolist(), strict=True))


def _spread(phrases: Mapping[str, Iterable[str]], tags: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """Return by phrase, without accents and apostrophes, what it adds to each language [tags], in nats."""
    known: dict[str, NDArray[np.float32]] = defaultdict(lambda: np.zeros(len(tags), np.float32))
    for tag, texts in phrases.items():
        for text in texts:
            known[_bare(text)][tags.index(tag)] = _KNOWN_BY_HEART
    return dict(known)


def _bare(text: str) -> str:
    return drop_apostrophes(drop_accents(text))


def _measure_margin(totals: NDArray[np.float32], order: NDArray[np.intp]) -> float:
    """Return the nats between the best two languages."""
    return round(float(totals[order[0]] - totals[order[1]]), 2)


def _find_words(text: str) -> tuple[str, int]:
    """Return the cleaned words that tell a language and how many they are; "" and 0 is no vote."""
    words = [word for word in clean(text).split() if word not in _FILLERS]
    if _NEUTRAL.issuperset(words):
        return "", 0
    return " ".join(words), sum(map(_count_words, words))


def _count_words(word: str) -> int:
    """Return 1, or how many words are written there in Chinese, which has no spaces and about two signs a word."""
    return max(1, word.count(CHINESE) // 2)
