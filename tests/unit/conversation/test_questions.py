"""Numbers that people send as an answer to a numbered question."""

from datetime import timedelta

import pytest

from conversation.dialogue.questions import CHOOSE, PERSON, QUESTION_LASTS, ask, find_choice, render_choices
from tests.fakes import START

OPEN = ask(CHOOSE, ("first", "second", "third"), START)


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("1", "first"),
        (" 2 ", "second"),
        ("3.", "third"),
        ("(1)", "first"),
        ("#2", "second"),
        ("1️⃣", "first"),
        ("②", "second"),
        ("３", "third"),
        ("٢", "second"),
        ("۳", "third"),
        ("1 👍", "first"),
        ("la 1", "first"),
        ("Opción 2", "second"),
        ("option two", "second"),
        ("No. 3", "third"),
        ("n° 1", "first"),
        ("2 por favor", "second"),
        ("¡DOS!", "second"),
        ("three please", "third"),
        ("la primera", "first"),
        ("oxib'", "third"),
        ("twa", "third"),
        ("dois", "second"),
    ],
)
def test_a_number_alone_picks(text: str, item: str) -> None:
    choice = find_choice(text, OPEN, START)

    assert choice
    assert choice.item == item


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4",
        "9",
        "11",
        "1 2",
        "1 o 2",
        "-1",
        "1.5",
        "$2",
        "3%",
        "<3",
        ":3",
        "=2",
        "no",
        "2 hijos",
        "none",
        "None.",
        "no one",
        "No, dos",
        "num",
        "1" * 500,
    ],
)
def test_anything_else_picks_nothing(text: str) -> None:
    assert find_choice(text, OPEN, START) is None


@pytest.mark.parametrize("text", [":0", "=0", "x0", "10", "0 dolares", "000"])
def test_a_face_or_another_number_is_no_wish_for_a_person(text: str) -> None:
    assert find_choice(text, OPEN, START) is None


@pytest.mark.parametrize("text", ["0", "0.", "cero", "Zero!", "0 por favor"])
def test_zero_is_a_person_with_and_without_a_question(text: str) -> None:
    choices = [find_choice(text, question, START) for question in (OPEN, None)]

    assert [choice and choice.item for choice in choices] == [PERSON, PERSON]


def test_without_a_question_a_number_picks_nothing() -> None:
    assert find_choice("1", None, START) is None


@pytest.mark.parametrize(("later", "open_"), [(-1, True), (0, False)], ids=["just before", "at the end"])
def test_a_question_is_open_until_its_end(later: int, open_: bool) -> None:
    choice = find_choice("1", OPEN, START + QUESTION_LASTS + timedelta(seconds=later))

    assert (choice is not None) is open_


def test_a_question_may_be_open_for_less_long() -> None:
    short = ask(CHOOSE, ("first",), START, lasts=timedelta(minutes=1))

    assert [find_choice("1", short, START + timedelta(seconds=at)) is None for at in (59, 60)] == [False, True]


def test_a_menu_is_numbered_from_one() -> None:
    assert render_choices(["Papeles", "Vacunas"]) == "1 Papeles\n2 Vacunas"
