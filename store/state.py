"""How the house is, in counts and ages: for metrics, health and alerts. Each query reads an index or a few rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus, DeliveryStatus, Urgency
from store.held import WINDOW_CLOSED
from store.lines import SAFE_HOURS
from store.tables import Alert, CarrierErasure, Case, Erasure, InboxEntry, OutboxEntry, Reminder, WorkerLease
from store.tables.base import UtcDateTime

RECENTLY = timedelta(hours=1)  # texts that ended badly within it are told; later their cases stand for them
LATE = "late"  # a reminder that is due for longer than a crowd of them takes to go out
LATE_AFTER = timedelta(minutes=30)
HELD = "held"  # a text that waits for the person, not for us
STUBBORN = 3  # offers after which a text that waits out its back-off counts from its beginning
_ON_THE_WAY = (DeliveryStatus.QUEUED, DeliveryStatus.WAITING, DeliveryStatus.SENDING)
_ENDED_BADLY = (DeliveryStatus.UNSETTLED, DeliveryStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and how long the one that came first, in seconds; 0 when none waits."""

    count: int = 0
    oldest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class State:
    """One moment.

    Attributes:
        inbox: messages without a decision.
        texts: on their way to the carrier, by status or HELD. Their wait counts from when they are due.
        ended_badly: unsettled and failed within the last hour, by status.
        cases: open, by (status, urgency).
        erasures: orders to forget, and what the carrier has still to delete.
        workers: seconds since each worker was last seen, by the database's clock; the most recent first.
        alerts: codes of what is wrong and told, or about to be.
        reminders: by status, those that are not at their end; LATE ones should have gone long ago.
    """

    inbox: Waiting
    texts: Mapping[str, Waiting]
    ended_badly: Mapping[str, int]
    cases: Mapping[tuple[str, str], Waiting]
    erasures: Mapping[str, int]
    workers: tuple[float, ...]
    alerts: tuple[str, ...]
    reminders: Mapping[str, Waiting] = field(default_factory=dict)

    @property
    def texts_waiting(self) -> Waiting:
        """All texts on their way but those that wait for the person to write, or for their safe hours."""
        each = [one for status, one in self.texts.items() if status != HELD]
        return Waiting(sum(one.count for one in each), max((one.oldest_s for one in each), default=0.0))

    @property
    def urgent(self) -> Waiting:
        """Cases in which somebody may be in danger and that nobody has."""
        return self.cases.get((CaseStatus.WAITING, Urgency.PAGE_NOW), Waiting())


def read_state(session: Session, now: datetime) -> State:
    """Read everything in one transaction of a reader (store/sql/reader.py)."""
    inbox = session.execute(
        select(func.count(), func.min(InboxEntry.received_at)).where(InboxEntry.status == "new")
    ).one()
    return State(
        inbox=_waiting(inbox[0], inbox[1], now),
        texts=_read_texts(session, now),
        ended_badly=_read_ended_badly(session, now),
        cases=_read_cases(session, now),
        erasures=_read_erasures(session),
        workers=_read_workers(session),
        alerts=tuple(session.scalars(select(Alert.code).order_by(Alert.code))),
        reminders=_read_reminders(session, now),
    )


def _read_texts(session: Session, now: datetime) -> dict[str, Waiting]:
    is_held = and_(OutboxEntry.status == DeliveryStatus.WAITING, OutboxEntry.reason.in_([WINDOW_CLOSED, SAFE_HOURS]))
    status = case((is_held, HELD), else_=OutboxEntry.status).label("shown")
    is_late = or_(OutboxEntry.attempt >= STUBBORN, OutboxEntry.due_at.is_(None))
    since = case((is_late, OutboxEntry.created_at), else_=OutboxEntry.due_at)
    rows = session.execute(
        select(status, func.count(), func.min(since)).where(OutboxEntry.status.in_(_ON_THE_WAY)).group_by(status)
    )
    found = {shown: _waiting(count, oldest, now) for shown, count, oldest in rows}
    return {shown: found.get(shown, Waiting()) for shown in (*(one.value for one in _ON_THE_WAY), HELD)}


def _read_ended_badly(session: Session, now: datetime) -> dict[str, int]:
    rows = session.execute(
        select(OutboxEntry.status, func.count())
        .where(OutboxEntry.status.in_(_ENDED_BADLY), OutboxEntry.updated_at > now - RECENTLY)
        .group_by(OutboxEntry.status)
    )
    found = dict(rows.all())
    return {status.value: found.get(status.value, 0) for status in _ENDED_BADLY}


def _read_cases(session: Session, now: datetime) -> dict[tuple[str, str], Waiting]:
    rows = session.execute(
        select(Case.status, Case.urgency, func.count(), func.min(Case.opened_at))
        .where(Case.status.in_([CaseStatus.WAITING, CaseStatus.CLAIMED]))
        .group_by(Case.status, Case.urgency)
    )
    return {(status, urgency): _waiting(count, oldest, now) for status, urgency, count, oldest in rows}


def _read_erasures(session: Session) -> dict[str, int]:
    tables: tuple[tuple[str, Any], ...] = (("here", Erasure), ("carrier", CarrierErasure))
    return {
        place: session.scalar(select(func.count()).select_from(table).where(table.status == "waiting")) or 0
        for place, table in tables
    }


def _read_reminders(session: Session, now: datetime) -> dict[str, Waiting]:
    is_late = and_(Reminder.status == "planned", Reminder.due_at < now - LATE_AFTER)
    shown = case((is_late, LATE), else_=Reminder.status).label("shown")
    rows = session.execute(
        select(shown, func.count(), func.min(Reminder.due_at))
        .where(Reminder.status.in_(["planned", "held", "queued"]))
        .group_by(shown)
    )
    return {status: _waiting(count, oldest, now) for status, count, oldest in rows}


def _read_workers(session: Session) -> tuple[float, ...]:
    now = type_coerce(func.now(), UtcDateTime)
    rows = session.execute(select(WorkerLease.seen_at, now)).all()
    return tuple(sorted(max(0.0, (read_at - seen_at).total_seconds()) for seen_at, read_at in rows))


def _waiting(count: int, oldest: datetime | None, now: datetime) -> Waiting:
    return Waiting(count, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
