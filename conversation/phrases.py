"""Phrases of rules, and all of them found in one pass over the words of a text. Pure; what they mean is not known here.

A phrase is words in order; words are compared folded (folding.py):

    quiero|quisiera * morir   one of two words, then at most three others, then a word; *5 for at most five others
    me golpe-                 a word that begins so: golpea, golpearon
    me|nos he? <hits>         a word that may be missing; a word of a list
    knife|razor & wrist|arm   both in either order, with at most eight words between them

A phrase, and each side of a "&", begins and ends with a word that must be there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

from conversation.folding import Spelling, WordReader, fold

GAP, LONGEST_GAP = 3, 8  # words that "*" lets pass, and the most that "*N" may
SHORTEST_BEGINNING = 3  # letters of "gol-"; fewer would begin too many words


class Slot(NamedTuple):
    """Place of one word in a phrase: the words it takes, None for any word."""

    words: frozenset[str] | None
    optional: bool = False


class Span(NamedTuple):
    """A phrase found: its number and the places of its first and last word in the text."""

    phrase: int
    first: int
    last: int


def parse_phrase(text: str, lists: Mapping[str, Iterable[str]]) -> list[tuple[Slot, ...]]:
    """Return the slots of a phrase, with the words of its lists; one sequence for each order that it allows.

    Raises:
        ValueError: it is against the syntax above; the message says where.
    """
    sides = [_parse_side(side, lists) for side in text.split("&")]
    if len(sides) > 2:
        raise ValueError("there is at most one &")
    between = (Slot(None, optional=True),) * LONGEST_GAP
    return [left + between + right for left, right in permutations(sides)] if len(sides) == 2 else sides


class PhraseFinder:
    """A machine that reads a text word by word for every phrase at the same time.

    Each slot of each phrase is one bit of a number; the bits set are the slots that the words so far have reached. A
    word costs a fixed handful of operations on that number whatever came before, so no text can make it slow. After
    Navarro and Raffinot, Flexible Pattern Matching in Strings (2002), section 4.2.
    """

    def __init__(
        self, phrases: Sequence[tuple[Slot, ...]], spelling: Spelling, never_slips: frozenset[str] = frozenset()
    ) -> None:
        self._reader = WordReader(never_slips)
        self._phrases: dict[int, tuple[int, tuple[Slot, ...]]] = {}  # number and slots, by the bit of the last slot
        self._starts = self._ends = self._any = self._optional = self._before_run = self._run_end = 0
        slots_of: defaultdict[str, int] = defaultdict(int)
        first = 0
        for number, slots in enumerate(phrases):
            self._add(number, slots, first)
            for bit, slot in enumerate(slots, start=first):
                for word in slot.words or ():
                    slots_of[word] |= 1 << bit
            first += len(slots)
        for word, bits in slots_of.items():
            self._reader.add(word, bits, spelling)

    def find(self, words: Sequence[str]) -> list[Span]:
        """Return where phrases occur in folded words, in the order of their last words; each as short as it can be."""
        slots = {word: self._reader.find_slots(word) | self._any for word in set(words)}
        accepted = [slots[word] for word in words]
        return [self._trace_back(last, bit, accepted) for last, bit in self._find_ends(accepted)]

    def _find_ends(self, accepted: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield the place of the last word and the last bit of each phrase that occurs."""
        starts, optional, before_run, run_end = self._starts, self._optional, self._before_run, self._run_end
        leads_on = before_run | optional
        reached = 0
        for place, slots in enumerate(accepted):
            reached = (reached << 1 | starts) & slots
            if not reached:
                continue
            if reached & leads_on:  # a slot before or in a run of optional ones reaches all that follow in it
                high = reached | run_end
                reached |= optional & ~(high - before_run ^ high)
            ends = reached & self._ends
            while ends:
                last = ends & -ends
                yield place, last.bit_length() - 1
                ends ^= last

    def _trace_back(self, last: int, bit: int, accepted: Sequence[int]) -> Span:
        """Return the nearest beginning of a phrase that ends at a place, read backwards."""
        number, slots = self._phrases[bit]
        first_bit = bit - len(slots) + 1
        reached, place = {len(slots) - 1}, last
        while True:
            reached = {slot for slot in reached if accepted[place] >> (first_bit + slot) & 1}
            if 0 in reached:
                return Span(number, place, last)
            reached = {before for slot in reached for before in _slots_before(slots, slot)}
            place -= 1

    def _add(self, number: int, slots: tuple[Slot, ...], first: int) -> None:
        last = first + len(slots) - 1
        self._phrases[last] = number, slots
        self._starts |= 1 << first
        self._ends |= 1 << last
        for bit, slot in enumerate(slots, start=first):
            if slot.words is None:
                self._any |= 1 << bit
            if slot.optional:
                self._before_run |= (1 << (bit - 1)) & ~self._optional
                self._run_end = self._run_end & ~(1 << (bit - 1)) | 1 << bit
                self._optional |= 1 << bit


def _parse_side(text: str, lists: Mapping[str, Iterable[str]]) -> tuple[Slot, ...]:
    slots: list[Slot] = []
    for part in text.split():
        if part.startswith("*"):
            slots += [Slot(None, optional=True)] * _parse_gap(part)
        else:
            slots.append(Slot(_parse_words(part.removesuffix("?"), lists), optional=part.endswith("?")))
    if not slots or any(slot.words is None or slot.optional for slot in (slots[0], slots[-1])):
        raise ValueError("its first and last word must be there")
    return tuple(slots)


def _parse_gap(part: str) -> int:
    count = int(part[1:]) if part[1:].isdecimal() else GAP
    if part not in ("*", f"*{count}") or not 0 < count <= LONGEST_GAP:
        raise ValueError(f"a gap is * to *{LONGEST_GAP}, not {part}")
    return count


def _parse_words(part: str, lists: Mapping[str, Iterable[str]]) -> frozenset[str]:
    words: set[str] = set()
    for word in part.split("|"):
        named = word.startswith("<") and word.endswith(">")
        if named and word[1:-1] not in lists:
            raise ValueError(f"there is no list {word}")
        words |= set(lists[word[1:-1]]) if named else {word}
    for word in words:
        if "?" in word or len(fold(word).split()) != 1:
            raise ValueError(f"'{word}' is not one word")
        if word.endswith("-") and len(fold(word)) < SHORTEST_BEGINNING:
            raise ValueError(f"'{word}' begins too many words")
    return frozenset(words)


def _slots_before(slots: Sequence[Slot], slot: int) -> Iterator[int]:
    """Yield the slots from which a slot is reached: the one before, and more where that may be missing."""
    for before in range(slot - 1, -1, -1):
        yield before
        if not slots[before].optional:
            return
