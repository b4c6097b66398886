"""The files data/safety/<lang>.yml: rules of danger in one language, read and checked. Pure.

A file has the keys
    words      lists by name, for <name> in phrases
    short      other ways to write a word: "que": ["q", "k"]
    sounds     other ways to write some letters: "qu": ["k", "q"]
    slips      words that are known with one letter missing, wrong, too many, or two swapped
    not_slips  other words that such a slip would make
    rules      answer: {phrases: {theme: [phrase]}, likely: {theme: [phrase]}, lookalikes: [phrase]}; what is likely
               is also said where there is no danger
    signs      sign: [phrase], of the signs that data/safety/scenes.yml names
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from conversation.errors import ContentError
from conversation.folding import LONG_WORD, Spelling, fold
from conversation.phrases import Slot, parse_phrase

# Where a life may end in minutes, then in hours; the first of several findings gets the answer, and a person is paged.
PAGING = (
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
)
# These a person reads the same day: nobody is woken.
MOST_URGENT_FIRST = (*PAGING, "safety.i_hurt_the_child", "safety.work_exploitation", "school.not_sent_to_school")


class Grade(IntEnum):
    """How much the rules say; conversation/danger/crisis.py tells what the model must add to it."""

    NOTHING = 0
    CUE = 1  # something alarming is told, which alone is no danger
    LIKELY = 2  # a scene, or a phrase that people also say where there is no danger
    SURE = 3


_GRADES = {"phrases": Grade.SURE, "likely": Grade.LIKELY}
_KEYS = {"words", "short", "sounds", "slips", "not_slips", "rules", "signs"}


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


@dataclass(frozen=True, slots=True)
class Rule:
    danger: Danger
    grade: Grade
    slots: tuple[Slot, ...]


class DangerFile:
    """One parsed file of data/safety/, read with its name at hand for the errors."""

    def __init__(self, tag: str, content: Mapping[str, Any]) -> None:
        self.tag, self._content = tag, content
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

    def read_rules(self) -> Iterator[Rule]:
        for answer in self._names("rules"):
            self._check(answer in MOST_URGENT_FIRST, f"rules.{answer} is no answer to a danger")
            rule = self._content["rules"][answer]
            known = {*_GRADES, "lookalikes"}
            self._check(set(rule) <= known, f"rules.{answer} has {', '.join(sorted(known))} only")
            for kind, grade in _GRADES.items():
                for theme in rule.get(kind) or {}:
                    danger = Danger(answer, self.tag, f"{self.tag}/{answer}/{theme}")
                    yield from self._read_phrases(danger, grade, "rules", answer, kind, theme)

    def read_lookalikes(self) -> Iterator[Rule]:
        for answer in self._names("rules"):
            danger = Danger(answer, self.tag, f"{self.tag}/{answer}/lookalikes")
            yield from self._read_phrases(danger, Grade.SURE, "rules", answer, "lookalikes")

    def read_signs(self, known: frozenset[str]) -> Iterator[tuple[str, tuple[Slot, ...]]]:
        for name in self._names("signs"):
            self._check(name in known, f"signs.{name} stands in no scene")
            for slots in self._read_slots("signs", name):
                yield name, slots

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

    def _read_phrases(self, danger: Danger, grade: Grade, *path: str) -> Iterator[Rule]:
        yield from (Rule(danger, grade, slots) for slots in self._read_slots(*path))

    def _read_slots(self, *path: str) -> Iterator[tuple[Slot, ...]]:
        for text in self.texts(*path):
            try:
                yield from parse_phrase(text, self._lists)
            except ValueError as error:
                raise ContentError(f"safety/{self.tag}.yml: '{text}': {error}") from None

    def _check(self, right: bool, message: str) -> None:
        if not right:
            raise ContentError(f"safety/{self.tag}.yml: {message}")
