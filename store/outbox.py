"""The outbox: texts on their way, offered once, settled before any repeat (I2), stopped when they must be (I4, I9)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.messages import Address, Author, Channel, DeliveryReport, DeliveryStatus, MessageKind, OutgoingText
from conversation.one_voice import ERASURE_DONE, is_crisis, may_follow_claim, may_follow_stop, may_reach
from conversation.ports import TemplateText, WorkQueue
from store import outbox_statements as statements
from store.conversations import take_seq
from store.inbox import BODY
from store.people import open_address
from store.sealing.vault import Vault
from store.sql.statements import execute
from store.tables import CarrierErasure, Message, OutboxEntry
from store.tables.base import new_id

FINAL = frozenset(status for status in DeliveryStatus if status.rank >= DeliveryStatus.UNSETTLED.rank)
WINDOW = timedelta(hours=23, minutes=55)  # WhatsApp's 24 hours with a margin; outside only templates go


REPEATED = ".again"  # ends the name of the line of texts that were reported as not delivered and go once more
OVERDUE = ".overdue"  # ends that of reminders that were held for an owner for too long, and go by themselves (I4)
_OVERTAKING = "!"  # ends the name of the line of texts that wait for nothing


@dataclass(frozen=True, slots=True)
class Part:
    """What one message to the carrier holds. `kind`: what its file is, when it has one (store/outgoing_files.py)."""

    body: str = field(repr=False)
    segments: int
    kind: MessageKind = MessageKind.TEXT


@dataclass(frozen=True, slots=True)
class Letter:
    """An outbox entry with all that is needed to judge and send it."""

    id: str
    conversation_id: str
    message_id: str
    status: DeliveryStatus
    line: str
    seq: int
    sender: str
    to: Address
    body: str = field(repr=False)
    author: Author
    answer: str | None
    attempt: int
    checks: int
    due_at: datetime | None
    offered_at: datetime | None
    created_at: datetime
    reason: str | None
    stopped: bool
    claimed: bool
    last_inbound_at: datetime | None
    provider: str
    organisation_id: str
    language: str
    person_language: str | None  # as stated by the person
    erasing: bool = False
    to_staff: bool = False  # the other side is a caseworker's own phone
    any_hour: bool = False  # somebody said why it may not wait for safe hours
    to_address_id: str | None = None  # goes to another address than the conversation's
    template: TemplateText | None = None  # goes instead of the body
    kind: MessageKind = MessageKind.TEXT
    media_url: str | None = field(default=None, repr=False)  # where the carrier fetches the file of this message

    @property
    def is_crisis(self) -> bool:
        return is_crisis(self.answer)

    @property
    def has_file(self) -> bool:
        return self.kind is not MessageKind.TEXT

    @property
    def overtakes(self) -> bool:
        return self.line.endswith(_OVERTAKING)

    @property
    def goes_first(self) -> bool:
        """Whether this text waits for no other: what overtakes, and the knock, which opens the door for the others."""
        return self.overtakes or self.template is not None

    @property
    def is_repeat(self) -> bool:
        """Whether this text was reported as not delivered before; docs/decisions/0013."""
        return self.line.endswith(REPEATED)

    def reason_to_drop(self) -> str | None:
        """Return why this text must not go out now: read again just before every network send (I4, I9)."""
        if not may_reach(self.answer, to_staff=self.to_staff):
            return "wrong_side"
        if self.stopped and not may_follow_stop(self.answer):
            return "stopped"
        if self.erasing and self.answer != ERASURE_DONE:
            return "erased"
        is_free = self.to_staff or self.line.endswith(OVERDUE)
        if self.claimed and not is_free and not may_follow_claim(self.author, self.answer):
            return "claimed"
        if self.is_repeat and self.last_inbound_at and self.last_inbound_at > self.created_at:
            return "conversation_went_on"
        return None

    def is_outside_window(self, now: datetime) -> bool:
        """Return whether WhatsApp would refuse a free text to this person now."""
        last = self.last_inbound_at
        return self.to.channel is Channel.WHATSAPP and (last is None or now - last > WINDOW)


def add_text(
    session: Session, vault: Vault, queue: WorkQueue, conversation_id: str, text: OutgoingText, part: Part, *,
    provider: str, in_reply_to: str | None, now: datetime, line_end: str = "",
) -> str:  # fmt: skip
    """Add one message to the timeline and the outbox and queue its sending; return the outbox id.

    `line_end`: OVERDUE for a reminder that nobody has sent or dropped in time.
    """
    seq, message_id, outbox_id = take_seq(session, conversation_id), new_id(), new_id()
    line = conversation_id + (_OVERTAKING if text.overtakes else line_end)
    execute(
        session, statements.ADD_MESSAGE,
        id=message_id, conversation_id=conversation_id, seq=seq, author=text.author, kind=part.kind,
        body_sealed=vault.seal(part.body, BODY), language=text.language, answer=text.answer,
        draft=text.draft, in_reply_to=in_reply_to, at=now,
    )  # fmt: skip
    execute(
        session, statements.ADD_ENTRY,
        id=outbox_id, message_id=message_id, conversation_id=conversation_id, seq=seq, line=line,
        status=DeliveryStatus.QUEUED, provider=provider, segments=part.segments, attempt=0, checks=0,
        created_at=now, updated_at=now,
    )  # fmt: skip
    queue.enqueue_send(session.connection(), outbox_id=outbox_id, line=line, seq=seq, attempt=0)
    return outbox_id


def take_letter(session: Session, vault: Vault, outbox_id: str) -> Letter | None:
    """Return an entry as `find_letter` does; nobody claims its conversation before the caller's transaction ends (I4).

    A claim that was there first is seen, and one that comes later finds this text under way or dropped.
    """
    execute(session, statements.HOLD_CONVERSATION, of_entry=outbox_id)
    return find_letter(session, vault, outbox_id)


def find_letter(session: Session, vault: Vault, outbox_id: str) -> Letter | None:
    """Return an outbox entry, opened, with the stop and the claim as they stand now."""
    row = execute(session, statements.LETTER, of_entry=outbox_id).one_or_none()
    if row is None:
        return None
    return Letter(
        id=row.id, conversation_id=row.conversation_id, message_id=row.message_id, status=DeliveryStatus(row.status),
        line=row.line, seq=row.seq, sender=row.sender, to=open_address(vault, row.channel, row.address_sealed),
        body=vault.open(row.body_sealed, BODY), author=Author(row.author), answer=row.answer, attempt=row.attempt,
        checks=row.checks, due_at=row.due_at, offered_at=row.offered_at, created_at=row.created_at, reason=row.reason,
        stopped=bool(row.stopped), claimed=bool(row.claimed), last_inbound_at=row.last_inbound_at,
        provider=row.provider, organisation_id=row.organisation_id, language=row.language or "und",
        person_language=row.person_language,
        erasing=row.erasure_id is not None,
        to_staff=bool(row.to_staff),
        any_hour=row.any_hour,
        to_address_id=row.to_address_id,
        kind=MessageKind(row.kind),
    )  # fmt: skip


def change(session: Session, letter: Letter, *, now: datetime, **values: Any) -> bool:
    """Write what became of an entry. False: it is no longer as it was read, somebody else moved it, nothing changed."""
    as_read = {"was_status": letter.status, "was_attempt": letter.attempt, "was_checks": letter.checks}
    changed = execute(session, statements.CHANGE, of_entry=letter.id, **as_read, updated_at=now, **values)
    return changed.scalar() is not None


def move_forward(
    session: Session, outbox_id: str, status: DeliveryStatus, *, now: datetime, values: Mapping[str, Any]
) -> bool:
    """Move an entry to a status of higher rank. False: it is there or beyond already, nothing changed."""
    moved = {"status": status, "updated_at": now, "due_at": None, **values}
    return execute(session, statements.MOVE_FORWARD[status], of_entry=outbox_id, **moved).scalar() is not None


def accept(session: Session, outbox_id: str, provider_message_id: str, *, now: datetime) -> None:
    """Note that the carrier has a text, and what it calls it. A callback may have come first; then that stands."""
    values = {"provider_message_id": provider_message_id, "settled_at": now, "reason": None, "error_code": None}
    if not move_forward(session, outbox_id, DeliveryStatus.ACCEPTED, now=now, values=values):
        _add_missing_id(session, outbox_id, provider_message_id)


def record_report(session: Session, report: DeliveryReport, *, now: datetime) -> str | None:
    """Take a status callback: settle the send it belongs to and move it forward. None: unknown, or a step back."""
    row = find_reported(session, report)
    # a callback for another carrier message than the one we hold is not ours to obey
    if row is None or row.provider_message_id not in (None, report.provider_message_id):
        return None
    values = {"provider_message_id": report.provider_message_id, "error_code": report.error_code, "reason": None}
    if move_forward(session, row.id, report.status, now=now, values={**values, "settled_at": now}):
        return str(row.id)
    _add_missing_id(session, row.id, report.provider_message_id)
    return None


def find_reported(session: Session, report: DeliveryReport) -> Any:
    """Return id and carrier's id of the entry that a callback speaks of; None: there is none."""
    if report.outbox_id:
        found = execute(session, statements.FIND_BY_ID, provider=report.provider, of_entry=report.outbox_id)
    else:
        name = {"provider": report.provider, "name_there": report.provider_message_id}
        found = execute(session, statements.FIND_BY_NAME_THERE, **name)
    return found.first()


def find_place(session: Session, outbox_id: str) -> tuple[str, str] | None:
    """Return (conversation id, message id) of an entry, without opening it."""
    row = session.execute(
        select(OutboxEntry.conversation_id, OutboxEntry.message_id).where(OutboxEntry.id == outbox_id)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def find_ours(session: Session, provider_message_ids: list[str]) -> set[str]:
    """Return which of the carrier's ids we already know as ours, those of erased texts among them."""
    known = [
        select(table.provider_message_id).where(table.provider_message_id.in_(provider_message_ids))
        for table in (OutboxEntry, CarrierErasure)
    ]
    return {one for rows in known for one in session.scalars(rows) if one}


def find_details(session: Session, outbox_id: str) -> dict[str, Any] | None:
    """Return what may be shown of an outgoing message beside its text: answer, language, draft mark, author."""
    row = session.execute(
        select(Message.answer, Message.language, Message.draft, Message.author, OutboxEntry.segments)
        .join(Message, Message.id == OutboxEntry.message_id)
        .where(OutboxEntry.id == outbox_id)
    ).one_or_none()
    return dict(row._mapping) if row else None


def _add_missing_id(session: Session, outbox_id: str, provider_message_id: str) -> None:
    execute(session, statements.ADD_MISSING_NAME, of_entry=outbox_id, provider_message_id=provider_message_id)
