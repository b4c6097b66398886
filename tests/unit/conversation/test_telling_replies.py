"""Answers to a reminder, and wishes about the dates that are kept."""

from dataclasses import replace
from datetime import date

import pytest

from conversation.messages import Kind
from tests.appointments import COURT, DOCTOR, REMINDER, acts, begin, reconfirm, remind, say_all
from tests.talk import said, strict_rules

ICE = replace(COURT, kind="ice")
TOMORROW = replace(COURT, day=date(2026, 6, 2))


@pytest.mark.parametrize(
    ("language", "text", "act"),
    [
        ("en", "1", "going"),
        ("en", "I will be there", "going"),
        ("es", "sí", "going"),
        ("es", "voy a ir", "going"),
        ("es", "no puedo ir porque trabajo", "cannot"),
        ("en", "I can't make it", "cannot"),
        ("es", "necesito un raite", "help"),
        ("es", "me da mucho miedo ir", "afraid"),
        ("en", "I am afraid to go", "afraid"),
        ("pt", "não posso ir", "cannot"),
        ("pt", "tenho medo", "afraid"),
        ("fr", "j'ai peur d'y aller", "afraid"),
        ("fr", "je ne peux pas venir", "cannot"),
        ("ht", "mwen pa ka ale", "cannot"),
        ("ht", "mwen pè ale", "afraid"),
        ("quc", "kinxi'j wib'", "afraid"),
    ],
)
async def test_a_reminder_is_answered_by_digit_or_in_words(language: str, text: str, act: str) -> None:
    talk = remind(begin(language, COURT))

    decision = await talk.say(text)

    assert [(one.act, one.appointment_id, one.reminder_id) for one in decision.appointments] == [
        (act, COURT.id, REMINDER)
    ]


async def test_who_cannot_go_gets_a_lawyer_the_same_day() -> None:
    talk = remind(begin("en", COURT))

    decision = await talk.say("2")

    assert said(decision) == ["reminder.cannot"]
    assert decision.handoff
    assert (decision.handoff.discipline, decision.handoff.urgency) == ("legal", "same_day")


@pytest.mark.parametrize("kind", ["court", "ice"])
async def test_who_cannot_go_within_two_days_pages_somebody(kind: str) -> None:
    talk = remind(begin("en", replace(TOMORROW, kind=kind)))

    decision = await talk.say("2")

    assert said(decision) == ["reminder.cannot_soon"]
    assert decision.handoff
    assert (decision.handoff.discipline, decision.handoff.urgency) == ("legal", "page_now")


async def test_who_cannot_go_to_a_doctor_pages_nobody() -> None:
    talk = remind(begin("en", replace(TOMORROW, kind="doctor")))

    decision = await talk.say("2")

    assert said(decision) == ["reminder.cannot_other"]
    assert decision.handoff
    assert decision.handoff.urgency == "normal"


async def test_who_needs_a_ride_gets_a_person_of_the_community() -> None:
    talk = remind(begin("en", COURT))

    decision = await talk.say("4")

    assert said(decision) == ["reminder.help"]
    assert decision.handoff
    assert decision.handoff.discipline == "community"


@pytest.mark.parametrize("one", [COURT, ICE], ids=["court", "check-in"])
async def test_who_is_afraid_is_sent_to_a_lawyer_first(one: object) -> None:
    talk = remind(begin("en", one), one)  # type: ignore[arg-type]

    decision = await talk.say("5")

    assert said(decision) == ["reminder.afraid"]
    assert "lawyer" in decision.texts[0].body
    assert decision.handoff
    assert (decision.handoff.discipline, decision.handoff.urgency) == ("legal", "same_day")


async def test_a_neutral_reminder_shows_the_rest_after_a_one_and_then_takes_the_five_answers() -> None:
    talk = remind(begin("es", COURT), neutral=True)

    shown = await talk.say("1")
    going = await talk.say("1")

    assert said(shown) == ["reminder.court", "reminder.choices"]
    assert acts(going) == ["going"]


@pytest.mark.parametrize(("day", "text"), [(2, "reminder.day_before"), (1, "reminder.morning")])
async def test_just_before_a_court_the_details_are_those_of_the_day(day: int, text: str) -> None:
    one = replace(COURT, day=date(2026, 6, day), at=None)
    talk = remind(begin("es", one), neutral=True)

    shown = await talk.say("1")

    assert said(shown)[0] == text


async def test_a_private_phone_gets_no_word_of_a_court_before_it_asks() -> None:
    talk = remind(begin("es", COURT, private=True), neutral=True)

    told = await talk.say("no puedo ir")

    assert acts(told) == ["cannot"]
    assert said(told) == ["system.handoff"]


async def test_a_six_is_no_answer() -> None:
    talk = remind(begin("en", COURT))

    decision = await talk.say("6")

    assert acts(decision) == []


async def test_a_zero_brings_a_person() -> None:
    talk = remind(begin("en", COURT))

    decision = await talk.say("0")

    assert decision.kind is Kind.HANDOFF


async def test_a_question_in_between_is_answered_and_the_reminder_can_still_be() -> None:
    talk = remind(begin("en", COURT))

    between = await talk.say("Which vaccines?")
    going = await talk.say("1")

    assert said(between) == ["school.vaccines"]
    assert acts(going) == ["going"]


async def test_what_asks_is_no_answer_to_a_reminder() -> None:
    talk = remind(begin("es", COURT))

    decision = await talk.say("¿y si no puedo ir?")

    assert acts(decision) == []


async def test_danger_under_a_reminder_comes_first() -> None:
    talk = remind(begin("es", COURT))

    decision = await talk.say("no puedo ir, mi papá me pega con el cinturón")

    assert decision.kind is Kind.CRISIS


async def test_while_a_person_has_the_case_answers_are_for_that_person() -> None:
    talk = remind(begin("en", COURT))

    await talk.say("PERSON")
    talk.claim()
    remind(talk)
    decision = await talk.say("2")

    assert (said(decision), acts(decision)) == ([], ["cannot"])


async def test_a_silent_number_that_is_still_theirs_is_confirmed() -> None:
    talk = reconfirm(begin("en", COURT))

    decision = await talk.say("1")

    assert [(one.act, one.appointment_id) for one in decision.appointments] == [("reconfirmed", COURT.id)]


async def test_a_number_that_is_somebody_elses_now_is_left_alone() -> None:
    talk = reconfirm(begin("en", COURT))

    decision = await talk.say("2")

    assert decision.stop
    assert not any("court" in text.body.lower() for text in decision.texts)


async def test_a_kept_date_is_said_beside_the_official_line() -> None:
    talk = begin("es", COURT, DOCTOR)
    talk.bot.answers = {"¿cuándo es mi cita?": "court.date_find"}  # type: ignore[attr-defined]

    decision = await talk.say("¿cuándo es mi cita?")

    assert said(decision) == ["reminder.list", "court.date_find"]
    assert decision.texts[0].body.count("\n- ") == 2


async def test_who_has_no_kept_date_gets_the_official_line_alone() -> None:
    talk = begin("es")
    talk.bot.answers = {"¿cuándo es mi cita?": "court.date_find"}  # type: ignore[attr-defined]

    assert said(await talk.say("¿cuándo es mi cita?")) == ["court.date_find"]


@pytest.mark.parametrize("text", ["cancela el recordatorio", "cancele mi cita de la corte", "cancel the reminder"])
async def test_the_only_date_is_cancelled_in_words(text: str) -> None:
    talk = begin("es", COURT)

    decision = await talk.say(text)

    assert said(decision) == ["reminder.cancelled"]
    assert [(one.act, one.appointment_id) for one in decision.appointments] == [("cancel", COURT.id)]


async def test_of_several_dates_the_one_to_cancel_is_asked_for() -> None:
    talk = begin("en", COURT, DOCTOR)

    asked = await talk.say("cancel the reminder")
    done = await talk.say("2")

    assert (said(asked), asked.choices) == (["reminder.ask_cancel"], (DOCTOR.id, COURT.id))
    assert [one.appointment_id for one in done.appointments] == [COURT.id]


async def test_reminders_say_more_or_less_as_the_person_wants() -> None:
    talk = begin("es", COURT)

    assert acts(await talk.say("recordatorios completos")) == ["full"]
    assert acts(await talk.say("recordatorios neutros")) == ["neutral"]


async def test_a_private_phone_gets_no_full_reminders() -> None:
    talk = begin("es", COURT, private=True)

    assert acts(await talk.say("recordatorios completos")) == []


async def test_where_drafts_are_refused_a_person_comes_and_the_answer_is_kept() -> None:
    talk = remind(begin("en", COURT))
    talk.rules = strict_rules("system.way_on")

    decision = await talk.say("2")

    assert (decision.kind, acts(decision)) == (Kind.HANDOFF, ["cannot"])
    assert decision.handoff
    assert decision.handoff.discipline == "legal"


async def test_an_answer_after_the_appointment_was_cancelled_changes_nothing() -> None:
    talk = remind(begin("en", replace(COURT, status="cancelled")))

    assert acts(await say_all(talk, "2")) == []
