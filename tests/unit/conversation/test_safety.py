"""Danger rules: what they find and what they leave alone, on lists of messages and on rules made for the test."""

import random
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.danger.safety import SCENES, DangerRules
from conversation.danger.safety_file import MOST_URGENT_FIRST, PAGING, Danger, Grade
from conversation.errors import ContentError
from conversation.masking import mask
from conversation.phrases import LONGEST_GAP

HERE = Path(__file__).parent
SAFETY = HERE.parents[2] / "data" / "safety"


def read_yaml(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


@cache
def read_files() -> dict[str, dict[str, Any]]:
    return {path.stem: read_yaml(path) for path in sorted(SAFETY.glob("*.yml"))}


@cache
def real_rules() -> DangerRules:
    return DangerRules.from_data(read_files())


@cache
def read_messages(name: str) -> dict[str, Any]:
    return read_yaml(HERE / f"{name}.yml")


def find_answer(text: str) -> str | None:
    """Return the danger that the rules are sure of or find likely: what is believed where no model answers."""
    danger = real_rules().weigh(text).danger
    return danger.answer if danger else None


def share_sure(texts: Sequence[str]) -> float:
    return sum(real_rules().find_danger(text) is not None for text in texts) / len(texts)


def share_found(texts: Sequence[str]) -> float:
    return sum(find_answer(text) is not None for text in texts) / len(texts)


def dangers(name: str, *languages: str) -> list[str]:
    rows = read_messages(name)["danger"]
    return [text for language in languages for texts in rows[language].values() for text in texts]


def harmless(name: str, *languages: str) -> list[str]:
    return [text for language in languages for text in read_messages(name)["harmless"][language]]


# --- the lists -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["es", "en"])
def test_known_dangers_stay_found(language: str) -> None:
    texts = dangers("danger_known", language)

    assert len(texts) >= 300
    assert share_found(texts) >= 0.99


@pytest.mark.parametrize("language", ["es", "en"])
def test_known_harmless_messages_raise_few_false_alarms(language: str) -> None:
    texts = harmless("danger_known", language)

    assert len(texts) >= 300
    assert share_sure(texts) <= 0.01
    assert share_found(texts) <= 0.05


@pytest.mark.parametrize("language", ["es", "en"])
def test_known_dangers_mostly_get_the_text_for_their_danger(language: str) -> None:
    rows = read_messages("danger_known")["danger"][language]
    pairs = [(answer, text) for answer, texts in rows.items() for text in texts]

    right = sum(find_answer(text) == answer for answer, text in pairs)

    assert right / len(pairs) >= 0.87


# What the rules alone reach on messages nobody had seen, sure and likely together: what is believed where no model
# answers. These are floors below the measured shares, not aims; `python -m bench.danger` measures them with the model.
@pytest.mark.parametrize(
    ("language", "floor"), [("es", 0.79), ("en", 0.86), ("pt", 0.95), ("fr", 0.9), ("ht", 0.95), ("quc", 0.95)]
)
def test_unseen_dangers_are_found_as_often_as_measured(language: str, floor: float) -> None:
    assert share_found(dangers("danger_unseen", language)) >= floor


# The second list is of stories and half-told danger, which the rules alone see half of; the model must see the rest.
@pytest.mark.parametrize(
    ("language", "floor"), [("es", 0.48), ("en", 0.5), ("pt", 0.6), ("fr", 0.7), ("ht", 0.7), ("quc", 0.9)]
)
def test_stories_nobody_had_seen_are_found_as_often_as_measured(language: str, floor: float) -> None:
    texts = dangers("danger_unseen2", language)

    assert len(texts) >= 25
    assert share_found(texts) >= floor


def test_alarming_messages_nobody_had_seen_are_seldom_surely_danger() -> None:
    assert share_sure(harmless("danger_unseen2", *read_messages("danger_unseen2")["harmless"])) <= 0.1


def test_unseen_harmless_messages_raise_false_alarms_as_rarely_as_measured() -> None:
    languages = read_messages("danger_unseen")["harmless"]
    others = set(languages) - {"es", "en"}

    assert share_sure(harmless("danger_unseen", "es", "en")) <= 0.03
    assert share_found(harmless("danger_unseen", "es", "en")) <= 0.08
    assert share_found(harmless("danger_unseen", *others)) == 0


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("mi sobrina dice que se quiere morir", "safety.suicide"),
        ("kiero matarme", "safety.suicide"),
        ("quisiera ya mejor morirme", "safety.suicide"),
        ("ME QUIERO MORIRRR", "safety.suicide"),
        ("i wana dye", "safety.suicide"),
        ("want to kil my self", "safety.suicide"),
        ("no m dejan salir y me kitaron el pasaporte", "safety.trafficking"),
        ("my nephew hasn't come home", "sponsor.child_missing"),
        ("mi papá me golpéa", "safety.abuse"),
        ("la migra esta en la puerta", "safety.enforcement_now"),
        ("🆘", "safety.emergency"),
        ("mi bebé tomó cloro y no respira", "safety.poison"),
        ("me muero de hambre y me quiero morir", "safety.suicide"),
    ],
)
def test_spelling_reported_speech_and_order_of_urgency(text: str, answer: str) -> None:
    assert find_answer(text) == answer


@pytest.mark.parametrize(
    "text",
    [
        "me muero de hambre",
        "me muero de risa",
        "this homework is killing me",
        "muerto de cansancio",
        "my phone died",
        "matar el tiempo",
        "what is human trafficking?",
        "my cousin works nights",
        "¿puede ICE entrar a la escuela?",
        "no quiero parar de estudiar",
    ],
)
def test_look_alikes_are_left_alone(text: str) -> None:
    assert find_answer(text) is None


# --- the machine, on rules of its own --------------------------------------------------------------------------------


def make_rules(*phrases: str, lookalikes: Sequence[str] = (), **more: Any) -> DangerRules:
    rule = {"phrases": {"theme": list(phrases)}, "lookalikes": list(lookalikes)}
    return DangerRules.from_data({"es": {"rules": {"safety.suicide": rule}, **more}})


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("uno dos", "cero uno dos tres", True),
        ("uno dos", "uno cero dos", False),
        ("uno|dos tres", "dos tres", True),
        ("uno * dos", "uno dos", True),
        ("uno * dos", "uno si no ya dos", True),
        ("uno * dos", "uno si no ya va dos", False),
        ("uno *5 dos", "uno si no ya va ve dos", True),
        ("uno dos? tres", "uno tres", True),
        ("uno dos? tres", "uno dos tres", True),
        ("uno dos? * tres", "uno si no ya tres", True),
        ("uno * dos * tres", "uno uno si dos no dos tres", True),
        ("golp- uno", "golpearon uno", True),
        ("golp- uno", "gol uno", False),
        ("uno & dos", "dos si no uno", True),
        ("uno & dos", "uno si no dos", True),
        ("uno & dos", "uno " + "si " * (LONGEST_GAP + 1) + "dos", False),
        ("<numero> tres", "uno tres", True),
        ("uno dos", "¡ÚNO...  dós!", True),
        ("uno", "", False),
    ],
)
def test_the_syntax_of_phrases(phrase: str, text: str, found: bool) -> None:
    rules = make_rules(phrase, words={"numero": ["uno", "dos"]})

    assert (rules.find_danger(text) is not None) is found


def test_words_are_known_in_short_in_sounds_and_with_a_slip() -> None:
    rules = make_rules(
        "quiero vivir despertar",
        short={"quiero": ["qro"]},
        sounds={"v": ["b"], "qu": ["k"]},
        slips=["despertar"],
        not_slips=["despertad"],
    )

    assert rules.find_danger("qro bibir desperar")
    assert rules.find_danger("kiero vivir despretar")
    assert rules.find_danger("kiero vivir despertad") is None
    assert rules.find_danger("kiero vivir despedir") is None


def test_a_look_alike_cancels_only_what_it_shares_words_with() -> None:
    rules = make_rules("me muero", lookalikes=["muero de risa"])

    assert rules.find_danger("me muero de risa") is None
    assert rules.find_danger("me muero de risa pero hoy me muero") is not None


def test_a_look_alike_of_one_danger_does_not_cancel_another() -> None:
    rules = DangerRules.from_data(
        {
            "es": {"rules": {"safety.suicide": {"phrases": {"a": ["me muero"]}, "lookalikes": ["me muero de hambre"]}}},
            "en": {"rules": {"safety.abuse": {"phrases": {"b": ["de hambre"]}}}},
        }
    )

    assert rules.find_danger("me muero de hambre") == Danger("safety.abuse", "en", "en/safety.abuse/b")


def test_the_finding_names_the_rule_and_never_the_words() -> None:
    danger = real_rules().find_danger("me quiero morir")

    assert danger == Danger("safety.suicide", "es", "es/safety.suicide/wants_to_die")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"rule": {}}, "only not_slips, rules"),
        ({"rules": {"safety.weather": {}}}, "safety.weather"),
        ({"rules": {"safety.suicide": {"phrase": {}}}}, "likely, lookalikes, phrases only"),
        ({"rules": {"safety.suicide": {"phrases": {"a": [False]}}}}, "quotes"),
        ({"rules": {"safety.suicide": {"phrases": {"a": "uno"}}}}, "must list texts"),
        ({"rules": {"safety.suicide": {"phrases": {"a": ["* uno"]}}}}, "first and last word"),
        ({"rules": {"safety.suicide": {"phrases": {"a": ["uno dos?"]}}}}, "first and last word"),
        ({"rules": {"safety.suicide": {"phrases": {"a": ["uno *9 dos"]}}}}, "a gap is"),
        ({"rules": {"safety.suicide": {"phrases": {"a": ["uno *x dos"]}}}}, "a gap is"),
        ({"rules": {"safety.suicide": {"phrases": {"a": ["<nadie> uno"]}}}}, "no list <nadie>"),
        ({"rules": {"safety.suicide": {"phrases": {"a": ["uno|¡! dos"]}}}}, "is not one word"),
        ({"rules": {"safety.suicide": {"phrases": {"a": ["go- uno"]}}}}, "begins too many words"),
        ({"rules": {"safety.suicide": {"phrases": {"a": ["a & b & c"]}}}}, "at most one &"),
        ({"rules": {"safety.suicide": {"phrases": {"a": [""]}}}}, "first and last word"),
        ({"slips": ["matar"]}, "6 letters or more"),
        ({"short": {False: ["n"]}}, "quotes"),
    ],
)
def test_mistakes_in_the_files_are_named(content: dict[str, Any], message: str) -> None:
    with pytest.raises(ContentError, match=message):
        DangerRules.from_data({"es": content})


def test_every_danger_has_rules_in_spanish_and_english() -> None:
    files = read_files()

    assert set(files) == {"es", "en", "pt", "fr", "ht", "quc", SCENES}
    assert all(set(files[tag]["rules"]) >= set(PAGING) for tag in ("es", "en"))


# --- cost ------------------------------------------------------------------------------------------------------------


def count_lines(text: str) -> int:
    """Return how many lines of our own code one check runs: the same on every machine."""
    lines = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal lines
        if "/conversation/" not in frame.f_code.co_filename:
            return None
        lines += event == "line"
        return trace

    rules = real_rules()
    rules.find_danger(text)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        rules.find_danger(text)
    finally:
        sys.settrace(before)
    return lines


def hostile_texts() -> Iterator[tuple[str, str]]:
    words = sorted(
        {word for file in read_files().values() for words in file.get("words", {}).values() for word in words}
    )
    shuffled = random.Random(7).choices(words, k=4000)
    yield "words of the rules", " ".join(shuffled)
    yield "beginnings of one phrase", "me quiero " * 2000
    yield "look-alikes", "me muero de hambre " * 1000
    yield "one letter", "a " * 10_000
    yield "one long word", "matarm" * 4000
    yield "slips", "despeirta emergecnia " * 1000
    yield "no spaces", "‍".join("quiero" * 3000)


@pytest.mark.parametrize("text", [text for _, text in hostile_texts()], ids=[name for name, _ in hostile_texts()])
def test_no_text_costs_more_than_its_length(text: str) -> None:
    short, long = text[:3200], text[:6400]

    assert count_lines(long) <= 2.5 * count_lines(short)
    assert count_lines(text[:1600]) <= 70 * 1600


ALARMING = [
    "me",
    "quiero",
    "morir",
    "matar",
    "no",
    "mi",
    "hija",
    "pega",
    "the",
    "he",
    "dont",
    "want",
    "to",
    "die",
    "hit",
]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(ALARMING), max_size=80))
def test_any_order_of_alarming_words_is_read_in_bounded_steps(words: list[str]) -> None:
    assert count_lines(" ".join(words)) <= 2000 + 300 * len(words)


@settings(max_examples=200)
@given(st.text(max_size=400))
def test_any_text_can_be_checked(text: str) -> None:
    danger = real_rules().find_danger(text)

    assert danger is None or danger.answer in MOST_URGENT_FIRST
    assert real_rules().weigh(text).grade in Grade


def test_what_masking_leaves_of_a_number_says_nothing_of_danger() -> None:
    evidence = real_rules().weigh(mask("me quiero matar, A 123 456 789"))

    assert (evidence.grade, evidence.calm) == (Grade.SURE, False)
