"""A text as weighted n-grams in three channels: words, letters within words, and sounds. Pure numpy and scipy.

What a sentence encoder cannot know (K'iche', Haitian Creole, names of papers and offices) is learnt from these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from bot.components.sounding import sound

Array = npt.NDArray[Any]

LETTERS, SOUNDS = range(2, 5), range(3, 6)  # lengths of a gram, with the blank at each end of a word
_MANY = 1000  # texts from which a gram that occurs in very few of them says nothing


def word_grams(words: Sequence[str]) -> Iterator[str]:
    """Yield the words and the pairs of neighbours."""
    yield from words
    for first, second in pairwise(words):
        yield f"{first} {second}"


def letter_grams(words: Sequence[str]) -> Iterator[str]:
    """Yield 2 to 4 neighbouring letters within each word, its ends marked by blanks."""
    yield from _cut(words, LETTERS)


def sound_grams(words: Sequence[str]) -> Iterator[str]:
    """Yield 3 to 5 neighbouring letters of what is heard."""
    yield from _cut([sound(word) for word in words], SOUNDS)


def _cut(words: Sequence[str], lengths: range) -> Iterator[str]:
    for word in words:
        marked = f" {word} "
        for length in lengths:
            for start in range(len(marked) - length + 1):
                yield marked[start : start + length]


@dataclass(frozen=True)
class _Channel:
    grams: Callable[[Sequence[str]], Iterator[str]]
    least: int  # texts that a gram occurs in, where there are many


_CHANNELS = {"words": _Channel(word_grams, 2), "letters": _Channel(letter_grams, 3), "sounds": _Channel(sound_grams, 3)}


@dataclass(frozen=True)
class NGrams:
    """The grams known from training: their column, over all channels, and their weight by rarity.

    Attributes:
        columns: by channel, the column of each gram.
        idf: float32 (F,), for F columns of all channels.
    """

    columns: Mapping[str, Mapping[str, int]]
    idf: Array

    @classmethod
    def learn(cls, texts: Sequence[Sequence[str]]) -> NGrams:
        """Learn from texts given as their folded words; the same texts in any order give the same grams."""
        columns: dict[str, dict[str, int]] = {}
        counts: list[int] = []
        for name, channel in _CHANNELS.items():
            least = channel.least if len(texts) >= _MANY else 1
            seen = Counter(gram for words in texts for gram in set(channel.grams(words)))
            kept = sorted(gram for gram, count in seen.items() if count >= least)
            columns[name] = {gram: len(counts) + place for place, gram in enumerate(kept)}
            counts += [seen[gram] for gram in kept]
        return cls(columns, _rarity(np.array(counts), len(texts)))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> NGrams:
        columns: dict[str, dict[str, int]] = {}
        start = 0
        for channel in _CHANNELS:
            grams = arrays[f"grams_{channel}"].tobytes().decode().split("\n") if arrays[f"grams_{channel}"].size else []
            columns[channel] = {gram: start + place for place, gram in enumerate(grams)}
            start += len(grams)
        return cls(columns, arrays["idf"])

    def to_arrays(self) -> dict[str, Array]:
        """Return the grams as UTF-8, one a line, and their weights: arrays that need no pickle."""
        grams = {
            f"grams_{channel}": np.frombuffer("\n".join(known).encode(), dtype=np.uint8)
            for channel, known in self.columns.items()
        }
        return {**grams, "idf": self.idf}

    def weigh(self, texts: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        """Return (1 + log count) * idf, each channel of length 1 within its row; shape (rows, F)."""
        places: list[int] = []
        weights: list[Array] = []
        ends = [0]
        for words in texts:
            for name, channel in _CHANNELS.items():
                known = self.columns[name]
                counts = Counter(known[gram] for gram in channel.grams(words) if gram in known)
                columns = sorted(counts)
                row = (1.0 + np.log([counts[column] for column in columns])) * self.idf[columns]
                places += columns
                weights.append(row / max(float(np.sqrt(row @ row)), 1e-9))
            ends.append(len(places))
        data = np.concatenate(weights).astype(np.float32) if weights else np.zeros(0, np.float32)
        return sparse.csr_matrix((data, places, ends), shape=(len(texts), len(self.idf)))


def _rarity(counts: Array, rows: int) -> Array:
    return (np.log((1 + rows) / (1 + counts)) + 1.0).astype(np.float32)
