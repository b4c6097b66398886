"""The reviewed wording: complete, equal in all languages, short enough, used, and nowhere but in data/answers/."""

import ast
import re
import statistics
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
import yaml

from conversation.answers.catalogue import FLOOR_SET, Wording
from conversation.messages import Channel
from conversation.places.place import Place
from service.wiring import split_body
from tests.guards.repository import find_python, parse, read
from tests.talk import ROOT, real_rules

RULES = real_rules()
CATALOGUE = RULES.catalogue
LANGUAGES = RULES.languages
COMPLETE = [tag for tag, language in LANGUAGES.by_tag.items() if language.status == "complete"]
WRITTEN = sorted({tag for _, tag in CATALOGUE.wordings})
PLACES = {
    "{code}": {"system.handoff", "system.handoff_waiting", "system.other_language"},
    "{choices}": {"system.choose", "system.language_question", "system.which_state"},
    "{language_name}": {"system.language_unavailable"},
    "{state_name}": {
        "system.state_noted",
        "system.in_state_unknown",
        "system.in_state_coverage",
        "system.in_state_free_school",
        "system.in_state_must_attend",
        "system.in_state_courts",
        "system.in_state_no_court",
    },
    "{program}": {"system.in_state_coverage"},
    "{age}": {"system.in_state_coverage", "system.in_state_free_school"},
    "{from_age}": {"system.in_state_must_attend"},
    "{to_age}": {"system.in_state_must_attend"},
    "{court}": {"system.in_state_court"},
    "{address}": {"system.in_state_court"},
    "{cities}": {"system.in_state_courts"},
}
MOST_TITLE, MOST_SEGMENTS, MOST_DANGER_SEGMENTS, MEDIAN_SEGMENTS = 40, 3, 2, 2
MONTHS = {"very_high": 1, "high": 2, "medium": 3, "low": 6}  # data/answers/README.md


def wordings(*tags: str) -> list[Wording]:
    return [wording for (_, tag), wording in sorted(CATALOGUE.wordings.items()) if tag in (tags or WRITTEN)]


def named(wording: Wording) -> str:
    return f"{wording.language} {wording.answer}"


# Complete and equal


def test_spanish_and_english_are_complete() -> None:
    assert {"es", "en"} <= set(COMPLETE)


@pytest.mark.parametrize("tag", COMPLETE)
def test_every_answer_exists_in_each_language_marked_complete(tag: str) -> None:
    missing = [answer for answer in CATALOGUE.entries if (answer, tag) not in CATALOGUE.wordings]

    assert missing == []


def test_every_language_with_texts_is_marked_complete_or_partial_and_has_its_help_text() -> None:
    unmarked = [tag for tag in WRITTEN if LANGUAGES.by_tag[tag].status == "none"]
    without_help = [tag for tag in WRITTEN if ("system.help", tag) not in CATALOGUE.wordings]

    assert (unmarked, without_help) == ([], [])


def test_every_language_marked_partial_has_texts() -> None:
    assert [tag for tag, row in LANGUAGES.by_tag.items() if row.status != "none" and tag not in WRITTEN] == []


@pytest.mark.parametrize("answer", CATALOGUE.entries)
def test_placeholders_are_equal_in_all_languages_and_filled_by_somebody(answer: str) -> None:
    texts = [wording for wording in wordings() if wording.answer == answer]
    expected = {place[1:-1] for place, answers in PLACES.items() if answer in answers}

    assert {named(text): text.placeholders for text in texts} == {named(text): expected for text in texts}
    assert [named(text) for text in texts if re.search(r"[{}]", re.sub(r"\{[a-z_]+\}", "", text.text))] == []


def find_facts(text: str) -> set[str]:
    """The telephone numbers of a text."""
    return set(re.findall(r"1-\d{3}-\d{3}-\d{4}|(?<![\d-])(?:911|988|211|\d{5,6})(?![\d-])", text))


@pytest.mark.parametrize("answer", CATALOGUE.entries)
def test_numbers_to_call_are_equal_in_complete_languages_and_no_others_elsewhere(answer: str) -> None:
    facts = {text.language: find_facts(text.text) for text in wordings() if text.answer == answer}

    assert [tag for tag in COMPLETE if facts[tag] != facts["en"]] == []
    assert [tag for tag in facts if not facts[tag] <= facts["en"]] == []


def test_a_number_to_call_has_a_source() -> None:
    assert [
        named(text) for text in wordings() if find_facts(text.text) and not CATALOGUE.entries[text.answer].sources
    ] == []


# Reviewed


def test_every_wording_is_a_draft_or_reviewed_by_name_for_exactly_what_it_needs() -> None:
    offences = [
        named(text)
        for text in wordings()
        if set(text.reviews) != set(CATALOGUE.entries[text.answer].reviews)
        or not all(isinstance(by, str) and (by == "draft" or len(by.split()) >= 2) for by in text.reviews.values())
    ]

    assert offences == []


def test_everybody_is_told_by_when_the_sources_must_be_read_again() -> None:
    late = []
    for entry in CATALOGUE.entries.values():
        assert entry.review_by
        newest = max((source.read for source in entry.sources), default=None)
        limit = timedelta(days=31 * MONTHS[entry.volatility])
        if newest and not newest < entry.review_by <= newest + limit:
            late.append(entry.id)

    assert late == []


def test_no_source_is_read_in_a_future_that_no_clock_knows() -> None:
    sources = [source for entry in CATALOGUE.entries.values() for source in entry.sources]

    assert [source.title for source in sources if not date(2024, 1, 1) < source.read < date(2100, 1, 1)] == []
    assert [source.title for source in sources if not source.url or not source.url.startswith("http")] == []


# Short


def test_titles_fit_a_line_of_a_menu_and_no_two_are_alike() -> None:
    titles = [(text.language, text.title) for text in wordings()]

    assert [title for title in titles if not 0 < len(title[1]) <= MOST_TITLE or "\n" in title[1]] == []
    assert sorted(set(titles)) == sorted(titles)


def longest_of_the_tables() -> dict[str, str]:
    """The longest values that data/reference/ puts into a text."""
    reference = RULES.reference
    court = max(reference.courts, key=lambda court: len(court.name + court.address))
    told = [reference.find_part("court.location", Place(state)) for state in RULES.atlas.codes]
    return {
        "program": max((row.program for row in reference.coverage.values()), key=len),
        "age": "21",
        "from_age": "8",
        "to_age": "18",
        "court": court.name,
        "address": court.address,
        "cities": max((part.values.get("cities", "") for part in told if part), key=len),
    }


def as_sent(text: Wording) -> str:
    """A text with the longest values its places can have."""
    offered = [
        other.title
        for other in wordings(text.language)
        if not other.answer.startswith("system.") and not CATALOGUE.entries[other.answer].is_crisis
    ]
    titles = sorted(offered, key=segments)[-3:]
    names = sorted((language.name for language in LANGUAGES.by_tag.values()), key=segments)
    states = sorted({RULES.atlas.name_of(state, text.language) for state in RULES.atlas.codes}, key=segments)
    lines = {"system.choose": titles, "system.which_state": states[-4:]}
    choices = lines.get(text.answer, names[-3:])
    values = longest_of_the_tables() | {
        "state_name": states[-1],
        "code": "AA99",
        "choices": "\n".join(f"{number} {line}" for number, line in enumerate(choices, start=1)),
        "language_name": names[-1],
    }
    return re.sub(r"\{(\w+)\}", lambda place: values[place[1]], text.text)


@cache
def segments(body: str) -> int:
    return sum(part.segments for part in split_body(body, Channel.SMS))


@pytest.mark.parametrize("tag", WRITTEN)
def test_every_text_fits_its_segments_as_sent(tag: str) -> None:
    counts = {text.answer: segments(as_sent(text)) for text in wordings(tag)}

    assert {answer: count for answer, count in counts.items() if count > MOST_SEGMENTS} == {}
    danger = {answer: count for answer, count in counts.items() if CATALOGUE.entries[answer].is_crisis}
    assert {answer: count for answer, count in danger.items() if count > MOST_DANGER_SEGMENTS} == {}
    assert statistics.median(counts.values()) <= MEDIAN_SEGMENTS


@pytest.mark.parametrize("tag", WRITTEN)
def test_the_first_notice_is_one_segment(tag: str) -> None:
    assert segments(CATALOGUE.wordings["system.first_notice", tag].text) == 1


# Fit to be sent


def test_texts_are_composed_unicode_without_emoji_and_invisible_characters() -> None:
    offences = [
        named(text)
        for text in wordings()
        for body in (text.title, text.text, text.whatsapp or "")
        if unicodedata.normalize("NFC", body) != body
        or any(unicodedata.category(character) in ("So", "Cs", "Cf", "Co") for character in body)
        or any(unicodedata.category(character) == "Cc" and character != "\n" for character in body)
    ]

    assert offences == []


def test_kiche_is_written_with_the_plain_apostrophe() -> None:
    assert [named(text) for text in wordings("quc") if re.search("[’‘`´ʼäëïÄËÏ]", text.title + text.text)] == []


WAY_ON = {
    "en": r"\bPERSON\b|\bask\b|\bAsk\b|\btell me\b|\bwrite\b|\bwriting\b|\bReply\b|\bsend\b|\bSend\b|\bcall\b|\?$",
    "es": r"\bPERSONA\b|[Pp]regunt|[Ee]scrib|\b[Mm]and[ea]\b|\bllame\b|\bagregar\b|\bresponda\b|\?$",
}


@pytest.mark.parametrize("tag", WAY_ON)
def test_every_text_ends_with_a_way_on(tag: str) -> None:
    ends = {text.answer: " ".join(re.split(r"(?<=[.?!:])\s+", as_sent(text))[-3:]) for text in wordings(tag)}

    assert [answer for answer, end in ends.items() if not re.search(WAY_ON[tag], end)] == []


@pytest.mark.parametrize("tag", COMPLETE)
def test_a_text_of_danger_names_911(tag: str) -> None:
    danger = [text for text in wordings(tag) if CATALOGUE.entries[text.answer].is_crisis]

    assert [named(text) for text in danger if "911" not in text.text] == []


# Used, and known where they are used

ID = re.compile(r"(?:court|health|legal|rights|safety|school|service|sponsor|system)\.[a-z0-9_]*[a-z0-9]")
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
    named_in_code = {answer for answer, _ in find_ids_in_code("conversation")}

    used = find_intents() | find_danger_answers() | follow_ups | named_in_code
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
    sentences = {run for text in wordings() for run in find_runs(text.text)}

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


def test_texts_are_made_by_the_catalogue_alone() -> None:
    makers = {
        str(path)
        for path in find_python()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "OutgoingText"
    }

    assert makers == {"conversation/answers/catalogue.py"}


def test_the_bot_has_no_words_of_its_own() -> None:
    domain = yaml.safe_load(read(Path("bot/domain/dialogue.yml"))) or {}

    assert "responses" not in domain
