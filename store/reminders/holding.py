"""Reminders that are held for the owner of a case: sent or dropped by them, or by themselves when held for too long."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, exists, or_, select
from sqlalchemy.orm import Session

from conversation.appointments.schedule import next_good_moment
from conversation.check_ins.values import KIND as CHECK_IN
from conversation.messages import CaseStatus
from store.cases.events import EventKind, add_event
from store.outbox import OVERDUE
from store.reminders import facts as known_facts
from store.reminders.receivers import open_receiver
from store.reminders.sending import Sending, change, put_in_line
from store.reminders.states import COMING, Reason, ReminderStatus
from store.reminders.telling import find_case
from store.tables import Appointment, Case, Reminder

HELD_AT_MOST = timedelta(hours=4)  # for an owner who does nothing; after it the date matters more
BEFORE_START = timedelta(hours=4)  # then it does not wait any longer
FOR_OWNER = (Reason.CLAIMED, Reason.DANGER)


def find_held(session: Session, conversation_id: str) -> list[tuple[str, str, datetime]]:
    """Return (reminder id, appointment id, due) of what is held for the owner of a conversation's case."""
    rows = session.execute(
        select(Reminder.id, Reminder.appointment_id, Reminder.due_at)
        .join(Appointment, Appointment.id == Reminder.appointment_id)
        .where(Appointment.conversation_id == conversation_id, Reminder.status == ReminderStatus.HELD)
        .where(Reminder.reason.in_(FOR_OWNER), Appointment.kind != CHECK_IN)  # those wait until the case is closed
        .order_by(Reminder.due_at)
    )
    return [(reminder_id, appointment_id, due_at) for reminder_id, appointment_id, due_at in rows]


def find_releasable(session: Session, now: datetime, *, limit: int = 500) -> list[str]:
    """Return held reminders of which something may have to become now, those of the nearest appointment first."""
    is_claimed = exists().where(Case.conversation_id == Appointment.conversation_id, Case.status == CaseStatus.CLAIMED)
    is_pressing = or_(Reminder.due_at <= now - HELD_AT_MOST, Appointment.starts_at <= now + BEFORE_START)
    rows = (
        select(Reminder.id)
        .join(Appointment, Appointment.id == Reminder.appointment_id)
        .where(Reminder.status == ReminderStatus.HELD, Reminder.reason.in_(FOR_OWNER))
        .where(or_(~is_claimed, and_(Appointment.kind != CHECK_IN, is_pressing)))
        .order_by(Appointment.starts_at, Reminder.due_at)
    )
    return list(session.scalars(rows.limit(limit)))


def release_by_itself(session: Session, sending: Sending, reminder_id: str, now: datetime) -> ReminderStatus | None:
    """Let a held reminder be judged again when nobody keeps it back, or out past an owner who did nothing (I4).

    Returns:
        None when it stays held: there is danger, its owner has time left, or it is no good hour.
    """
    facts = known_facts.lock(session, reminder_id, ReminderStatus.HELD)
    if facts is None:
        return None
    is_kept = facts.claimed or facts.in_danger
    if not is_kept or not _may_go(facts) or facts.starts_at <= now:
        return change(session, facts, ReminderStatus.PLANNED, reason=None)
    has_time = facts.due_at > now - HELD_AT_MOST and facts.starts_at > now + BEFORE_START
    if facts.in_danger or has_time or facts.undecided or facts.kind == CHECK_IN:
        return None
    receiver = open_receiver(session, sending.vault, facts, appointment_zone=facts.zone)
    if next_good_moment(receiver, now) != now:
        return None
    status = put_in_line(session, sending, facts, now, line_end=OVERDUE)
    _note(session, facts, EventKind.REMINDER_SENT, None, now)
    return status


def release_by_owner(
    session: Session, sending: Sending, reminder_id: str, *, caseworker_id: str, now: datetime
) -> ReminderStatus | None:
    """Let a held reminder go because its owner says so, at whatever hour; None: it is not held, or may not go.

    The caller has made sure that the caseworker is on the case (store/cases/access.py).
    """
    facts = known_facts.lock(session, reminder_id, ReminderStatus.HELD)
    if facts is None or facts.kind == CHECK_IN or not _may_go(facts) or facts.starts_at <= now:
        return None
    status = put_in_line(session, sending, facts, now, line_end=OVERDUE)
    _note(session, facts, EventKind.REMINDER_SENT, caseworker_id, now)
    return status


def drop_by_owner(session: Session, reminder_id: str, *, caseworker_id: str, now: datetime) -> bool:
    """Do not send a held reminder because its owner says so. False: it is not held any more."""
    facts = known_facts.lock(session, reminder_id, ReminderStatus.HELD)
    if facts is None:
        return False
    change(session, facts, ReminderStatus.DROPPED, reason=Reason.BY_CASEWORKER)
    _note(session, facts, EventKind.REMINDER_DROPPED, caseworker_id, now)
    return True


def _may_go(facts: Row[Any]) -> bool:
    coming = facts.of_version == facts.version and facts.status in COMING
    return coming and not facts.stopped and facts.consent == known_facts.AGREED


def _note(session: Session, facts: Row[Any], kind: EventKind, caseworker_id: str | None, now: datetime) -> None:
    details = {"reminder": facts.reminder_id, "step": facts.step}
    if (case_id := find_case(session, facts.conversation_id)) is not None:
        add_event(session, case_id, kind, caseworker_id=caseworker_id, details=details, now=now)
