"""Scenes: what signs mean together, what makes a finding less sure, and the languages that people mix."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.danger.safety import SCENES, DangerRules
from conversation.danger.safety_file import Grade
from conversation.danger.scenes import REACH
from conversation.errors import ContentError
from tests.unit.conversation.test_safety import dangers, find_answer, real_rules

SIGNS = {"papers": ["pasaporte"], "keeps": ["guarda"], "boss": ["patron", "jefe"], "film": ["en la pelicula"]}
TOLD = {"safety.trafficking": {"held": ["papers keeps boss|uncle"]}}


def make_rules(scenes: dict[str, Any] | None = None, **languages: Any) -> DangerRules:
    made = scenes or {"scenes": TOLD, "cues": ["papers"], "calm": {"film": ["all"]}}
    return DangerRules.from_data({SCENES: made, **(languages or {"es": {"signs": SIGNS}})})


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("el patron guarda mi pasaporte", Grade.LIKELY),
        ("mi pasaporte lo guarda el jefe", Grade.LIKELY),
        ("mi pasaporte " + "si " * (REACH - 3) + "guarda el jefe", Grade.CUE),
        ("mi pasaporte", Grade.CUE),
        ("el patron guarda", Grade.NOTHING),
        ("en la pelicula el patron guarda un pasaporte", Grade.CUE),
    ],
    ids=["together", "in any order", "far apart", "a cue alone", "no cue", "a film"],
)
def test_signs_are_danger_only_together(text: str, grade: Grade) -> None:
    assert make_rules().weigh(text).grade is grade


def test_a_film_makes_a_sure_phrase_likely_and_says_so() -> None:
    rules = make_rules(es={"signs": SIGNS, "rules": {"safety.suicide": {"phrases": {"a": ["me mato"]}}}})

    sure, told = rules.weigh("me mato"), rules.weigh("en la pelicula me mato")

    assert (sure.grade, sure.calm) == (Grade.SURE, False)
    assert (told.grade, told.calm) == (Grade.LIKELY, True)


def test_signs_of_kiche_and_spanish_meet_and_those_of_other_languages_do_not() -> None:
    halves = {"signs": {"papers": ["wuj"], "keeps": ["xkimaj"]}}, {"signs": {"boss": ["patron"]}}

    assert make_rules(quc=halves[0], es=halves[1]).weigh("xkimaj ri wuj ri patron").grade is Grade.LIKELY
    assert make_rules(fr=halves[0], es=halves[1]).weigh("xkimaj ri wuj ri patron").grade is Grade.CUE


def test_what_sounds_like_another_language_is_not_sure() -> None:
    rule = {"rules": {"safety.suicide": {"phrases": {"a": ["me corto"]}}}}

    assert make_rules(pt=rule, es={"signs": SIGNS}).weigh("me corto").grade is Grade.SURE
    assert make_rules(pt=rule, es={"signs": SIGNS}).weigh("el patron me corto el sueldo").grade is Grade.LIKELY


@pytest.mark.parametrize(
    ("scenes", "language", "message"),
    [
        ({"scene": {}}, {}, "only calm, cues, scenes"),
        ({"scenes": {"safety.weather": {"a": ["x"]}}}, {}, "safety.weather is no answer"),
        ({"scenes": {"safety.abuse": {"a": [" "]}}}, {}, "text of signs"),
        ({"scenes": TOLD}, {"signs": {"hats": ["sombrero"]}}, "signs.hats stands in no scene"),
    ],
)
def test_mistakes_in_scenes_are_named(scenes: dict[str, Any], language: dict[str, Any], message: str) -> None:
    with pytest.raises(ContentError, match=message):
        make_rules(scenes, es=language)


KNOWN = [text for text in dangers("danger_known", "es") if len(text.split()) > 4 and find_answer(text)]


WAYS = [str.upper, str.title, str.capitalize]


@given(st.sampled_from(KNOWN), st.sampled_from(WAYS), st.sampled_from(["", "!!", "..."]))
def test_a_danger_is_one_however_it_is_typed(text: str, way: Callable[[str], str], end: str) -> None:
    assert real_rules().weigh(way(text) + end).grade >= Grade.LIKELY


@given(st.text(alphabet="abc ñáé'", max_size=200))
def test_any_text_has_a_grade(text: str) -> None:
    evidence = real_rules().weigh(text)

    assert (evidence.danger is not None) is (evidence.grade >= Grade.LIKELY)
