"""The wording as it stands: it keeps every rule, is used, and stands nowhere but in data/answers/.

The rules themselves are service/catalogue/, tried one by one in tests/unit/service/test_wording_rules.py.
"""

import ast
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from conversation.answers.catalogue import FLOOR_SET, Wording
from conversation.answers.reviews import ReviewKind
from conversation.answers.wording import STAFF
from conversation.appointments.wording import FULL_TEXTS, ON_THE_DAY, OTHER, WITH_WHEN
from conversation.places.lines import Operator
from conversation.staff_texts import StaffText
from service.catalogue.inspection import Inspection, bodies
from service.catalogue.offences import RULES as WORDING_RULES
from service.catalogue.rule_words import ANY, RuleWords, read_rule_words
from tests.guards.repository import find_python, parse, read
from tests.talk import ROOT, real_rules

RULES = real_rules()
CATALOGUE = RULES.catalogue
LANGUAGES = RULES.languages
COMPLETE = [tag for tag, language in LANGUAGES.by_tag.items() if language.status == "complete"]
WRITTEN = sorted({tag for _, tag in CATALOGUE.wordings})
PLACES = {
    "{code}": {
        "system.handoff",
        "system.handoff_closed",
        "system.handoff_waiting",
        "system.other_language",
        "system.waiting_closed",
    },
    **{key: {"system.handoff_closed", "system.waiting_closed"} for key in ("{day}", "{hour}", "{zone}")},
    "{choices}": {
        "system.choose",
        "system.language_question",
        "system.which_state",
        "reminder.ask_cancel",
        "reminder.ask_kind",
        "reminder.ask_weekday",
        "reminder.ask_which",
    },
    "{dates}": {"reminder.list"},
    "{link}": {"reminder.calendar"},
    "{when}": {
        *FULL_TEXTS.values(),
        *ON_THE_DAY.values(),
        OTHER,
        *WITH_WHEN,
        "reminder.ask_same",
        "reminder.cancelled",
        "reminder.confirm",
        "reminder.did_you_go",
        "reminder.known",
    },
    "{language_name}": {"system.language_unavailable"},
    "{state_name}": {
        "system.state_noted",
        "system.in_state_unknown",
        "system.in_state_coverage",
        "system.in_state_pregnancy",
        "system.in_state_free_school",
        "system.in_state_must_attend",
        "system.in_state_child_line",
        "system.in_state_courts",
        "system.in_state_no_court",
    },
}
for part in RULES.reference.list_parts(RULES.atlas.codes, "en"):
    for name in part.values:
        PLACES.setdefault(f"{{{name}}}", set()).add(part.entry)


def wordings(*tags: str) -> list[Wording]:
    return [wording for (_, tag), wording in sorted(CATALOGUE.wordings.items()) if tag in (tags or WRITTEN)]


@cache
def inspect() -> Inspection:
    return Inspection(RULES, read_rule_words(ROOT / "data/answers/rules.yml"))


# The rules


@pytest.mark.parametrize("rule", WORDING_RULES)
def test_no_text_breaks_the_rule(rule: str) -> None:
    offences = [f"{one.language or '-'} {one.answer}: {one.told}" for one in WORDING_RULES[rule](inspect())]

    assert offences == []


def test_the_words_of_the_rules_are_of_answers_languages_and_operators_that_exist() -> None:
    words: RuleWords = inspect().words
    tables = [words.way_on, words.forbidden, *words.operators.values(), *(spot.words for spot in words.spots.values())]

    assert sorted(set(words.spots) - set(CATALOGUE.entries)) == []
    assert set(words.operators) == set(Operator)
    assert {tag for table in tables for tag in table} - {ANY} <= set(WRITTEN)
    assert [tag for tag in WRITTEN if tag not in words.way_on] == []
    assert [tag for tag in COMPLETE if tag not in words.forbidden] == []


# Complete and equal


def test_spanish_and_english_are_complete() -> None:
    assert {"es", "en"} <= set(COMPLETE)


def test_every_language_with_texts_is_marked_complete_or_partial_and_has_its_help_text() -> None:
    unmarked = [tag for tag in WRITTEN if LANGUAGES.by_tag[tag].status == "none"]
    without_help = [tag for tag in WRITTEN if ("system.help", tag) not in CATALOGUE.wordings]

    assert (unmarked, without_help) == ([], [])


def test_every_language_marked_partial_has_texts() -> None:
    assert [tag for tag, row in LANGUAGES.by_tag.items() if row.status != "none" and tag not in WRITTEN] == []


def test_every_place_in_a_text_is_filled_by_somebody() -> None:
    filled = {answer: {place[1:-1] for place, ids in PLACES.items() if answer in ids} for answer in CATALOGUE.entries}

    # that the other languages have the same places is a rule
    texts = {text.answer: text.placeholders for text in wordings("en") if not text.answer.startswith(STAFF)}
    assert {answer: places for answer, places in texts.items() if places != filled[answer]} == {}


def test_every_place_in_a_text_to_caseworkers_is_filled_by_what_writes_them() -> None:
    known = {"code", "link", "words", "topic", "language_name", "choices", "phone_code"}

    texts = {text.answer: text.placeholders for text in wordings("en") if text.answer.startswith(STAFF)}
    assert {answer for answer, places in texts.items() if not places <= known} == set()
    assert set(texts) == set(StaffText)


# Reviewed


def test_every_review_of_the_ledger_is_of_a_day_and_a_kind_that_its_entry_needs() -> None:
    offences = [
        f"{review.answer} {review.language} {review.kind}"
        for review in CATALOGUE.ledger
        if review.kind not in (ReviewKind.AUDIO, *CATALOGUE.entries[review.answer].reviews)
        or not date(2026, 1, 1) < review.on < date(2100, 1, 1)
    ]

    assert offences == []


# Used, and known where they are used

ID = re.compile(
    r"(?:checkin|community|court|health|legal|reminder|rights|safety|school|service|sponsor|system)\.[a-z0-9_]*[a-z0-9]"
)
NO_TEXT = {
    "system.last_resort": "911 and 988, which need no language",
    "system.delivery": "a reason for a case: a text did not reach its person",
}


def find_ids_in_code(*rooms: str) -> Iterator[tuple[str, str]]:
    """Yield (id, file) of every string that is an id of an answer."""
    for path in find_python(*rooms):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and ID.fullmatch(node.value):
                yield node.value, str(path)


def find_intents() -> set[str]:
    files = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "data/nlu").rglob("*.yml"))
    return {block["intent"] for file in files for block in file["nlu"] if "intent" in block}


def find_danger_answers() -> set[str]:
    files = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "data/safety").glob("*.yml"))
    return {answer for file in files for answer in file.get("rules") or ()}


def test_no_answer_is_unused() -> None:
    follow_ups = {answer for entry in CATALOGUE.entries.values() for answer in entry.follow_ups}
    named_in_code = {answer for answer, _ in find_ids_in_code("conversation", "console")}

    used = find_intents() | find_danger_answers() | follow_ups | named_in_code | set(StaffText)
    assert sorted(set(CATALOGUE.entries) - used) == []


def test_every_intent_has_an_answer() -> None:
    assert sorted(find_intents() - set(CATALOGUE.entries) - set(NO_TEXT)) == []


def test_every_follow_up_exists() -> None:
    follow_ups = {answer for entry in CATALOGUE.entries.values() for answer in entry.follow_ups}

    assert sorted(follow_ups - set(CATALOGUE.entries)) == []


def test_every_short_question_leads_to_an_answer() -> None:
    turns = RULES.follow_ups.turns
    ids = {*turns, *(answer for row in turns.values() for answer in row.values())}

    assert sorted(ids - set(CATALOGUE.entries)) == []
    assert [answer for answer, row in turns.items() if answer in row.values()] == []


def test_every_id_in_the_code_has_an_entry() -> None:
    # a danger without a text of its own gets the general one; its name is known to the rules and to the case
    known = set(CATALOGUE.entries) | set(NO_TEXT) | find_danger_answers()

    unknown = [f"{path}: {answer}" for answer, path in find_ids_in_code() if answer not in known]
    assert unknown == []


def test_the_floor_set_exists_in_english_and_spanish() -> None:
    pairs = [(answer, tag) for answer in FLOOR_SET for tag in ("en", "es")]

    assert [pair for pair in pairs if pair not in CATALOGUE.wordings] == []


# Nowhere else


def find_literals(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every string of a file that is no docstring."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value, node.lineno


def find_runs(text: str, words: int = 5) -> set[str]:
    said = re.findall(r"[^\W\d_]+", text.casefold())
    return {" ".join(said[start : start + words]) for start in range(len(said) - words + 1)}


def test_no_sentence_of_an_answer_stands_in_the_code() -> None:
    sentences = {run for text in wordings() for body in bodies(text) for run in find_runs(body)}

    offences = [
        f"{path}:{line}"
        for path in find_python()
        for literal, line in find_literals(path)
        if find_runs(literal) & sentences
    ]

    assert offences == []


def test_only_the_last_resort_names_a_number_to_call() -> None:
    offences = [
        f"{path}:{line}"
        for path in find_python("actions", "bot", "channels", "conversation", "service", "store")
        for literal, line in find_literals(path)
        if re.search(r"(?<!\d)(?:911|988)(?!\d)", literal) and literal != "911 · 988"
    ]

    assert offences == []


def test_texts_are_made_by_the_catalogue_and_by_caseworkers_alone() -> None:
    makers = {
        str(path)
        for path in find_python()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "OutgoingText"
    }

    assert makers == {"conversation/answers/catalogue.py", "store/cases/replies.py"}


def test_the_bot_has_no_words_of_its_own() -> None:
    domain = yaml.safe_load(read(Path("bot/domain/dialogue.yml"))) or {}

    assert "responses" not in domain
