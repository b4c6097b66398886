"""What is known of a person's appointments, and what a message does to them. Pure values, none shows a name or place.

Imports nothing of ours, so that the memory and the decision of messages.py can hold them.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo


class AppointmentKind(StrEnum):
    COURT = "court"
    ICE = "ice"
    DOCTOR = "doctor"
    SCHOOL = "school"
    LAWYER = "lawyer"


class AppointmentStatus(StrEnum):
    PLANNED = "planned"
    GOING = "going"
    CANNOT = "cannot"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    MISSED = "missed"
    GONE = "gone"
    PAST = "past"


class Act(StrEnum):
    """What a message does to an appointment, or to the way reminders are written (full, neutral)."""

    ADD = "add"
    CHANGE = "change"
    CANCEL = "cancel"
    MISSED = "missed"
    GONE = "gone"
    GOING = "going"
    CANNOT = "cannot"
    HELP = "help"
    AFRAID = "afraid"
    FULL = "full"
    NEUTRAL = "neutral"
    RECONFIRMED = "reconfirmed"
    SAID = "said"  # to who has the case: theirs to keep
    ASKS = "asks"  # under a reminder, of who has the case: more, or another day


@dataclass(frozen=True, slots=True)
class KnownAppointment:
    """One date of a person.

    Attributes:
        id: the store's own; "" while it is only told.
        kind: value of AppointmentKind.
        at: hour on the wall clock of `zone`; None when nobody knows it.
        zone: IANA name of the time zone where it takes place.
        place: city, as far as it was told.
        child: first name or nickname that the person has chosen.
        status: value of AppointmentStatus.
    """

    id: str
    kind: str
    day: date
    at: time | None
    zone: str
    place: str | None = field(default=None, repr=False)
    child: str | None = field(default=None, repr=False)
    status: str = AppointmentStatus.PLANNED

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has begun, or its day is over where nobody knows the hour; `now` is aware."""
        local = now.astimezone(ZoneInfo(self.zone))
        return (self.day, self.at or time.max) < (local.date(), local.time())


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """One date of a calendar file that a person asked for. `title`: what its entry is called; `place`: None, unsaid."""

    appointment_id: str
    title: str = field(repr=False)
    place: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AppointmentAct:
    """What the store does with an appointment, in the transaction of the decision.

    Attributes:
        act: value of Act.
        appointment_id: which one; None for a new one, and for `full` and `neutral`.
        values: what holds from now on (`add`, `change`), or what was told of one unknown to us (`missed`, `gone`).
        consent: id of the wording that the person has agreed to; recorded as consent "reminders" with `add`.
        reminder_id: the reminder that was answered.
    """

    act: str
    appointment_id: str | None = None
    values: KnownAppointment | None = None
    consent: str | None = None
    reminder_id: str | None = None
