"""Days and hours in messages: what is read, what is asked about, what is none."""

from datetime import date, time
from pathlib import Path

import pytest

from bench.dates import LANGUAGES, judge, read_rows, tell
from conversation.dates.reading import read_date, read_dates, read_time
from conversation.dates.values import DateReading
from conversation.dates.words import DateWords
from store.content import read_date_words

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 22)  # a Sunday


@pytest.fixture(scope="module")
def words() -> DateWords:
    return read_date_words(ROOT / "data")


def read(text: str, words: DateWords, language: str | None = "es", **known: object) -> DateReading:
    return read_date(text, words, language=language, today=TODAY, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_listed_messages_are_read_as_expected(language: str, words: DateWords) -> None:
    rows = [row for part in ("seen", "unseen", "later") for row in read_rows(language, part)]

    verdicts = [judge(row["expected"], tell(row["expected"], row["text"], words, language)) for row in rows]

    told = [verdict for verdict in verdicts if verdict in ("right", "wrong", "missed")]
    assert told.count("right") >= 0.98 * len(told)
    assert verdicts.count("false") <= 0.02 * (len(verdicts) - len(told)) + 1


def test_a_day_without_a_year_is_the_next_one(words: DateWords) -> None:
    reading = read("mi corte es el 14 de enero a las 8 y media de la mañana en Houston", words)

    assert (reading.day, reading.time) == (date(2027, 1, 14), time(8, 30))


@pytest.mark.parametrize("words_before", ["was set for", "was scheduled for"])
def test_a_day_that_was_set_is_still_to_come(words: DateWords, words_before: str) -> None:
    reading = read(f"my court {words_before} August 25", words, "en")

    assert (reading.day, reading.is_past) == (date(2027, 8, 25), False)
    assert read("my court was on August 25", words, "en").is_past


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "court next month on the 5th"), ("es", "corte el mes que viene el 5"), ("pt", "mês que vem dia 5"),
        ("fr", "le mois prochain le 5"), ("ht", "tribinal mwa pwochen le 5"),
    ],
)  # fmt: skip
def test_next_month_may_stand_before_its_day(words: DateWords, language: str, text: str) -> None:
    early = date(2026, 11, 2)  # the fifth of this month is still to come, too

    reading = read_date(text, words, language=language, today=early)

    assert reading.candidates == (date(2026, 12, 5),)


def test_the_span_is_what_was_read_in_the_text_as_typed(words: DateWords) -> None:
    text = "¡¡Holaaa!! la corte es el 14 de énero 8:30 am, gracias"

    start, end = read(text, words).span

    assert text[start:end] == "14 de énero 8:30 am"


def test_two_numbers_may_be_two_days_and_both_are_offered(words: DateWords) -> None:
    assert read("corte 12/01", words).candidates == (date(2027, 1, 12), date(2026, 12, 1))
    assert read("court 12/01", words, "en").candidates == (date(2026, 12, 1), date(2027, 1, 12))
    assert read("corte 12/01", words).day is None


def test_two_numbers_are_one_day_when_the_order_is_known(words: DateWords) -> None:
    assert read("corte 12/01", words, order_hint="mdy").day == date(2026, 12, 1)
    assert read("corte 12/01", words, order_hint="dmy").day == date(2027, 1, 12)


def test_two_numbers_of_which_one_is_no_month_are_one_day(words: DateWords) -> None:
    assert read("22/02", words).day == date(2027, 2, 22)
    assert read("02/22", words).day == date(2027, 2, 22)


def test_a_weekday_decides_between_two_days(words: DateWords) -> None:
    assert read("viernes 06-11-2027", words).day == date(2027, 6, 11)


def test_a_weekday_that_contradicts_the_day_is_reported_with_the_nearest_one_that_has_it(words: DateWords) -> None:
    reading = read("miércoles 19 de enero", words)

    assert reading.weekday_conflict == (date(2027, 1, 19), date(2027, 1, 20))
    assert reading.day is None


def test_next_tuesday_may_be_two_days(words: DateWords) -> None:
    assert read("next tuesday", words, "en").candidates == (date(2026, 11, 24), date(2026, 12, 1))
    assert read("this coming tuesday", words, "en").candidates == (date(2026, 11, 24),)


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("es", "mi corte fue ayer y no fui", date(2026, 11, 21)),
        ("en", "it was last monday", date(2026, 11, 16)),
        ("es", "se me paso la corte del 3 de octubre", date(2026, 10, 3)),
        ("pt", "a corte foi dia 10 de novembro", date(2026, 11, 10)),
        ("fr", "j'avais tribunal le 1er novembre", date(2026, 11, 1)),
        ("ht", "tribinal la te 10 novanm", date(2026, 11, 10)),
    ],
)
def test_what_was_is_past_and_not_a_year_ahead(language: str, text: str, day: date, words: DateWords) -> None:
    reading = read(text, words, language)

    assert (reading.day, reading.is_past) == (day, True)


def test_a_year_that_is_told_makes_a_day_past(words: DateWords) -> None:
    assert read("may 6 2026 8:30 am", words, "en").is_past


@pytest.mark.parametrize("text", ["no, es el 15", "cambió para el 15", "perdón, es el 15", "ya no es el 14, es el 15"])
def test_a_correction_takes_its_month_from_the_day_told_before(text: str, words: DateWords) -> None:
    reading = read(text, words, near=date(2027, 1, 14))

    assert reading.correction
    assert (reading.day, reading.only_day) == (date(2027, 1, 15), 15)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "it moved from march 10 to april 12"),
        ("en", "not march 10, april 12"),
        ("es", "la pasaron del 10 de marzo al 12 de abril"),
        ("pt", "passou de 10 de março para 12 de abril"),
        ("fr", "c'est passé du 10 mars au 12 avril"),
    ],
)
def test_the_day_that_is_taken_back_is_not_told(language: str, text: str, words: DateWords) -> None:
    found = read_dates(text, words, language=language, today=TODAY)

    assert [reading.day for reading in found] == [date(2027, 4, 12)]


def test_several_days_are_told_in_their_order_with_the_month_of_their_neighbour(words: DateWords) -> None:
    found = read_dates("Tengo dos citas: el 8 de marzo y la chiquita el 15", words, language="es", today=TODAY)

    assert [reading.day for reading in found] == [date(2027, 3, 8), date(2027, 3, 15)]


def test_the_day_of_the_letter_is_not_the_day_of_the_court(words: DateWords) -> None:
    reading = read("hoy llegó la carta: corte el 19 de abril a la 1", words)

    assert (reading.day, reading.time) == (date(2027, 4, 19), time(13))


@pytest.mark.parametrize(
    ("text", "at", "unclear"),
    [
        ("5 de abril a las 8", time(8), False),
        ("5 de abril a las 2", time(14), False),
        ("5 de abril a las 7", time(7), True),
        ("5 de abril a las 7 de la noche", time(19), False),
        ("5 de abril 07:00", time(7), False),
        ("5 de abril 12 am", time(0), False),
        ("mañana en la noche a las 8", time(20), False),
    ],
)
def test_an_hour_with_nothing_said_is_one_of_an_office(text: str, at: time, unclear: bool, words: DateWords) -> None:
    reading = read(text, words)

    assert (reading.time, reading.time_unclear) == (at, unclear)


def test_a_29_february_without_a_year_is_in_the_next_leap_year(words: DateWords) -> None:
    assert read("29 de febrero", words).day == date(2028, 2, 29)
    assert not read("29 de febrero de 2027", words)


@pytest.mark.parametrize("text", ["31 de abril", "32/13", "00/00/2027", "99/99", "30 february", "0 de enero"])
def test_a_day_that_no_calendar_has_is_none(text: str, words: DateWords) -> None:
    assert not read(text, words).candidates


@pytest.mark.parametrize(
    "text",
    [
        "vivo en la calle 14 de julio", "nació el 14 de marzo de 2010", "trabajo de lunes a viernes", "todos los lunes",
        "llame al 713 555 0123", "forma I-862", "24/7", "cuesta $12/15", "tiene 15 años",
        "en la mañana va a la escuela", "no es eso",
        "¿quién es?", "", "   ", "🙏🙏", "0" * 5000, "1/" * 2000, "a las " * 500,
    ],
)  # fmt: skip
def test_what_is_no_day_is_not_read_as_one(text: str, words: DateWords) -> None:
    assert not read(text, words).candidates


def test_the_accent_tells_yesterday_from_to_be_in_haitian_creole(words: DateWords) -> None:
    assert not read("ki moun ou ye", words, "ht")
    assert read("odyans lan te yè", words, "ht").day == date(2026, 11, 21)


def test_bare_numbers_are_a_day_only_when_a_day_was_asked_for(words: DateWords) -> None:
    assert not read("15", words)
    assert read("15", words, asked=True).day == date(2026, 12, 15)
    assert read("14 1 27", words, asked=True).day == date(2027, 1, 14)


def test_a_bare_number_is_an_hour_only_when_an_hour_was_asked_for(words: DateWords) -> None:
    assert read_time("9", words, language="es") is None
    assert read_time("9", words, language="es", asked=True) == (time(9), False)
    assert read_time("como a las 8 y media", words, language="es") == (time(8, 30), False)
    assert read_time("no sé", words, language="es", asked=True) is None


def test_the_words_of_another_language_are_understood_too(words: DateWords) -> None:
    assert read("court es el 14 janvier a las 9", words, "en").day == date(2027, 1, 14)
    assert read("ri nucorte 14 de marzo a las 8", words, "quc").time == time(8)
    assert read("mi corte es el martes 24", words, None).day == date(2026, 11, 24)


def test_nothing_is_false_and_an_hour_alone_is_not(words: DateWords) -> None:
    assert not DateReading()
    assert read("medianoche", words).time == time(0)
    assert read("medianoche", words)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("el lunes nos toca a las 9, dia 30", (date(2026, 11, 30),)),
        ("el lunes a las 9 nos toca ir a la corte, es el 14 de diciembre", (date(2026, 12, 14),)),
        ("lundi on y va à 9h, le 30", (date(2026, 11, 30),)),
        ("monday at 9 we have court, the 30th", (date(2026, 11, 30),)),
    ],
)
def test_a_weekday_and_its_day_further_on_are_one(text: str, days: tuple[date, ...], words: DateWords) -> None:
    reading = read(text, words, None)

    assert (reading.candidates, reading.weekday_conflict, reading.time) == (days, None, time(9))


def test_a_weekday_that_contradicts_the_day_further_on_is_a_conflict(words: DateWords) -> None:
    reading = read("el martes nos toca a las 9, dia 30", words)

    assert reading.weekday_conflict == (date(2026, 11, 30), date(2026, 12, 1))


def test_a_weekday_and_another_day_are_two(words: DateWords) -> None:
    found = read_dates("la corte es el lunes y la del doctor el 30", words, language="es", today=TODAY)

    assert [reading.weekday_conflict for reading in found] == [None, None]
