"""Reminders after a restore: what was due since the backup may have gone out already, and must not go twice (I2)."""

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, aliased

from conversation.check_ins.values import KIND as CHECK_IN
from store.reminders.states import COMING, Reason, ReminderStatus
from store.reminders.telling import tell_person
from store.tables import Appointment, Reminder


def skip_due(session: Session, now: datetime) -> int:
    """Send none of the reminders that were due by now; return how many.

    Where a later one is still to come it says the same; where none is, a person looks whether the date is known.
    """
    later = aliased(Reminder)
    following = exists().where(
        later.appointment_id == Reminder.appointment_id,
        later.version == Reminder.version,
        later.status == ReminderStatus.PLANNED,
        later.due_at > now,
    )
    rows = session.execute(
        select(Reminder.id, Appointment.conversation_id, Appointment.kind, Appointment.starts_at, following)
        .join(Appointment, Appointment.id == Reminder.appointment_id)
        .where(Reminder.status == ReminderStatus.PLANNED, Reminder.due_at <= now, Appointment.status.in_(COMING))
    ).all()
    for reminder_id, conversation_id, kind, starts_at, has_later in rows:
        tells = not has_later and starts_at > now and kind != CHECK_IN
        status = ReminderStatus.TOLD if tells else ReminderStatus.DROPPED
        session.execute(
            update(Reminder).where(Reminder.id == reminder_id).values(status=status, reason=Reason.RESTORED)
        )
        if tells:
            tell_person(session, conversation_id, kind, reason="reminder_restored", now=now)
    return len(rows)
