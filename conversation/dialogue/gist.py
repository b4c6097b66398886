"""What a message does in the conversation, whatever it is about: greets, thanks, agrees, asks on. Pure.

A greeting before a question does not hide it: `core` is the text without courtesy around it, in the person's own
letters. Messages of a few words are told by their phrases, in all languages at once, since two words do not show a
language. The phrases are in data/dialogue/<language>.yml.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Self

from conversation.errors import ContentError
from conversation.folding import Spelling, fold
from conversation.phrases import PhraseFinder, parse_phrase

LONGEST = 14  # words of a message that a phrase can be the whole of; longer ones speak for themselves
SHORTEST_TURN = {"missing": 2, "refused": 2, "other": 2, "safe": 2}  # words of a phrase; else a bare "no" would be one
SHORTEST_CORE = 3  # words; "thanks for your time, miss" has no question behind its courtesy
SHORTEST_BEFORE_THANKS = 5  # "I give you thanks" has none before it
SHORTEST_SLIP = 7  # letters of a word that is known with one slip of the finger
COURTESIES = ("greeting", "pleasantry", "sorry", "name", "thanks", "goodbye", "please")
REPLIES = ("yes", "no", "none", "okay", "laugh")
TURNS = (
    "missing", "where", "when", "cost", "how_long", "refused", "who", "phone", "safe", "why", "how", "other",
)  # fmt: skip
REPAIRS = ("unclear", "again", "more")
DATES = (
    "will_go", "cannot_go", "cannot_bare", "did_go", "did_not_go", "date_changed", "need_ride", "afraid_to_go",
    "dont_know", "drop_date", "cancel_date",
    "full_reminders", "neutral_reminders", "calendar_file", "question_word",
    "no_more_questions", "doubt",
)  # fmt: skip
KINDS = frozenset(
    {*COURTESIES, *REPLIES, *TURNS, *REPAIRS, *DATES, "and", "joiner", "asks", "youth", "sponsor", "wrong_number"}
)
_MAY_BE_WRAPPED = frozenset(TURNS) - {"phone"}
_WRITTEN = re.compile(r"\S+")
_ENDED = frozenset({"pleasantry", "thanks"})  # courtesy only where nothing of the same sentence follows
_ENDS_A_NAME = tuple(".,;:!?\n")


@dataclass(frozen=True, slots=True)
class Span:
    """A phrase of some kind: places of its first and last word."""

    kind: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Gist:
    """What was told from the form of a message.

    Attributes:
        core: the text without courtesy around it; the whole text when hardly anything else would be left.
        words: folded words of the core.
        courtesies: kinds of the courtesy that stood around the core, in their order.
        is_courtesy: there is nothing but courtesy.
        whole: kinds of phrases that are the whole core.
        role: "youth" or "sponsor" where the text tells who writes.
    """

    core: str = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    courtesies: tuple[str, ...]
    is_courtesy: bool
    whole: frozenset[str]
    role: str | None


class Phrasebook:
    """The phrases of all languages."""

    def __init__(self, finders: Sequence[tuple[PhraseFinder, Sequence[str]]], light: frozenset[str]) -> None:
        self._finders = tuple(finders)  # each with the kinds of its phrases, by their numbers
        self._light = light  # words that name no topic

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Any]]) -> Self:
        """Read parsed data/dialogue/<language>.yml by tag.

        Raises:
            ContentError: an unknown kind, or a phrase against the syntax.
        """
        light = frozenset(
            word for row in data.values() for text in row.get("light") or () for word in fold(str(text)).split()
        )
        return cls([_read_language(tag, row) for tag, row in sorted(data.items())], light)

    def find(self, words: Sequence[str]) -> list[Span]:
        """Return every phrase in folded words."""
        return [
            Span(kinds[span.phrase], span.first, span.last)
            for finder, kinds in self._finders
            for span in finder.find(words)
        ]

    def read(self, text: str) -> Gist:
        """Return what a text does in the conversation."""
        written = list(_WRITTEN.finditer(text))
        tokens = [token[0] for token in written]
        words, owners = _split_words(tokens)
        spans = self.find(words)
        # who is sixteen writes of an own child too
        role = next((role for role in ("youth", "sponsor") if any(span.kind == role for span in spans)), None)
        first, before = _skip_courtesy(words, spans, tokens, owners)
        last, after = _drop_courtesy(words, spans, first)
        is_courtesy = first >= last
        if is_courtesy:
            first, last = 0, len(words)
        begin = written[owners[first]].start() if first > 0 else 0
        end = written[owners[last - 1]].end() if last < len(words) else len(text)
        shortest = SHORTEST_BEFORE_THANKS if {"thanks", "goodbye"} & set(after) else SHORTEST_CORE
        is_enough = last - first >= shortest or text[begin:end].endswith("?")
        core = text[begin:end] if is_enough else text
        whole = self._find_whole(words, spans, first, last)
        return Gist(core, tuple(words[first:last]), (*before, *after), is_courtesy and bool(words), whole, role)

    def begins_with(self, text: str, kind: str) -> bool:
        """Tell whether a text begins with a phrase of a kind, as it is or after words such as "and"."""
        words = fold(text).split()[:LONGEST]
        spans = self.find(words)
        starts = {0, _skip_conjunctions(spans, 0, len(words))}
        return any(span.kind == kind and span.first in starts for span in spans)

    def _find_whole(self, words: Sequence[str], spans: Sequence[Span], first: int, last: int) -> frozenset[str]:
        """Return the kinds of phrases that are the whole: from end to end, or with words around that name no topic.

        Words may stand around turns only; of these the phrases with most words count.
        """
        if last - first > LONGEST:
            return frozenset()
        start = _skip_conjunctions(spans, first, last)
        whole = {span.kind for span in spans if span.first in (first, start) and span.last == last - 1}
        around = [span for span in spans if span.kind in _MAY_BE_WRAPPED and span.first >= first and span.last < last]
        wrapped = [
            span
            for span in around
            # a word such as "and" may as well begin the phrase: Portuguese "mas" is but, Spanish "más" is more
            if self._is_light(words[start : span.first], words[span.last + 1 : last])
        ]
        most = max((span.last - span.first for span in wrapped), default=0)
        longest = {span.kind for span in wrapped if span.last - span.first == most}
        return frozenset({kind for kind in whole if kind not in _MAY_BE_WRAPPED} | longest)

    def _is_light(self, *parts: Sequence[str]) -> bool:
        return all(word in self._light for part in parts for word in part)


def _skip_conjunctions(spans: Sequence[Span], first: int, last: int) -> int:
    """Return the place after the words that change nothing, one word being left at least."""
    singles = {span.first for span in spans if span.kind == "and" and span.first == span.last}
    while first in singles and first < last - 1:
        first += 1
    return first


def _skip_courtesy(
    words: Sequence[str], spans: Sequence[Span], tokens: Sequence[str], owners: Sequence[int]
) -> tuple[int, list[str]]:
    """Return the place of the first word after the leading courtesy, and its kinds."""
    place, kinds = 0, list[str]()
    while found := max((s for s in spans if s.first == place and s.kind in COURTESIES), key=_last, default=None):
        end = found.last + 1
        if found.kind == "name":
            end = _skip_name(tokens, owners, end)
        if found.kind in _ENDED and not _is_complete(spans, tokens, owners, end):
            break  # "how are you" is a pleasantry, "how is my case" is not; nor is "thanks to God he …"
        # never within a written word: "k'iche'" is two folded ones
        if end < len(words) and owners[end] == owners[end - 1]:
            break
        place, kinds = end, [*kinds, found.kind]
    return place, kinds


def _is_complete(spans: Sequence[Span], tokens: Sequence[str], owners: Sequence[int], end: int) -> bool:
    """Tell whether what ends here stands for itself: nothing follows it, or a comma does, or more courtesy."""
    follows = any(span.first == end and span.kind in COURTESIES for span in spans)
    return end == len(owners) or follows or tokens[owners[end - 1]].endswith(_ENDS_A_NAME)


def _skip_name(tokens: Sequence[str], owners: Sequence[int], place: int) -> int:
    """Return the place after a name: one word, or up to three that a comma or the like ends."""
    for length in (1, 2, 3):
        end = place + length
        if end <= len(owners) and tokens[owners[end - 1]].endswith(_ENDS_A_NAME):
            return end
    return min(place + 1, len(owners))


def _drop_courtesy(words: Sequence[str], spans: Sequence[Span], first: int) -> tuple[int, list[str]]:
    """Return the place after the last word before the trailing courtesy, and its kinds."""
    place, kinds = len(words), list[str]()
    trailing = [span for span in spans if span.kind in ("thanks", "goodbye", "please")]
    while found := min((s for s in trailing if s.last == place - 1 and s.first >= first), key=_first, default=None):
        place, kinds = found.first, [found.kind, *kinds]
    return place, kinds


def _first(span: Span) -> int:
    return span.first


def _last(span: Span) -> int:
    return span.last


def _split_words(tokens: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return the folded words, and for each the place of the written word it comes from."""
    pairs = [(word, place) for place, token in enumerate(tokens) for word in fold(token).split()]
    return [word for word, _ in pairs], [place for _, place in pairs]


def _read_language(tag: str, row: Mapping[str, Any]) -> tuple[PhraseFinder, list[str]]:
    unknown = set(row.get("kinds") or {}) ^ KINDS
    if unknown:
        raise ContentError(
            f"dialogue/{tag}.yml: kinds must be exactly those of es.yml, see {', '.join(sorted(unknown))}"
        )
    slots, kinds = [], []
    for kind, phrases in row["kinds"].items():
        for phrase in dict.fromkeys(chain.from_iterable(_spread(str(phrase)) for phrase in phrases)):
            if len(phrase.split()) < SHORTEST_TURN.get(kind, 1):
                continue
            try:
                parsed = parse_phrase(phrase, {})
            except ValueError as error:
                raise ContentError(f"dialogue/{tag}.yml: {kind}: '{phrase}': {error}") from None
            slots += parsed
            kinds += [kind] * len(parsed)
    short = {fold(word): tuple(forms) for word, forms in (row.get("short") or {}).items()}
    words = {fold(word) for phrase in slots for slot in phrase for word in slot.words or ()}
    slips = frozenset(word for word in words if len(word) >= SHORTEST_SLIP)
    return PhraseFinder(slots, Spelling(short=short, sounds={}, slips=slips)), kinds


def _spread(phrase: str) -> Iterator[str]:
    """Yield a phrase in the ways it begins and ends when words at its ends may be missing."""
    parts = phrase.split()
    needed = [place for place, part in enumerate(parts) if not part.endswith("?")]
    if not needed:
        raise ContentError(f"dialogue: '{phrase}' needs a word that must be there")
    for first in range(needed[0] + 1):
        for last in range(needed[-1], len(parts)):
            ends = {first, last}
            kept = enumerate(parts[first : last + 1], start=first)
            yield " ".join(part.removesuffix("?") if place in ends else part for place, part in kept)
