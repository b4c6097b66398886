"""Carrying the rules of store/forgetting/retention.py out, a few rows at a time: a webhook never waits for a purge.

A `Purge` walks through one table by id. Each step looks at the next rows only, in a transaction of its own, and deletes
those whose time has come; nothing is remembered between two walks.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from conversation.messages import CaseStatus
from store.forgetting import periods as limits
from store.forgetting.deleting import (
    delete_appointments,
    delete_messages,
    empty_cases,
    forget_addresses,
    forget_conversations,
    forget_homeless,
)
from store.forgetting.periods import Periods
from store.tables import (
    Address,
    Appointment,
    AuditEntry,
    CarrierErasure,
    Case,
    Conversation,
    Erasure,
    InboxEntry,
    LedgerEntry,
    LoginTry,
    Message,
    OpenQuestionRow,
    OutboxEntry,
    OutgoingFile,
    Person,
    PersonAddress,
    PostedForm,
    ReplyDraft,
    SenderBucket,
    StaffSession,
    WorkerLease,
)

EXPIRED = "expired"  # reason of a case whose content has gone
WINDOW = 200  # rows a step looks at; a message goes with its envelopes, an address with its consents

Condition = Callable[[Periods, datetime], ColumnElement[bool]]
Remove = Callable[[Session, Sequence[str], datetime], object]


@dataclass(frozen=True, slots=True)
class Purge:
    """What expires of one table, and how it is removed."""

    table: str
    key: InstrumentedAttribute[str]
    expired: Condition
    remove: Remove

    def step(
        self, session: Session, after: str, *, periods: Periods, now: datetime, dry_run: bool
    ) -> tuple[int, str | None]:
        """Look at the rows that follow a key; return how many had expired, and the last key (None: no row followed)."""
        window = select(self.key).where(self.key > after).order_by(self.key).limit(WINDOW)
        keys = list(session.scalars(window))
        if not keys:
            return 0, None
        within = self.key > after, self.key <= keys[-1]
        gone = list(session.scalars(select(self.key).where(*within, self.expired(periods, now))))
        if gone and not dry_run:
            self.remove(session, gone, now)
        return len(gone), keys[-1]


def count_rows(session: Session) -> Counter[str]:
    """Return how many rows each table that can expire holds."""
    return Counter({one.table: session.scalar(select(func.count(one.key))) or 0 for one in PURGES})


def _days(days: float) -> timedelta:
    return timedelta(days=days)


def _case_is_kept(conversation_id: Any, periods: Periods, now: datetime) -> ColumnElement[bool]:
    kept = or_(Case.status != CaseStatus.CLOSED, Case.closed_at >= now - periods.cases)
    return exists().where(Case.conversation_id == conversation_id, kept)


def _case(periods: Periods, now: datetime) -> ColumnElement[bool]:
    full = Case.conversation_id.is_not(None)
    return full & (Case.status == CaseStatus.CLOSED) & (Case.closed_at < now - periods.cases)


def _message(periods: Periods, now: datetime) -> ColumnElement[bool]:
    undecided = exists().where(InboxEntry.message_id == Message.id, InboxEntry.status == "new")
    old = Message.at < now - periods.messages
    return old & ~undecided & ~_case_is_kept(Message.conversation_id, periods, now)


def _conversation(periods: Periods, now: datetime) -> ColumnElement[bool]:
    talked = exists().where(Message.conversation_id == Conversation.id, Message.at >= now - periods.messages)
    old = func.coalesce(Conversation.last_inbound_at, Conversation.created_at) < now - periods.messages
    dated = exists().where(Appointment.conversation_id == Conversation.id)
    return old & ~talked & ~dated & ~_case_is_kept(Conversation.id, periods, now)


def _appointment(periods: Periods, now: datetime) -> ColumnElement[bool]:
    return Appointment.starts_at < now - _days(limits.APPOINTMENT_DAYS)


def _address(periods: Periods, now: datetime) -> ColumnElement[bool]:
    talking = exists().where(Conversation.address_id == Address.id, ~_conversation(periods, now))
    old = func.coalesce(Address.last_inbound_at, Address.created_at) < now - periods.messages
    return old & ~talking


def _person(periods: Periods, now: datetime) -> ColumnElement[bool]:
    somewhere = exists().where(PersonAddress.person_id == Person.id)
    return (Person.created_at < now - periods.messages) & ~somewhere


def _carrier_erasure(periods: Periods, now: datetime) -> ColumnElement[bool]:
    # not before the message itself: it would be queued again
    return CarrierErasure.settled_at < now - periods.messages - _days(limits.ORDERS_DAYS)


def _outgoing_file(periods: Periods, now: datetime) -> ColumnElement[bool]:
    settled_before, kept = now - _days(limits.FILE_DAYS), now - _days(limits.FILE_MOST_DAYS)
    under_way = OutboxEntry.settled_at.is_(None) | (OutboxEntry.settled_at >= settled_before)
    waits = exists().where(OutboxEntry.message_id == OutgoingFile.message_id, under_way)
    return ((OutgoingFile.created_at < settled_before) & ~waits) | (OutgoingFile.created_at < kept)


def _deleting(key: InstrumentedAttribute[str]) -> Remove:
    return lambda session, keys, _now: session.execute(delete(key.class_).where(key.in_(keys)))


def _plain(key: InstrumentedAttribute[str], expired: Condition) -> Purge:
    return Purge(key.class_.__tablename__, key, expired, _deleting(key))


PURGES = (  # in this order: what goes first lets others go
    Purge("case_file", Case.id, _case, lambda session, ids, now: empty_cases(session, ids, reason=EXPIRED, now=now)),
    Purge("appointment", Appointment.id, _appointment, lambda session, ids, _now: delete_appointments(session, ids)),
    Purge("message", Message.id, _message, lambda session, ids, _now: delete_messages(session, ids)),
    _plain(OpenQuestionRow.id, lambda _periods, now: OpenQuestionRow.expires_at <= now),
    Purge(
        "conversation", Conversation.id, _conversation,
        lambda session, ids, _now: forget_conversations(session, ids),
    ),
    Purge("address", Address.id, _address, lambda session, ids, _now: forget_addresses(session, ids)),
    Purge("person", Person.id, _person, lambda session, ids, _now: forget_homeless(session, ids)),
    _plain(AuditEntry.id, lambda _periods, now: AuditEntry.at < now - _days(limits.AUDIT_DAYS)),
    _plain(LedgerEntry.id, lambda _periods, now: LedgerEntry.at < now - _days(limits.WISHES_DAYS)),
    _plain(
        Erasure.id,
        lambda _periods, now: (Erasure.status == "done") & (Erasure.done_at < now - _days(limits.ORDERS_DAYS)),
    ),
    _plain(CarrierErasure.id, _carrier_erasure),
    _plain(
        SenderBucket.sender,
        lambda _periods, now: SenderBucket.free_at < (now - _days(limits.IDLE_SENDER_DAYS)).timestamp(),
    ),
    _plain(
        WorkerLease.executor_id,
        lambda _periods, now: WorkerLease.seen_at < now - _days(limits.SILENT_WORKER_DAYS),
    ),
    _plain(ReplyDraft.id, lambda _periods, now: ReplyDraft.updated_at < now - _days(limits.DRAFT_DAYS)),
    _plain(OutgoingFile.id, _outgoing_file),
    _plain(StaffSession.id, lambda _periods, now: StaffSession.expires_at < now - _days(limits.SESSION_DAYS)),
    _plain(LoginTry.id, lambda _periods, now: LoginTry.at < now - _days(limits.TRY_DAYS)),
    _plain(PostedForm.key, lambda _periods, now: PostedForm.at < now - _days(limits.FORM_DAYS)),
)  # fmt: skip
