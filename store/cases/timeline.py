"""One timeline of a case: what was said in its conversation and what was done, oldest first, behind the walls."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from conversation.messages import Attachment
from store.cases.access import CaseFile, find_inside
from store.cases.events import NOTE, EventKind
from store.cases.talk import find_talk
from store.inbox import BODY, DETAILS
from store.sealing.vault import Vault
from store.staff.staff import Staff
from store.tables import CaseEvent, Message, OutboxEntry

MESSAGE = "message"
_NOTED = (EventKind.NOTE, EventKind.OPENING_OVERRIDDEN)


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing said or done.

    Attributes:
        kind: "message", or the kind of the event (store/cases/events.py).
        body: what was said in the original, or the words of a note; "" for other events.
        status, segments, error_code: of the last sending of an outgoing message.
        details: codes of an event.
        held_until: when a text that waits for safe hours goes.
        by_sms: of a case on WhatsApp: this one came or went by SMS.
    """

    kind: str
    at: datetime
    id: str
    author: str
    caseworker_id: str | None = None
    body: str = field(default="", repr=False)
    language: str | None = None
    message_kind: str | None = None
    message_id: str | None = None
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)
    location: tuple[float, float] | None = field(default=None, repr=False)
    answer: str | None = None
    draft: bool = False
    status: str | None = None
    reason: str | None = None
    segments: int = 0
    error_code: int | None = None
    discipline: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    held_until: datetime | None = None
    by_sms: bool = False
    case_id: str | None = None


def read_timeline(
    session: Session, vault: Vault, caseworker: Staff, case: CaseFile, *,
    before: datetime | None = None, limit: int = 200,
) -> list[TimelineItem]:  # fmt: skip
    """Return the newest `limit` things before a time, oldest first. `case` comes from `get_case_for`, which audits."""
    said = list(_messages(session, vault, case, before, limit))
    done = list(_events(session, vault, caseworker, case, before, limit))
    return sorted([*reversed(said), *reversed(done)], key=lambda item: item.at)[-limit:]


def may_read(caseworker: Staff, case: CaseFile) -> ColumnElement[bool]:
    """Return the condition under which an event may be seen: a walled note by its author and its discipline's people
    on this case, by nobody else, whatever their role."""
    mine = sorted(find_inside(caseworker, case))
    inside = CaseEvent.discipline.in_(mine) if mine else false()
    own = CaseEvent.caseworker_id == caseworker.id
    return or_(CaseEvent.kind != EventKind.NOTE, CaseEvent.discipline.is_(None), inside, own)


def _messages(
    session: Session, vault: Vault, case: CaseFile, before: datetime | None, limit: int
) -> Iterator[TimelineItem]:
    talk = find_talk(session, case)
    rows = session.execute(
        select(Message, OutboxEntry)
        .outerjoin(OutboxEntry, OutboxEntry.message_id == Message.id)
        .where(talk.condition, Message.at < before if before else true())
        .order_by(*talk.newest_first, OutboxEntry.seq.desc())
        .limit(limit)
    )
    seen: set[str] = set()
    for message, entry in rows:
        if message.id not in seen:  # a text that went twice is one thing said: its last sending is shown
            seen.add(message.id)
            yield _said(vault, message, entry, by_sms=message.conversation_id in talk.joining)


def _said(vault: Vault, message: Message, entry: OutboxEntry | None, *, by_sms: bool) -> TimelineItem:
    details = vault.open_json(message.details_sealed, DETAILS) if message.details_sealed else {}
    place = details.get("location")
    return TimelineItem(
        kind=MESSAGE, at=message.at, id=message.id, author=message.author, caseworker_id=message.caseworker_id,
        body=vault.open(message.body_sealed, BODY), language=message.language, message_kind=message.kind,
        message_id=message.id, attachments=tuple(Attachment(**one) for one in details.get("attachments", ())),
        location=(place["latitude"], place["longitude"]) if place else None, answer=message.answer,
        draft=message.draft, status=entry.status if entry else None, reason=entry.reason if entry else None,
        segments=entry.segments if entry else 0, error_code=entry.error_code if entry else None,
        held_until=entry.held_until if entry else None,
        by_sms=by_sms or (entry is not None and entry.to_address_id is not None), case_id=message.case_id,
    )  # fmt: skip


def _events(
    session: Session, vault: Vault, caseworker: Staff, case: CaseFile, before: datetime | None, limit: int
) -> Iterator[TimelineItem]:
    of_case = and_(CaseEvent.case_id == case.id, CaseEvent.at < before if before else true())
    rows = select(CaseEvent).where(of_case, may_read(caseworker, case)).order_by(CaseEvent.at.desc()).limit(limit)
    inside = find_inside(caseworker, case)
    for event in session.scalars(rows):
        is_open = event.discipline is None or event.discipline in inside or event.caseworker_id == caseworker.id
        yield TimelineItem(
            kind=event.kind, at=event.at, id=event.id, author=event.actor, caseworker_id=event.caseworker_id,
            body=vault.open(event.note_sealed, NOTE) if event.note_sealed and is_open else "",
            message_id=event.message_id, discipline=event.discipline, details=event.details or {},
        )  # fmt: skip
