"""A caseworker enters, corrects or cancels a date of a case; each is in the timeline and in the audit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from conversation.appointments.schedule import DAYS_BEFORE
from conversation.appointments.values import AppointmentStatus, KnownAppointment
from conversation.messages import CaseStatus
from store.audit import record
from store.cases.access import lock_own
from store.cases.events import EventKind, add_event
from store.cases.outcomes import Outcome
from store.reminders import holding
from store.reminders.acts import record_reminder_consent
from store.reminders.appointments import (
    CASEWORKER,
    Teller,
    add_appointment,
    change_appointment,
    end_appointment,
)  # fmt: skip
from store.reminders.sending import Sending
from store.reminders.states import COMING, Reason
from store.sealing.vault import Vault
from store.staff.staff import Staff
from store.tables import Appointment, Case, Reminder

AGREED_WHO = ("person", "caregiver")
AGREED_HOW = ("asked_by_text", "asked_by_call", "asked_in_person")


class Kept(StrEnum):
    """What became of a form about a date."""

    DONE = "done"
    NOT_ALLOWED = "not_allowed"
    STALE = "stale"  # somebody else, or the person, has changed it meanwhile
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who does it, in which case, and when."""

    caseworker: Staff
    case_id: str
    now: datetime
    days: Sequence[int] = DAYS_BEFORE


@dataclass(frozen=True, slots=True)
class Seen:
    """A date as its form showed it; `mark`: what it was made from (`mark_of`)."""

    id: str
    mark: str


def mark_of(row: Appointment) -> str:
    """Return what changes whenever a date does, whoever changes it."""
    return f"{row.version}-{row.updated_at.timestamp():.6f}"


def keep_date(
    session: Session, vault: Vault, keeper: Keeper, told: KnownAppointment, *,
    seen: Seen | None = None, agreed: Mapping[str, str] | None = None,
) -> Kept:  # fmt: skip
    """Keep a new date, or what holds instead of one that was seen; its reminders are planned anew.

    Args:
        agreed: who said that the person may be reminded, and how they were asked (codes). None: nothing new was said;
            without a consent the date is kept and no text goes.
    """
    case = _lock_open(session, keeper)
    if case is None or case.conversation_id is None:
        return Kept.NOT_ALLOWED
    if agreed:
        record_reminder_consent(
            session, case.conversation_id, source=CASEWORKER, wording=None, language=case.language, message_id=None,
            now=keeper.now, details={**agreed, "caseworker": keeper.caseworker.id},
        )  # fmt: skip
    teller = Teller(CASEWORKER, keeper.caseworker.id)
    if seen is None:
        added = add_appointment(
            session, vault, case.conversation_id, told, teller=teller, now=keeper.now, days=keeper.days
        )
        if added is None:
            return Kept.TOO_MANY
        return _note(session, keeper, case, EventKind.DATE_ADDED, added)
    row = _find_seen(session, case, seen)
    if row is None:
        return Kept.STALE
    change_appointment(
        session, vault, case.conversation_id, seen.id, told, teller=teller, now=keeper.now, days=keeper.days
    )
    _forget_unsaid(session, seen.id, told)
    return _note(session, keeper, case, EventKind.DATE_CHANGED, seen.id)


def cancel_date(session: Session, keeper: Keeper, seen: Seen) -> Kept:
    """Say that a date does not take place; nothing more is reminded."""
    case = _lock_open(session, keeper)
    if case is None or case.conversation_id is None:
        return Kept.NOT_ALLOWED
    if _find_seen(session, case, seen) is None:
        return Kept.STALE
    end_appointment(
        session, case.conversation_id, seen.id, AppointmentStatus.CANCELLED, reason=Reason.CANCELLED, now=keeper.now
    )
    return _note(session, keeper, case, EventKind.DATE_CANCELLED, seen.id)


def release_reminder(session: Session, sending: Sending, keeper: Keeper, reminder_id: str) -> Kept:
    """Send a held reminder now, because who is on the case says so."""
    case = _lock_with_reminder(session, keeper, reminder_id)
    if case is None:
        return Kept.NOT_ALLOWED
    done = holding.release_by_owner(session, sending, reminder_id, caseworker_id=keeper.caseworker.id, now=keeper.now)
    return _audit(session, keeper, case, "held_reminder.sent", reminder_id) if done else Kept.STALE


def drop_reminder(session: Session, keeper: Keeper, reminder_id: str) -> Kept:
    """Do not send a held reminder."""
    case = _lock_with_reminder(session, keeper, reminder_id)
    if case is None:
        return Kept.NOT_ALLOWED
    done = holding.drop_by_owner(session, reminder_id, caseworker_id=keeper.caseworker.id, now=keeper.now)
    return _audit(session, keeper, case, "held_reminder.dropped", reminder_id) if done else Kept.STALE


def _lock_open(session: Session, keeper: Keeper) -> Case | None:
    """Return the case held, if it is theirs and somebody is at work in it."""
    case = lock_own(session, keeper.case_id, keeper.caseworker)
    return None if isinstance(case, Outcome) or case.status != CaseStatus.CLAIMED else case


def _lock_with_reminder(session: Session, keeper: Keeper, reminder_id: str) -> Case | None:
    """Return the case if it is theirs and the reminder is of its conversation."""
    case = _lock_open(session, keeper)
    if case is None:
        return None
    of_reminder = (
        select(Appointment.conversation_id)
        .join(Reminder, Reminder.appointment_id == Appointment.id)
        .where(Reminder.id == reminder_id)
    )
    return case if case.conversation_id and session.scalar(of_reminder) == case.conversation_id else None


def _find_seen(session: Session, case: Case, seen: Seen) -> Appointment | None:
    """Return a date of the case that still is as it was seen, and still to come."""
    row = session.get(Appointment, seen.id, populate_existing=True)
    if row is None or row.conversation_id != case.conversation_id:
        return None
    return row if mark_of(row) == seen.mark and row.status in (*COMING, AppointmentStatus.CANNOT) else None


def _forget_unsaid(session: Session, appointment_id: str, told: KnownAppointment) -> None:
    """A form shows everything that is kept: what it leaves empty holds no longer."""
    unsaid = {Appointment.place_sealed: told.place, Appointment.child_sealed: told.child}
    empty = {column: None for column, value in unsaid.items() if not value}
    if empty:
        session.execute(update(Appointment).where(Appointment.id == appointment_id).values(empty))


def _note(session: Session, keeper: Keeper, case: Case, kind: EventKind, appointment_id: str) -> Kept:
    details = {"appointment": appointment_id}
    add_event(session, case.id, kind, caseworker_id=keeper.caseworker.id, details=details, now=keeper.now)
    return _audit(session, keeper, case, f"appointment.{kind.removeprefix('date_')}", appointment_id)


def _audit(session: Session, keeper: Keeper, case: Case, act: str, subject_id: str) -> Kept:
    record(
        session, case.organisation_id, actor=keeper.caseworker.id, act=act,
        subject_kind=act.partition(".")[0], subject_id=subject_id, details={"case": case.id}, now=keeper.now,
    )  # fmt: skip
    return Kept.DONE
