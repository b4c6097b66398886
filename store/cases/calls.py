"""Calling back, and interpreters: a wish to be called at a safe number and time, the calls made, who interprets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.audit import record
from store.cases import access
from store.cases.events import EventKind, add_event
from store.cases.notes import find_wall
from store.cases.outcomes import Outcome
from store.sealing.vault import Vault
from store.staff.staff import Staff
from store.tables import CallEntry, Case, InterpreterBooking
from store.tables.base import new_id

LONGEST = 500  # characters of one detail
_WALL = "wall"  # in the details: the discipline that alone may read the remark
_CALL, _BOOKING = "call_entry.details", "interpreter_booking.details"


class CallKind(StrEnum):
    WISH = "wish"
    REACHED = "reached"
    MISSED = "missed"


class BookingStatus(StrEnum):
    ASKED = "asked"
    BOOKED = "booked"
    DONE = "done"
    CANCELLED = "cancelled"


_EVENTS = {
    CallKind.WISH: EventKind.CALL_WISHED,
    CallKind.REACHED: EventKind.CALL_REACHED,
    CallKind.MISSED: EventKind.CALL_MISSED,
}


@dataclass(frozen=True, slots=True)
class Call:
    """A wish or a call. `details`: "number", "hours", "note" as far as told; of the person, so never in a repr."""

    id: str
    kind: CallKind
    caseworker_id: str | None
    details: Mapping[str, str] = field(repr=False)
    due_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Booking:
    """An interpreter for a case. `details`: "town", "variant", "vendor", "telephone", "text" as far as known."""

    id: str
    language: str
    details: Mapping[str, str] = field(repr=False)
    status: BookingStatus
    starts_at: datetime | None
    caseworker_id: str


def add_call(
    session: Session, vault: Vault, *, caseworker: Staff, case_id: str, kind: CallKind,
    details: Mapping[str, str], now: datetime, due_at: datetime | None = None,
) -> Outcome:  # fmt: skip
    """Write down a wish to be called (`due_at`: when to call) or a call that was made.

    The remark of a lawyer is walled as a note of theirs is.
    """
    case = access.lock_own(session, case_id, caseworker)
    if isinstance(case, Outcome):
        return case
    if not _is_short(details):
        return Outcome.NOT_ALLOWED
    around = find_wall(caseworker, None)
    wall = {_WALL: around} if around else {}
    session.add(
        CallEntry(
            id=new_id(), case_id=case.id, caseworker_id=caseworker.id, kind=kind,
            details_sealed=vault.seal_json({**details, **wall}, _CALL), due_at=due_at, at=now,
        )
    )  # fmt: skip
    _note(session, case, _EVENTS[kind], caseworker, now)
    return Outcome.DONE


def list_calls(session: Session, vault: Vault, caseworker: Staff, case: access.CaseFile) -> list[Call]:
    """Return the wishes and calls of a case that `get_case_for` has returned, oldest first, behind the walls."""
    rows = select(CallEntry).where(CallEntry.case_id == case.id).order_by(CallEntry.at)
    inside = access.find_inside(caseworker, case)
    return [
        Call(
            row.id, CallKind(row.kind), row.caseworker_id,
            _hide(_open(vault, row.details_sealed, _CALL), inside, own=row.caseworker_id == caseworker.id),
            row.due_at, row.at,
        )
        for row in session.scalars(rows)
    ]  # fmt: skip


def _hide(details: Mapping[str, str], inside: frozenset[str], *, own: bool) -> Mapping[str, str]:
    """Leave out the wall, and a walled remark where its reader is outside; number and hours keep a person safe."""
    wall = details.get(_WALL)
    hidden = {_WALL} if own or wall is None or wall in inside else {_WALL, "note"}
    return {name: text for name, text in details.items() if name not in hidden}


def add_booking(
    session: Session, vault: Vault, *, caseworker: Staff, case_id: str, language: str,
    details: Mapping[str, str], starts_at: datetime | None, now: datetime,
) -> Outcome:  # fmt: skip
    """Ask for an interpreter; with a time it counts as booked."""
    case = access.lock_own(session, case_id, caseworker)
    if isinstance(case, Outcome):
        return case
    if not _is_short(details) or not 0 < len(language) <= 35:
        return Outcome.NOT_ALLOWED
    status = BookingStatus.BOOKED if starts_at else BookingStatus.ASKED
    session.add(
        InterpreterBooking(
            id=new_id(), case_id=case.id, caseworker_id=caseworker.id, language=language,
            details_sealed=vault.seal_json(dict(details), _BOOKING), status=status, starts_at=starts_at, created_at=now,
        )
    )  # fmt: skip
    _note_booking(session, case, caseworker, status, now)
    return Outcome.DONE


def change_booking(
    session: Session, *, caseworker: Staff, case_id: str, booking_id: str, status: BookingStatus, now: datetime,
    starts_at: datetime | None = None,
) -> Outcome:  # fmt: skip
    """Write down how a booking stands now, and its time when that is known."""
    case = access.lock_own(session, case_id, caseworker)
    if isinstance(case, Outcome):
        return case
    of_case = InterpreterBooking.id == booking_id, InterpreterBooking.case_id == case_id
    row = session.scalar(select(InterpreterBooking).where(*of_case))
    if row is None:
        return Outcome.NOT_ALLOWED
    row.status, row.starts_at = status, starts_at or row.starts_at
    _note_booking(session, case, caseworker, status, now)
    return Outcome.DONE


def list_bookings(session: Session, vault: Vault, case: access.CaseFile) -> list[Booking]:
    """Return the interpreters asked for a case that `get_case_for` has returned, oldest first."""
    rows = select(InterpreterBooking).where(InterpreterBooking.case_id == case.id)
    return [
        Booking(
            row.id, row.language, _open(vault, row.details_sealed, _BOOKING), BookingStatus(row.status), row.starts_at,
            row.caseworker_id,
        )
        for row in session.scalars(rows.order_by(InterpreterBooking.created_at))
    ]  # fmt: skip


def _is_short(details: Mapping[str, str]) -> bool:
    return all(len(value) <= LONGEST for value in details.values())


def _note_booking(session: Session, case: Case, caseworker: Staff, status: BookingStatus, now: datetime) -> None:
    _note(session, case, EventKind.INTERPRETER, caseworker, now, {"status": status})


def _note(
    session: Session, case: Case, kind: EventKind, caseworker: Staff, now: datetime,
    details: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    add_event(session, case.id, kind, caseworker_id=caseworker.id, details=details, now=now)
    record(
        session, case.organisation_id, actor=caseworker.id, act=f"case.{kind}", subject_kind="case",
        subject_id=case.id, now=now, details=details,
    )  # fmt: skip
    session.flush()


def _open(vault: Vault, sealed: bytes | None, context: str) -> Mapping[str, str]:
    found: Mapping[str, str] = vault.open_json(sealed, context) if sealed else {}
    return found
