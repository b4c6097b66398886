"""Scenes: stories of danger in which it is not named. Signs that are harmless alone mean danger when they meet. Pure.

A sign is what a few words stand for ("papers", "keeps", "debt"), written in each language as phrases (phrases.py). A
scene is a set of signs that are told within a few words of each other, in any order; scenes are the same in every
language, and people mix languages, so signs of all languages meet. data/safety/scenes.yml holds

    scenes     answer: {theme: "papers keeps adult|boss"}: all of these signs, either of two where "|" stands
    cues       signs which alone make the model's word count for more
    calm       sign: [answers]: told with this sign these dangers are less sure ("a film", "years ago"); "all" for each
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from conversation.errors import ContentError

REACH = 14  # words within which the signs of a scene are told
EVERY = "all"
_KEYS = {"scenes", "cues", "calm"}


class Sign(NamedTuple):
    """A sign seen in a text, with the places of its first and last word."""

    name: str
    first: int
    last: int


class SceneFound(NamedTuple):
    answer: str
    theme: str
    last: int


@dataclass(frozen=True, slots=True)
class _Scene:
    answer: str
    theme: str
    needs: tuple[int, ...]  # bits of signs; one of each number must be there


class Scenes:
    """What the signs of a text mean together; made by from_data."""

    def __init__(self, scenes: Sequence[_Scene], bits: Mapping[str, int], cues: frozenset[str],
                 calm: Mapping[str, frozenset[str]]) -> None:  # fmt: skip
        self._bits, self._cues, self._calm = bits, cues, calm
        self._scenes_with = {
            bit: tuple(scene for scene in scenes if any(need & bit for need in scene.needs)) for bit in bits.values()
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any], answers: Sequence[str]) -> Self:
        """Read the parsed scenes.yml; `answers` are those that a scene may have.

        Raises:
            ContentError: an unknown key or answer, or a scene that is no text.
        """
        if not set(data) <= _KEYS:
            raise ContentError(f"safety/scenes.yml: only {', '.join(sorted(_KEYS))} may stand here")
        if unknown := set(data.get("scenes") or ()) - set(answers):
            raise ContentError(f"safety/scenes.yml: {', '.join(sorted(unknown))} is no answer to a danger")
        bits: dict[str, int] = {}
        scenes = [
            _Scene(answer, theme, tuple(_read_need(need, bits) for need in _as_text(signs).split()))
            for answer, themes in (data.get("scenes") or {}).items()
            for theme, texts in themes.items()
            for signs in texts
        ]
        calm = {sign: frozenset(answers) for sign, answers in (data.get("calm") or {}).items()}
        return cls(scenes, bits, frozenset(data.get("cues") or ()), calm)

    @property
    def signs(self) -> frozenset[str]:
        """The names that a language may give phrases to."""
        return frozenset(self._bits) | self._cues | frozenset(self._calm)

    def find_scenes(self, signs: Sequence[Sign]) -> Iterator[SceneFound]:
        """Yield what the signs of a text mean together."""
        told = sorted((sign for sign in signs if sign.name in self._bits), key=lambda sign: sign.last)
        seen: set[tuple[int, int]] = set()
        start = 0
        for number, sign in enumerate(told):
            while told[start].last <= sign.last - REACH:
                start += 1
            bit = self._bits[sign.name]
            near = self._join(told[start : number + 1], sign.last)
            if (bit, near) not in seen:
                seen.add((bit, near))
                found = (scene for scene in self._scenes_with[bit] if all(map(near.__and__, scene.needs)))
                yield from (SceneFound(scene.answer, scene.theme, sign.last) for scene in found)

    def has_cue(self, signs: Sequence[Sign]) -> bool:
        """Tell whether something alarming is told that alone is no danger yet."""
        return any(sign.name in self._cues for sign in signs)

    def find_calmed(self, signs: Sequence[Sign]) -> frozenset[str]:
        """Return the answers that the signs of calm make less sure, EVERY among them for all."""
        return frozenset(answer for sign in signs for answer in self._calm.get(sign.name, ()))

    def _join(self, signs: Sequence[Sign], last: int) -> int:
        near = 0
        for sign in signs:
            if sign.first > last - REACH:
                near |= self._bits[sign.name]
        return near


def _read_need(need: str, bits: dict[str, int]) -> int:
    return sum({bits.setdefault(sign, 1 << len(bits)) for sign in need.split("|")})


def _as_text(signs: object) -> str:
    if not isinstance(signs, str) or not signs.strip():
        raise ContentError("safety/scenes.yml: a scene is a text of signs")
    return signs
