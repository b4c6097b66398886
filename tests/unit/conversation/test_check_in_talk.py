"""Answers to questions after a release, as people write them, in every complete language."""

from datetime import timedelta

import pytest

from conversation.check_ins import questions
from conversation.check_ins.values import KnownRound, list_questions
from conversation.messages import Kind
from tests.fakes import FakeBot
from tests.talk import START, Talk, languages, said

RELEASE, REMINDER = "r" * 32, "m" * 32
YES = {"en": "yes", "es": "sí", "pt": "sim", "fr": "oui", "ht": "wi"}
NO = {"en": "no", "es": "no", "pt": "não", "fr": "non", "ht": "non"}
# What our own texts say to write, and how people write it.
ENOUGH = [
    ("en", "no more questions"), ("es", "no quiero preguntas"), ("es", "ya no más preguntas"),
    ("pt", "sem mais perguntas"), ("fr", "plus de questions"), ("ht", "mwen pa vle kesyon"),
]  # fmt: skip


def begin(language: str = "en", *, is_own: bool = False, bot: FakeBot | None = None) -> Talk:
    """Return a talk in which the neutral text of a round has just gone out."""
    talk = Talk(bot=bot or FakeBot())
    known = KnownRound(RELEASE, REMINDER, 30, is_own, list_questions(is_own=is_own))
    question = questions.ask_ready(RELEASE, REMINDER, START)
    talk.remember(language=language, noticed=True, check_in=known, open_question=question)
    return talk


@pytest.mark.parametrize("language", sorted(YES))
async def test_a_round_in_words_goes_from_question_to_question_in_its_language(language: str) -> None:
    talk = begin(language)

    turns = [await talk.say(YES[language]) for _ in range(4)]

    assert [said(one) for one in turns] == [
        ["checkin.home_other"], ["checkin.school_other"], ["checkin.court_other"], ["checkin.done"],
    ]  # fmt: skip
    assert {tag for one in turns for tag in languages(one)} == {language}
    assert [(act.question, act.answer) for one in turns for act in one.check_ins] == [
        ("home", "yes"), ("school", "yes"), ("court", "yes"),
    ]  # fmt: skip


@pytest.mark.parametrize("language", sorted(NO))
async def test_a_no_in_words_tells_that_somebody_is_told_and_goes_on(language: str) -> None:
    talk = begin(language)
    await talk.say("1")

    decision = await talk.say(NO[language])

    assert said(decision) == ["checkin.not_home", "checkin.school_other"]
    assert decision.handoff is not None
    assert (decision.handoff.discipline, decision.handoff.reason) == ("reunification", "check_in")


@pytest.mark.parametrize(("language", "words"), ENOUGH)
async def test_the_words_that_our_texts_teach_end_the_questions(language: str, words: str) -> None:
    talk = begin(language)
    await talk.say("1")

    decision = await talk.say(words)

    assert said(decision) == ["checkin.ended"]
    assert [act.deed for act in decision.check_ins] == ["end"]
    assert talk.memory.open_question is None


async def test_the_words_end_nothing_where_no_questions_come() -> None:
    talk = Talk(bot=FakeBot())

    decision = await talk.say("no more questions")

    assert "checkin.ended" not in said(decision)
    assert decision.check_ins == ()


async def test_an_end_leaves_the_question_about_something_else_open() -> None:
    talk = Talk(bot=FakeBot())
    talk.remember(language="es", noticed=True, release_id=RELEASE)
    asked = await talk.say("corte 14 de enero de 2027, 8:30 am, Houston")

    ended = await talk.say("no quiero preguntas")

    assert said(asked) == ["reminder.confirm"]
    assert said(ended)[0] == "checkin.ended"
    assert [act.release_id for act in ended.check_ins] == [RELEASE]
    assert talk.memory.open_question is not None


async def test_a_no_with_its_reason_counts_and_danger_in_it_comes_first() -> None:
    safe, hurt = begin("es", is_own=True), begin("es", is_own=True)
    await safe.say("1")
    await hurt.say("1")

    told = await safe.say("no, ahora vivo con una amiga")
    danger = await hurt.say("no, mi tío me pega y no me deja salir")

    assert said(told)[0] == "checkin.not_home_own"
    assert danger.kind is Kind.CRISIS
    assert danger.check_ins == ()


async def test_danger_that_only_the_model_sees_comes_before_the_answer() -> None:
    words = "no porque en la noche viene a mi cuarto"
    talk = begin("es", is_own=True, bot=FakeBot({words: "safety.abuse"}))
    await talk.say("1")

    decision = await talk.say(words)

    assert decision.kind is Kind.CRISIS


async def test_another_question_is_answered_and_ours_stays_open() -> None:
    talk = begin(bot=FakeBot({"What vaccines does the school want?": "school.vaccines"}))
    await talk.say("1")

    between = await talk.say("What vaccines does the school want?")
    after = await talk.say("1")

    assert between.answer == "school.vaccines"
    assert said(after) == ["checkin.school_other"]


async def test_words_that_nobody_understands_go_to_a_person_with_the_topic_of_the_question() -> None:
    talk = begin()
    await talk.say("1")

    decision = await talk.say("bla bla ble")

    assert decision.handoff is not None
    assert (decision.handoff.topic, decision.handoff.reason) == ("checkin.not_home", "check_in")
    assert talk.memory.open_question is not None


async def test_a_no_to_the_neutral_text_means_later_and_a_yes_then_still_counts() -> None:
    talk = begin()

    later = await talk.say("2")
    words = await talk.say("no")
    yes = await talk.say("1")

    assert (said(later), later.check_ins) == (["checkin.later"], ())
    assert said(words) == ["checkin.later"]
    assert said(yes) == ["checkin.home_other"]


async def test_after_four_days_a_digit_is_no_answer_any_more() -> None:
    talk = begin()
    await talk.say("1")
    talk.now += timedelta(days=4, minutes=1)

    decision = await talk.say("2")

    assert decision.check_ins == ()


async def test_while_somebody_has_the_case_nothing_is_asked() -> None:
    talk = begin()
    await talk.say("1")
    await talk.say("2")
    talk.claim()

    decision = await talk.say("1")

    assert (decision.kind, decision.check_ins) == (Kind.SILENT, ())


async def test_a_zero_is_a_person_at_every_question() -> None:
    talk = begin()
    await talk.say("1")

    decision = await talk.say("0")

    assert decision.command == "person"


async def test_on_a_private_phone_the_questions_come_only_after_the_person_has_asked_for_them() -> None:
    talk = begin()
    talk.remember(private=True)

    first = await talk.say("1")
    ended = await talk.say("4")

    assert said(first) == ["checkin.home_other"]
    assert said(ended) == ["checkin.ended"]
