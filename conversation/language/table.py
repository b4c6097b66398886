"""The first voice: how well each word of a message fits each language, by the letters that follow each other.

The table holds, for runs of one to five characters seen in training text, the probability of the last character after
the ones before it, per language (interpolated Witten-Bell estimates made by bench/build_language_table.py). A message
is walked once: at each character the longest known run counts, and the sums per word are handed out.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LONGEST_RUN = 5  # characters
BITS = 12  # of one character in a key; a run of five fits into 64 bits
LEVELS_PER_NAT = 16  # a level is a negative log-probability in sixteenths of a nat, 255 at most


@dataclass(frozen=True, slots=True, eq=False)
class LanguageTable:
    """Counts turned into levels; no text can be read back from it beyond five letters.

    Attributes:
        tags: BCP 47 tags, the columns of `levels`.
        numbers: uint64 [65536], number of each character in a key, 0 for one that no training text has.
        keys: uint64 [runs], sorted: the numbers of a run's characters, 12 bits each, the last one lowest.
        levels: uint8 [runs + 1, tags]; the last row is for an unknown character and says nothing (all 0).
    """

    tags: tuple[str, ...]
    numbers: NDArray[np.uint64]
    keys: NDArray[np.uint64]
    levels: NDArray[np.uint8]

    @classmethod
    def from_arrays(
        cls, tags: tuple[str, ...], alphabet: str, keys: NDArray[np.uint64], levels: NDArray[np.uint8]
    ) -> "LanguageTable":
        """Build from the characters in the order of their numbers (from 1), sorted keys and their levels."""
        silent = np.zeros((1, len(tags)), np.uint8)
        return cls(tags, number_characters(alphabet), keys, np.concatenate([levels, silent]))

    @classmethod
    def load(cls, path: Path) -> "LanguageTable":
        """Read a table written by `save`."""
        with np.load(path, allow_pickle=False) as file:
            keys = np.cumsum(file["key_steps"], dtype=np.uint64)
            levels = np.ascontiguousarray(file["levels"].T)
            return cls.from_arrays(tuple(str(file["tags"]).split()), str(file["alphabet"]), keys, levels)

    def save(self, path: Path, alphabet: str) -> None:
        """Write the table: keys as steps and levels by column, since that packs best. Same table, same bytes."""
        np.savez_compressed(
            path,
            tags=np.array(" ".join(self.tags)),
            alphabet=np.array(alphabet),
            key_steps=np.diff(self.keys, prepend=np.uint64(0)),
            levels=np.ascontiguousarray(self.levels[:-1].T),
        )

    def score_words(self, text: str) -> NDArray[np.float32]:
        """Return log-probabilities in nats, float32 [words, tags], for a cleaned text of at least one word."""
        numbers = number_text(text, self.numbers)
        rows = self._find_rows(numbers)
        starts = np.flatnonzero(numbers[:-1] == SPACE)  # characters from here on, without the leading space
        levels = np.add.reduceat(self.levels[rows], starts, axis=0, dtype=np.int32)
        return levels * np.float32(-1 / LEVELS_PER_NAT)

    def count_known(self, text: str) -> int:
        """Return how many letters of a cleaned text are letters of our languages."""
        return int(np.count_nonzero(number_text(text, self.numbers) > SPACE))

    def _find_rows(self, numbers: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Return for each character but the first the row of the longest known run that ends there."""
        runs = spread_runs(numbers)[:, 1:]
        places = np.minimum(np.searchsorted(self.keys, runs), len(self.keys) - 1)
        found = self.keys[places] == runs
        # From the longest run to the shortest, then the silent row.
        places = np.concatenate([places[::-1], np.full((1, runs.shape[1]), len(self.keys))])
        longest = np.argmax(np.concatenate([found[::-1], np.ones((1, runs.shape[1]), bool)]), axis=0)
        return places[longest, np.arange(runs.shape[1])]


SPACE = 1  # number of the space; the first character of every alphabet


def number_characters(alphabet: str) -> NDArray[np.uint64]:
    """Return a look-up of 65,536 numbers for the characters of an alphabet, which starts with the space."""
    numbers = np.zeros(1 << 16, np.uint64)
    for number, character in enumerate(alphabet, start=SPACE):
        numbers[ord(character)] = number
    return numbers


def number_text(text: str, numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the numbers of a text's characters with a space before and behind it."""
    points = np.frombuffer(f" {text} ".encode("utf-32-le"), np.uint32)
    return numbers[np.minimum(points, len(numbers) - 1)]


def spread_runs(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the keys of all runs, uint64 [5, characters]: row n ends at each character and is n + 1 long.

    A run that starts with an unknown character, or before the text, has the key of the shorter run behind it.
    """
    runs = np.empty((LONGEST_RUN, len(numbers)), np.uint64)
    runs[0] = numbers
    for more in range(1, LONGEST_RUN):
        runs[more] = runs[more - 1]
        runs[more, more:] |= numbers[:-more] << np.uint64(BITS * more)
    return runs
