"""Dates of persons, as kept: added, changed, ended, read. Their reminders follow in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from conversation.appointments.schedule import DAYS_BEFORE
from conversation.appointments.values import AppointmentStatus, KnownAppointment
from store.conversations import hold
from store.reminders import plans
from store.reminders.known import list_rows
from store.reminders.owners import list_theirs
from store.reminders.questions import close_question_of
from store.reminders.rows import open_appointment, to_columns
from store.reminders.states import COMING, Reason
from store.sealing.vault import Vault
from store.tables import Appointment, Conversation
from store.tables.base import new_id

TOLD, CASEWORKER, IMPORT = "told", "caseworker", "import"  # where a date comes from
MOST = 20  # dates of one conversation that are still to come: more, nobody has told
_ENDED = (AppointmentStatus.MISSED, AppointmentStatus.GONE)  # one that is told when it has been


@dataclass(frozen=True, slots=True)
class Teller:
    """Who told a date: `source` is TOLD, CASEWORKER or IMPORT; `by` the message or the caseworker."""

    source: str = TOLD
    by: str | None = None


def add_appointment(
    session: Session, vault: Vault, conversation_id: str, told: KnownAppointment, *,
    teller: Teller, now: datetime, days: Sequence[int] = DAYS_BEFORE,
) -> str | None:  # fmt: skip
    """Keep a date and plan its reminders; return its id. The same one told again is changed, not kept twice.

    Returns:
        None when so many of this conversation are to come already that no person can mean it.
    """
    hold(session, conversation_id)
    coming = [one for one in list_rows(session, conversation_id, now) if one.status in COMING]
    same = next((one for one in coming if _is_same(vault, one, told)), None)
    if same is not None:
        change_appointment(session, vault, conversation_id, same.id, told, teller=teller, now=now, days=days)
        return same.id
    if len(coming) >= MOST:
        return None
    organisation_id = session.scalar(select(Conversation.organisation_id).where(Conversation.id == conversation_id))
    appointment_id = new_id()
    session.execute(
        insert(Appointment).values(
            id=appointment_id, organisation_id=organisation_id, conversation_id=conversation_id, version=1,
            status=told.status if told.status in _ENDED else AppointmentStatus.PLANNED, source=teller.source,
            told_by=teller.by, created_at=now, updated_at=now, **to_columns(vault, told),
        )
    )  # fmt: skip
    if told.status not in _ENDED:
        plans.write_plan(session, vault, appointment_id, now=now, days=days)
    return appointment_id


def change_appointment(
    session: Session, vault: Vault, conversation_id: str, appointment_id: str, told: KnownAppointment, *,
    teller: Teller, now: datetime, days: Sequence[int] = DAYS_BEFORE,
) -> bool:  # fmt: skip
    """Write what holds from now on; the reminders of what held before are void, new ones planned. False: not theirs."""
    hold(session, conversation_id)
    kept = session.get(Appointment, appointment_id, populate_existing=True)
    if kept is None or kept.conversation_id not in list_theirs(session, conversation_id):
        return False
    hold(session, kept.conversation_id)
    close_question_of(session, appointment_id, kept.conversation_id, conversation_id)
    plans.drop_plan(session, appointment_id, reason=Reason.CHANGED, now=now)
    values = {
        "version": kept.version + 1, "status": AppointmentStatus.PLANNED, "confirmed_at": None,
        "source": teller.source, "told_by": teller.by, "updated_at": now,
    }  # fmt: skip
    columns = to_columns(vault, told)
    for name in ("place_sealed", "child_sealed"):  # what is not said again still holds
        if columns[name] is None:
            del columns[name]
    session.execute(update(Appointment).where(Appointment.id == appointment_id).values(**values, **columns))
    session.expire(kept)
    plans.write_plan(session, vault, appointment_id, now=now, days=days)
    return True


def end_appointment(
    session: Session, conversation_id: str, appointment_id: str, status: AppointmentStatus, *,
    reason: Reason, now: datetime,
) -> bool:  # fmt: skip
    """Give a date a status after which nothing is reminded. False: not theirs."""
    hold(session, conversation_id)
    if not mark_appointment(session, conversation_id, appointment_id, status, now=now):
        return False
    plans.drop_plan(session, appointment_id, reason=reason, now=now)
    return True


def mark_appointment(
    session: Session, conversation_id: str, appointment_id: str, status: AppointmentStatus, *, now: datetime
) -> bool:
    """Write how a date stands; its reminders go on. False: not theirs."""
    conversations = list_theirs(session, conversation_id)
    theirs = Appointment.id == appointment_id, Appointment.conversation_id.in_(conversations)
    confirmed = {"confirmed_at": now} if status is AppointmentStatus.GOING else {}
    marked = update(Appointment).where(*theirs).values(status=status, updated_at=now, **confirmed)
    return session.execute(marked.returning(Appointment.id)).scalar() is not None


def _is_same(vault: Vault, row: Appointment, told: KnownAppointment) -> bool:
    """The same day for the same child is the same appointment, told once more or with its hour."""
    known = open_appointment(vault, row)
    hours = {known.at, told.at} - {None}
    return (known.kind, known.day, known.child) == (told.kind, told.day, told.child) and len(hours) < 2
