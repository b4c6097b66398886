"""What Rasa's door lets in."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.client import readable_text
from bot.components.turn import MAX_TEXT, TurnError, parse_turn


def body(**changes: Any) -> bytes:
    whole = {"session": "s-1", "text": "hola", "language": "es", "slots": {"state": "TX"}, "dialogue": True}
    return json.dumps({**whole, **changes}).encode()


def test_a_sound_request_becomes_a_turn() -> None:
    turn = parse_turn(body())

    assert (turn.session, turn.text, turn.language, turn.slots, turn.dialogue) == (
        "s-1",
        "hola",
        "es",
        {"state": "TX"},
        True,
    )


def test_without_dialogue_a_text_is_enough() -> None:
    turn = parse_turn(b'{"text": "hola", "dialogue": false}')

    assert (turn.session, turn.dialogue) == ("", False)


def test_the_longest_text_is_let_in() -> None:
    assert len(parse_turn(body(text="x" * MAX_TEXT)).text) == MAX_TEXT


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"text": "/restart"}, id="order"),
        pytest.param({"text": " \n\t/restart"}, id="order behind white space"),
        pytest.param({"text": "\u2003/school.meals"}, id="order behind an em space"),
        pytest.param({"text": ""}, id="empty text"),
        pytest.param({"text": "  "}, id="blank text"),
        pytest.param({"text": "x" * (MAX_TEXT + 1)}, id="too long"),
        pytest.param({"text": None}, id="no text"),
        pytest.param({"text": ["hola"]}, id="list of texts"),
        pytest.param({"session": ""}, id="no session"),
        pytest.param({"session": "x" * 101}, id="session too long"),
        pytest.param({"session": "../s"}, id="session that is a path"),
        pytest.param({"session": 7}, id="session that is a number"),
        pytest.param({"language": "es; drop"}, id="language that is none"),
        pytest.param({"language": None}, id="language null"),
        pytest.param({"slots": []}, id="slots that are a list"),
        pytest.param({"dialogue": "no"}, id="dialogue that is a word"),
    ],
)
def test_an_unsound_field_is_refused_with_422(changes: dict[str, Any]) -> None:
    with pytest.raises(TurnError) as refusal:
        parse_turn(body(**changes))

    assert refusal.value.status == 422


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"hola"', b"\xff", b"[" * 100_000])
def test_what_is_not_a_json_object_is_refused_with_400(content: bytes) -> None:
    with pytest.raises(TurnError) as refusal:
        parse_turn(content)

    assert refusal.value.status == 400


def test_neither_a_turn_nor_a_refusal_shows_the_text() -> None:
    with pytest.raises(TurnError) as refusal:
        parse_turn(body(text="/canary"))

    assert "canary" not in repr(refusal.value)
    assert "canary" not in repr(parse_turn(body(text="canary", slots={"name": "canary"})))


@given(st.text(max_size=2000))
def test_whatever_the_client_makes_readable_is_let_in(text: str) -> None:
    readable = readable_text(text)

    if readable:
        assert parse_turn(body(text=readable)).text == readable
