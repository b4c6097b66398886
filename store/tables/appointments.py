"""Dates of persons that are kept, and the texts due before them."""

from datetime import date, datetime

from sqlalchemy import Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Code, Id, reference_to


class Appointment(Base):
    """One date of the person of a conversation. Its reminders are of its `version`: a change makes old ones void."""

    __tablename__ = "appointment"
    __table_args__ = (Index(None, "organisation_id", "day"), Index(None, "status", "starts_at"))

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    conversation_id: Mapped[str] = reference_to("conversation")
    kind: Mapped[Code]  # conversation.appointments.values.AppointmentKind
    day: Mapped[date]
    at_minutes: Mapped[int | None] = mapped_column(SmallInteger)  # after midnight on the wall clock of `zone`
    zone: Mapped[Code]  # IANA name, of the place
    starts_at: Mapped[datetime]  # what nearest means: noon of the day where nobody knows the hour
    place_sealed: Mapped[bytes | None]
    child_sealed: Mapped[bytes | None]
    source: Mapped[Code]  # told | caseworker | import
    status: Mapped[Code] = mapped_column(default="planned")  # conversation.appointments.values.AppointmentStatus
    told_by: Mapped[str | None]  # id of the message, or of the caseworker
    confirmed_at: Mapped[datetime | None]  # the person said that they go
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Reminder(Base):
    """One text due before an appointment, and what became of it. docs/reminders.md draws its states."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("appointment_id", "version", "step"),
        Index(None, "status", "due_at"),
        Index(None, "message_id"),
    )

    id: Mapped[Id]
    appointment_id: Mapped[str] = reference_to("appointment")
    version: Mapped[int]
    step: Mapped[Code]  # d14 … d1, eve, day, again, reconfirm
    due_at: Mapped[datetime]
    status: Mapped[Code] = mapped_column(default="planned")  # store.reminders.states.ReminderStatus
    reason: Mapped[Code | None]
    message_id: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
