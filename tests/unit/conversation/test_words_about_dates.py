"""The words people answer with while a date is told and under a reminder: heard as meant, look-alikes left alone."""

import re
from dataclasses import replace

import pytest

from tests.appointments import COURT, DOCTOR, acts, begin, remind, saved, say_all
from tests.talk import real_rules, said

MENUS = [text for text in real_rules().catalogue.wordings.values() if text.answer == "reminder.choices"]
LINES = [(text.language, line) for text in MENUS for line in text.text.split("\n")[1:-1]]
BY_DIGIT: tuple[list[str], ...] = (["going"], ["cannot"], [], ["help"], ["afraid"])  # the third asks for the new date


async def test_a_message_that_begins_with_the_spanish_article_is_no_question_in_kiche() -> None:
    talk = begin("es")

    asked = await talk.say("la corte de mi hijo es el 14 de enero de 2027 a las 8 y media de la mañana en Houston")

    assert said(asked) == ["reminder.confirm"]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "court January 14, 2027, 8:30 am, Houston"), ("es", "corte 14 de enero de 2027, 8:30 am, Houston")],
)
async def test_a_city_with_a_court_is_heard_without_a_word_before_it(language: str, text: str) -> None:
    talk = begin(language, state="NY")

    kept = await say_all(talk, text, "1")

    assert (saved(kept).zone, saved(kept).place) == ("America/Chicago", "Houston")


async def test_a_first_name_that_is_also_a_city_is_no_place() -> None:
    talk = begin("es", state="NY")

    kept = await say_all(talk, "corte de mi hija Aurora el 14 de enero de 2027 a las 9 de la mañana", "1")

    assert (saved(kept).child, saved(kept).place) == ("Aurora", None)


@pytest.mark.parametrize(("language", "line"), LINES)
async def test_a_line_of_the_menu_may_be_written_off_with_its_digit_or_without(language: str, line: str) -> None:
    for text in (line, re.sub(r"^\d ", "", line)):
        talk = remind(begin(language, COURT))

        answered = await talk.say(text)

        assert acts(answered) == BY_DIGIT[int(line[0]) - 1]
        assert answered.appointments or said(answered)[-1] == "reminder.ask_change"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "claro que no voy a faltar a la corte"),
        ("es", "no puedo faltar"),
        ("es", "no voy a llegar tarde"),
        ("es", "primero Dios ahí estaremos"),
        ("en", "I'm not going to miss it"),
        ("en", "I won't miss my court"),
    ],
)
async def test_who_will_not_miss_it_is_going(language: str, text: str) -> None:
    talk = remind(begin(language, COURT))

    answered = await talk.say(text)

    assert acts(answered) == ["going"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "no puedo pagar la renta este mes"),
        ("es", "no puedo inscribir a mi hija en la escuela"),
        ("es", "y si no voy"),
        ("es", "cambio de dirección"),
        ("es", "me cambiaron de abogado"),
        ("es", "necesito ayuda con la escuela"),
        ("es", "ya mandé mi fecha"),
        ("es", "ya quiero recordatorios"),
        ("es", "quiero una cita con el doctor"),
        ("es", "2 hijos tengo"),
        ("en", "I can't pay my rent this month"),
        ("en", "I can't wait"),
        ("en", "if I can't go"),
        ("en", "I don't have papers"),
        ("en", "turn on reminders"),
        ("pt", "não posso pagar o aluguel"),
        ("fr", "je ne peux pas payer le loyer"),
        ("ht", "m pa ka peye lwaye a"),
    ],
)
async def test_what_only_looks_like_an_answer_changes_nothing(language: str, text: str) -> None:
    talk = remind(begin(language, COURT))

    answered = await talk.say(text)

    assert (answered.appointments, answered.handoff) == ((), None)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "no puedo, trabajo ese día"),
        ("es", "no boy a ir"),
        ("en", "I can not go"),
        ("en", "we won't be able to go"),
    ],
)
async def test_who_cannot_go_is_heard_with_a_reason_or_a_slip(language: str, text: str) -> None:
    talk = remind(begin(language, COURT))

    answered = await talk.say(text)

    assert acts(answered) == ["cannot"]


@pytest.mark.parametrize(
    ("language", "text"), [("en", "cancel my doctor appointment"), ("es", "cancele la cita del doctor")]
)
async def test_no_other_date_is_cancelled_than_the_one_that_was_named(language: str, text: str) -> None:
    talk = begin(language, COURT)

    answered = await talk.say(text)

    assert (said(answered), acts(answered)) == (["reminder.ask_cancel"], [])


@pytest.mark.parametrize("kind", ["lawyer", "doctor"])
async def test_fear_of_an_appointment_that_is_no_office_is_not_answered_with_arrest(kind: str) -> None:
    talk = begin("en", replace(DOCTOR, kind=kind))
    remind(talk, replace(DOCTOR, kind=kind))

    answered = await talk.say("5")

    assert said(answered) == ["reminder.help"]


@pytest.mark.parametrize(
    ("language", "first", "text", "answer"),
    [
        ("en", "my court was yesterday", "I didn't go", "court.missed"),
        ("en", "my court was yesterday", "we went", "reminder.past_gone"),
        ("es", "mi corte fue ayer", "se me olvidó", "court.missed"),
        ("es", "mi corte fue ayer", "sí fuimos", "reminder.past_gone"),
    ],
)
async def test_whether_somebody_went_is_told_in_words(language: str, first: str, text: str, answer: str) -> None:
    talk = begin(language)

    answered = await say_all(talk, first, text)

    assert said(answered)[0] == answer


@pytest.mark.parametrize(("language", "word"), [("es", "está bien"), ("es", "ok gracias"), ("en", "ok")])
async def test_all_right_agrees_to_what_was_said_just_now_and_not_to_an_answer_in_between(
    language: str, word: str
) -> None:
    talk, other = begin(language), begin(language)

    kept = await say_all(talk, "court January 14, 2027, 8:30 am, Houston", word)
    later = await say_all(other, "court January 14, 2027, 8:30 am, Houston", "Which vaccines?", word)

    assert (acts(kept), acts(later)) == (["add"], [])


async def test_the_hour_that_is_not_known_may_be_named() -> None:
    talk = begin("en")

    kept = await say_all(talk, "my court is on January 15, 2027", "I don't know the hour", "1")

    assert saved(kept).at is None
