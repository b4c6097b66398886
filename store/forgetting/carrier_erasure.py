"""What the carrier has still to take away: rows with a due time, tried again with growing pauses, given up visibly."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, insert, select, update
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus, DeliveryStatus, MessageKind
from store.tables import CarrierErasure, Case, InboxEntry, Message, OutboxEntry
from store.tables.base import new_id

REDACT, DELETE_MEDIA, DELETE_MESSAGE = "redact", "delete_media", "delete_message"
MEDIA_KINDS = tuple(
    kind.value
    for kind in MessageKind
    if kind not in (MessageKind.TEXT, MessageKind.BUTTON, MessageKind.LOCATION, MessageKind.EMPTY)
)
WINDOW = 200  # rows looked at in one go
SETTLED_FOR = timedelta(hours=1)  # after the last report; an unknown send of the same text is looked up until then
SILENT_FOR = timedelta(days=1)  # a network that never reports the end has had its time
HEARD_FOR = timedelta(hours=6)  # after an inbound message was handled
_ENDED = (DeliveryStatus.DELIVERED, DeliveryStatus.READ, DeliveryStatus.UNDELIVERED, DeliveryStatus.FAILED)
_UNDER_WAY = (DeliveryStatus.ACCEPTED, DeliveryStatus.SENT)

Copy = tuple[str, str]  # (provider, provider_message_id)


@dataclass(frozen=True, slots=True)
class Due:
    """One act at the carrier whose time has come."""

    id: str
    provider_message_id: str
    act: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Window:
    """Some rows that were looked at: what is to be queued, by act, and the last id (None: no row was left)."""

    acts: Mapping[str, set[Copy]]
    last: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much is still to be erased at the carrier. `given_up`: refused for good, somebody has to look."""

    waiting: int
    given_up: int


def queue_carrier_erasure(session: Session, copies: Iterable[Copy], act: str, *, due_at: datetime) -> int:
    """Queue one act for each of the carrier's copies; return how many were not queued before.

    When all of a message is to go, what else was queued for it is not tried any more.
    """
    wanted = set(copies)
    new = _find_unqueued(session, wanted, act)
    for provider, provider_message_id in sorted(new):
        session.execute(
            insert(CarrierErasure).values(
                id=new_id(), provider=provider, provider_message_id=provider_message_id, act=act,
                status="waiting", attempts=0, due_at=due_at,
            )
        )  # fmt: skip
    if act == DELETE_MESSAGE:
        lesser = CarrierErasure.act != act, CarrierErasure.status == "waiting"
        these = CarrierErasure.provider_message_id.in_([one for _, one in wanted])
        session.execute(update(CarrierErasure).where(these, *lesser).values(status="done", settled_at=due_at))
    return len(new)


def find_due(session: Session, now: datetime, *, limit: int = 50) -> list[Due]:
    """Return what is to be tried now, the longest due first."""
    due = CarrierErasure.status == "waiting", CarrierErasure.due_at <= now
    rows = session.scalars(select(CarrierErasure).where(*due).order_by(CarrierErasure.due_at).limit(limit))
    return [Due(row.id, row.provider_message_id, row.act, row.attempts) for row in rows]


def postpone(session: Session, due: Due, *, until: datetime, error_code: int) -> None:
    """Try again later."""
    _change(session, due, attempts=due.attempts + 1, due_at=until, error_code=error_code)


def settle(session: Session, due: Due, status: str, *, now: datetime, error_code: int | None = None) -> None:
    """Close one act: "done" or "given_up"."""
    _change(session, due, attempts=due.attempts + 1, status=status, settled_at=now, error_code=error_code)


def count_waiting(session: Session) -> Waiting:
    """Return how much waits and how much was given up."""
    counted = select(CarrierErasure.status, func.count().label("rows")).group_by(CarrierErasure.status)
    counts = {row.status: row.rows for row in session.execute(counted)}
    return Waiting(counts.get("waiting", 0), counts.get("given_up", 0))


def find_texts_to_redact(session: Session, after: str, now: datetime) -> Window:
    """Look at the next outgoing texts by id: which does the carrier need no more?"""
    settled = OutboxEntry.status.in_(_ENDED) & (OutboxEntry.updated_at < now - SETTLED_FOR)
    has_file = Message.kind.in_(MEDIA_KINDS)
    silent = OutboxEntry.status.in_(_UNDER_WAY) & (OutboxEntry.updated_at < now - SILENT_FOR)
    rows = session.execute(
        select(OutboxEntry.id, OutboxEntry.provider, OutboxEntry.provider_message_id, settled | silent, has_file)
        .join(Message, Message.id == OutboxEntry.message_id)
        .where(OutboxEntry.id > after)
        .order_by(OutboxEntry.id)
        .limit(WINDOW)
    ).all()
    ready = [((provider, one), files) for _, provider, one, is_ready, files in rows if is_ready and one]
    acts = {
        REDACT: _find_unqueued(session, [copy for copy, files in ready if not files], REDACT),
        DELETE_MEDIA: _find_unqueued(session, [copy for copy, files in ready if files], DELETE_MEDIA),
    }
    return Window(acts, rows[-1][0] if rows else None)


def find_heard_to_redact(session: Session, after: str, now: datetime) -> Window:
    """Look at the next messages of people.

    Files stay at the carrier, their only place, while a case of the conversation is open: somebody has to see them.
    """
    entry = InboxEntry.id, InboxEntry.provider, InboxEntry.provider_message_id
    rows = session.execute(
        select(*entry, _is_heard(now), Message.kind.in_(MEDIA_KINDS) & ~_is_open())
        .join(Message, Message.id == InboxEntry.message_id)
        .where(InboxEntry.id > after)
        .order_by(InboxEntry.id)
        .limit(WINDOW)
    ).all()
    heard = [(provider, one) for _, provider, one, ready, _ in rows if ready]
    seen = [(provider, one) for _, provider, one, ready, has_files in rows if ready and has_files]
    acts = {REDACT: _find_unqueued(session, heard, REDACT), DELETE_MEDIA: _find_unqueued(session, seen, DELETE_MEDIA)}
    return Window(acts, rows[-1][0] if rows else None)


def is_erased_message(provider: Any, provider_message_id: Any) -> ColumnElement[bool]:
    """Say whether a message has been erased here: the carrier may deliver its webhook once more (I2).

    Takes strings, or what stands for them in a prepared statement.
    """
    return exists().where(
        CarrierErasure.provider == provider,
        CarrierErasure.provider_message_id == provider_message_id,
        CarrierErasure.act == DELETE_MESSAGE,
    )


def _find_unqueued(session: Session, copies: Iterable[Copy], act: str) -> set[Copy]:
    """Return those of the copies for which this act was never queued."""
    wanted = set(copies)
    known = select(CarrierErasure.provider, CarrierErasure.provider_message_id).where(
        CarrierErasure.provider_message_id.in_([one for _, one in wanted]), CarrierErasure.act == act
    )
    return wanted - {(provider, one) for provider, one in session.execute(known)}


def _is_heard(now: datetime) -> ColumnElement[bool]:
    return (InboxEntry.status != "new") & (InboxEntry.handled_at < now - HEARD_FOR)


def _is_open() -> ColumnElement[bool]:
    return exists().where(Case.conversation_id == InboxEntry.conversation_id, Case.status != CaseStatus.CLOSED)


def _change(session: Session, due: Due, **values: object) -> None:
    """Write what became of an act, if nobody else has tried it meanwhile."""
    as_read = CarrierErasure.id == due.id, CarrierErasure.status == "waiting", CarrierErasure.attempts == due.attempts
    session.execute(update(CarrierErasure).where(*as_read).values(**values))
