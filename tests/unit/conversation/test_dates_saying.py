"""Days and hours as we say them, what an appointment is for, whom, and in which zone."""

from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from conversation.dates.kinds import find_kind, find_name
from conversation.dates.saying import say_date, say_short
from conversation.dates.words import DateWords
from conversation.dates.zone import find_zone, zones_of_state
from conversation.errors import ContentError
from conversation.places.place import Place
from store.content import read_date_words
from store.gazetteer import ZipGazetteer

DAY, AT = date(2026, 1, 14), time(8, 30)


@pytest.fixture(scope="module")
def words() -> DateWords:
    return read_date_words(Path(__file__).parents[3] / "data")


@pytest.mark.parametrize(
    ("language", "said", "short"),
    [
        ("es", "miércoles 14 de enero de 2026, 8:30 de la mañana, hora de Houston", "mié 14 ene, 8:30 am"),
        ("en", "Wednesday, January 14, 2026, 8:30 am, Houston time", "Wed Jan 14, 8:30 am"),
        ("pt", "quarta-feira, 14 de janeiro de 2026, 8:30 am, hora de Houston", "qua 14 jan, 8:30 am"),
        ("fr", "mercredi 14 janvier 2026, 8 h 30, à Houston", "mer 14 janv, 8 h 30"),
        ("ht", "mèkredi 14 janvye 2026, 8:30 nan maten, lè Houston", "mèkredi 14 janvye, 8:30 am"),
        ("quc", "miércoles 14 de enero de 2026, 8:30 de la mañana, hora de Houston", "mié 14 ene, 8:30 am"),
        ("fa", "Wednesday, January 14, 2026, 8:30 am, Houston time", "Wed Jan 14, 8:30 am"),
    ],
)
def test_a_day_is_said_in_the_words_of_its_language(language: str, said: str, short: str, words: DateWords) -> None:
    assert say_date(DAY, AT, words, language=language, zone="America/Chicago", place="Houston") == said
    assert say_short(DAY, AT, words, language=language) == short


def test_without_a_place_the_zone_has_a_name_and_without_an_hour_there_is_none(words: DateWords) -> None:
    assert say_date(DAY, AT, words, language="es", zone="America/Chicago").endswith(", hora del centro")
    assert say_date(DAY, None, words, language="es", zone="America/Chicago") == "miércoles 14 de enero de 2026"
    assert say_date(DAY, AT, words, language="en", zone="Asia/Tokyo").endswith(", 8:30 am")


@pytest.mark.parametrize(
    ("at", "said"),
    [(time(0, 0), "12:00 am"), (time(12, 0), "12:00 pm"), (time(13, 5), "1:05 pm"), (time(23, 59), "11:59 pm")],
)
def test_noon_and_midnight_are_told_apart(at: time, said: str, words: DateWords) -> None:
    assert say_short(DAY, at, words, language="en").endswith(said)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("mi corte es el 14 de enero", "court"),
        ("tengo que ver al juez", "court"),
        ("tribunal d'immigration lundi", "court"),
        ("the lawyer says court is monday", "court"),
        ("check in con ICE el jueves", "ice"),
        ("randevou dantis", "doctor"),
        ("reunião da escola", "school"),
        ("cita con mi abogada", "lawyer"),
        ("cita con ICE y corte el mismo día", None),
        ("doctor el lunes y corte el martes", None),
        ("el 14 de enero", None),
    ],
)
def test_the_kind_is_not_guessed_between_two(text: str, kind: str | None, words: DateWords) -> None:
    assert find_kind(text, words) == kind


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("es para mi hijo Kevin", "Kevin"),
        ("para mi hijo kevin que tiene 9 años", "kevin"),
        ("for Kevin", "Kevin"),
        ("pou neve m Widlin", "Widlin"),
        ("pour mon neveu Idriss", "Idriss"),
        ("o juiz do meu filho Rafael", "Rafael"),
        ("my son has court", None),
        ("for Houston", None),
        ("for ICE", None),
        ("para mañana", None),
        ("para mi hijo Abcdefghijklmnopqrstuvwxyz", None),
        ("para mi hijo 123", None),
    ],
)
def test_a_name_is_taken_from_a_clear_frame_only(text: str, name: str | None, words: DateWords) -> None:
    assert find_name(text, words) == name


def test_a_city_has_its_zone_and_so_has_a_state_of_one_zone() -> None:
    assert find_zone(Place("TX", city="El Paso", time_zone="America/Denver")) == ZoneInfo("America/Denver")
    assert find_zone(Place("NY")) == ZoneInfo("America/New_York")


@pytest.mark.parametrize("state", ["TX", "FL", "TN", "IN", "KY"])
def test_a_state_of_two_zones_with_many_people_is_asked_for_the_city(state: str) -> None:
    assert find_zone(Place(state)) is None
    assert len(zones_of_state(state)) == 2


def test_the_zones_of_the_states_are_those_of_their_zip_codes() -> None:
    gazetteer = ZipGazetteer()
    known = {"77036": "TX", "79901": "TX", "32501": "FL", "33101": "FL", "85001": "AZ", "00901": "PR", "96813": "HI"}

    places = [gazetteer.find_zip(code) for code in known]

    for place in places:
        assert place is not None
        assert place.time_zone in zones_of_state(place.state)


def test_a_list_that_nobody_knows_is_refused() -> None:
    table = {"months": {1: "enero"}, "weekdays": {}, "numbers": "", "more_numbers": {}, "tens_join": [], "kinds": {}}

    DateWords.from_data({"es": table})

    with pytest.raises(ContentError, match=r"dates/es\.yml"):
        DateWords.from_data({"es": table | {"weekdayz": {}}})
    with pytest.raises(ContentError, match=r"dates/es\.yml"):
        DateWords.from_data({"es": {key: rows for key, rows in table.items() if key != "months"}})
