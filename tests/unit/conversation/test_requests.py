"""Requests of many forms: heard word by word, in padding, by whole message, and never inside talk."""

from typing import Any

import pytest

from conversation.commands.keywords import Keywords
from conversation.errors import ContentError
from conversation.messages import Command
from tests.talk import real_rules

ROW: dict[str, Any] = {
    "padding": ["ya", "a este numero"],
    "courtesy": ["por favor"],
    "parts": {"texts": "|".join(f"mensaje{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")},
    "keywords": {"stop": ["alto", "no? me manden|envien|escriban|texteen mas|otros|nunca? <texts>"], "help": ["ayuda"]},
}


def find(text: str, **changes: Any) -> Command | None:
    match = Keywords.from_data({"es": {"name": "Español", **ROW, **changes}}).find_command(text)
    return match.command if match else None


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("no me manden mas mensajeb", True),
        ("YA no me envien mensajex a este número, por favor!", True),
        ("ya ya me escriban mensajea", True),
        ("no me manden mas mensajeb a mi casa", False),
        ("dice que no me manden mas mensajeb", False),
        ("no me manden", False),
        ("ya alto", False),
    ],
)
def test_a_request_is_the_whole_message_but_its_padding(text: str, heard: bool) -> None:
    assert (find(text) is Command.STOP) is heard


def test_only_stops_and_wishes_for_a_person_stand_in_padding() -> None:
    assert find("ayuda") is Command.HELP
    assert find("ya ayuda a este numero") is None


def test_a_part_that_is_missing_is_named() -> None:
    with pytest.raises(ContentError, match="no part cars"):
        find("x", keywords={"stop": ["no <cars>"]})


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("por favor ya no me manden mas mensajes a este numero", Command.STOP),
        ("oigan, dejen de estar mandando mensajes", Command.STOP),
        ("please stop messaging me right now", Command.STOP),
        ("how do i stop these texts?", Command.STOP),
        ("parem de me mandar mensagem por favor", Command.STOP),
        ("arretez de m envoyer des messages tout de suite", Command.STOP),
        ("tanpri pa voye mesaj ban m ankò", Command.STOP),
        ("quiero hablar con una persona", Command.PERSON),
        ("can i talk to someone real pls", Command.PERSON),
        ("quero falar com uma pessoa", Command.PERSON),
        ("est-ce que je peux parler à quelqu'un ?", Command.PERSON),
        ("pale ak yon moun", Command.PERSON),
    ],
)
def test_people_say_it_in_many_words(text: str, command: Command) -> None:
    match = real_rules().keywords.find_command(text)

    assert match is not None
    assert match.command is command
