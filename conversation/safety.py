"""Danger told by rule, in all languages at once, before any model (I7). Pure.

The rules are in data/safety/<lang>.yml, phrases in the syntax of phrases.py under answers and themes. `lookalikes`
cancel those findings of their own answer with which they share words: "me muero de risa". When unsure there is danger.

A file has the keys
    words      lists by name, for <name> in phrases
    short      other ways to write a word: "que": ["q", "k"]
    sounds     other ways to write some letters: "qu": ["k", "q"]
    slips      words that are known with one letter missing, wrong, too many, or two swapped
    not_slips  other words that such a slip would make
    rules      answer: {phrases: {theme: [phrase]}, lookalikes: [phrase]}
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Self

from conversation.errors import ContentError
from conversation.folding import LONG_WORD, Spelling, fold
from conversation.phrases import PhraseFinder, Slot, Span, parse_phrase

# Where a life may end in minutes, then in hours; the first of several findings gets the answer.
MOST_URGENT_FIRST = (
    "safety.poison",
    "safety.emergency",
    "safety.suicide",
    "safety.sexual_violence",
    "safety.partner_violence",
    "safety.abuse",
    "safety.trafficking",
    "sponsor.child_missing",
    "safety.threats_debt",
    "rights.child_detained",
    "safety.enforcement_now",
    "safety.runaway",
    "safety.work_exploitation",
)
_KEYS = {"words", "short", "sounds", "slips", "not_slips", "rules"}


@dataclass(frozen=True, slots=True)
class Danger:
    """What a message is about, and the rule that says so.

    Attributes:
        answer: id of the catalogue entry to send.
        language: of the rule, not necessarily of the message.
        rule: "es/safety.suicide/wants_to_die": language, answer and theme of the phrase, never words of the person.
    """

    answer: str
    language: str
    rule: str


class DangerRules:
    """The rules of all languages; made by from_data.

    Each language has a machine of its own: it costs next to nothing on the words of the others.
    """

    def __init__(self, languages: Sequence["_Language"]) -> None:
        self._languages = languages

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Any]]) -> Self:
        """Read the parsed files of data/safety/ by language tag.

        Raises:
            ContentError: an unknown key, answer or word list, or a phrase against its syntax.
        """
        files = [_File(tag, content) for tag, content in data.items()]
        never_slips = frozenset(fold(word) for file in files for word in file.texts("not_slips"))
        return cls([_Language.from_file(file, never_slips) for file in files])

    def find_danger(self, text: str) -> Danger | None:
        """Return the most urgent danger a text speaks of, the first one named if there are several of a kind."""
        words = fold(text).split()
        found = [finding for language in self._languages for finding in language.find_dangers(words)]
        if not found:
            return None
        cancelled = {place for language in self._languages for place in language.find_cancelled(words)}
        dangers = [
            (MOST_URGENT_FIRST.index(danger.answer), span.last, danger)
            for danger, span in found
            if cancelled.isdisjoint((danger.answer, place) for place in range(span.first, span.last + 1))
        ]
        return min(dangers, key=itemgetter(0, 1))[2] if dangers else None


@dataclass(frozen=True, slots=True)
class _Language:
    """The phrases of one language, and what each stands for."""

    dangers: Sequence[Danger]
    phrases: PhraseFinder
    cancelled: Sequence[str]
    lookalikes: PhraseFinder

    @classmethod
    def from_file(cls, file: "_File", never_slips: frozenset[str]) -> Self:
        rules, lookalikes = list(file.read_rules()), list(file.read_lookalikes())
        return cls(
            dangers=[rule.danger for rule in rules],
            phrases=PhraseFinder([rule.slots for rule in rules], file.spelling, never_slips),
            cancelled=[rule.danger.answer for rule in lookalikes],
            lookalikes=PhraseFinder([rule.slots for rule in lookalikes], file.spelling, never_slips),
        )

    def find_dangers(self, words: Sequence[str]) -> Iterator[tuple[Danger, Span]]:
        for span in self.phrases.find(words):
            yield self.dangers[span.phrase], span

    def find_cancelled(self, words: Sequence[str]) -> Iterator[tuple[str, int]]:
        """Yield the answers that are cancelled and the places of the words where they are."""
        for span in self.lookalikes.find(words):
            for place in range(span.first, span.last + 1):
                yield self.cancelled[span.phrase], place


@dataclass(frozen=True, slots=True)
class _Rule:
    danger: Danger
    slots: tuple[Slot, ...]


class _File:
    """One parsed file of data/safety/, read with its name at hand for the errors."""

    def __init__(self, tag: str, content: Mapping[str, Any]) -> None:
        self._tag, self._content = tag, content
        self._check(set(content) <= _KEYS, f"only {', '.join(sorted(_KEYS))} may stand here")
        self._lists = {name: self.texts("words", name) for name in self._names("words")}
        self.spelling = self._read_spelling()

    def texts(self, *path: str) -> tuple[str, ...]:
        """Return a list of texts at a path; YAML turns an unquoted no, yes, on or off into a truth value."""
        found: Any = self._content
        for key in path:
            found = (found or {}).get(key)
        right = isinstance(found, list | None) and all(isinstance(text, str) for text in found or ())
        self._check(right, f"{'.'.join(path)} must list texts; put yes, no, on and off in quotes")
        return tuple(found or ())

    def read_rules(self) -> Iterator[_Rule]:
        for answer in self._names("rules"):
            self._check(answer in MOST_URGENT_FIRST, f"rules.{answer} is no answer to a danger")
            rule = self._content["rules"][answer]
            self._check(set(rule) <= {"phrases", "lookalikes"}, f"rules.{answer} has phrases and lookalikes only")
            for theme in rule.get("phrases") or {}:
                danger = Danger(answer, self._tag, f"{self._tag}/{answer}/{theme}")
                yield from self._read_phrases(danger, "rules", answer, "phrases", theme)

    def read_lookalikes(self) -> Iterator[_Rule]:
        for answer in self._names("rules"):
            danger = Danger(answer, self._tag, f"{self._tag}/{answer}/lookalikes")
            yield from self._read_phrases(danger, "rules", answer, "lookalikes")

    def _names(self, key: str) -> list[str]:
        names = list(self._content.get(key) or ())
        self._check(all(isinstance(name, str) for name in names), f"{key}: put yes, no, on and off in quotes")
        return names

    def _read_spelling(self) -> Spelling:
        slips = frozenset(map(fold, self.texts("slips")))
        short_ones = ", ".join(word for word in slips if len(word) < LONG_WORD)
        self._check(not short_ones, f"slips have {LONG_WORD} letters or more, unlike {short_ones}")
        return Spelling(
            short={fold(word): self.texts("short", word) for word in self._names("short")},
            sounds={letters: self.texts("sounds", letters) for letters in self._names("sounds")},
            slips=slips,
        )

    def _read_phrases(self, danger: Danger, *path: str) -> Iterator[_Rule]:
        for text in self.texts(*path):
            try:
                orders = parse_phrase(text, self._lists)
            except ValueError as error:
                raise ContentError(f"safety/{self._tag}.yml: '{text}': {error}") from None
            yield from (_Rule(danger, slots) for slots in orders)

    def _check(self, right: bool, message: str) -> None:
        if not right:
            raise ContentError(f"safety/{self._tag}.yml: {message}")
