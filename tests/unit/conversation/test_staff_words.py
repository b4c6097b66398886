"""What a caseworker's text means: what reaches a person must be meant for them, and nothing else may."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.staff_commands import StaffAct, parse_phone_code, parse_staff_command
from tests.talk import real_rules

COMMANDS = [
    ("A7 hello", StaffAct.REPLY, "A7", "hello"),
    ("a7: hello", StaffAct.REPLY, "A7", "hello"),
    ("[A7] hola, ¿cómo está?", StaffAct.REPLY, "A7", "hola, ¿cómo está?"),
    ("  aa99\nfirst line\nsecond", StaffAct.REPLY, "AA99", "first line\nsecond"),
    ("A7 pass by the office", StaffAct.REPLY, "A7", "pass by the office"),
    ("A7 take", StaffAct.TAKE, "A7", ""),
    ("a 7 TAKE!", StaffAct.TAKE, "A7", ""),
    ("TOMAR A7", StaffAct.TAKE, "A7", ""),
    ("A7 Listo.", StaffAct.DONE, "A7", ""),
    ("A7 done", StaffAct.DONE, "A7", ""),
    ("A7 PASAR", StaffAct.PASS, "A7", ""),
    ("A7 NOTE called the school", StaffAct.NOTE, "A7", "called the school"),
    ("a7 nota: llamé a la escuela", StaffAct.NOTE, "A7", "llamé a la escuela"),
    ("NOTE A7 called", StaffAct.NOTE, "A7", "called"),
    ("A7 nota", StaffAct.NOTE, "A7", ""),
    ("A7 preguntar", StaffAct.ASK, "A7", ""),
    ("A7", StaffAct.SHOW, "A7", ""),
    ("A7 list", StaffAct.UNCLEAR, "A7", ""),
    ("lista", StaffAct.LIST, None, ""),
    ("ON", StaffAct.ON, None, ""),
    ("pausa", StaffAct.OFF, None, ""),
    ("¡Ayuda!", StaffAct.HELP, None, ""),
    ("2", StaffAct.PICK, None, "2"),
    ("0.", StaffAct.PICK, None, "0"),
    ("123456", StaffAct.PICK, None, "123456"),
    ("done", StaffAct.DONE, None, ""),
    ("Nota: mañana cierra", StaffAct.NOTE, None, "mañana cierra"),
    ("good morning", StaffAct.WORDS, None, "good morning"),
    ("a7's mother called", StaffAct.WORDS, None, "a7's mother called"),
    ("   ", StaffAct.EMPTY, None, ""),
]


@pytest.mark.parametrize(("text", "act", "code", "words"), COMMANDS)
def test_a_text_is_understood(text: str, act: StaffAct, code: str | None, words: str) -> None:
    command = parse_staff_command(text)

    assert (command.act, command.code, command.text) == (act, code, words)


@pytest.mark.parametrize("text", ["A 7 cuadras está la clínica", "I 20 minutes late, sorry"])
def test_a_tag_with_a_space_before_plain_words_may_be_none(text: str) -> None:
    command = parse_staff_command(text)

    assert command.act is StaffAct.WORDS
    assert command.loose == text


@pytest.mark.parametrize(
    "text", ["Liked “[A7] hello”", 'Le gustó "[A7] hola"', "Removed a heart from “[A7] hi”", "Reacted 😂 to “[A7] hi”"]
)
def test_a_tapped_heart_is_for_nobody(text: str) -> None:
    assert parse_staff_command(text).act is StaffAct.REACTION


@pytest.mark.parametrize(("text", "code"), [("123456", "123456"), ("123 456", "123456"), (" 123-456. ", "123456")])
def test_a_code_may_be_spaced(text: str, code: str) -> None:
    assert parse_phone_code(text) == code


@pytest.mark.parametrize("text", ["12345", "1234567", "my code is 123456", "A7 123456"])
def test_what_is_more_or_less_than_six_digits_is_no_code(text: str) -> None:
    assert parse_phone_code(text) is None


@given(st.text(max_size=60))
def test_nothing_that_can_be_written_breaks_the_reader(text: str) -> None:
    command = parse_staff_command(text)

    assert command.text == "" or command.text in text


# The capitals of a text are a promise: who sends them back is understood.
STAFF = [text for text in real_rules().catalogue.wordings.values() if text.answer.startswith("staff.")]


@pytest.mark.parametrize("text", STAFF, ids=lambda text: f"{text.answer} {text.language}")
def test_every_word_in_capitals_that_a_caseworker_is_told_is_a_command(text) -> None:  # type: ignore[no-untyped-def]
    words = set(re.findall(r"(?<![\w-])[A-Z]{2,}(?!\w)", text.text)) - {"STOP", "START"}

    assert {word for word in words if parse_staff_command(f"A7 {word}").act is StaffAct.REPLY} == set()
    assert {word for word in words if parse_staff_command(word).act is StaffAct.WORDS} == set()
