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
from typing import Any, Self

from conversation.errors import ContentError
from conversation.folding import LONG_WORD, Spelling, fold
from conversation.phrases import Phrase, PhraseFinder, parse_phrase

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
    """The rules of all languages; made by from_data."""

    def __init__(self, rules: Sequence["_Rule"], lookalikes: Sequence["_Rule"], never_slips: Sequence[str]) -> None:
        self._dangers = [rule.danger for rule in rules]
        self._phrases = PhraseFinder([rule.phrase for rule in rules], never_slips)
        self._cancelled = [rule.danger.answer for rule in lookalikes]
        self._lookalikes = PhraseFinder([rule.phrase for rule in lookalikes], never_slips)

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Any]]) -> Self:
        """Read the parsed files of data/safety/ by language tag.

        Raises:
            ContentError: an unknown key, answer or word list, or a phrase against its syntax.
        """
        files = [_File(tag, content) for tag, content in data.items()]
        never_slips = [word for file in files for word in file.texts("not_slips")]
        rules = [rule for file in files for rule in file.read_rules()]
        return cls(rules, [rule for file in files for rule in file.read_lookalikes()], never_slips)

    def find_danger(self, text: str) -> Danger | None:
        """Return the most urgent danger a text speaks of, the first one named if there are several of a kind."""
        words = fold(text).split()
        found = self._phrases.find(words)
        if not found:
            return None
        cancelled = {
            (self._cancelled[span.phrase], place)
            for span in self._lookalikes.find(words)
            for place in range(span.first, span.last + 1)
        }
        dangers = [
            danger
            for span in found
            for danger in [self._dangers[span.phrase]]
            if cancelled.isdisjoint((danger.answer, place) for place in range(span.first, span.last + 1))
        ]
        return min(dangers, key=lambda danger: MOST_URGENT_FIRST.index(danger.answer), default=None)


@dataclass(frozen=True, slots=True)
class _Rule:
    danger: Danger
    phrase: Phrase


class _File:
    """One parsed file of data/safety/, read with its name at hand for the errors."""

    def __init__(self, tag: str, content: Mapping[str, Any]) -> None:
        self._tag, self._content = tag, content
        self._check(set(content) <= _KEYS, f"only {', '.join(sorted(_KEYS))} may stand here")
        self._lists = {name: self.texts("words", name) for name in self._names("words")}
        self._spelling = self._read_spelling()

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
            yield from (_Rule(danger, Phrase(slots, self._spelling)) for slots in orders)

    def _check(self, right: bool, message: str) -> None:
        if not right:
            raise ContentError(f"safety/{self._tag}.yml: {message}")
