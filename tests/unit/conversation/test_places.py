"""Where somebody lives, from the ways people write it."""

import pytest

from conversation.errors import ContentError
from conversation.places.atlas import Atlas
from conversation.places.place import Reading
from store.gazetteer import ZipGazetteer
from tests.talk import real_rules

LISTS = ("doubtful", "small", "never", "homes", "near", "away", "fillers")


def read(text: str, *, asked: bool = False) -> Reading | None:
    return real_rules().atlas.read(text, asked=asked)


def states(reading: Reading | None) -> list[str]:
    return [place.state for place in reading.places] if reading else []


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("texas", "TX"),
        ("TX.", "TX"),
        ("tx", "TX"),
        ("77036", "TX"),
        ("77036-1234", "TX"),
        ("vivo en 77036", "TX"),
        ("vivo en Houston", "TX"),
        ("houston tx", "TX"),
        ("Houston, Texas.", "TX"),
        ("los angeles", "CA"),
        ("Los Ángeles, CA", "CA"),
        ("nueva york", "NY"),
        ("el bronx", "NY"),
        ("carolina del norte", "NC"),
        ("luisiana", "LA"),
        ("pensilvania", "PA"),
        ("flordia", "FL"),
        ("Masachuset", "MA"),
        ("washington dc", "DC"),
        ("estamos en San Antonio Texas ahora", "TX"),
        ("nos mudamos a Florida", "FL"),
        ("we moved to Ohio", "OH"),
        ("y en california?", "CA"),
        ("moro em Framingham", "MA"),
        ("j'habite à Boston", "MA"),
        ("mwen rete Miami", "FL"),
        ("in k'o pa Virginia", "VA"),
        ("i live in dalton ga", "GA"),
        ("langley park md", "MD"),
        ("Boston MA", "MA"),
    ],
)
def test_a_message_that_is_a_place_is_read_as_one(text: str, state: str) -> None:
    reading = read(text)

    assert (states(reading), reading and reading.alone) == ([state], True)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("how do I get medicaid in texas for my nephew", "TX"),
        ("¿hay clínicas gratis en Charlotte para mi sobrino?", "NC"),
        ("vivo en virginia y no aceptan a mi hija en la escuela", "VA"),
        ("we live in Hyattsville Maryland, what about school?", "MD"),
        ("my nephew is in a shelter in Texas and I live in Maryland", "MD"),
        ("nos mudamos de Texas, ahora vivimos en Georgia con mi tía", "GA"),
        ("my zip code is 20783 and i need a dentist", "MD"),
        ("honduran consulate near atlanta for my niece", "GA"),
        ("consulado fresno mexico", "CA"),
        ("mande la direccion de la corte houston", "TX"),
    ],
)
def test_a_place_inside_a_sentence_is_heard_and_the_rest_is_still_asked(text: str, state: str) -> None:
    reading = read(text)

    assert (states(reading), reading and reading.alone) == ([state], False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "me",
        "in",
        "or",
        "ok",
        "OK",
        "hi",
        "de la",
        "la corte me dijo que no",
        "is it ok for me or my aunt to go in",
        "necesito ayuda pa mi hijo",
        "mi tía virginia me dijo",
        "mi nombre es carolina",
        "estoy en la escuela",
        "estoy en casa",
        "I am in trouble",
        "estoy en noveno grado",
        "soy de guatemala",
        "soy de San Pedro",
        "my nephew is in a shelter in texas",
        "vinimos de texas a maryland",
        "12345 es mi numero de caso",
        "$12345",
        "springfield",
        "99999",
        "\0\u202e",
        "x" * 1600,
        "a " * 800,
    ],
    ids=lambda text: text[:30] or "empty",
)
def test_what_only_looks_like_a_place_is_none(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "state"),
    [("la", "LA"), ("in", "IN"), ("Me.", "ME"), ("pa", "PA"), ("huston", "TX"), ("miame", "FL"), ("georgia", "GA")],
)
def test_short_and_doubtful_names_count_as_an_answer_to_our_question(text: str, state: str) -> None:
    assert (states(read(text, asked=True)), states(read(text))) == ([state], []) or text == "huston"


@pytest.mark.parametrize("text", ["ok", "hi", "no", "gracias", "escuela", "mi sobrino", "¿por qué?", "1"])
def test_not_every_answer_to_our_question_is_a_place(text: str) -> None:
    assert read(text, asked=True) is None


@pytest.mark.parametrize(
    ("text", "first"),
    [("Springfield", "IL"), ("portland", "OR"), ("kansas city", "MO"), ("Columbia", "SC"), ("washington", "WA")],
)
def test_a_city_of_several_states_is_asked_about(text: str, first: str) -> None:
    reading = read(text, asked=True)

    assert reading
    assert (reading.place, states(reading)[0], len(reading.places) in (2, 3, 4)) == (None, first, True)


@pytest.mark.parametrize(("text", "state"), [("springfield ma", "MA"), ("portland maine", "ME")])
def test_a_city_with_its_state_needs_no_question(text: str, state: str) -> None:
    assert states(read(text, asked=True)) == [state]


def test_every_nickname_of_a_city_is_in_its_state_and_has_coordinates() -> None:
    cities = real_rules().atlas.cities

    found = {name: read(name, asked=True) for name in cities}

    there = {name: reading.place for name, reading in found.items() if reading and reading.place}
    assert {name: place.state for name, place in there.items()} == {name: state for name, (state, _) in cities.items()}
    assert [name for name, place in there.items() if place.latitude is None] == []


def test_the_capital_is_a_city_too_inside_a_sentence() -> None:
    reading = read("vivo en washington dc donde es la corte")

    assert reading
    assert reading.place
    assert (reading.place.state, reading.place.latitude is not None) == ("DC", True)


def test_a_zip_code_brings_city_coordinates_and_time_zone() -> None:
    place = ZipGazetteer().find_zip("79901")

    assert place
    assert (place.state, place.city, place.time_zone) == ("TX", "El Paso", "America/Denver")
    assert round(place.latitude or 0, 1) == 31.8


@pytest.mark.parametrize("text", ["00000", "123", "", "abcde", "٧٧٠٣٦"])
def test_what_is_no_zip_code_has_no_place(text: str) -> None:
    assert ZipGazetteer().find_zip(text) is None


def test_two_states_of_one_name_are_refused() -> None:
    lists: dict[str, list[str]] = {key: [] for key in LISTS}
    data = {"states": {"TX": {"en": "Texas"}, "NM": {"en": "New Mexico", "also": ["tejas", "texas"]}}, **lists}

    with pytest.raises(ContentError, match="two states"):
        Atlas.from_data({**data, "cities": {}, "several": {}}, ZipGazetteer())
