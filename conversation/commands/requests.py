"""Stops and wishes for a person in the many words that people use for them, by whole message all the same. Pure.

A line of `keywords` in data/languages.yml stands for all the phrases that its alternatives make. Few are listed one by
one (keywords.py); a line of many is heard word by word here, with `padding` of its language around it ("now", "to this
number"), which changes nothing:

    no? more texts|text_messages    "_" is a space within an alternative, "?" says that a piece may be missing
    stop sending <texts>            one of `parts` of the same language
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import product
from math import prod
from types import MappingProxyType
from typing import Any

from conversation.errors import ContentError
from conversation.folding import fold

PADDED = frozenset({"stop", "person"})  # commands that people wrap in talk; the others are told in few words
MOST_LISTED = 300  # forms of a line that are listed one by one
SHORTEST = 2  # words of a request in padding: "can leave" has the word "leave" and is none
_PART = re.compile(r"<(\w+)>")
_NO_PARTS: Mapping[str, str] = MappingProxyType({})

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A line of many forms, as a pattern of folded words with a space after each.

    Attributes:
        kind: of the command, as in `keywords`.
        language: tag of the row.
    """

    pattern: re.Pattern[str]
    kind: str
    language: str


@dataclass(frozen=True, slots=True)
class Requests:
    """All such lines, and the folded words that may stand around a request, forwards and backwards."""

    requests: Sequence[Request]
    before: frozenset[Words]
    after: frozenset[Words]

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Any]], around: frozenset[Words]) -> "Requests":
        """Read parsed data/languages.yml, after keywords.py has checked it; `around`: its padding and courtesies.

        Raises:
            ContentError: a line with a part that is not there.
        """
        return cls(list(_read_requests(data)), around, frozenset(tuple(reversed(words)) for words in around))

    def find_bare(self, words: Sequence[str]) -> Iterator[Sequence[str]]:
        """Yield what is left of a message without its padding, in each way to see it, whole first."""
        for first in (0, *_ends(words, self.before)):
            rest = words[first:]
            for last in (0, *_ends(rest[::-1], self.after)):
                if len(rest) - last >= SHORTEST:
                    yield rest[: len(rest) - last]

    def find(self, words: Sequence[str]) -> Request | None:
        """Return the request that folded words without padding are."""
        told = "".join(f"{word} " for word in words)
        return next((request for request in self.requests if request.pattern.fullmatch(told)), None)


def expand(line: str, parts: Mapping[str, str] = _NO_PARTS) -> Iterator[str]:
    """Yield the phrases that one line stands for."""
    for chosen in product(*_read_pieces(line, parts)):
        yield " ".join(piece.replace("_", " ") for piece in chosen if piece)


def is_request(kind: str, line: str, parts: Mapping[str, str] = _NO_PARTS) -> bool:
    """Tell whether a line of a command is heard word by word."""
    return kind in PADDED and prod(map(len, _read_pieces(line, parts))) > MOST_LISTED


def _read_pieces(line: str, parts: Mapping[str, str]) -> list[Words]:
    """Return the alternatives of each piece of a line, an empty one where it may be missing."""
    if missing := set(_PART.findall(line)) - set(parts):
        raise ContentError(f"languages.yml: '{line}': there is no part {', '.join(sorted(missing))}")
    pieces = _PART.sub(lambda found: parts[found[1]], line).split()
    return [(*piece.removesuffix("?").split("|"), *([""] if piece.endswith("?") else [])) for piece in pieces]


def _read_requests(data: Mapping[str, Mapping[str, Any]]) -> Iterator[Request]:
    for tag, row in data.items():
        parts = row.get("parts") or {}
        for kind, lines in (row.get("keywords") or {}).items():
            for line in lines:
                if is_request(kind, line, parts):
                    yield Request(re.compile("".join(map(_compile, _read_pieces(line, parts)))), kind, tag)


def _compile(piece: Iterable[str]) -> str:
    """Return the alternatives of a piece as a pattern of folded words; an apostrophe may be typed as a space."""
    alternatives = list(piece)
    typed = {fold(one.replace("_", " ").replace("'", gap)) for one in alternatives if one for gap in ("'", " ")}
    pattern = "|".join(re.escape(f"{one} ") for one in sorted(typed, key=len, reverse=True))
    return f"(?:{pattern})" + ("?" if "" in alternatives else "")


def _ends(words: Sequence[str], padding: Set[Words]) -> list[int]:
    """Return how many words at the beginning are padding, for each way to see it."""
    ends = {0}
    for first in range(len(words)):
        if first in ends:
            ends |= {first + len(part) for part in padding if part == tuple(words[first : first + len(part)])}
    return sorted(ends - {0})
