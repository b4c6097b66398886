"""The word that asks for kept dates as a calendar file."""

from dataclasses import replace

import pytest

from conversation.appointments.values import CalendarLine
from conversation.messages import CaseStatus, Channel, Decision, OpenCase, Urgency
from tests.appointments import COURT, DOCTOR, acts, begin, remind, say_all
from tests.talk import said


def lines(decision: Decision) -> list[CalendarLine]:
    return [line for text in decision.texts for line in text.calendar]


@pytest.mark.parametrize(
    ("language", "text", "title"),
    [
        ("en", "CALENDAR", "Appointment"),
        ("es", "calendario por favor", "Cita"),
        ("es", "¿calendario?", "Cita"),
        ("pt", "Calendário", "Compromisso"),
        ("fr", "calendrier", "Rendez-vous"),
        ("ht", "kalandriye", "Randevou"),
        ("ht", "CALENDARIO", "Randevou"),
    ],
)
async def test_a_word_brings_one_text_with_a_place_for_the_link_and_neutral_entries(
    language: str, text: str, title: str
) -> None:
    talk = begin(language, COURT, DOCTOR)

    decision = await talk.say(text)

    assert said(decision) == ["reminder.calendar"]
    assert "{link}" in decision.texts[0].body
    assert lines(decision) == [CalendarLine(one.id, title) for one in (DOCTOR, COURT)]


async def test_only_who_chose_full_texts_finds_kind_and_place() -> None:
    talk = begin("es", COURT, full_reminders=True)

    assert lines(await talk.say("calendario")) == [CalendarLine(COURT.id, "Corte", "Houston")]


@pytest.mark.parametrize("kept", [(COURT,), ()], ids=["with a date", "without"])
async def test_a_private_phone_is_refused_with_a_text_that_names_nothing(kept: tuple[object, ...]) -> None:
    talk = begin("en", *kept, private=True, full_reminders=True)  # type: ignore[arg-type]

    decision = await talk.say("calendar")

    assert (said(decision), lines(decision)) == (["reminder.no_calendar"], [])


@pytest.mark.parametrize("kept", [(), (replace(COURT, status="cancelled"),)], ids=["none", "cancelled"])
async def test_where_no_date_is_kept_it_is_asked_for(kept: tuple[object, ...]) -> None:
    talk = begin("en", *kept)  # type: ignore[arg-type]

    decision = await talk.say("calendar")

    assert (said(decision), lines(decision)) == (["court.tell_date"], [])


async def test_a_reminder_that_waits_is_answered_after_it_all_the_same() -> None:
    talk = remind(begin("en", COURT))

    await talk.say("calendar")

    assert acts(await talk.say("1")) == ["going"]


async def test_the_word_within_a_longer_message_asks_for_nothing() -> None:
    talk = begin("en", COURT)

    decision = await talk.say("the calendar of the school says there are no classes on monday")

    assert "reminder.calendar" not in said(decision)


async def test_while_somebody_has_the_case_nothing_is_said() -> None:
    talk = begin("en", COURT, case=OpenCase("A1", CaseStatus.CLAIMED, "school.vaccines", Urgency.NORMAL))

    decision = await talk.say("calendar")

    assert decision.texts == ()


@pytest.mark.parametrize(
    ("channel", "private", "offered"),
    [(Channel.WHATSAPP, False, True), (Channel.WHATSAPP, True, False), (Channel.SMS, False, False)],
)
async def test_it_is_offered_on_whatsapp_when_a_date_is_saved_but_not_to_a_private_phone(
    channel: Channel, private: bool, offered: bool
) -> None:
    talk = begin("en", private=private)
    talk.channel = channel

    decision = await say_all(talk, "court on june 20 at 8:30 am in Houston", "1")

    assert "reminder.saved" in said(decision)
    assert any("CALENDAR" in text.body for text in decision.texts) is offered
