"""The short form: what goes while nobody has looked lately whether the whole answer still holds."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from conversation.answers.catalogue import ASK_LAWYER, ASK_PERSON, Catalogue
from conversation.answers.reviews import Ledger, Review
from conversation.answers.wording import Entry, Wording
from conversation.messages import Kind, Urgency
from tests.fakes import FakeBot
from tests.talk import TODAY, Talk, approve, real_rules, said
from tests.unit.conversation.test_answers import ANSWER, SMS, WHATSAPP, catalogue, entry, wording

MOVING = entry(ANSWER, volatility="very_high", reviews=("language", "legal"))
WHOLE = wording(ANSWER, "es", short="short in es")


def built(*wordings: Wording, of: Entry = MOVING, reviews: tuple[Review, ...] = (), drafts: bool = True) -> Catalogue:
    made = catalogue(*wordings, entries=(of,), drafts=drafts)
    return replace(made, ledger=Ledger(reviews))


def bodies(made: Catalogue, language: str = "es", *, on: date = TODAY, **more: Any) -> list[str]:
    texts = made.render(ANSWER, language, today=on, **{"channel": SMS, **more})
    assert {text.answer for text in texts} <= {ANSWER}
    return [text.body for text in texts]


def test_what_moves_fast_goes_short_until_a_lawyer_has_read_it_lately() -> None:
    reviews = tuple(approve(MOVING, WHOLE))
    made, month = built(WHOLE, reviews=reviews), timedelta(days=31)

    assert bodies(built(WHOLE)) == ["short in es"]
    assert bodies(made) == [WHOLE.text]
    assert bodies(made, on=TODAY + month) == [WHOLE.text]
    assert bodies(made, on=TODAY + month + timedelta(days=1)) == ["short in es"]


def test_it_is_said_which_form_goes() -> None:
    texts = [made.render(ANSWER, "es", channel=SMS, today=TODAY) for made in (built(WHOLE), catalogue(WHOLE))]

    assert [[text.short for text in pair] for pair in texts] == [[True], [False]]


def test_a_speakers_review_is_not_a_lawyers() -> None:
    language, legal = approve(MOVING, WHOLE)
    old = replace(legal, on=TODAY - timedelta(days=32))

    assert bodies(built(WHOLE, reviews=(language, old))) == ["short in es"]


def test_where_no_expert_is_needed_the_speakers_review_counts() -> None:
    plain = replace(MOVING, reviews=("language",))

    assert bodies(built(WHOLE, of=plain, reviews=tuple(approve(plain, WHOLE)))) == [WHOLE.text]


@pytest.mark.parametrize(("volatility", "days"), [("high", 62), ("medium", 93), ("low", 186), ("unheard of", 31)])
def test_what_is_past_its_day_goes_short_until_somebody_looks(volatility: str, days: int) -> None:
    expired = entry(ANSWER, volatility=volatility, review_by=TODAY)
    reviews = tuple(approve(expired, WHOLE, on=TODAY + timedelta(days=1)))
    unread, read = built(WHOLE, of=expired), built(WHOLE, of=expired, reviews=reviews)

    assert bodies(unread) == [WHOLE.text]  # its last day
    assert bodies(unread, on=TODAY + timedelta(days=1)) == ["short in es"]
    assert bodies(read, on=TODAY + timedelta(days=1 + days)) == [WHOLE.text]
    assert bodies(read, on=TODAY + timedelta(days=2 + days)) == ["short in es"]


def test_a_review_of_the_far_future_is_not_recent() -> None:
    reviews = tuple(approve(MOVING, WHOLE, on=TODAY + timedelta(days=2)))

    assert bodies(built(WHOLE, reviews=reviews)) == ["short in es"]


def test_an_edited_text_is_not_fresh_any_more() -> None:
    reviews = tuple(approve(MOVING, WHOLE))

    assert bodies(built(replace(WHOLE, text="Edited."), reviews=reviews)) == ["short in es"]


@pytest.mark.parametrize(
    "whole",
    [
        replace(MOVING, urgency=Urgency.PAGE_NOW),
        replace(MOVING, id="safety.scam", urgency=Urgency.SAME_DAY),
        replace(MOVING, id="service.privacy"),
        replace(MOVING, id="system.help"),
    ],
    ids=["danger", "danger of the day", "service", "system"],
)
def test_danger_and_talk_about_ourselves_are_never_shortened(whole: Entry) -> None:
    made = built(replace(WHOLE, answer=whole.id), of=whole)

    assert made.render(whole.id, "es", channel=SMS, today=TODAY)[0].body == WHOLE.text


def test_on_whatsapp_the_short_form_goes_too() -> None:
    assert bodies(built(replace(WHOLE, whatsapp="longer")), channel=WHATSAPP) == ["short in es"]


# Without a short form of its own


@pytest.mark.parametrize(
    ("discipline", "asks"),
    [("legal", ASK_LAWYER), ("reunification", ASK_LAWYER), ("safety", ASK_LAWYER), ("health", ASK_PERSON)],
)
def test_without_a_short_form_it_is_said_whom_to_ask(discipline: str, asks: str) -> None:
    texts = (wording(ANSWER, "es"), wording(ASK_LAWYER, "es"), wording(ASK_PERSON, "es"))

    assert bodies(built(*texts, of=replace(MOVING, discipline=discipline))) == [f"{asks} in es"]


def test_where_that_is_missing_too_the_next_language_speaks() -> None:
    texts = (wording(ANSWER, "quc"), WHOLE, wording(ANSWER, "en"))

    assert bodies(built(*texts), "quc") == ["short in es"]


def test_a_mayan_short_form_goes_with_the_spanish_one() -> None:
    texts = (wording(ANSWER, "quc", short="short in quc"), WHOLE)

    assert bodies(built(*texts), "quc") == ["short in quc", "short in es"]


def test_nothing_goes_where_nothing_short_is_there() -> None:
    assert bodies(built(wording(ANSWER, "es"))) == []


def test_a_short_form_is_as_reviewed_as_its_text() -> None:
    stale = tuple(approve(MOVING, WHOLE, on=TODAY - timedelta(days=40)))

    assert bodies(built(WHOLE, drafts=False)) == []
    assert bodies(built(WHOLE, drafts=False, reviews=stale)) == ["short in es"]


def test_a_short_form_with_a_place_that_nobody_fills_is_not_sent() -> None:
    assert bodies(built(replace(WHOLE, short="En {state}."))) == []


# In a conversation

COVERAGE = "health.coverage_child"


async def test_nothing_of_the_state_is_added_to_a_short_form() -> None:
    catalogue = real_rules().catalogue
    texts = {
        key: replace(text, short="short") if text.answer == COVERAGE else text
        for key, text in catalogue.wordings.items()
    }
    entries = {**catalogue.entries, COVERAGE: replace(catalogue.entries[COVERAGE], volatility="very_high")}
    rules = replace(real_rules(), catalogue=replace(catalogue, wordings=texts, entries=entries))
    talk = Talk(bot=FakeBot({"coverage?": COVERAGE}), rules=rules)
    talk.remember(language="en", noticed=True)

    first = await talk.say("coverage?")
    state = await talk.say("New York")

    assert (said(first), [text.body for text in first.texts]) == ([COVERAGE], ["short"])
    assert (state.kind, said(state)) == (Kind.ANSWER, ["system.state_noted"])


async def test_two_questions_whose_short_forms_say_the_same_are_told_once() -> None:
    catalogue = real_rules().catalogue
    asked = {"Is asylum free for us?": "legal.asylum", "Is a notario a lawyer here?": "legal.notario"}
    entries = {answer: replace(catalogue.entries[answer], volatility="very_high") for answer in asked.values()}
    texts = {
        key: replace(text, short=None) if text.answer in entries else text for key, text in catalogue.wordings.items()
    }
    listed = {**catalogue.entries, **entries}
    rules = replace(real_rules(), catalogue=replace(catalogue, wordings=texts, entries=listed))
    talk = Talk(bot=FakeBot(asked), rules=rules)
    talk.remember(language="en", noticed=True)

    decision = await talk.say(" ".join(asked))

    assert decision.answers == ("legal.asylum", "legal.notario")
    assert [text.body for text in decision.texts] == [texts[ASK_LAWYER, "en"].text]
