"""What became of reminders after they were put in line, and of dates after their day."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from conversation.appointments.schedule import SOON
from conversation.appointments.values import AppointmentKind, AppointmentStatus
from conversation.check_ins.values import KIND as CHECK_IN
from conversation.messages import DeliveryStatus
from store.conversations import hold
from store.held import WINDOW_CLOSED
from store.reminders.plans import drop_letters
from store.reminders.states import COMING, OPEN, Reason, ReminderStatus
from store.reminders.telling import tell_person
from store.tables import Appointment, OutboxEntry, Reminder

_ARRIVED = (DeliveryStatus.ACCEPTED, DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ)
_LOST = (DeliveryStatus.UNDELIVERED, DeliveryStatus.FAILED, DeliveryStatus.UNSETTLED)
_REPORTED_WITHIN = timedelta(days=2)  # a carrier that took a text may still say so long that it did not arrive
_OF_LAW = (AppointmentKind.COURT, AppointmentKind.ICE)
_DAY_OVER = timedelta(hours=36)  # after noon in any zone of ours, the day is over
_UNSYNCHRONISED = {"synchronize_session": False}


def find_unsettled(session: Session, now: datetime, *, limit: int = 500) -> list[str]:
    """Return reminders of whose text something is known that they do not tell yet, or whose date is over unsent."""
    queued = Reminder.status == ReminderStatus.QUEUED
    known = OutboxEntry.status.in_([*_ARRIVED, *_LOST, DeliveryStatus.DROPPED])
    too_late = and_(OutboxEntry.status == DeliveryStatus.WAITING, Appointment.starts_at <= now)
    recent = Reminder.due_at > now - _REPORTED_WITHIN  # the index of due times then finds them
    lost_since = and_(Reminder.status == ReminderStatus.SENT, recent, OutboxEntry.status.in_(_LOST))
    rows = (
        select(Reminder.id)
        .join(Appointment, Appointment.id == Reminder.appointment_id)
        .join(OutboxEntry, OutboxEntry.message_id == Reminder.message_id)
        .where(or_(and_(queued, or_(known, too_late)), lost_since))
        .order_by(Appointment.starts_at)
    )
    return list(dict.fromkeys(session.scalars(rows.limit(limit))))


def settle(session: Session, reminder_id: str, now: datetime) -> ReminderStatus | None:
    """Write what became of one reminder's text; bring a person where it was lost shortly before a court date."""
    row = _read(session, reminder_id)
    if row is None or row.status not in (ReminderStatus.QUEUED, ReminderStatus.SENT):
        return None
    status, reason = _conclude(row, now)
    if status is ReminderStatus.QUEUED or status == row.status:
        return None
    values: dict[str, Any] = {"status": status, "reason": reason}
    if status is ReminderStatus.HELD:
        values |= {"message_id": None, "sent_at": None}
    elif row.delivery == DeliveryStatus.WAITING:
        drop_letters(session, [row.message_id], reason=Reason.OVER, now=now)
    session.execute(
        update(Reminder).where(Reminder.id == reminder_id).values(**values), execution_options=_UNSYNCHRONISED
    )
    is_near = now < row.starts_at <= now + SOON
    if status is ReminderStatus.UNREACHED and is_near and row.kind in _OF_LAW:
        tell_person(session, row.conversation_id, row.kind, reason="reminder_unreached", now=now)
    return status


def find_unconfirmed_soon(session: Session, now: datetime, *, limit: int = 200) -> list[str]:
    """Return reminders that wait to hear whose number it is, of dates so near that a person has to find out."""
    rows = (
        select(Reminder.id)
        .join(Appointment, Appointment.id == Reminder.appointment_id)
        .where(Reminder.status == ReminderStatus.HELD, Reminder.reason == Reason.UNCONFIRMED)
        .where(Appointment.starts_at <= now + SOON)
        .order_by(Appointment.starts_at)
    )
    return list(session.scalars(rows.limit(limit)))


def tell_unconfirmed(session: Session, reminder_id: str, now: datetime) -> ReminderStatus | None:
    """Bring a person to a date that nobody could be reminded of, since nobody has said whose number it is."""
    row = _read(session, reminder_id)
    if row is None or row.status != ReminderStatus.HELD or row.reason != Reason.UNCONFIRMED:
        return None
    coming = row.appointment_status in COMING and row.of_version == row.version
    status = ReminderStatus.TOLD if coming else ReminderStatus.DROPPED
    told = update(Reminder).where(Reminder.id == reminder_id).values(status=status)
    session.execute(told, execution_options=_UNSYNCHRONISED)
    if coming and row.kind != CHECK_IN:  # silence after a release is on the daily list
        tell_person(session, row.conversation_id, row.kind, reason="reminder_unconfirmed", now=now)
    return status


def close_past(session: Session, now: datetime, *, limit: int = 500) -> int:
    """Write of dates whose day is over everywhere that they are past; return of how many."""
    unjudged = exists().where(Reminder.appointment_id == Appointment.id, Reminder.status.in_(OPEN))
    over = Appointment.status.in_(COMING), Appointment.starts_at < now - _DAY_OVER, ~unjudged
    ids = list(session.scalars(select(Appointment.id).where(*over).limit(limit)))
    if ids:
        past = update(Appointment).where(Appointment.id.in_(ids), *over)
        session.execute(past.values(status=AppointmentStatus.PAST, updated_at=now), execution_options=_UNSYNCHRONISED)
    return len(ids)


def _conclude(row: Row[Any], now: datetime) -> tuple[ReminderStatus, str | None]:
    if row.delivery in _ARRIVED:
        return ReminderStatus.SENT, None
    if row.delivery in _LOST:
        return ReminderStatus.UNREACHED, row.delivery
    if row.delivery == DeliveryStatus.DROPPED:
        if row.delivery_reason == Reason.CLAIMED:
            return ReminderStatus.HELD, Reason.CLAIMED  # somebody took the conversation while it stood in line
        if row.delivery_reason == WINDOW_CLOSED:
            return ReminderStatus.UNREACHED, WINDOW_CLOSED
        return ReminderStatus.DROPPED, row.delivery_reason
    if row.delivery == DeliveryStatus.WAITING and row.starts_at <= now:
        return ReminderStatus.UNREACHED, Reason.OVER
    return ReminderStatus.QUEUED, None


def _read(session: Session, reminder_id: str) -> Any:
    """Return a reminder with its date and the newest envelope of its last text, under the conversation's lock."""
    where = (
        select(Appointment.conversation_id)
        .join(Reminder, Reminder.appointment_id == Appointment.id)
        .where(Reminder.id == reminder_id)
    )
    conversation_id = session.scalar(where)
    if conversation_id is None:
        return None
    hold(session, conversation_id)
    return session.execute(
        select(
            Reminder.status, Reminder.reason, Reminder.message_id, Reminder.version.label("of_version"),
            Appointment.conversation_id, Appointment.kind, Appointment.starts_at, Appointment.version,
            Appointment.status.label("appointment_status"), OutboxEntry.status.label("delivery"),
            OutboxEntry.reason.label("delivery_reason"),
        )
        .join(Appointment, Appointment.id == Reminder.appointment_id)
        .outerjoin(OutboxEntry, OutboxEntry.message_id == Reminder.message_id)
        .where(Reminder.id == reminder_id)
        .order_by(OutboxEntry.seq.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip


def list_open(session: Session, appointment_ids: Sequence[str]) -> list[Reminder]:
    """Return the reminders of dates, earliest first, as a page shows them."""
    rows = select(Reminder).where(Reminder.appointment_id.in_(appointment_ids)).order_by(Reminder.due_at)
    return list(session.scalars(rows))
