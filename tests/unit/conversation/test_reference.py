"""What the tables of data/reference/ say: in few segments, never unconfirmed, the nearest thing first."""

import re

import pytest

from conversation.folding import fold
from conversation.messages import Channel
from conversation.places.consulates import WITHIN_KM
from conversation.places.courts import Court, tell_court
from conversation.places.distance import find_km, find_nearest
from conversation.places.lines import plain_number
from conversation.places.place import Place
from conversation.places.reference import Reference
from service.wiring import split_body
from tests.fakes import START
from tests.talk import real_rules

RULES = real_rules()
REFERENCE: Reference = RULES.reference
STATES = RULES.atlas.codes
MOST_SEGMENTS = 3
HOUSTON, DALLAS = Place("TX", "Houston", 29.76, -95.37), Place("TX", "Dallas", 32.78, -96.80)
NAMED = "system.in_state_"


def city_of(name: str) -> Place:
    return RULES.atlas.gazetteer.find_city(fold(name), slips=False)[0]


@pytest.mark.parametrize("language", ["en", "es"])
def test_whatever_the_tables_say_fits_three_messages_in_every_state(language: str) -> None:
    names = sorted({RULES.atlas.name_of(state, language) for state in STATES}, key=len)

    too_long = {
        part.entry: text.body
        for part in REFERENCE.list_parts(STATES, language)
        for text in RULES.catalogue.render(
            part.entry,
            language,
            channel=Channel.SMS,
            today=START.date(),
            values={**part.values, "state_name": names[-1]},
        )
        if sum(one.segments for one in split_body(text.body, Channel.SMS)) > MOST_SEGMENTS
    }

    assert too_long == {}


@pytest.mark.parametrize("language", ["en", "es"])
def test_everything_the_tables_can_say_has_its_words_and_fills_all_its_places(language: str) -> None:
    wordings = RULES.catalogue.wordings

    unfilled = [
        part.entry
        for part in REFERENCE.list_parts(STATES, language)
        if not wordings[part.entry, language].placeholders <= {*part.values, "state_name"}
    ]

    assert unfilled == []


def test_an_answer_that_has_a_table_varies_by_state_or_place() -> None:
    entries = RULES.catalogue.entries
    somewhere = Place("TX", "Houston", 29.76, -95.37)

    told = {answer for answer in entries if REFERENCE.find_part(answer, somewhere)}

    assert {answer for answer in told if not entries[answer].varies_by} == set()
    assert {answer for answer in entries if REFERENCE.asks_state(answer)} < told


def test_every_state_has_a_row_and_gets_an_answer_or_is_told_that_we_do_not_know() -> None:
    asked = [answer for answer in RULES.catalogue.entries if REFERENCE.asks_state(answer)]

    silent = [(answer, state) for answer in asked for state in STATES if not REFERENCE.find_part(answer, Place(state))]

    assert silent == []


def test_no_unconfirmed_number_is_ever_told() -> None:
    doubtful = {
        plain_number(number)
        for line in REFERENCE.directory.hotlines.values()
        if not line.confirmed
        for number in line.numbers
    }
    values = " ".join(value for part in REFERENCE.list_parts(STATES, "en") for value in part.values.values())

    told = {plain_number(number) for number in re.findall(r"[+\d][\d -]{6,}\d", values)}

    assert doubtful
    assert told & doubtful == set()


def test_a_line_is_found_by_its_number_however_it_is_written() -> None:
    found = [REFERENCE.find_hotline(number) for number in ("1-800-422-4453", "800 422 4453", "+1 (800) 422-4453")]

    assert [line and line.id for line in found] == ["childhelp"] * 3
    assert REFERENCE.find_hotline("1-800-555-0100") is None


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("immigrationlawhelp.org", True),
        ("https://www.ice.gov/check-in/", True),
        ("ice.gov", False),
        ("uscis.gov/contactcenter", False),
        ("example.org", False),
    ],
)
def test_a_page_is_known_as_a_whole_and_when_confirmed(address: str, known: bool) -> None:
    assert REFERENCE.knows_page(address) is known


def test_distance_is_along_the_earth() -> None:
    assert round(find_km(HOUSTON, DALLAS) or 0) == pytest.approx(362, abs=5)
    assert find_km(HOUSTON, Place("TX")) is None


@pytest.mark.parametrize(
    ("city", "court"),
    [
        ("san francisco", "Concord Immigration Court"),
        ("yonkers", "New York (Federal Plaza) Immigration Court"),
        ("jersey city", "Newark Immigration Court"),
        ("laredo", "Laredo Immigration Court"),
        ("brownsville", "Harlingen Immigration Court"),
        ("langley park", "Hyattsville Immigration Court"),
        ("los angeles", "Los Angeles (N. Los Angeles Street) Immigration Court"),
        ("cheyenne", "Denver Immigration Court"),
    ],
)
def test_the_nearest_court_is_found_for_a_city(city: str, court: str) -> None:
    part = REFERENCE.find_part("court.location", city_of(city))

    assert part
    assert part.values["court"] == court


def test_a_court_that_closes_or_hears_people_in_custody_is_not_told() -> None:
    names = {court.name for court in REFERENCE.courts}

    assert names & {"San Francisco Immigration Court", "Oakdale Immigration Court", "Ulster Immigration Court"} == set()
    assert len(names) >= 45


def test_two_courts_in_a_state_are_told_by_city_and_one_by_its_address() -> None:
    one = Court("A Court", "Houston", "1 Main Street", None, HOUSTON)
    two = Court("B Court", "Dallas", "2 Main Street", "214-555-0100", DALLAS)

    alone, both, phoned = tell_court([one], Place("TX")), tell_court([one, two], Place("TX")), tell_court([two], DALLAS)

    assert (alone.entry, both.values) == (NAMED + "court", {"cities": "Houston, Dallas"})
    assert phoned.values["phone"] == "214-555-0100"


def test_nothing_is_near_without_coordinates_or_beyond_the_reach() -> None:
    court = Court("A Court", "Dallas", "1 Main Street", None, DALLAS)

    assert find_nearest(Place("TX"), [court]) is None
    assert find_nearest(HOUSTON, [court], within_km=100) is None
    assert find_nearest(HOUSTON, [court], within_km=WITHIN_KM * 2) is court


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("el consulado de honduras", "HN"),
        ("Soy salvadoreña", "SV"),
        ("pasaporte mejicano", "MX"),
        ("papeles mexicanos", "MX"),
        ("je viens du Mexique", "MX"),
        ("vivo en Nuevo México", None),
        ("mi tío Salvador", None),
        ("consulado del salvador en houston", "SV"),
        ("consulado de salvador", "SV"),
        ("soy de guatamala", "GT"),
        ("de Guatemala o de Honduras", None),
        ("consulado de Ecuador", None),
        ("", None),
    ],
)
def test_the_country_is_heard_only_where_exactly_one_is_named(text: str, country: str | None) -> None:
    assert REFERENCE.consulates.find_country(text) == country


def test_only_what_is_near_is_called_the_nearest_consulate() -> None:
    near = REFERENCE.consulates.tell(city_of("durham"), "HN", "en")
    far = REFERENCE.consulates.tell(city_of("billings"), "HN", "en")

    assert ("Charlotte" in near.values["address"], far.entry) == (True, "system.consulate_line")
