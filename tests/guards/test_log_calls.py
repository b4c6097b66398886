"""No log call of ours is given what people wrote, or who they are."""

import ast
from collections.abc import Iterator
from pathlib import Path

from service.logs import FIELDS, OURS
from tests.guards.repository import find_python, parse

LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
LOGGERS = {"log", "_log", "logger"}
OF_PEOPLE = {
    "text", "body", "words", "number", "phone", "address", "value", "sender", "to", "recipient", "profile_name",
    "message", "letter", "heard", "content", "form", "button", "headers", "url", "query", "token", "key", "secret",
}  # fmt: skip


def find_calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in find_python(*OURS):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id in LOGGERS:
                    yield path, node


def find_values(call: ast.Call) -> Iterator[ast.expr]:
    """Yield what a call fills in: its arguments after the sentence, and the values of `extra`."""
    yield from call.args[1:]
    for keyword in call.keywords:
        if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict):
            yield from keyword.value.values


def last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_there_are_log_calls_to_look_at() -> None:
    assert len(list(find_calls())) > 10


def test_the_sentence_of_a_log_call_is_fixed() -> None:
    loose = [f"{path}:{call.lineno}" for path, call in find_calls() if not isinstance(call.args[0], ast.Constant)]

    assert loose == []


def test_nothing_of_a_person_is_filled_in() -> None:
    offences = [
        f"{path}:{call.lineno} {last_name(value)}"
        for path, call in find_calls()
        for value in find_values(call)
        if last_name(value) in OF_PEOPLE
    ]

    assert offences == []


def test_every_extra_is_one_that_the_log_shows() -> None:
    """A field that is not listed would be dropped in silence."""
    unknown = [
        f"{path}:{call.lineno} {key.value}"
        for path, call in find_calls()
        for keyword in call.keywords
        if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict)
        for key in keyword.value.keys
        if isinstance(key, ast.Constant) and key.value not in FIELDS
    ]

    assert unknown == []
