"""The rules of wording: each is kept by a small catalogue and broken by one text of it, and by that alone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from conversation.answers.catalogue import Source, Wording
from service.catalogue.equality import find_lines, find_odd_lines
from service.catalogue.inspection import Inspection
from service.catalogue.limits import most_segments
from service.catalogue.offences import RULES, find_offences
from service.catalogue.rule_words import read_rule_words
from service.catalogue.sources import find_addresses, find_stale
from tests.talk import ROOT, real_rules

WORDS = read_rule_words(ROOT / "data/answers/rules.yml")
MEALS, ASYLUM, FEES = "school.meals", "legal.asylum", "court.fees"
ABUSE, NOTICE = "safety.abuse", "system.first_notice"
NAMES = {"meals": MEALS, "asylum": ASYLUM, "fees": FEES, "abuse": ABUSE, "notice": NOTICE}
READ = date(2026, 5, 1)
TEXTS = {
    (MEALS, "en"): "Lunch at school is free for many kids. Ask the school for the form. Questions? Write PERSON.",
    (MEALS, "es"): "La comida es gratis para muchos. Pida la hoja en la escuela. Escriba PERSONA si quiere ayuda.",
    (MEALS, "quc"): "Utz ri wa pa tijob'al. Chatz'ib'aj PERSONA.",
    (
        ASYLUM,
        "en",
    ): "Asylum is help from a judge. A lawyer can tell you more. See immigrationlawhelp.org or ask us.",
    (ASYLUM, "es"): "El asilo lo da un juez. Un abogado sabe. Vea immigrationlawhelp.org o escriba PERSONA.",
    (FEES, "en"): "Court itself is free. Some forms cost money. Ask your lawyer.",
    (FEES, "es"): "La corte es gratis. Hay hojas que cuestan. Pregunte a su abogado.",
    (ABUSE, "en"): "Now? Call 911. Childhelp: 1-800-422-4453. You can keep writing here.",
    (ABUSE, "es"): "Ahora mismo: llame al 911. Childhelp: 1-800-422-4453. Escriba cuando quiera.",
    (NOTICE, "en"): "This is Puente. Write PERSON for help.",
    (NOTICE, "es"): "Somos Puente. Escriba PERSONA y le ayudan.",
}
Accused = tuple[str, str | None]
LONG = "Ask the school for help with this. " * 40


def inspect(entries: Mapping[str, Any] | None = None, **texts: Mapping[str, Any] | None) -> Inspection:
    """Look at the small catalogue with some entries and texts changed.

    Args:
        entries: changed fields of an entry, by its id.
        texts: changed fields by "meals_en"; None: no such text.
    """
    rules = real_rules()
    sound = {"volatility": "low", "review_by": date(2026, 8, 1), "sources": (Source("A page", "https://a.gov", READ),)}
    known = {answer: replace(rules.catalogue.entries[answer], **sound) for answer, _ in TEXTS}
    known = {answer: replace(entry, **(entries or {}).get(answer, {})) for answer, entry in known.items()}
    written = {key: Wording(*key, title=f"Title of {key[0]}", text=text, whatsapp=None) for key, text in TEXTS.items()}
    for name, changes in texts.items():
        short, _, language = name.partition("_")
        key = (NAMES[short], language)
        if changes is None:
            del written[key]
        else:
            written[key] = replace(written[key], **changes)
    catalogue = replace(rules.catalogue, entries=known, wordings=written)
    return Inspection(replace(rules, catalogue=catalogue), WORDS)


def accused(rule: str, inspection: Inspection) -> set[Accused]:
    """Return what breaks a rule; in other languages than these three nothing is written here."""
    return {(one.answer, one.language) for one in RULES[rule](inspection) if one.language in (None, "en", "es", "quc")}


BREAKS: list[tuple[str, str, dict[str, Any], Accused]] = [
    ("complete", "a text is missing", {"meals_es": None}, (MEALS, "es")),
    ("places equal", "a place more", {"meals_es": {"text": "Hola {code}. Pregunte."}}, (MEALS, "es")),
    ("places equal", "a place more for WhatsApp", {"meals_en": {"whatsapp": "Hello {code}. Ask."}}, (MEALS, "en")),
    ("places equal", "a place in a short form", {"meals_en": {"short": "Hello {code}. Ask."}}, (MEALS, "en")),
    ("places equal", "a brace alone", {"meals_es": {"text": "Hola }. Pregunte."}}, (MEALS, "es")),
    ("places equal", "a place in a title", {"meals_es": {"title": "Hola {code}"}}, (MEALS, "es")),
    ("numbers equal", "a number less", {"abuse_es": {"text": "Llame al 911. Escriba."}}, (ABUSE, "es")),
    ("numbers equal", "another number", {"meals_quc": {"text": "211 PERSONA."}}, (MEALS, "quc")),
    ("numbers equal", "another in a short form", {"meals_es": {"short": "Llame al 211."}}, (MEALS, "es")),
    ("numbers and addresses known", "no such line", {"meals_en": {"text": "Call 1-202-555-0142."}}, (MEALS, "en")),
    ("numbers and addresses known", "no such code", {"meals_en": {"short": "Text 90210."}}, (MEALS, "en")),
    ("numbers and addresses known", "written oddly", {"meals_en": {"text": "Call (202) 555-0142."}}, (MEALS, "en")),
    ("numbers and addresses known", "no such page", {"meals_es": {"whatsapp": "Vea a.gov/b."}}, (MEALS, "es")),
    ("numbers and addresses known", "a link of anybody", {"meals_es": {"text": "Vea bit.ly/ab."}}, (MEALS, "es")),
    ("sources", "a line without", {"entries": {MEALS: {"sources": (), "first": True}}, "meals_es": {"short": "211"}},
     (MEALS, "es")),
    ("sources", "none at all", {"entries": {MEALS: {"sources": ()}}}, (MEALS, None)),
    ("sources", "no address", {"entries": {MEALS: {"sources": (Source("A", None, READ),)}}}, (MEALS, None)),
    ("sources", "read too early", {"entries": {MEALS: {"sources": (Source("A", "https://a.gov", date(2020, 1, 1)),)}}},
     (MEALS, None)),
    ("looked at in time", "too late", {"entries": {MEALS: {"review_by": date(2026, 12, 1)}}}, (MEALS, None)),
    ("looked at in time", "never", {"entries": {MEALS: {"review_by": None}}}, (MEALS, None)),
    ("looked at in time", "moves fast", {"entries": {MEALS: {"volatility": "high"}}}, (MEALS, None)),
    ("short form", "Spanish", {"entries": {ASYLUM: {"volatility": "very_high"}}, "asylum_en": {"short": "Ask."}},
     (ASYLUM, "es")),
    ("titles", "too long", {"meals_en": {"title": "x" * 41}}, (MEALS, "en")),
    ("titles", "none", {"meals_en": {"title": ""}}, (MEALS, "en")),
    ("characters", "not composed", {"meals_es": {"text": "Adio\u0301s. Escriba."}}, (MEALS, "es")),
    ("characters", "an emoji", {"meals_en": {"whatsapp": "Ask \U0001f600."}}, (MEALS, "en")),
    ("characters", "a joiner nobody sees", {"meals_en": {"title": "Me\u200dals"}}, (MEALS, "en")),
    ("characters", "a curved apostrophe in K'iche'", {"meals_quc": {"text": "tijob’al PERSONA"}}, (MEALS, "quc")),
    ("way on", "none", {"meals_en": {"text": "It is free. It is good. It is hot. It is at noon."}}, (MEALS, "en")),
    ("way on", "too early", {"meals_en": {"text": "Ask. It is good. It is hot. It is at noon."}}, (MEALS, "en")),
    ("way on", "none in the short form", {"meals_es": {"short": "Es gratis."}}, (MEALS, "es")),
    ("promises", "safe", {"meals_en": {"text": "You\nare  SAFE. Ask."}}, (MEALS, "en")),
    ("promises", "a curved apostrophe", {"meals_en": {"text": "They can’t arrest you. Ask."}}, (MEALS, "en")),
    ("promises", "with accents", {"meals_es": {"short": "Usted está a salvo. Pregunte."}}, (MEALS, "es")),
    ("promises", "in a title", {"meals_es": {"title": "No se preocupe"}}, (MEALS, "es")),
    ("against its facts", "an amount", {"fees_en": {"text": "It costs $ 100. Ask."}}, (FEES, "en")),
    ("against its facts", "an amount for WhatsApp", {"fees_es": {"whatsapp": "Son 100 dólares."}}, (FEES, "es")),
    ("who runs the line", "nobody", {"meals_en": {"text": "Call 1-800-422-4453 or ask."}}, (MEALS, "en")),
    ("danger names the emergency number", "not", {"abuse_en": {"text": "Call 1-800-422-4453."}}, (ABUSE, "en")),
    ("danger names the emergency number", "longer one", {"abuse_en": {"whatsapp": "Keep writing."}}, (ABUSE, "en")),
    ("segments", "four", {"meals_en": {"text": LONG[:470]}}, (MEALS, "en")),
    ("segments", "three of danger", {"abuse_en": {"text": "911 " + LONG[:330]}}, (ABUSE, "en")),
    ("segments", "two of the notice", {"notice_en": {"text": LONG[:170]}}, (NOTICE, "en")),
    ("segments", "two of a short form", {"meals_en": {"short": LONG[:170]}}, (MEALS, "en")),
    ("segments", "long for WhatsApp", {"meals_en": {"whatsapp": LONG}}, (MEALS, "en")),
    ("segments", "one accent", {"meals_es": {"text": "Así " + LONG[:210]}}, (MEALS, "es")),
    ("median of segments", "K'iche'", {"meals_quc": {"text": LONG[:470]}}, ("all texts", "quc")),
    ("reading grade", "one", {"meals_es": {"text": "Las instituciones administrativas requieren documentación."}},
     (MEALS, "es")),
]  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_the_small_catalogue_keeps_the_rule(rule: str) -> None:
    known_missing = {(answer, "quc") for answer in NAMES.values()}  # where it is not marked complete nothing is missing

    assert accused(rule, inspect()) - known_missing == set()


@pytest.mark.parametrize(
    ("rule", "changes", "expected"),
    [pytest.param(rule, changes, expected, id=f"{rule}: {how}") for rule, how, changes, expected in BREAKS],
)
def test_one_text_breaks_the_rule_and_no_other(rule: str, changes: dict[str, Any], expected: Accused) -> None:
    broken = inspect(**changes)

    assert accused(rule, broken) - accused(rule, inspect()) == {expected}


def test_every_rule_is_broken_here_by_some_text() -> None:
    assert {rule for rule, *_ in BREAKS} == set(RULES)


def test_two_texts_with_one_title_are_both_accused() -> None:
    broken = inspect(meals_en={"title": f"Title of {ASYLUM}"})

    assert accused("titles", broken) == {(MEALS, "en"), (ASYLUM, "en")}


def test_texts_that_are_each_readable_may_be_too_hard_together() -> None:
    dense = {"text": "The family may ask the school for a letter about the lunch before Monday."}
    changes = {f"{name}_en": dense for name in NAMES}

    told = list(RULES["reading grade"](inspect(**changes)))

    assert [(one.answer, one.language) for one in told] == [("all texts", "en")]


def test_a_missing_english_text_is_told_and_stops_no_other_rule() -> None:
    told = find_offences(inspect(meals_en=None))

    assert list(told) == list(RULES)
    assert (MEALS, "en") in {(one.answer, one.language) for one in told["complete"]}
    assert told["places equal"] == told["numbers equal"] == []


def test_danger_may_name_a_line_without_saying_who_runs_it() -> None:
    number = "1-800-422-4453"

    assert real_rules().reference.find_hotline(number)
    assert number in TEXTS[ABUSE, "en"]
    assert accused("who runs the line", inspect()) == set()


def test_what_was_to_be_read_again_by_now_is_told_and_breaks_no_rule() -> None:
    inspection = inspect({MEALS: {"review_by": date(2026, 5, 20)}})

    told = [(one.answer, one.language) for one in find_stale(inspection, date(2026, 5, 21))]

    assert told == [(MEALS, None)]
    assert list(find_stale(inspection, date(2026, 5, 20))) == []
    assert accused("looked at in time", inspection) == set()


@pytest.mark.parametrize(
    ("text", "lines", "odd"),
    [
        ("Call 911, 988 or 211.", {"911", "988", "211"}, set()),
        ("1-800-422-4453 (text 233733)", {"1-800-422-4453", "233733"}, set()),
        ("Form I-765 of 2026 costs 470, room 12-345", set(), set()),
        ("(202) 555-0142", set(), {"(202) 555-0142"}),
        ("202-555-0142", set(), {"202-555-0142"}),
        ("+1 202 555 0142", set(), {"+1 202 555 0142"}),
        ("+12025550142", set(), {"+12025550142"}),
        ("1-800-CALLNOW", set(), {"1-800-CALLNOW"}),
    ],
)
def test_a_line_is_known_by_its_one_spelling_and_others_are_seen(text: str, lines: set[str], odd: set[str]) -> None:
    assert (find_lines(text), find_odd_lines(text)) == (lines, odd)


def test_addresses_are_found_with_and_without_their_beginning() -> None:
    text = "https://www.uscis.gov/fees. a.gov/b, Www.C.org o en EE.UU. a las 3 p.m. (x.io)"

    assert find_addresses(text) == {"uscis.gov/fees", "a.gov/b", "Www.C.org", "x.io"}


@pytest.mark.parametrize("answer", ["system.first_notice", "system.ask_lawyer_first", "system.ask_person_first"])
def test_what_goes_beside_or_instead_of_an_answer_takes_one_segment(answer: str) -> None:
    assert most_segments(real_rules().catalogue.entries[answer]) == 1
