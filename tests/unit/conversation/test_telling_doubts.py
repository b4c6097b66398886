"""A hurried or doubtful answer keeps no wrong date, and ends no reminder."""

from dataclasses import replace
from datetime import date

import pytest

from conversation.messages import CaseStatus, OpenCase, Urgency
from tests.appointments import COURT, REMINDER, acts, begin, remind, saved, say_all
from tests.talk import Talk, said

TOLD = {
    "en": "my court is July 14 2026 at 8:30 am in Houston",
    "es": "mi corte es el 14 de julio a las 8 y media en Houston",
    "pt": "minha audiência é 14 de julho às 8:30 em Houston",
    "fr": "mon audience est le 14 juillet à 8h30 à Houston",
    "ht": "tribinal mwen se 14 jiyè 8:30 nan maten nan Houston",
}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "sí pero no es el 14"),
        ("es", "si pero no estoy seguro"),
        ("en", "yes but it is wrong"),
        ("pt", "sim mas está errado"),
        ("fr", "oui mais ce n'est pas ça"),
        ("ht", "wi men dat la pa bon"),
    ],
)
async def test_a_yes_with_a_doubt_in_it_keeps_nothing_and_asks_what_is_wrong(language: str, text: str) -> None:
    decision = await say_all(begin(language), TOLD[language], text)

    assert decision.appointments == ()
    assert said(decision) == ["reminder.ask_change"]


async def test_a_message_that_only_begins_with_if_is_no_yes() -> None:
    decision = await say_all(begin("es"), TOLD["es"], "si tengo papeles puedo trabajar")

    assert decision.appointments == ()
    assert said(decision)[-1] == "reminder.confirm"


@pytest.mark.parametrize("text", ["sí, el 14 de julio a las 8:30", "si esta bien gracias", "Sí!", "correcto"])
async def test_a_yes_that_says_the_same_again_keeps_the_date(text: str) -> None:
    decision = await say_all(begin("es"), TOLD["es"], text)

    assert acts(decision) == ["add"]


@pytest.mark.parametrize("text", ["la corte de mi hija Ana es el 14 de julio", "la audiencia es el 14 de julio"])
async def test_a_message_that_begins_with_an_article_is_no_question(text: str) -> None:
    decision = await begin("es").say(text)

    assert said(decision) == ["reminder.ask_time"]


async def test_a_day_of_last_month_without_its_year_is_asked_about() -> None:
    decision = await say_all(begin("es"), "mi corte es el 20 de mayo a las 8 en Houston")

    assert said(decision) == ["reminder.ask_which"]
    assert decision.choices == ("2026-05-20", "2027-05-20")


async def test_of_two_days_the_one_that_was_leads_to_did_you_go() -> None:
    decision = await say_all(begin("es"), "mi corte es el 20 de mayo a las 8 en Houston", "1")

    assert said(decision) == ["reminder.did_you_go"]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("mi corte es el 14 de enero de 2036 a las 8 en Houston", "reminder.ask_which"),
        ("mi corte es el 20 de mayo de 2027 a las 8 en Houston", "reminder.confirm"),
        ("mi corte es el 14 de enero de 2029 a las 8 en Houston", "reminder.confirm"),
    ],
    ids=["ten years ahead", "its year is said", "years ahead, as courts do"],
)
async def test_only_a_year_that_nobody_can_mean_is_asked_about(text: str, asked: str) -> None:
    assert said(await begin("es").say(text)) == [asked]


@pytest.mark.parametrize(("language", "text"), [("es", "no"), ("es", "no gracias"), ("en", "no"), ("fr", "non")])
async def test_a_bare_no_to_a_reminder_ends_nothing_but_asks_what_it_means(language: str, text: str) -> None:
    talk = remind(begin(language, COURT))

    asked = await talk.say(text)
    answered = await talk.say("2")

    assert (acts(asked), said(asked)) == ([], ["reminder.choices"])
    assert acts(answered) == ["cannot"]


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("sí voy a ir", ["going"]),
        ("no puedo faltar", ["going"]),
        ("no voy a poder faltar", ["going"]),
        ("no puedo faltar al trabajo ese dia", []),
        ("no voy a ir", ["cannot"]),
        ("gracias", []),
        ("ok", []),
        ("1 no 2", []),
    ],
)
async def test_going_and_not_going_are_not_mistaken_for_each_other(text: str, act: list[str]) -> None:
    assert acts(await remind(begin("es", COURT)).say(text)) == act


async def test_whoever_says_the_new_date_with_it_is_not_asked_for_it_again() -> None:
    other = replace(COURT, id="appointment-9", child="Ana")
    talk = remind(begin("es", other, COURT))

    decision = await say_all(talk, "la cambiaron para el 15 de julio a las 9 de la mañana", "1")

    assert decision.appointments[0].appointment_id == COURT.id
    assert saved(decision).day == date(2026, 7, 15)


async def test_the_confirmation_of_a_moved_date_names_whose_it_is() -> None:
    talk = begin("es", replace(COURT, child="Kevin"))

    decision = await say_all(talk, TOLD["es"], "1")

    assert "Kevin" in decision.texts[0].body


# While a person has the case


def claimed(talk: Talk) -> Talk:
    talk.remember(case=OpenCase("A1", CaseStatus.CLAIMED, "legal.find_lawyer", Urgency.NORMAL))
    return talk


@pytest.mark.parametrize(
    ("text", "act"), [("2", "cannot"), ("1", "going"), ("tengo miedo", "afraid"), ("3", "asks"), ("hola", None)]
)
async def test_a_reply_while_claimed_is_silent_and_counts_as_what_it_is(text: str, act: str | None) -> None:
    talk = claimed(remind(begin("es", COURT)))

    decision = await talk.say(text)

    assert decision.texts == ()
    assert [(one.act, one.reminder_id) for one in decision.appointments] == ([(act, REMINDER)] if act else [])


async def test_who_cannot_go_tomorrow_pages_somebody_also_while_claimed() -> None:
    talk = claimed(remind(begin("es", replace(COURT, day=date(2026, 6, 2)))))

    decision = await talk.say("2")

    assert decision.handoff
    assert decision.handoff.urgency == "page_now"


# Several in one message


async def test_two_dates_of_one_message_are_asked_about_one_after_the_other_and_both_kept() -> None:
    talk = begin("es")

    first = await say_all(talk, "mi corte es el 14 de julio a las 8 y la de mi hijo el 16 de julio en Houston", "1")
    second = await say_all(talk, "no sé", "1")

    assert said(first) == ["reminder.saved", "reminder.courtesy", "reminder.ask_time"]
    assert [saved(one).day for one in (first, second)] == [date(2026, 7, 14), date(2026, 7, 16)]


async def test_a_bare_number_as_correction_may_be_the_hour_or_the_day_and_changes_neither() -> None:
    talk = begin("es")

    await say_all(talk, TOLD["es"], "2", "9")
    decision = await say_all(talk, "a las 9", "1")

    assert (saved(decision).day, str(saved(decision).at)) == (date(2026, 7, 14), "09:00:00")


@pytest.mark.parametrize("text", ["1", "sí", "2", "voy a ir"])
async def test_an_answer_after_the_date_has_been_asks_whether_they_went(text: str) -> None:
    over = replace(COURT, day=date(2026, 5, 31))
    talk = remind(begin("es", replace(over, id="appointment-9", child="Ana"), over), over)

    asked = await talk.say(text)
    missed = await talk.say("2")

    assert said(asked) == ["reminder.did_you_go"]
    assert [(act.act, act.appointment_id) for act in missed.appointments] == [("missed", COURT.id)]
    assert missed.answer == "court.missed"
