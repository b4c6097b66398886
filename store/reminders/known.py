"""Dates as the rules may know them: what is to come in a conversation, and the last that has been."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from conversation.appointments.values import AppointmentStatus, KnownAppointment
from conversation.check_ins.values import KIND as CHECK_IN
from store.reminders.owners import SPOKEN_OF, THEIRS
from store.reminders.rows import open_appointment
from store.sealing.vault import Vault
from store.tables import Appointment

_PAST_KEPT = timedelta(days=30)  # for how long "did you go" still means the last one
_COMING = (
    select(Appointment)
    .where(
        Appointment.status != AppointmentStatus.CANCELLED,
        Appointment.kind != CHECK_IN,
        Appointment.day >= bindparam("since"),
    )
    .order_by(Appointment.starts_at)
)
_THEIRS, _KNOWN = (_COMING.where(Appointment.conversation_id.in_(whose)) for whose in (THEIRS, SPOKEN_OF))


def find_known(session: Session, vault: Vault, conversation_id: str, now: datetime) -> tuple[KnownAppointment, ...]:
    """Return the dates a conversation may speak of, nearest first, before them the last one that has been."""
    known = [open_appointment(vault, row) for row in _list(session, _KNOWN, conversation_id, now)]
    past = [one for one in known if one.is_over(now)]
    return (*past[-1:], *(one for one in known if not one.is_over(now)))


def list_rows(session: Session, conversation_id: str, now: datetime) -> list[Appointment]:
    """Return the rows of a conversation and its twins that are not cancelled and not long gone, nearest first."""
    return _list(session, _THEIRS, conversation_id, now)


def _list(session: Session, statement: Select[Any], conversation_id: str, now: datetime) -> list[Appointment]:
    since: date = (now - _PAST_KEPT).date()
    return list(session.scalars(statement, {"of_conversation": conversation_id, "since": since}))
