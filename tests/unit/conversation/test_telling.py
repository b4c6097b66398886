"""Telling a date: in one message or step by step, with corrections, until it is confirmed or dropped."""

from datetime import date, time

import pytest

from conversation.appointments.form import read_form
from conversation.folding import fold
from conversation.messages import Kind
from tests.appointments import COURT, WISH, acts, begin, remind, saved, say_all
from tests.talk import said

FRIDAY = date(2027, 1, 15)


async def test_a_date_told_in_one_message_is_said_back_and_kept_after_a_yes() -> None:
    talk = begin("es")

    asked = await talk.say("mi corte es el 14 de enero de 2027 a las 8 y media de la mañana en Houston")
    kept = await talk.say("1")

    assert (said(asked), asked.appointments) == (["reminder.confirm"], ())
    assert "{" not in asked.texts[0].body
    assert (said(kept), acts(kept)) == (["reminder.saved", "reminder.courtesy"], ["add"])
    values = saved(kept)
    assert (values.kind, values.day, values.at) == ("court", date(2027, 1, 14), time(8, 30))
    assert (values.zone, values.place) == ("America/Chicago", "Houston")


async def test_the_consent_to_be_reminded_names_the_wording_that_was_shown() -> None:
    talk = begin()

    kept = await say_all(talk, "my court is on January 15, 2027 at 9 am", "yes")

    assert [act.consent for act in kept.appointments] == ["reminder.confirm"]


async def test_what_a_reminder_is_worth_is_said_once() -> None:
    talk = begin()

    await say_all(talk, "my court is on January 15, 2027 at 9 am", "1")
    again = await say_all(talk, "my doctor appointment is on March 3, 2027 at 9 am", "1")

    assert said(again) == ["reminder.saved"]


async def test_step_by_step_each_question_comes_once() -> None:
    talk = begin()

    steps = [said(await talk.say(text)) for text in (WISH, "January 15, 2027", "1", "9 am", "1")]

    assert steps == [
        ["court.tell_date"],
        ["reminder.ask_kind"],
        ["reminder.ask_time"],
        ["reminder.confirm"],
        ["reminder.saved", "reminder.courtesy"],
    ]


@pytest.mark.parametrize("word", ["no", "I don't know", "not sure"])
async def test_the_hour_may_be_missing(word: str) -> None:
    talk = begin()

    kept = await say_all(talk, "my court is on January 15, 2027", word, "1")

    assert (saved(kept).day, saved(kept).at) == (FRIDAY, None)


async def test_a_bare_number_is_the_hour_when_we_have_asked_for_it() -> None:
    talk = begin()

    kept = await say_all(talk, "my court is on January 15, 2027", "9", "1")

    assert (saved(kept).day, saved(kept).at) == (FRIDAY, time(9))


async def test_of_two_days_that_may_be_meant_one_is_asked_for() -> None:
    talk = begin()

    asked = await talk.say("my court is on 12/01/2027 at 9 am")
    kept = await say_all(talk, "2", "1")

    assert (said(asked), asked.choices) == (["reminder.ask_which"], ("2027-12-01", "2027-01-12"))
    assert saved(kept).day == date(2027, 1, 12)


async def test_a_weekday_that_contradicts_the_date_is_asked_about() -> None:
    talk = begin("es")

    asked = await talk.say("mi corte es el martes 14 de enero de 2027 a las 9 de la mañana")
    kept = await say_all(talk, "1", "1")

    assert said(asked) == ["reminder.ask_weekday"]
    assert saved(kept).day == date(2027, 1, 14)


@pytest.mark.parametrize("words", ["no, it is the 20th", "January 20", "the 20th at 1 pm"])
async def test_a_correction_in_words_is_confirmed_anew(words: str) -> None:
    talk = begin()

    asked = await say_all(talk, "my court is on January 15, 2027 at 9 am", words)
    kept = await talk.say("1")

    assert said(asked) == ["reminder.confirm"]
    assert saved(kept).day == date(2027, 1, 20)


async def test_two_asks_what_is_to_be_changed() -> None:
    talk = begin()

    asked = await say_all(talk, "my court is on January 15, 2027 at 9 am", "2")
    kept = await say_all(talk, "at 10 am", "1")

    assert said(asked) == ["reminder.ask_change"]
    assert (saved(kept).day, saved(kept).at) == (FRIDAY, time(10))


async def test_with_no_state_known_the_place_of_a_court_is_asked_for() -> None:
    talk = begin(state=None)

    asked = await talk.say("my court is on January 15, 2027 at 9 am")
    kept = await say_all(talk, "Boston", "1")

    assert said(asked) == ["reminder.ask_place"]
    assert (saved(kept).zone, saved(kept).place) == ("America/New_York", "Boston")


async def test_in_a_state_with_two_time_zones_the_city_of_the_court_decides() -> None:
    talk = begin(state="TX")

    asked = await talk.say("my court is on January 15, 2027 at 9 am")
    kept = await say_all(talk, "El Paso", "1")

    assert said(asked) == ["reminder.ask_place"]
    assert saved(kept).zone == "America/Denver"


async def test_who_does_not_know_the_place_is_reminded_rather_early_than_late() -> None:
    talk = begin(state=None)

    kept = await say_all(talk, "my court is on January 15, 2027 at 9 am", "I don't know", "1")

    assert saved(kept).zone == "America/New_York"


async def test_a_past_date_asks_whether_somebody_went_and_a_missed_court_brings_a_lawyer_the_same_day() -> None:
    talk = begin("es")

    asked = await talk.say("mi corte fue el 14 de mayo de 2026")
    missed = await talk.say("2")

    assert said(asked) == ["reminder.did_you_go"]
    assert (missed.answer, acts(missed)) == ("court.missed", ["missed"])
    assert missed.handoff
    assert (missed.handoff.discipline, missed.handoff.urgency) == ("legal", "same_day")


async def test_who_went_is_asked_for_the_next_date() -> None:
    talk = begin("es")

    went = await say_all(talk, "mi corte fue el 14 de mayo de 2026", "sí")

    assert (said(went), acts(went), went.handoff) == (["reminder.past_gone"], ["gone"], None)


async def test_a_question_about_a_date_begins_nothing() -> None:
    talk = begin("es")

    decision = await talk.say("¿qué hago si mi corte es el 14 de enero de 2027?")

    assert decision.kind is Kind.FALLBACK
    assert read_form(talk.memory, talk.now) is None


@pytest.mark.parametrize("text", ["nací el 14 de enero de 2010", "pagué 14 dólares", "vino el 14 de enero de 2027"])
async def test_a_date_without_a_kind_begins_nothing(text: str) -> None:
    talk = begin("es")

    decision = await talk.say(text)

    assert not any((answer or "").startswith("reminder.") for answer in said(decision))


async def test_another_question_in_between_is_answered_and_the_open_one_is_said_once_more() -> None:
    talk = begin()

    await talk.say("my court is on January 15, 2027")
    first = await talk.say("Which vaccines?")
    second = await talk.say("Which vaccines?")
    kept = await say_all(talk, "9 am", "1")

    assert said(first) == ["school.vaccines", "reminder.ask_time"]
    assert said(second) == ["school.vaccines"]
    assert saved(kept).at == time(9)


async def test_a_day_later_the_form_is_forgotten() -> None:
    talk = begin()

    await talk.say("my court is on January 15, 2027 at 9 am")
    talk.wait(hours=25)
    decision = await talk.say("1")

    assert acts(decision) == []


@pytest.mark.parametrize("text", ["STOP", "PERSON", "I want to kill myself"])
async def test_stop_a_person_and_danger_end_the_form(text: str) -> None:
    talk = begin()

    await say_all(talk, "my court is on January 15, 2027 at 9 am", text)

    assert read_form(talk.memory, talk.now) is None


async def test_never_mind_keeps_nothing() -> None:
    talk = begin()

    dropped = await say_all(talk, "my court is on January 15, 2027 at 9 am", "never mind")

    assert (said(dropped), acts(dropped)) == (["reminder.dropped"], [])
    assert read_form(talk.memory, talk.now) is None


async def test_danger_in_the_same_message_comes_before_the_date() -> None:
    talk = begin()

    decision = await talk.say("my court is on January 15, 2027 and my uncle beats me")

    assert decision.kind is Kind.CRISIS


async def test_danger_in_an_answer_to_our_question_is_heard_by_the_bot_too() -> None:
    talk = begin()
    text = "it is on July 20, 2026 and he is bad to me"
    talk.bot.answers = {WISH: "court.tell_date", text: "safety.abuse"}  # type: ignore[attr-defined]

    decision = await say_all(talk, WISH, text)

    assert decision.kind is Kind.CRISIS


async def test_without_a_lawyer_that_is_answered_first_and_the_date_under_it() -> None:
    text = "my court is on January 15, 2027 at 9 am and I have no lawyer"
    talk = begin()
    talk.bot.answers = {text: "court.no_lawyer_soon"}  # type: ignore[attr-defined]

    decision = await talk.say(text)
    kept = await talk.say("1")

    assert said(decision) == ["court.no_lawyer_soon", "reminder.confirm"]
    assert decision.handoff
    assert decision.handoff.topic == "court.no_lawyer_soon"
    assert acts(kept) == ["add"]


async def test_while_a_case_waits_a_date_may_be_told_and_joins_it() -> None:
    talk = begin()

    await talk.say("PERSON")
    decision = await talk.say("my court is on January 15, 2027 at 9 am")

    assert said(decision) == ["reminder.confirm"]
    assert decision.handoff
    assert decision.handoff.reason == "joined"


async def test_while_a_person_has_the_case_dates_are_theirs_to_note() -> None:
    talk = begin()

    await talk.say("PERSON")
    talk.claim()
    decision = await talk.say("my court is on January 15, 2027 at 9 am")

    assert (decision.kind, said(decision)) == (Kind.SILENT, [])


async def test_with_the_bot_down_a_date_can_still_be_told() -> None:
    talk = begin()
    talk.bot.silence = "timeout"  # type: ignore[attr-defined]

    kept = await say_all(talk, "my court is on January 15, 2027 at 9 am", "1")

    assert acts(kept) == ["add"]


async def test_the_bot_never_gets_what_was_told() -> None:
    talk = begin()
    seen: list[dict[str, object]] = []

    async def note(text: str, **context: object) -> object:
        seen.append(dict(context["slots"]))  # type: ignore[call-overload]
        return await type(talk.bot).converse(talk.bot, text, **context)  # type: ignore[arg-type]

    talk.bot.converse = note  # type: ignore[method-assign,assignment]
    await say_all(talk, "my court is on January 15, 2027", "Which vaccines?")

    assert seen == [{}]
    assert read_form(talk.memory, talk.now) is not None


@pytest.mark.parametrize("slots", [{"appointment": 3}, {"appointment": {"form": {"until": "x"}}}, {"appointment": []}])
async def test_slots_that_nobody_can_read_are_no_form(slots: dict[str, object]) -> None:
    talk = begin(slots=slots)

    decision = await talk.say("my court is on January 15, 2027 at 9 am")

    assert said(decision) == ["reminder.confirm"]


async def test_a_date_that_is_kept_already_is_not_kept_twice() -> None:
    talk = begin("en", COURT)

    decision = await talk.say("my court is on June 20, 2026 at 8:30 am in Houston")

    assert (said(decision), acts(decision)) == (["reminder.known"], [])


@pytest.mark.parametrize(("digit", "act", "id_"), [("1", "change", COURT.id), ("2", "add", None)])
async def test_a_second_date_of_the_same_kind_is_the_new_date_or_another_appointment(
    digit: str, act: str, id_: str | None
) -> None:
    talk = begin("en", COURT)

    asked = await talk.say("my court is on January 15, 2027 at 9 am")
    kept = await say_all(talk, digit, "1")

    assert said(asked) == ["reminder.ask_same"]
    assert [(one.act, one.appointment_id) for one in kept.appointments] == [(act, id_)]


async def test_a_private_phone_is_shown_no_kinds_and_no_names() -> None:
    talk = begin("es", private=True)
    talk.bot.answers = {"anote mi fecha": "court.tell_date"}  # type: ignore[attr-defined]
    asked = await say_all(talk, "anote mi fecha", "1", "15 de enero de 2027")

    assert said(asked) == ["reminder.ask_kind_private"]


async def test_a_moved_date_of_the_only_appointment_keeps_what_it_was() -> None:
    talk = begin("es", COURT)

    asked = await talk.say("me la cambiaron para el 25 de junio de 2026 a las 9 de la mañana")
    kept = await talk.say("1")

    assert said(asked) == ["reminder.confirm"]
    assert [(one.act, one.appointment_id) for one in kept.appointments] == [("change", COURT.id)]
    assert (saved(kept).kind, saved(kept).day) == ("court", date(2026, 6, 25))


async def test_a_form_under_way_is_not_mistaken_for_an_answer_to_a_reminder() -> None:
    talk = remind(begin("en", COURT))

    kept = await say_all(talk, "3", "June 25, 2026 at 9 am", "1")

    assert [(one.act, one.appointment_id) for one in kept.appointments] == [("change", COURT.id)]


async def test_no_to_the_confirmation_asks_what_changes() -> None:
    talk = begin("es")

    asked = await say_all(talk, "tengo cita con el doctor el 3 de marzo de 2027 a las 9", "no")

    assert said(asked) == ["reminder.ask_change"]


async def test_a_name_that_the_person_chooses_is_kept_and_shown_but_not_on_a_private_phone() -> None:
    text = "my court for my son Kevin is on January 15, 2027 at 9 am"

    shown = await begin().say(text)
    private = await begin(private=True).say(text)

    assert "Kevin" in shown.texts[0].body
    assert "Kevin" not in private.texts[0].body


async def test_no_text_that_comes_by_itself_names_what_the_appointment_is() -> None:
    talk = begin(private=True)

    decisions = [await talk.say(text) for text in ("my court is on January 15, 2027", "9 am", "no", "10 am", "1")]

    bodies = " ".join(text.body.lower() for decision in decisions for text in decision.texts)
    assert "court" not in fold(bodies).split()
    assert acts(decisions[-1]) == ["add"]
