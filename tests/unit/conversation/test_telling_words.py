"""Words of Portuguese, French and Creole about dates and reminders: heard as they are meant, and as nothing worse."""

import re
from datetime import date

import pytest

from tests.appointments import COURT, acts, begin, remind, saved, say_all
from tests.talk import real_rules, said

_EXAMPLE = re.compile(r"(?:Example|Ejemplo|Exemplo|Exemple|Egzanp): ([^.]*Houston)\.")


@pytest.mark.parametrize("language", ["en", "es", "pt", "fr", "ht"])
async def test_the_example_of_our_own_text_is_kept_at_the_hour_of_its_city(language: str) -> None:
    found = _EXAMPLE.search(real_rules().catalogue.wordings["reminder.ask_date", language].text)
    talk = begin(language)

    kept = await say_all(talk, found[1] if found else "", "1")

    values = saved(kept)
    assert (values.kind, values.place, values.zone) == ("court", "Houston", "America/Chicago")


async def test_a_date_that_moves_stays_at_the_hour_of_its_city() -> None:
    talk = begin("ht", COURT)

    moved = await say_all(talk, "mwen gen tribinal 25 jen a 9è", "1", "1")

    values = saved(moved)
    assert (acts(moved), values.day) == (["change"], date(2026, 6, 25))
    assert (values.zone, values.place) == (COURT.zone, COURT.place)


@pytest.mark.parametrize("language", ["pt", "fr", "ht"])
async def test_who_writes_the_words_of_the_choices_is_heard_as_by_their_digit(language: str) -> None:
    lines = re.findall(
        r"^[1-5] (.*)$", real_rules().catalogue.wordings["reminder.choices", language].text, re.MULTILINE
    )

    for digit, words in enumerate(lines, start=1):
        by_words, by_digit = [await remind(begin(language, COURT)).say(text) for text in (words, str(digit))]
        assert (said(by_words), acts(by_words)) == (said(by_digit), acts(by_digit)), words


@pytest.mark.parametrize(
    ("language", "text", "act"),
    [
        ("pt", "não vou esquecer", "going"),
        ("pt", "vou sim, se Deus quiser", "going"),
        ("pt", "num vo pode ir", "cannot"),
        ("fr", "je ne vais pas manquer", "going"),
        ("fr", "oui j'irai inchallah", "going"),
        ("fr", "je n'ai pas peur d'y aller", "going"),
        ("fr", "je peu pas veni", "cannot"),
        ("ht", "wi m prale si Bondye vle", "going"),
        ("ht", "m p ap bliye", "going"),
        ("ht", "m pa pè ale", "going"),
        ("ht", "mwen p ap kapab ale", "cannot"),
    ],
)
async def test_who_goes_is_not_taken_for_who_cannot(language: str, text: str, act: str) -> None:
    talk = remind(begin(language, COURT))

    decision = await talk.say(text)

    assert acts(decision) == [act]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt", "tire minha dúvida da data"),
        ("pt", "cancelaram a audiência"),
        ("fr", "annulé mon audience"),
        ("ht", "m ka vini"),
        ("ht", "yo anile odyans mwen"),
    ],
)
async def test_what_only_sounds_like_it_cancels_nothing(language: str, text: str) -> None:
    talk = begin(language, COURT)

    decision = await talk.say(text)

    assert acts(decision) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt", "minha corte foi remarcada para 25 de agosto"),
        ("fr", "l'audience était prévue le 25 août"),
        ("ht", "yo te ban m tribinal 25 out"),
    ],
)
async def test_a_date_that_was_set_is_still_to_come(language: str, text: str) -> None:
    talk = begin(language)

    asked = await talk.say(text)

    assert "reminder.did_you_go" not in said(asked)
    assert said(asked)[-1] == "reminder.ask_time"


@pytest.mark.parametrize(
    ("language", "text"), [("pt", "não sei a data"), ("fr", "je ne sais pas la date"), ("ht", "mwen pa konnen dat la")]
)
async def test_who_does_not_know_the_date_is_told_where_to_find_it(language: str, text: str) -> None:
    talk = begin(language)

    decision = await say_all(talk, "I want reminders of my date", text)

    assert said(decision) == ["court.date_find"]
