"""What may become of a reminder. docs/reminders.md draws it."""

from enum import StrEnum

from conversation.appointments.values import AppointmentStatus


class ReminderStatus(StrEnum):
    PLANNED = "planned"
    HELD = "held"  # a person has the conversation, or the number is not known to be theirs any more
    QUEUED = "queued"  # in the outbox
    SENT = "sent"  # the carrier has it
    UNREACHED = "unreached"  # it did not arrive
    DROPPED = "dropped"  # not sent on purpose
    TOLD = "told"  # a person was told instead
    LATE = "late"  # its time was over, and another text or person has said it


class Reason(StrEnum):
    """Why a reminder is where it is."""

    STOPPED = "stopped"
    NO_CONSENT = "no_consent"
    ANSWERED = "answered"  # the one more text: the person has written since
    CHANGED = "changed"
    CANCELLED = "cancelled"
    CANNOT = "cannot"  # somebody of ours has it now
    OVER = "over"  # the appointment has been
    SUPERSEDED = "superseded"
    NO_TEXT = "no_text"  # nothing reviewed may be sent
    CLAIMED = "claimed"
    DANGER = "danger"  # an urgent case is open: nothing goes on top of it
    UNCONFIRMED = "unconfirmed"  # the number was silent for long: is it still theirs?
    BY_CASEWORKER = "by_caseworker"
    ERASED = "erased"
    RESTORED = "restored"
    WINDOW_CLOSED = "window_closed"


OPEN = (ReminderStatus.PLANNED, ReminderStatus.HELD)
# Of these a date is still to come; only they are reminded of.
COMING = (AppointmentStatus.PLANNED, AppointmentStatus.GOING, AppointmentStatus.CHANGED)
