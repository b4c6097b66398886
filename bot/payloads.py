"""Rasa's answer to one turn, from JSON to keys. Pure: anything we did not agree on is refused whole."""

import json
import re
from collections.abc import Mapping
from typing import Any

from conversation.ports import AnswerKey, AskKey, BotKey, BotReply, ChooseKey, HandoffKey, Understanding

MAX_RANKING = 10
MAX_CHOICES = 3

_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")  # an answer id or a reason of ours: school.enroll_documents
_SLOT = re.compile(r"[a-z][a-z0-9_]*")


class ReplyError(Exception):
    """Rasa's answer is not what we agreed on; `code` says how, for logs. Never carries a part of the answer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_reply(body: bytes) -> BotReply:
    """Read {"ranking": [[intent, confidence]…], "messages": [payload…], "slots": {…}}.

    Raises:
        ReplyError: bad_json, bad_ranking, bad_slots, or unknown_key for a payload we have no answer to.
    """
    try:
        reply = json.loads(body)
    except (ValueError, RecursionError):
        raise ReplyError("bad_json") from None
    if not isinstance(reply, dict) or not isinstance(reply.get("messages"), list):
        raise ReplyError("bad_json")
    if not isinstance(reply.get("slots"), dict):
        raise ReplyError("bad_slots")
    return BotReply(
        understanding=Understanding(ranking=_parse_ranking(reply.get("ranking"))),
        keys=tuple(parse_key(payload) for payload in reply["messages"]),
        slots=reply["slots"],
    )


def parse_key(payload: object) -> BotKey:
    """Turn one payload of an action into a key.

    Raises:
        ReplyError: unknown_key.
    """
    match payload:
        case {"answer": str(answer), "values": dict(values), **rest} if not rest and _ID.fullmatch(answer):
            return AnswerKey(answer, _parse_values(values))
        case {"ask": str(slot), **rest} if not rest and _SLOT.fullmatch(slot):
            return AskKey(slot)
        case {"choose": list(answers), **rest} if not rest and _are_choices(answers):
            return ChooseKey(tuple(answers))
        case {"handoff": {"topic": str(topic)}, **rest} if not rest and _ID.fullmatch(topic):
            return HandoffKey(topic)
    raise ReplyError("unknown_key")


def _parse_values(values: Mapping[Any, Any]) -> dict[str, str]:
    if not all(isinstance(value, str) for value in values.values()):
        raise ReplyError("unknown_key")
    return dict(values)


def _are_choices(answers: list[Any]) -> bool:
    ids = [answer for answer in answers if isinstance(answer, str) and _ID.fullmatch(answer)]
    return 1 <= len(answers) <= MAX_CHOICES and len(set(ids)) == len(answers)


def _parse_ranking(ranking: object) -> tuple[tuple[str, float], ...]:
    if not isinstance(ranking, list) or len(ranking) > MAX_RANKING:
        raise ReplyError("bad_ranking")
    return tuple(_parse_ranked(entry) for entry in ranking)


def _parse_ranked(entry: object) -> tuple[str, float]:
    match entry:
        case [str(intent), bool()]:
            pass
        case [str(intent), float(confidence) | int(confidence)] if 0 <= confidence <= 1:  # not so for NaN
            return intent, float(confidence)
    raise ReplyError("bad_ranking")
