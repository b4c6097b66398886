"""What the page of answers shows of the catalogue."""

from datetime import date
from functools import cache

import pytest
from starlette.datastructures import QueryParams

from console.catalogue.page import read_wanted
from console.catalogue.view import AnswerView, Price, Sheet, TextView, Wanted, view_catalogue
from conversation.answers.reviews import ReviewKind
from tests.talk import fresh_rules, real_rules, strict_rules

TODAY = date(2026, 11, 22)
ANSWER = "school.vaccines"


@cache
def sheet() -> Sheet:
    return make_sheet_of(real_rules())


def make_sheet_of(rules: object) -> Sheet:
    wordings = rules.catalogue.wordings  # type: ignore[attr-defined]
    return Sheet(rules, {key: Price(text.text, 2, gsm7=True) for key, text in wordings.items()})  # type: ignore[arg-type]


def find(wanted: Wanted, shown: Sheet | None = None) -> list[AnswerView]:
    return list(view_catalogue(shown or sheet(), wanted, TODAY).answers)


def text_of(answer: AnswerView, language: str) -> TextView:
    return next(text for column, text in answer.texts if column.tag == language and text)


def test_a_topic_shows_its_own_answers_in_the_order_of_the_file() -> None:
    ids = [answer.entry.id for answer in find(Wanted(topic="rights"))]

    assert ids == [answer for answer in real_rules().catalogue.entries if answer.startswith("rights.")]


def test_every_word_of_a_search_must_be_there_in_any_language_without_accents() -> None:
    found = {answer.entry.id for answer in find(Wanted(search="VACUNAS gratis"))}

    assert "health.vaccines_free" in found
    assert find(Wanted(search="vacunas zzzzqq")) == []


def test_a_source_and_an_id_can_be_looked_for() -> None:
    assert ANSWER in {answer.entry.id for answer in find(Wanted(search="school vaccines"))}
    assert find(Wanted(search="McKinney-Vento", topic="school"))


def test_only_the_languages_asked_for_are_shown_in_the_order_of_the_list() -> None:
    (first, *_) = find(Wanted(topic="court", languages=("quc", "en")))

    assert [column.tag for column, _ in first.texts] == ["en", "quc"]


def test_a_text_that_is_not_there_is_shown_as_missing() -> None:
    missing = find(Wanted(state="missing", languages=("quc",)))

    assert missing
    assert all(text is None for answer in missing for _, text in answer.texts)


def test_a_draft_names_each_review_it_needs_and_none_that_was_made() -> None:
    (answer,) = [one for one in find(Wanted(topic="school")) if one.entry.id == ANSWER]

    text = text_of(answer, "es")
    assert text.draft
    assert [kind for kind, review in text.reviews if review is None] == list(map(ReviewKind, answer.entry.reviews))


def test_a_review_is_shown_with_its_name() -> None:
    reviewed = find(Wanted(topic="school", state="reviewed"), make_sheet_of(strict_rules(ANSWER)))

    assert [answer.entry.id for answer in reviewed] == [ANSWER]
    assert not text_of(reviewed[0], "en").draft
    assert {review.reviewer for _, review in text_of(reviewed[0], "en").reviews if review} == {"Ana Reader"}


def test_what_is_sent_in_its_short_form_is_marked_until_somebody_has_reviewed_it() -> None:
    marked = find(Wanted(state="short"))

    volatile = {answer.entry.id for answer in marked}
    assert all(text.is_short for answer in marked for _, text in answer.texts if text)
    assert "court.ice_risk" in volatile
    assert "safety.enforcement_now" not in volatile


def test_an_entry_past_its_day_is_found_as_expired() -> None:
    view = view_catalogue(sheet(), Wanted(state="expired"), date(2099, 1, 1))

    assert len(view.answers) == len([1 for entry in real_rules().catalogue.entries.values() if entry.review_by])
    assert find(Wanted(state="expired")) == [one for one in find(Wanted()) if one.expired]


def test_disciplines_and_unknown_wishes() -> None:
    legal = find(Wanted(discipline="legal"))

    assert {answer.entry.discipline for answer in legal} == {"legal"}
    assert len(find(Wanted(state="zzz"))) == len(real_rules().catalogue.entries)
    assert find(Wanted(topic="zzz")) == []


@pytest.mark.parametrize(
    ("query", "topic"), [("", "school"), ("q=ice", "all"), ("topic=court", "court"), ("state=first", "all")]
)
def test_before_anything_is_asked_for_one_topic_is_shown_and_a_search_looks_everywhere(query: str, topic: str) -> None:
    assert read_wanted(QueryParams(query)).topic == topic


def test_a_search_is_cut_to_what_people_type() -> None:
    assert len(read_wanted(QueryParams({"q": "a" * 5000})).search) == 100


def test_a_fresh_review_brings_the_whole_text_back() -> None:
    rules = fresh_rules()
    day = rules.catalogue.ledger.find("court.ice_risk", "en", ReviewKind.LEGAL)
    assert day

    view = view_catalogue(make_sheet_of(rules), Wanted(topic="court"), day.on)

    (answer,) = [one for one in view.answers if one.entry.id == "court.ice_risk"]
    assert not text_of(answer, "en").is_short
