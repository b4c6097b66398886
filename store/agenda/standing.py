"""How a date stands, as a caseworker has to know it: one word out of its status and its reminders."""

from enum import StrEnum

from sqlalchemy import ColumnElement, String, case, cast, exists

from conversation.appointments.values import AppointmentStatus
from store.reminders.states import COMING, Reason, ReminderStatus
from store.tables import Appointment, Reminder


class Standing(StrEnum):
    """Where nothing else is known a date has its own status; these are said of one that is to come, unconfirmed."""

    GOING = "going"
    CANNOT = "cannot"
    SILENT = "silent"  # reminded, and no word since
    ANSWERED = "answered"  # reminded, and an answer that is neither yes nor no
    UNREACHED = "unreached"  # a text did not arrive
    UNCONFIRMED = "unconfirmed"  # nobody knows whose number it is
    HELD = "held"  # a reminder waits for the owner of the case
    PLANNED = "planned"  # nothing has gone yet


# What a person has to look at: of a date that is near, nobody has confirmed it.
OPEN_STANDINGS = (
    Standing.UNREACHED, Standing.CANNOT, Standing.SILENT, Standing.UNCONFIRMED, Standing.HELD, Standing.ANSWERED,
    Standing.PLANNED,
)  # fmt: skip


def standing_of() -> ColumnElement[str]:
    """Return the column that says how a row of `appointment` stands: a Standing, or the status of one that is over."""
    this = Reminder.appointment_id == Appointment.id, Reminder.version == Appointment.version
    gone = (*this, Reminder.status.in_([ReminderStatus.QUEUED, ReminderStatus.SENT]))
    held = (*this, Reminder.status == ReminderStatus.HELD)
    return case(
        (Appointment.status == AppointmentStatus.GOING, cast(Standing.GOING.value, String)),
        (Appointment.status.not_in(COMING), Appointment.status),
        (exists().where(*this, Reminder.status == ReminderStatus.UNREACHED), Standing.UNREACHED.value),
        (exists().where(*held, Reminder.reason == Reason.UNCONFIRMED), Standing.UNCONFIRMED.value),
        (exists().where(*held), Standing.HELD.value),
        (exists().where(*gone, Reminder.replied_at.is_not(None)), Standing.ANSWERED.value),
        (exists().where(*gone), Standing.SILENT.value),
        else_=Standing.PLANNED.value,
    )
