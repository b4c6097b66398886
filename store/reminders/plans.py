"""The rows of reminders: written for a date, and made void when it changes, in the same transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, aliased

from conversation.appointments.schedule import DAYS_BEFORE, PlannedReminder, plan_reminders
from conversation.messages import DeliveryStatus
from store.reminders.receivers import read_receiver
from store.reminders.rows import open_appointment
from store.reminders.states import OPEN, Reason, ReminderStatus
from store.sealing.vault import Vault
from store.tables import Appointment, Message, OutboxEntry, Reminder
from store.tables.base import new_id

_UNSENT = (DeliveryStatus.QUEUED, DeliveryStatus.WAITING)


def write_plan(
    session: Session, vault: Vault, appointment_id: str, *, now: datetime, days: Sequence[int] = DAYS_BEFORE
) -> int:
    """Write the reminders of a date as it stands; return how many. Those of another version are left as they are."""
    row = session.get_one(Appointment, appointment_id, populate_existing=True)
    receiver = read_receiver(session, vault, row.conversation_id, appointment_zone=row.zone)
    known = open_appointment(vault, row)
    planned = plan_reminders(known, now=now, receiver=receiver, days=days)
    if planned:
        session.execute(insert(Reminder), [_row(row.id, row.version, one) for one in planned])
    return len(planned)


def add_reminder(session: Session, appointment_id: str, version: int, planned: PlannedReminder) -> str | None:
    """Write one more reminder; None: there is one of this step already."""
    same = Reminder.appointment_id == appointment_id, Reminder.version == version, Reminder.step == planned.step
    if session.scalar(select(Reminder.id).where(*same)) is not None:
        return None
    values = _row(appointment_id, version, planned)
    session.execute(insert(Reminder).values(**values))
    return str(values["id"])


def drop_plan(session: Session, appointment_id: str, *, reason: Reason, now: datetime) -> int:
    """Make void what was not sent yet, also what already stands in line; return how many reminders that were.

    The caller holds the conversation. What is being handed to the carrier in this moment still arrives.
    """
    of_it = Reminder.appointment_id == appointment_id
    waiting = update(Reminder).where(of_it, Reminder.status.in_(OPEN))
    dropped = session.execute(
        waiting.values(status=ReminderStatus.DROPPED, reason=reason).returning(Reminder.id),
        execution_options={"synchronize_session": False},
    ).all()
    in_line = select(Reminder.message_id).where(of_it, Reminder.status == ReminderStatus.QUEUED)
    return len(dropped) + drop_letters(session, list(session.scalars(in_line)), reason=reason, now=now)


def drop_letters(session: Session, message_ids: Sequence[str | None], *, reason: Reason, now: datetime) -> int:
    """Take reminders out of their line where their last text has not gone; return how many.

    Args:
        message_ids: the last text of each; those before it were written in the same moment, and go with it.
    """
    ids = [one for one in message_ids if one]
    if not ids:
        return 0
    first, last = aliased(Message), aliased(Message)
    together = first.conversation_id == last.conversation_id, first.at == last.at, first.author == last.author
    texts = select(first.id).join(last, together[0] & together[1] & together[2]).where(last.id.in_(ids))
    unsent = OutboxEntry.message_id.in_(texts), OutboxEntry.status.in_(_UNSENT)
    values = {"status": DeliveryStatus.DROPPED, "reason": reason, "due_at": None, "settled_at": now, "updated_at": now}
    gone = update(OutboxEntry).where(*unsent).values(**values).returning(OutboxEntry.message_id)
    dropped = set(session.scalars(gone, execution_options={"synchronize_session": False})) & set(ids)
    session.execute(
        update(Reminder).where(Reminder.message_id.in_(dropped), Reminder.status == ReminderStatus.QUEUED)
        .values(status=ReminderStatus.DROPPED, reason=reason),
        execution_options={"synchronize_session": False},
    )  # fmt: skip
    return len(dropped)


def _row(appointment_id: str, version: int, planned: PlannedReminder) -> dict[str, object]:
    return {
        "id": new_id(), "appointment_id": appointment_id, "version": version, "step": planned.step,
        "due_at": planned.due_at, "status": ReminderStatus.PLANNED,
    }  # fmt: skip
