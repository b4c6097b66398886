"""What the carrier knows of content templates: texts with places, and what WhatsApp's reviewers said. In memory.

Source: https://www.twilio.com/docs/content/content-api-resources and
https://www.twilio.com/docs/whatsapp/tutorial/message-template-approvals-statuses (read 2026-11).
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class Approval(StrEnum):
    """Twilio's words for how WhatsApp's review of a template stands."""

    UNSUBMITTED = "unsubmitted"
    RECEIVED = "received"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Content:
    """One content template in one language. `variables` are the samples that stand in for values nobody gave."""

    sid: str
    friendly_name: str
    language: str
    types: Mapping[str, Any]
    created: datetime
    variables: Mapping[str, str] = field(default_factory=dict)
    approval: Approval = Approval.UNSUBMITTED
    name: str = ""
    category: str = ""
    rejection_reason: str = ""

    @property
    def body(self) -> str:
        """The text of the simplest type that has one."""
        kinds = [self.types.get("twilio/text"), *self.types.values()]
        return next((str(kind["body"]) for kind in kinds if kind and kind.get("body")), "")

    @property
    def places(self) -> list[str]:
        """Names of the places in the text, in their order."""
        return PLACE.findall(self.body)

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the text as the person gets it."""
        filled = {**self.variables, **values}
        return PLACE.sub(lambda match: filled.get(match[1], match[0]), self.body)


class Contents:
    """The account's templates.

    Attributes:
        by_id: content id → template.
        verdict: what the reviewers say of a request that has no fault of form, told at the first look after it; None
            leaves requests pending until `decide` is called.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.by_id: dict[str, Content] = {}
        self.verdict: Approval | None = Approval.APPROVED
        self._clock = clock

    def add(
        self, *, friendly_name: str, language: str, types: Mapping[str, Any], variables: Mapping[str, str]
    ) -> Content:
        """Take a template; nobody has reviewed it."""
        now = self._clock().astimezone(UTC).replace(microsecond=0)
        content = Content("HX" + secrets.token_hex(16), friendly_name, language, types, now, variables)
        self.by_id[content.sid] = content
        return content

    def ask(self, sid: str, *, name: str, category: str) -> Content:
        """Hand a template to the reviewers."""
        return self._change(sid, approval=Approval.RECEIVED, name=name, category=category, rejection_reason="")

    def decide(self, sid: str, approval: Approval, reason: str = "") -> Content:
        """Let the reviewers say something, now or later: approve, reject, pause, disable."""
        return self._change(sid, approval=approval, rejection_reason=reason)

    def look(self, sid: str, fault_of: Callable[[Content], str | None]) -> Content:
        """Return a template as a caller who asks sees it: reviewers get round to it between two looks.

        Args:
            fault_of: what the reviewers' machine finds wrong with the form of a template, None for nothing.
        """
        content = self.by_id[sid]
        if content.approval is Approval.RECEIVED:
            content = self._change(sid, approval=Approval.PENDING)
        if content.approval is Approval.PENDING and (reason := fault_of(content)):
            return self.decide(sid, Approval.REJECTED, reason)
        if content.approval is Approval.PENDING and self.verdict is not None:
            return self.decide(sid, self.verdict)
        return content

    def _change(self, sid: str, **values: Any) -> Content:
        self.by_id[sid] = replace(self.by_id[sid], **values)
        return self.by_id[sid]
