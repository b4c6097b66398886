"""Whatever day and hour is put into whichever phrasing: it is read back as the same day and hour."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conversation.dates.plain import make_plain
from conversation.dates.reading import read_date
from conversation.dates.saying import say_date
from conversation.dates.words import DateWords
from store.content import read_date_words

WORDS: list[DateWords] = []
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "ht": "janvye fevriye mas avril me jen jiyè out septanm oktòb novanm desanm",
}
PHRASES = {
    "en": ["my court is {month} {day} at {hour}:{minute:02} {half}", "{day} {month}, {hour}:{minute:02}{half}",
        "{month} {day} {hour}:{minute:02} {half} remind me"],
    "es": ["mi corte es el {day} de {month} a las {hour}:{minute:02} {half}", "{month} {day}, {hour}:{minute:02}{half}",
        "{day} {month} {hour}:{minute:02} {half} apúntelo"],
    "pt": ["a audiência é dia {day} de {month} às {hour}:{minute:02} {half}",
        "{day} de {month}, {hour}:{minute:02}{half}"],
    "fr": ["l'audience est le {day} {month} à {hour24} h {minute:02}", "{day} {month} {hour24}h{minute:02}"],
    "ht": ["tribinal la se {day} {month} a {hour}:{minute:02} {half}", "{day} {month} {hour}:{minute:02}{half}"],
}  # fmt: skip
LANGUAGES = sorted(PHRASES)
FORMS = ("{d:%Y-%m-%d}", "{d:%m/%d/%Y}", "{d:%d.%m.%Y}", "{d.month}/{d.day}/{d:%y}")


def words() -> DateWords:
    if not WORDS:
        WORDS.append(read_date_words(Path(__file__).parents[3] / "data"))
    return WORDS[0]


days_from_now = st.integers(0, 364)
todays = st.dates(date(2026, 1, 1), date(2029, 12, 31))
hours = st.builds(time, st.integers(6, 20), st.sampled_from([0, 5, 15, 30, 45]))


@given(st.sampled_from(LANGUAGES), st.integers(0, 2), todays, days_from_now, hours)
@settings(max_examples=100, deadline=None)
@example("es", 0, date(2027, 12, 31), 1, time(8, 30))
@example("en", 1, date(2028, 2, 1), 28, time(12, 0))  # 29 February
@example("fr", 0, date(2026, 3, 7), 1, time(9, 0))  # the night on which clocks change
def test_a_day_in_words_is_read_back(language: str, which: int, today: date, ahead: int, at: time) -> None:
    day = today + timedelta(days=ahead)
    phrase = PHRASES[language][which % len(PHRASES[language])]
    text = phrase.format(
        day=day.day, month=MONTHS[language].split()[day.month - 1], hour=at.hour % 12 or 12, hour24=at.hour,
        minute=at.minute, half="am" if at.hour < 12 else "pm",
    )  # fmt: skip

    reading = read_date(text, words(), language=language, today=today)

    assert (reading.day, reading.time) == (day, at), text


@given(st.sampled_from(LANGUAGES), todays, st.integers(0, 700), hours)
@settings(max_examples=100, deadline=None)
def test_what_we_say_is_what_we_would_read(language: str, today: date, ahead: int, at: time) -> None:
    day = today + timedelta(days=ahead)

    said = say_date(day, at, words(), language=language, zone="America/Chicago", place="Houston")

    reading = read_date(said, words(), language=language, today=today)
    assert (reading.day, reading.time, reading.time_unclear) == (day, at, False), said


@given(
    st.sampled_from(["{d:%Y-%m-%d}", "{d:%m/%d/%Y}", "{d:%d.%m.%Y}", "{d.month}/{d.day}/{d:%y}"]), todays, days_from_now
)
@settings(max_examples=60, deadline=None)
def test_digits_are_the_day_or_offer_it_among_two(form: str, today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)

    reading = read_date(form.format(d=day), words(), language="es", today=today)

    assert day in reading.candidates
    assert len(reading.candidates) == 1 or max(day.day, day.month) < 13


@given(st.text(max_size=200), st.sampled_from([*LANGUAGES, "quc", None]))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_reader(text: str, language: str | None) -> None:
    reading = read_date(text, words(), language=language, today=date(2026, 11, 22), asked=True)

    assert 0 <= reading.span[0] <= reading.span[1] <= len(text)


@pytest.mark.parametrize("text", ["１４ de enero", "14\u200b de enero", "Ｅnero １４", "14 de ENERO"])
def test_other_shapes_of_letters_and_digits_are_the_same(text: str) -> None:
    assert read_date(text, words(), language="es", today=date(2026, 11, 22)).day == date(2027, 1, 14)


def test_every_letter_knows_where_it_was_typed() -> None:
    plain = make_plain("¡Él's 14!")

    assert len(plain.plain) == len(plain.places)
