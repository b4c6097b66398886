"""Danger told by rule, in all languages at once, before any model (I7). Pure.

The rules are in data/safety/<lang>.yml, phrases in the syntax of phrases.py under answers and themes. `lookalikes`
cancel those findings of their own answer with which they share words: "me muero de risa". When unsure there is danger.
Stories in which the danger is not named are found by the signs that meet in them (scenes.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Self

from conversation.danger.safety_file import MOST_URGENT_FIRST, Danger, DangerFile, Grade, Rule
from conversation.danger.scenes import EVERY, Scenes, Sign
from conversation.folding import fold
from conversation.masking import leave_out_tokens
from conversation.phrases import PhraseFinder, Span

_MIXED_WITH = {"quc": "es"}  # in one breath; other languages are mixed by sentences
SCENES = "scenes"  # the file beside those of the languages


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules make of a text.

    Attributes:
        danger: the most urgent danger among those of the highest grade; None up to CUE.
        calm: it is told of a film, of long ago, as a figure of speech.
    """

    grade: Grade
    danger: Danger | None = None
    calm: bool = False

    @property
    def sure(self) -> Danger | None:
        """The danger that a text surely speaks of."""
        return self.danger if self.grade is Grade.SURE else None


class DangerRules:
    """The rules of all languages; made by from_data.

    Each language has a machine of its own: it costs next to nothing on the words of the others.
    """

    def __init__(self, languages: Sequence["_Language"], scenes: Scenes) -> None:
        self._languages, self._scenes = languages, scenes

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Any]]) -> Self:
        """Read the parsed files of data/safety/ by language tag, and the scenes under SCENES.

        Raises:
            ContentError: an unknown key, answer, sign or word list, or a phrase against its syntax.
        """
        scenes = Scenes.from_data(data.get(SCENES) or {}, MOST_URGENT_FIRST)
        files = [DangerFile(tag, content) for tag, content in data.items() if tag != SCENES]
        never_slips = frozenset(fold(word) for file in files for word in file.texts("not_slips"))
        return cls([_Language.from_file(file, scenes.signs, never_slips) for file in files], scenes)

    def find_danger(self, text: str) -> Danger | None:
        """Return the most urgent danger that a text surely speaks of, the first one named of several of a kind."""
        return self.weigh(text).sure

    def weigh(self, text: str) -> Evidence:
        """Return what the rules make of a text, sure or not."""
        words = fold(leave_out_tokens(text)).split()
        signs = {language.tag: list(language.find_signs(words)) for language in self._languages}
        told = max(signs, key=lambda tag: len(signs[tag]), default="")  # short words look alike in many languages
        calmed = {tag: self._scenes.find_calmed([*some, *self._also(signs, tag, told)]) for tag, some in signs.items()}
        found = [
            (-weighed, MOST_URGENT_FIRST.index(danger.answer), last, danger)
            for grade, danger, last in (*self._find_named(words), *self._find_scenes(signs))
            if (weighed := _doubt(grade, danger, calmed, signs, told)) > Grade.CUE
        ]
        calm = bool(calmed.get(told))
        if found:
            doubt, _, _, danger = min(found, key=itemgetter(0, 1, 2))
            return Evidence(Grade(-doubt), danger, calm)
        return Evidence(Grade.CUE if self._scenes.has_cue(signs.get(told, ())) else Grade.NOTHING, calm=calm)

    def _also(self, signs: Mapping[str, Sequence[Sign]], tag: str, told: str) -> Iterator[Sign]:
        """Yield the signs of the other languages that a message in one of them may hold."""
        for other in {_MIXED_WITH.get(tag, ""), told} - {tag}:
            yield from signs.get(other, ())

    def _find_named(self, words: Sequence[str]) -> Iterator[tuple[Grade, Danger, int]]:
        """Yield the dangers that a phrase names and no look-alike cancels, with the place of the last word."""
        found = [finding for language in self._languages for finding in language.find_dangers(words)]
        if not found:
            return
        cancelled = {place for language in self._languages for place in language.find_cancelled(words)}
        for rule, span in found:
            if cancelled.isdisjoint((rule.danger.answer, place) for place in range(span.first, span.last + 1)):
                yield rule.grade, rule.danger, span.last

    def _find_scenes(self, signs: Mapping[str, Sequence[Sign]]) -> Iterator[tuple[Grade, Danger, int]]:
        """Yield the scenes told in one language, or in two that people mix."""
        for tag, some in signs.items():
            mixed = signs.get(_MIXED_WITH.get(tag, ""), ()) if some else ()
            for scene in self._scenes.find_scenes([*some, *mixed]):
                yield Grade.LIKELY, Danger(scene.answer, tag, f"{tag}/{scene.answer}/{scene.theme}"), scene.last


def _doubt(
    grade: Grade, danger: Danger, calmed: Mapping[str, frozenset[str]], signs: Mapping[str, Sequence[Sign]], told: str
) -> Grade:
    """Return the grade of a finding: one less where calm is told, and likely at most where another language speaks.

    What one language tells more of may only sound like the other.
    """
    tag = danger.language
    if not calmed[tag].isdisjoint((EVERY, danger.answer)):
        grade = Grade(grade - 1)
    mixed = told in (tag, _MIXED_WITH.get(tag)) or tag == _MIXED_WITH.get(told)
    return grade if mixed or len(signs[tag]) >= len(signs[told]) else min(grade, Grade.LIKELY)


@dataclass(frozen=True, slots=True)
class _Language:
    """The phrases of one language, and what each stands for."""

    tag: str
    rules: Sequence[Rule]
    phrases: PhraseFinder
    cancelled: Sequence[str]
    lookalikes: PhraseFinder
    names: Sequence[str]
    signs: PhraseFinder

    @classmethod
    def from_file(cls, file: DangerFile, known_signs: frozenset[str], never_slips: frozenset[str]) -> Self:
        rules, lookalikes, signs = (
            list(file.read_rules()),
            list(file.read_lookalikes()),
            list(file.read_signs(known_signs)),
        )
        return cls(
            tag=file.tag,
            rules=rules,
            phrases=PhraseFinder([rule.slots for rule in rules], file.spelling, never_slips),
            cancelled=[rule.danger.answer for rule in lookalikes],
            lookalikes=PhraseFinder([rule.slots for rule in lookalikes], file.spelling, never_slips),
            names=[name for name, _ in signs],
            signs=PhraseFinder([slots for _, slots in signs], file.spelling, never_slips),
        )

    def find_dangers(self, words: Sequence[str]) -> Iterator[tuple[Rule, Span]]:
        for span in self.phrases.find(words):
            yield self.rules[span.phrase], span

    def find_signs(self, words: Sequence[str]) -> Iterator[Sign]:
        for span in self.signs.find(words):
            yield Sign(self.names[span.phrase], span.first, span.last)

    def find_cancelled(self, words: Sequence[str]) -> Iterator[tuple[str, int]]:
        """Yield the answers that are cancelled and the places of the words where they are."""
        for span in self.lookalikes.find(words):
            for place in range(span.first, span.last + 1):
                yield self.cancelled[span.phrase], place
