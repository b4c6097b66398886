"""What may be asked of the bot in one request. Pure: bytes in, a checked value or a refusal out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_TEXT = 1600  # characters of one message, Twilio's own limit; Rasa has none and slows down
_SESSION = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{2,35}")


class TurnError(Exception):
    """The request is not one we answer; `status` is the HTTP code. Never carries a word of the request."""

    def __init__(self, status: int) -> None:
        super().__init__(f"turn refused with {status}")
        self.status = status


@dataclass(frozen=True)
class Turn:
    """One message to understand, and with `dialogue` to answer. `session` may be empty without dialogue."""

    text: str = field(repr=False)
    session: str
    language: str
    slots: Mapping[str, Any] = field(repr=False)
    dialogue: bool


def parse_turn(body: bytes) -> Turn:
    """Read a request body.

    Raises:
        TurnError: 400 not a JSON object; 422 a field is missing, of the wrong type, too long, or a text that Rasa
            would obey instead of read (it begins with "/").
    """
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise TurnError(400) from None
    if not isinstance(fields, dict):
        raise TurnError(400)
    text, session, language = fields.get("text"), fields.get("session", ""), fields.get("language", "")
    slots, dialogue = fields.get("slots", {}), fields.get("dialogue", True)
    if not (
        isinstance(text, str)
        and _is_readable(text)
        and isinstance(dialogue, bool)
        and isinstance(slots, dict)
        and (_is_like(_SESSION, session) or (session == "" and not dialogue))
        and (_is_like(_LANGUAGE, language) or language == "")
    ):
        raise TurnError(422)
    return Turn(text=text, session=session, language=language, slots=slots, dialogue=dialogue)


def _is_like(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_readable(text: str) -> bool:
    return 0 < len(text.strip()) <= MAX_TEXT and not text.strip().startswith("/")
