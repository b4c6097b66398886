"""What happens to a case, one row each: the timeline. Codes and ids only, words sealed."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from store.tables import CaseEvent
from store.tables.base import new_id

NOTE = "case_event.note"  # context of the seal


class EventKind(StrEnum):
    """Kinds of a timeline's rows. Those of the reply clock and of pages are written by who runs them."""

    OPENED = "opened"
    JOINED = "joined"  # another message for an open case
    CLAIMED = "claimed"
    RELEASED = "released"  # back to waiting
    OFFERED = "offered"  # a transfer that waits for a yes
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CLOSED = "closed"
    REOPENED = "reopened"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    MEMBER_ADDED = "member_added"
    MEMBER_REMOVED = "member_removed"
    REPLIED = "replied"
    OPENING_ANSWERED = "opening_answered"
    OPENING_OVERRIDDEN = "opening_overridden"
    NOTE = "note"
    ASSIGNED = "assigned"  # somebody was asked to take it
    PAGED = "paged"
    REMINDED = "reminded"
    REASSIGNED = "reassigned"
    ESCALATED = "escalated"
    REPORT_BEGUN = "report_begun"
    REPORT_MADE = "report_made"
    REPORT_SIGNED = "report_signed"
    CALL_WISHED = "call_wished"
    CALL_REACHED = "call_reached"
    CALL_MISSED = "call_missed"
    INTERPRETER = "interpreter"
    REMINDER_HELD = "reminder_held"  # for the owner, who sends or drops it
    REMINDER_SENT = "reminder_sent"  # one that was held: by its owner, or by itself when it was held too long
    REMINDER_DROPPED = "reminder_dropped"
    DATE_ADDED = "date_added"  # of the person, by a caseworker
    DATE_CHANGED = "date_changed"
    DATE_CANCELLED = "date_cancelled"
    DATE_SAID = "date_said"  # by the person while somebody had the case: theirs to keep
    DATE_ANSWERED = "date_answered"  # a reminder, by the person while somebody had the case
    RELEASE_NOTED = "release_noted"  # whose questions begin, by a caseworker
    SAFE_HOURS = "safe_hours"  # when the person may be reached was written down
    HOURS_OVERRIDDEN = "hours_overridden"  # a text went outside the safe hours, and why
    TEXT_CANCELLED = "text_cancelled"  # a text was taken back before it went
    PRIVATE_ON = "private_on"
    PRIVATE_OFF = "private_off"
    SMS_AGREED = "sms_agreed"
    SMS_REVOKED = "sms_revoked"


def add_event(
    session: Session, case_id: str, kind: EventKind, *, now: datetime, caseworker_id: str | None = None,
    message_id: str | None = None, discipline: str | None = None, note_sealed: bytes | None = None,
    details: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """Write one event in the caller's transaction; return its id. Without a caseworker it was the service itself."""
    event_id = new_id()
    session.execute(
        insert(CaseEvent).values(
            id=event_id, case_id=case_id, kind=kind, actor="caseworker" if caseworker_id else "system",
            caseworker_id=caseworker_id, message_id=message_id, discipline=discipline, note_sealed=note_sealed,
            details=dict(details) if details else None, at=now,
        )
    )  # fmt: skip
    return event_id
