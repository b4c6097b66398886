"""The files of messages as the API lists them; where their bytes are is not this module's business."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KeptFile:
    sid: str
    message_sid: str
    content_type: str
    created: datetime


class KeptFiles:
    """By message, until they or the message are deleted."""

    def __init__(self) -> None:
        self._of_message: dict[str, list[KeptFile]] = {}

    def add(self, message_sid: str, count: int, created: datetime) -> None:
        """Keep as many files as a message brings; once a message."""
        self._of_message.setdefault(
            message_sid,
            [KeptFile(f"ME{secrets.token_hex(16)}", message_sid, "image/jpeg", created) for _ in range(count)],
        )

    def describe(self, message_sid: str, content_types: Sequence[str]) -> Sequence[KeptFile]:
        """Say what the files of a message are, in order, and return them."""
        described = zip(self.of(message_sid), content_types, strict=True)
        self._of_message[message_sid] = [replace(file, content_type=one) for file, one in described]
        return self.of(message_sid)

    def of(self, message_sid: str) -> Sequence[KeptFile]:
        return self._of_message.get(message_sid, ())

    def remove(self, message_sid: str, sid: str) -> bool:
        """Delete one file; False when there is none of that name."""
        before = self.of(message_sid)
        left = [file for file in before if file.sid != sid]
        if len(left) < len(before):
            self._of_message[message_sid] = left
        return len(left) < len(before)

    def forget(self, message_sid: str) -> None:
        self._of_message.pop(message_sid, None)
