"""The outbox: texts on their way, offered once, settled before any repeat (I2), stopped when they must be (I4, I9)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from conversation.messages import Address, Author, CaseStatus, Channel, DeliveryReport, DeliveryStatus, OutgoingText
from conversation.ports import WorkQueue
from store.conversations import take_seq
from store.inbox import BODY
from store.people import is_stopped, open_address
from store.tables import Address as AddressRow
from store.tables import Case, Conversation, Message, OutboxEntry
from store.tables.base import new_id
from store.vault import Vault

FINAL = frozenset(status for status in DeliveryStatus if status.rank >= DeliveryStatus.UNSETTLED.rank)
AFTER_STOP = frozenset({"system.stopped", "system.help"})  # besides the crisis texts
AFTER_CLAIM = AFTER_STOP | {  # confirmations of commands
    "system.started",
    "system.private_on",
    "system.language_changed",
    "system.language_unavailable",
    "system.handoff_waiting",
}
WINDOW = timedelta(hours=23, minutes=55)  # WhatsApp's 24 hours with a margin; outside only templates go


_OVERTAKING = "!"  # ends the name of the line of texts that wait for nothing
_CRISIS = ("safety.", "system.crisis", "system.last_resort")


@dataclass(frozen=True, slots=True)
class Part:
    """What one message to the carrier holds."""

    body: str = field(repr=False)
    segments: int


@dataclass(frozen=True, slots=True)
class Letter:
    """An outbox entry with all that is needed to judge and send it."""

    id: str
    conversation_id: str
    message_id: str
    status: DeliveryStatus
    line: str
    sender: str
    to: Address
    body: str = field(repr=False)
    author: Author
    answer: str | None
    attempt: int
    checks: int
    due_at: datetime | None
    offered_at: datetime | None
    stopped: bool
    claimed: bool
    last_inbound_at: datetime | None

    @property
    def overtakes(self) -> bool:
        return self.line.endswith(_OVERTAKING)

    def reason_to_drop(self, now: datetime) -> str | None:
        """Return why this text must not go out now: read again just before every network send (I4, I9)."""
        if self.stopped and not _is_crisis(self.answer) and self.answer not in AFTER_STOP:
            return "stopped"
        if self.claimed and not may_follow_claim(self.author, self.answer):
            return "claimed"
        closed = self.last_inbound_at is None or now - self.last_inbound_at > WINDOW
        if self.to.channel is Channel.WHATSAPP and closed:
            return "window_closed"
        return None


def may_follow_claim(author: Author, answer: str | None) -> bool:
    """Return whether a text may still go once a person has the conversation: theirs, a crisis text, a confirmation."""
    return author is Author.CASEWORKER or _is_crisis(answer) or answer in AFTER_CLAIM


def add_text(
    session: Session, vault: Vault, queue: WorkQueue, conversation_id: str, text: OutgoingText, part: Part, *,
    provider: str, in_reply_to: str | None, now: datetime,
) -> str:  # fmt: skip
    """Add one message to the timeline and the outbox and queue its sending; return the outbox id."""
    seq, message_id, outbox_id = take_seq(session, conversation_id), new_id(), new_id()
    line = conversation_id + _OVERTAKING if text.overtakes else conversation_id
    session.execute(
        insert(Message).values(
            id=message_id, conversation_id=conversation_id, seq=seq, author=text.author, kind="text",
            body_sealed=vault.seal(part.body, BODY), language=text.language, answer=text.answer,
            draft=text.draft, in_reply_to=in_reply_to, at=now,
        )
    )  # fmt: skip
    session.execute(
        insert(OutboxEntry).values(
            id=outbox_id, message_id=message_id, conversation_id=conversation_id, seq=seq, line=line,
            status=DeliveryStatus.QUEUED, provider=provider, segments=part.segments, attempt=0, checks=0,
            created_at=now, updated_at=now,
        )
    )  # fmt: skip
    queue.enqueue_send(session.connection(), outbox_id=outbox_id, line=line, seq=seq, attempt=0)
    return outbox_id


def find_letter(session: Session, vault: Vault, outbox_id: str) -> Letter | None:
    """Return an outbox entry, opened, with the stop and the claim as they stand now."""
    row = session.execute(
        select(OutboxEntry, Message, AddressRow, Conversation)
        .join(Message, Message.id == OutboxEntry.message_id)
        .join(Conversation, Conversation.id == OutboxEntry.conversation_id)
        .join(AddressRow, AddressRow.id == Conversation.address_id)
        .where(OutboxEntry.id == outbox_id)
    ).one_or_none()
    if row is None:
        return None
    entry, message, address, conversation = row
    claimed = exists().where(Case.conversation_id == conversation.id, Case.status == CaseStatus.CLAIMED)
    return Letter(
        id=entry.id, conversation_id=entry.conversation_id, message_id=entry.message_id,
        status=DeliveryStatus(entry.status), line=entry.line, sender=conversation.sender,
        to=open_address(vault, address.channel, address.address_sealed), body=vault.open(message.body_sealed, BODY),
        author=Author(message.author), answer=message.answer, attempt=entry.attempt, checks=entry.checks,
        due_at=entry.due_at, offered_at=entry.offered_at,
        stopped=is_stopped(session, address.organisation_id, address.number_key),
        claimed=bool(session.scalar(select(claimed))), last_inbound_at=conversation.last_inbound_at,
    )  # fmt: skip


def change(session: Session, letter: Letter, *, now: datetime, **values: Any) -> bool:
    """Write what became of an entry. False: it is no longer as it was read, somebody else moved it, nothing changed."""
    as_read = (
        OutboxEntry.id == letter.id,
        OutboxEntry.status == letter.status,
        OutboxEntry.attempt == letter.attempt,
        OutboxEntry.checks == letter.checks,
    )
    row = update(OutboxEntry).where(*as_read).values(updated_at=now, **values)
    return session.scalar(row.returning(OutboxEntry.id)) is not None


def move_forward(
    session: Session, outbox_id: str, status: DeliveryStatus, *, now: datetime, values: Mapping[str, Any]
) -> bool:
    """Move an entry to a status of higher rank. False: it is there or beyond already, nothing changed."""
    lower = [one.value for one in DeliveryStatus if one.rank < status.rank]
    moved = session.scalar(
        update(OutboxEntry)
        .where(OutboxEntry.id == outbox_id, OutboxEntry.status.in_(lower))
        .values(status=status, updated_at=now, due_at=None, **values)
        .returning(OutboxEntry.id)
    )
    return moved is not None


def accept(session: Session, outbox_id: str, provider_message_id: str, *, now: datetime) -> None:
    """Note that the carrier has a text, and what it calls it. A callback may have come first; then that stands."""
    values = {"provider_message_id": provider_message_id, "settled_at": now, "reason": None, "error_code": None}
    if not move_forward(session, outbox_id, DeliveryStatus.ACCEPTED, now=now, values=values):
        _add_missing_id(session, outbox_id, provider_message_id)


def record_report(session: Session, report: DeliveryReport, *, now: datetime) -> str | None:
    """Take a status callback: settle the send it belongs to and move it forward. None: unknown, or a step back."""
    known = (
        OutboxEntry.id == report.outbox_id
        if report.outbox_id
        else OutboxEntry.provider_message_id == report.provider_message_id
    )
    row = session.execute(
        select(OutboxEntry.id, OutboxEntry.provider_message_id).where(known, OutboxEntry.provider == report.provider)
    ).first()
    # a callback for another carrier message than the one we hold is not ours to obey
    if row is None or row.provider_message_id not in (None, report.provider_message_id):
        return None
    values = {"provider_message_id": report.provider_message_id, "error_code": report.error_code, "reason": None}
    if move_forward(session, row.id, report.status, now=now, values={**values, "settled_at": now}):
        return str(row.id)
    _add_missing_id(session, row.id, report.provider_message_id)
    return None


def find_place(session: Session, outbox_id: str) -> tuple[str, str] | None:
    """Return (conversation id, message id) of an entry, without opening it."""
    row = session.execute(
        select(OutboxEntry.conversation_id, OutboxEntry.message_id).where(OutboxEntry.id == outbox_id)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def find_ours(session: Session, provider_message_ids: list[str]) -> set[str]:
    """Return which of the carrier's ids we already know as ours."""
    rows = select(OutboxEntry.provider_message_id).where(OutboxEntry.provider_message_id.in_(provider_message_ids))
    return {one for one in session.scalars(rows) if one}


def find_due(session: Session, now: datetime, *, limit: int = 200) -> list[tuple[str, str, int, int]]:
    """Return (outbox id, line, seq, turn) of entries that left the line and whose waiting is over.

    `turn` counts the offers and looks so far, so that each return to the line is work of its own.
    """
    waiting = OutboxEntry.status.in_([DeliveryStatus.WAITING, DeliveryStatus.SENDING]), OutboxEntry.due_at <= now
    return _list_turns(session, *waiting, order=OutboxEntry.due_at, limit=limit)


def find_stranded(session: Session, before: datetime, *, limit: int = 200) -> list[tuple[str, str, int, int]]:
    """Return the same of entries that stand in line since before a time, oldest first, in case nobody works on them."""
    untouched = OutboxEntry.status == DeliveryStatus.QUEUED, OutboxEntry.updated_at < before
    due = OutboxEntry.due_at.is_(None) | (OutboxEntry.due_at < before)
    return _list_turns(session, *untouched, due, order=OutboxEntry.updated_at, limit=limit)


def find_details(session: Session, outbox_id: str) -> dict[str, Any] | None:
    """Return what may be shown of an outgoing message beside its text: answer, language, draft mark, author."""
    row = session.execute(
        select(Message.answer, Message.language, Message.draft, Message.author, OutboxEntry.segments)
        .join(Message, Message.id == OutboxEntry.message_id)
        .where(OutboxEntry.id == outbox_id)
    ).one_or_none()
    return dict(row._mapping) if row else None


def _list_turns(
    session: Session, *which: ColumnElement[bool], order: InstrumentedAttribute[Any], limit: int
) -> list[tuple[str, str, int, int]]:
    turn = OutboxEntry.attempt * 100 + OutboxEntry.checks
    rows = session.execute(
        select(OutboxEntry.id, OutboxEntry.line, OutboxEntry.seq, turn).where(*which).order_by(order).limit(limit)
    )
    return [(outbox_id, line, seq, turns) for outbox_id, line, seq, turns in rows]


def _add_missing_id(session: Session, outbox_id: str, provider_message_id: str) -> None:
    nameless = OutboxEntry.id == outbox_id, OutboxEntry.provider_message_id.is_(None)
    session.execute(update(OutboxEntry).where(*nameless).values(provider_message_id=provider_message_id))


def _is_crisis(answer: str | None) -> bool:
    return answer is not None and answer.startswith(_CRISIS)
