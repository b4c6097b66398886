"""Rasa's JSON becomes keys, or is refused whole."""

import json
from typing import Any

import pytest

from bot.payloads import ReplyError, parse_key, parse_reply
from conversation.ports import AnswerKey, AskKey, BotKey, ChooseKey, HandoffKey


def reply_with(**changes: Any) -> bytes:
    whole = {
        "ranking": [["school.enroll_documents", 0.9], ["school.meals", 0.05]],
        "messages": [{"answer": "school.enroll_documents", "values": {}}],
        "slots": {"topic": "school.enroll_documents"},
    }
    return json.dumps({**whole, **changes}).encode()


def test_a_whole_reply_becomes_understanding_keys_and_slots() -> None:
    reply = parse_reply(reply_with())

    assert reply.understanding.intent == "school.enroll_documents"
    assert reply.understanding.confidence == 0.9
    assert reply.keys == (AnswerKey("school.enroll_documents", {}),)
    assert reply.slots == {"topic": "school.enroll_documents"}


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        pytest.param(
            {"answer": "court.location", "values": {"state": "TX"}},
            AnswerKey("court.location", {"state": "TX"}),
            id="answer",
        ),
        pytest.param({"ask": "state"}, AskKey("state"), id="ask"),
        pytest.param(
            {"choose": ["school.meals", "health.wic"]}, ChooseKey(("school.meals", "health.wic")), id="choose"
        ),
        pytest.param(
            {"handoff": {"topic": "system.not_understood"}}, HandoffKey("system.not_understood"), id="handoff"
        ),
    ],
)
def test_each_payload_becomes_its_key(payload: object, key: BotKey) -> None:
    assert parse_key(payload) == key


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"text": "Hello"}, id="prose"),
        pytest.param({"answer": "school.meals"}, id="no values"),
        pytest.param({"answer": "Say this to them", "values": {}}, id="prose as an id"),
        pytest.param({"answer": "school.meals", "values": {"age": 7}}, id="value that is not text"),
        pytest.param({"answer": "school.meals", "values": {}, "ask": "state"}, id="two keys in one"),
        pytest.param({"ask": "../state"}, id="slot that is no name"),
        pytest.param({"choose": []}, id="no choice"),
        pytest.param({"choose": ["a.b", "a.c", "a.d", "a.e"]}, id="four choices"),
        pytest.param({"choose": ["a.b", "a.b"]}, id="the same choice twice"),
        pytest.param({"choose": [["a.b"]]}, id="choice that is a list"),
        pytest.param({"handoff": "legal"}, id="handoff without topic"),
        pytest.param("answer", id="bare text"),
        pytest.param(None, id="null"),
    ],
)
def test_a_payload_without_a_known_key_is_refused(payload: object) -> None:
    with pytest.raises(ReplyError, match="unknown_key"):
        parse_key(payload)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"", "bad_json", id="empty"),
        pytest.param(b"<html>502</html>", "bad_json", id="html"),
        pytest.param(b"\xff\xfe", "bad_json", id="not text"),
        pytest.param(b"[" * 100_000, "bad_json", id="nested too deep"),
        pytest.param(b"[]", "bad_json", id="list as Rasa's own channel gives"),
        pytest.param(reply_with(messages={}), "bad_json", id="messages not a list"),
        pytest.param(reply_with(slots=None), "bad_slots", id="slots missing"),
        pytest.param(reply_with(ranking=None), "bad_ranking", id="ranking missing"),
        pytest.param(reply_with(ranking=[["a.b", 1.2]]), "bad_ranking", id="confidence above one"),
        pytest.param(reply_with(ranking=[["a.b", float("nan")]]), "bad_ranking", id="confidence not a number"),
        pytest.param(reply_with(ranking=[["a.b", True]]), "bad_ranking", id="confidence a truth value"),
        pytest.param(reply_with(ranking=[["a.b", 0.1]] * 11), "bad_ranking", id="eleven intents"),
        pytest.param(reply_with(messages=[{"image": "x"}]), "unknown_key", id="unknown payload"),
    ],
)
def test_a_reply_that_breaks_the_agreement_is_refused_with_a_code(body: bytes, code: str) -> None:
    with pytest.raises(ReplyError) as refusal:
        parse_reply(body)

    assert refusal.value.code == code


def test_a_refusal_repeats_nothing_of_the_reply() -> None:
    with pytest.raises(ReplyError) as refusal:
        parse_reply(reply_with(messages=[{"text": "canary"}]))

    assert "canary" not in repr(refusal.value)
    assert refusal.value.__cause__ is None
