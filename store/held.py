"""Texts held because WhatsApp's window is closed, and the knock that asks the person to open it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from conversation.answers.catalogue import KNOCK
from conversation.messages import Author, DeliveryStatus
from conversation.one_voice import may_follow_claim
from conversation.ports import WorkQueue
from store import outbox
from store.conversations import hold
from store.lines import MOST_TURNS
from store.outbox import WINDOW, Letter
from store.sql.statements import execute
from store.tables import Conversation, Message, OutboxEntry

WINDOW_CLOSED = "window_closed"
_HELD = OutboxEntry.status == DeliveryStatus.WAITING, OutboxEntry.reason == WINDOW_CLOSED
_HELD_OF = (
    select(OutboxEntry.id, OutboxEntry.line, OutboxEntry.seq, OutboxEntry.attempt, OutboxEntry.checks)
    .where(OutboxEntry.conversation_id == bindparam("of_conversation"), *_HELD)
    .order_by(OutboxEntry.seq)
)


def hold_letter(session: Session, letter: Letter, *, now: datetime) -> bool:
    """Take a text out of its line until the person writes. False: somebody else moved it meanwhile."""
    values = {"status": DeliveryStatus.WAITING, "reason": WINDOW_CLOSED, "due_at": None}
    return outbox.change(session, letter, now=now, **values)


def has_held(session: Session, conversation_id: str, *, claimed: bool) -> bool:
    """Return whether a text is held that may go when its person writes; once claimed the bot's may not (I4)."""
    of_conversation = OutboxEntry.conversation_id == conversation_id, *_HELD
    rows = select(Message.author, Message.answer).join(OutboxEntry, OutboxEntry.message_id == Message.id)
    said = session.execute(rows.where(*of_conversation)).all()
    return any(not claimed or may_follow_claim(Author(author), answer) for author, answer in said)


def hold_place(session: Session, outbox_id: str) -> None:
    """Hold the conversation of an entry, before the entry itself is changed.

    Whoever needs both holds them in this order, else two transactions could wait for each other for ever.
    """
    if place := outbox.find_place(session, outbox_id):
        hold(session, place[0])


def end(session: Session, outbox_id: str, status: DeliveryStatus, *, now: datetime, values: Mapping[str, Any]) -> bool:
    """Move an entry to its end as `outbox.move_forward` does, with its conversation held for the case that follows."""
    hold_place(session, outbox_id)
    return outbox.move_forward(session, outbox_id, status, now=now, values=values)


def still_holds(session: Session, outbox_id: str) -> bool:
    """Return whether a text is held, and see to it that nobody releases it before the caller's transaction ends."""
    hold_place(session, outbox_id)
    return session.scalar(select(OutboxEntry.id).where(OutboxEntry.id == outbox_id, *_HELD)) is not None


def find_last_knock(session: Session, conversation_id: str, *, since: datetime) -> DeliveryStatus | None:
    """Return what became of the last knock since a time; None: there was none, or it was not needed."""
    knocks = (
        OutboxEntry.conversation_id == conversation_id,
        OutboxEntry.created_at > since,
        OutboxEntry.status != DeliveryStatus.DROPPED,
        Message.answer == KNOCK,
    )
    status = session.scalar(
        select(OutboxEntry.status)
        .join(Message, Message.id == OutboxEntry.message_id)
        .where(*knocks)
        .order_by(OutboxEntry.seq.desc())
        .limit(1)
    )
    return DeliveryStatus(status) if status else None


def release(session: Session, queue: WorkQueue, conversation_id: str, *, now: datetime) -> int:
    """Put the held texts of a conversation back into line, oldest first; return how many there were."""
    hold(session, conversation_id)  # of two that release at once one finds nothing: the first may be sending already
    rows = execute(session, _HELD_OF, of_conversation=conversation_id).all()
    for row in rows:
        back = {"status": DeliveryStatus.QUEUED, "reason": None, "due_at": None, "checks": row.checks + 1}
        session.execute(update(OutboxEntry).where(OutboxEntry.id == row.id).values(updated_at=now, **back))
        turn = row.attempt * MOST_TURNS + row.checks + 1  # work of its own for the engine
        queue.enqueue_send(session.connection(), outbox_id=row.id, line=row.line, seq=row.seq, attempt=turn)
    return len(rows)


def find_reopened(session: Session, now: datetime, *, limit: int = 100) -> list[str]:
    """Return conversations whose person has written while texts are held: what a decision's own release has missed."""
    rows = (
        select(OutboxEntry.conversation_id)
        .join(Conversation, Conversation.id == OutboxEntry.conversation_id)
        .where(*_HELD, Conversation.last_inbound_at > now - WINDOW)
        .group_by(OutboxEntry.conversation_id)
        .order_by(func.min(OutboxEntry.updated_at))
    )
    return list(session.scalars(rows.limit(limit)))


def find_expired(session: Session, before: datetime, *, limit: int = 100) -> list[str]:
    """Return the outbox ids of texts held since before a time, oldest first."""
    rows = select(OutboxEntry.id).where(*_HELD, OutboxEntry.updated_at < before).order_by(OutboxEntry.updated_at)
    return list(session.scalars(rows.limit(limit)))
