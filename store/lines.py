"""The lines texts stand in: who comes before whom, who left the line to wait, who goes once more."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from conversation.messages import DeliveryStatus
from conversation.one_voice import is_crisis
from store.conversations import take_seq
from store.outbox import REPEATED, Letter
from store.sql.statements import execute
from store.tables import Message, OutboxEntry
from store.tables.base import new_id

SAFE_HOURS = "safe_hours"  # reason of a text that waits for its person's hours: it stands in nobody's way
_OPEN = (DeliveryStatus.QUEUED, DeliveryStatus.WAITING, DeliveryStatus.SENDING)
_EARLIER = (
    select(OutboxEntry.due_at)
    .where(
        OutboxEntry.conversation_id == bindparam("of_conversation"),
        OutboxEntry.line == bindparam("of_line"),
        OutboxEntry.seq < bindparam("before_seq"),
        OutboxEntry.status.in_(_OPEN),
        OutboxEntry.reason.is_distinct_from(SAFE_HOURS),
    )
    .order_by(OutboxEntry.seq)
    .limit(1)
)
LONGEST_WAIT = timedelta(hours=2)  # more than any wait of ours: what is due later was noted by a clock that was wrong
MOST_TURNS = 10_000  # waits of one attempt, longer than any text waits


def find_earlier(session: Session, letter: Letter) -> tuple[datetime | None] | None:
    """Return (due time,) of the first text of the same line that stands before this one unsettled; None: there is none.

    A text that waits for long leaves its line, so that others can be worked on; what follows it must not pass it (I3).
    """
    where = {"of_conversation": letter.conversation_id, "of_line": letter.line, "before_seq": letter.seq}
    row = execute(session, _EARLIER, **where).first()
    return (row.due_at,) if row else None


def find_due(session: Session, now: datetime, *, limit: int = 200) -> list[tuple[str, str, int, int]]:
    """Return (outbox id, line, seq, turn) of entries that left the line and whose waiting is over.

    `turn` counts the offers and looks so far, so that each return to the line is work of its own.
    """
    is_due = (OutboxEntry.due_at <= now) | (OutboxEntry.due_at > now + LONGEST_WAIT)
    waiting = OutboxEntry.status.in_([DeliveryStatus.WAITING, DeliveryStatus.SENDING]), is_due
    return _list_turns(session, *waiting, order=OutboxEntry.due_at, limit=limit)


def find_stranded(session: Session, before: datetime, *, limit: int = 200) -> list[tuple[str, str, int, int]]:
    """Return the same of entries that stand in line since before a time, oldest first, in case nobody works on them."""
    untouched = OutboxEntry.status == DeliveryStatus.QUEUED, OutboxEntry.updated_at < before
    due = OutboxEntry.due_at.is_(None) | (OutboxEntry.due_at < before)
    return _list_turns(session, *untouched, due, order=OutboxEntry.updated_at, limit=limit)


def count_entries(session: Session, outbox_id: str) -> int:
    """Return how often the message of an entry was put into the outbox, this time included."""
    message_id = select(OutboxEntry.message_id).where(OutboxEntry.id == outbox_id).scalar_subquery()
    return session.scalar(select(func.count()).where(OutboxEntry.message_id == message_id)) or 0


def is_urgent(session: Session, outbox_id: str) -> bool:
    """Return whether an entry is a crisis text."""
    answer = select(Message.answer).join(OutboxEntry, OutboxEntry.message_id == Message.id)
    return is_crisis(session.scalar(answer.where(OutboxEntry.id == outbox_id)))


def add_repeat(session: Session, outbox_id: str, *, due_at: datetime, now: datetime) -> None:
    """Let the message of an entry go once more at a time, in a line of its own: nothing waits behind it."""
    entry = session.get_one(OutboxEntry, outbox_id)
    session.execute(
        insert(OutboxEntry).values(
            id=new_id(), message_id=entry.message_id, conversation_id=entry.conversation_id,
            seq=take_seq(session, entry.conversation_id), line=entry.conversation_id + REPEATED,
            status=DeliveryStatus.WAITING, provider=entry.provider, segments=entry.segments, attempt=0, checks=0,
            due_at=due_at, created_at=now, updated_at=now, any_hour=entry.any_hour,
            to_address_id=entry.to_address_id, sender=entry.sender,
        )
    )  # fmt: skip


def _list_turns(
    session: Session, *which: ColumnElement[bool], order: InstrumentedAttribute[Any], limit: int
) -> list[tuple[str, str, int, int]]:
    turn = OutboxEntry.attempt * MOST_TURNS + OutboxEntry.checks
    rows = session.execute(
        select(OutboxEntry.id, OutboxEntry.line, OutboxEntry.seq, turn).where(*which).order_by(order).limit(limit)
    )
    return [(outbox_id, line, seq, turns) for outbox_id, line, seq, turns in rows]
