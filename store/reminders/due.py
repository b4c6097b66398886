"""Which reminders are due, in which order, and how many more the senders can take; who did not answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session

from conversation.check_ins.values import KIND as CHECK_IN
from conversation.messages import DeliveryStatus
from store.reminders.states import COMING, Reason, ReminderStatus
from store.tables import Appointment, Conversation, OutboxEntry, Reminder

_IN_LINE = (DeliveryStatus.QUEUED, DeliveryStatus.SENDING)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A date of a day that nobody has confirmed, and why a person may have to look.

    `why`: "silent" (reminded, no word since), "unreached" (a text did not arrive), "unconfirmed" (nobody knows whose
    number it is), "held" (for the owner of the case), "not_reminded" (nothing has gone).
    """

    appointment_id: str
    conversation_id: str
    kind: str
    starts_at: datetime
    why: str


def find_due(session: Session, now: datetime, *, per_sender: int) -> list[str]:
    """Return reminders to judge now, those of the nearest appointment first, of these the one due longest.

    Each of our numbers gets as many as it can still hand to the carrier soon: the texts of one number in long line do
    not keep those of another from going.

    Args:
        per_sender: most texts that may stand in line for one of our numbers.
    """
    due = Reminder.status == ReminderStatus.PLANNED, Reminder.due_at <= now
    joined = select(Conversation.sender).join(Appointment, Appointment.conversation_id == Conversation.id)
    senders = session.scalars(joined.join(Reminder, Reminder.appointment_id == Appointment.id).where(*due).distinct())
    found: list[str] = []
    for sender in sorted(senders):
        room = per_sender - _count_in_line(session, sender)
        if room > 0:
            of_sender = (
                select(Reminder.id)
                .join(Appointment, Appointment.id == Reminder.appointment_id)
                .join(Conversation, Conversation.id == Appointment.conversation_id)
                .where(*due, Conversation.sender == sender)
                .order_by(Appointment.starts_at, Reminder.due_at, Reminder.id)
            )
            found.extend(session.scalars(of_sender.limit(room)))
    return found


def find_silent(session: Session, organisation_id: str, day: date) -> list[Unanswered]:
    """Return the dates of one day that nobody has confirmed, nearest first: the daily list of the caseworkers."""
    this = Reminder.appointment_id == Appointment.id, Reminder.version == Appointment.version
    held = (Reminder.status == ReminderStatus.HELD,)
    why = case(
        (exists().where(*this, Reminder.status == ReminderStatus.UNREACHED), "unreached"),
        (exists().where(*this, *held, Reminder.reason == Reason.UNCONFIRMED), "unconfirmed"),
        (exists().where(*this, *held), "held"),
        (exists().where(*this, Reminder.status.in_([ReminderStatus.QUEUED, ReminderStatus.SENT])), "silent"),
        else_="not_reminded",
    )
    rows = session.execute(
        select(Appointment.id, Appointment.conversation_id, Appointment.kind, Appointment.starts_at, why)
        .where(Appointment.organisation_id == organisation_id, Appointment.day == day, Appointment.kind != CHECK_IN)
        .where(Appointment.status.in_([one for one in COMING if one != "going"]))
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return [Unanswered(*row) for row in rows]


def is_other_answered(session: Session, facts: Any) -> bool:
    """Return whether the last answer was to a reminder of another date of the conversation, and none to this one.

    Of two children with a date on one day "1" can only be said to the later reminder.
    """
    of_this = Reminder.appointment_id == facts.id, Reminder.version == facts.version, Reminder.sent_at.is_not(None)
    sent_at, replied_at = session.execute(
        select(func.max(Reminder.sent_at), func.max(Reminder.replied_at)).where(*of_this)
    ).one()
    if sent_at is None or replied_at is not None:
        return False
    of_others = Appointment.conversation_id == facts.conversation_id, Appointment.id != facts.id
    others = select(Reminder.id).join(Appointment, Appointment.id == Reminder.appointment_id).where(*of_others)
    return session.scalar(others.where(Reminder.replied_at >= sent_at).limit(1)) is not None


def count_by_status(session: Session, statuses: Sequence[ReminderStatus]) -> dict[str, int]:
    """Return how many reminders stand at each of some statuses."""
    rows = session.execute(
        select(Reminder.status, func.count()).where(Reminder.status.in_(statuses)).group_by(Reminder.status)
    )
    return dict(rows.all())


def _count_in_line(session: Session, sender: str) -> int:
    waiting = (
        select(func.count())
        .select_from(OutboxEntry)
        .join(Conversation, Conversation.id == OutboxEntry.conversation_id)
        .where(OutboxEntry.status.in_(_IN_LINE), Conversation.sender == sender)
    )
    return session.scalar(waiting) or 0
