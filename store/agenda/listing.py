"""The agenda: dates of some days that somebody may see, how they stand, and by which case they are reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from conversation.appointments.values import AppointmentKind, AppointmentStatus, KnownAppointment
from conversation.check_ins.values import KIND as CHECK_IN
from conversation.messages import CaseStatus
from store.agenda.keeping import mark_of
from store.agenda.standing import standing_of
from store.audit import Look, record
from store.cases.access import LEADING, visible_to
from store.reminders.rows import open_appointment
from store.sealing.vault import Vault
from store.staff.staff import Staff
from store.tables import Appointment, Case, CaseMember

_HIDDEN = (AppointmentStatus.CANCELLED,)
# A release is a row of the same table (store/check_ins), and no date that somebody goes to.
_IS_DATE = Appointment.kind.in_(list(AppointmentKind))


@dataclass(frozen=True, slots=True)
class Range:
    """What an agenda is asked for: both days included.

    Attributes:
        worker_id: only dates of people whose case this colleague has; None: all that its reader may see.
        standings: only dates that stand so; (): all but the cancelled ones.
    """

    first: date
    last: date
    worker_id: str | None = None
    standings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgendaDate:
    """One date. `case_code` None: no case of it may be seen, because none was ever opened."""

    known: KnownAppointment = field(repr=False)
    standing: str
    source: str
    mark: str
    version: int
    conversation_id: str
    case_code: str | None = None
    owner_id: str | None = None


def list_dates(
    session: Session, vault: Vault, caseworker: Staff, wanted: Range, *, limit: int, offset: int = 0
) -> list[AgendaDate]:
    """Return dates, nearest first, each with the case by which its reader gets to the person."""
    query = _select(caseworker, wanted, Appointment, standing_of().label("standing"))
    ordered = query.order_by(Appointment.day, Appointment.starts_at, Appointment.id).limit(limit).offset(offset)
    rows = session.execute(ordered).all()
    cases = _find_cases(session, caseworker, {row.conversation_id for row, _ in rows})
    return [_to_date(vault, row, standing, cases.get(row.conversation_id)) for row, standing in rows]


def count_standings(session: Session, caseworker: Staff, wanted: Range) -> dict[str, int]:
    """Return how many dates stand how, whatever `standings` asks for."""
    inner = _select(caseworker, Range(wanted.first, wanted.last, wanted.worker_id), standing_of().label("standing"))
    found = inner.subquery()
    rows = session.execute(select(found.c.standing, func.count()).group_by(found.c.standing))
    return {str(standing): int(count) for standing, count in rows}


def list_of_conversation(session: Session, vault: Vault, conversation_id: str, *, limit: int = 30) -> list[AgendaDate]:
    """Return the dates of one conversation, the latest first; the caller has come through `get_case_for`."""
    rows = session.execute(
        select(Appointment, standing_of().label("standing"))
        .where(Appointment.conversation_id == conversation_id, Appointment.kind != CHECK_IN)
        .order_by(Appointment.starts_at.desc(), Appointment.id)
        .limit(limit)
    ).all()
    return [_to_date(vault, row, standing, None) for row, standing in rows]


def find_uncased(session: Session, caseworker: Staff, appointment_id: str) -> Appointment | None:
    """Return a date that somebody may see though no case leads to it; None: there is none, or not for them."""
    seen = (
        Appointment.id == appointment_id,
        _IS_DATE,
        ~exists().where(Case.conversation_id == Appointment.conversation_id),
    )
    return session.scalar(select(Appointment).where(*seen, _is_visible(caseworker, None)))


def note_reading(session: Session, caseworker: Staff, wanted: Range, *, act: str, now: Any) -> None:
    """Write down that somebody reads dates of many people, or takes them with them."""
    record(
        session, caseworker.organisation_id, actor=caseworker.id, act=act, subject_kind="agenda",
        subject_id=wanted.first.isoformat(), details={"until": wanted.last.isoformat()}, now=now,
    )  # fmt: skip


def look_at(caseworker: Staff, wanted: Range, sign_in: str) -> Look:
    """Return what is written down of somebody who looks at the page: its days, not what they choose among them."""
    details = {"until": wanted.last.isoformat(), "sign_in": sign_in}
    return Look(caseworker.id, "agenda.read", "agenda", wanted.first.isoformat(), details)


def _select(caseworker: Staff, wanted: Range, *columns: Any) -> Select[Any]:
    within = Appointment.day >= wanted.first, Appointment.day <= wanted.last
    ours = Appointment.organisation_id == caseworker.organisation_id
    query = (
        select(*columns)
        .select_from(Appointment)
        .where(ours, *within, _IS_DATE, _is_visible(caseworker, wanted.worker_id))
    )
    if wanted.standings:
        return query.where(standing_of().in_(wanted.standings))
    return query.where(Appointment.status.not_in(_HIDDEN))


def _is_visible(caseworker: Staff, worker_id: str | None) -> ColumnElement[bool]:
    """Return the condition: a case of the person may be seen, or there is none and the reader leads.

    The cases are found once a query and not once a date: the wall around children is dear to look at.
    """
    ours = Appointment.organisation_id == caseworker.organisation_id
    cases = select(Case.conversation_id).where(Case.conversation_id.is_not(None), visible_to(caseworker))
    if worker_id is not None:
        member = exists().where(CaseMember.case_id == Case.id, CaseMember.caseworker_id == worker_id)
        return and_(ours, Appointment.conversation_id.in_(cases.where(or_(Case.owner_id == worker_id, member))))
    seen = Appointment.conversation_id.in_(cases)
    if caseworker.role in LEADING and caseworker.active:
        return and_(ours, or_(seen, ~exists().where(Case.conversation_id == Appointment.conversation_id)))
    return and_(ours, seen)


def _find_cases(session: Session, caseworker: Staff, conversation_ids: set[str]) -> Mapping[str, Case]:
    """Return by conversation the case to go to: one that somebody has, else one that waits, else the last closed."""
    order = case((Case.status == CaseStatus.CLAIMED, 2), (Case.status == CaseStatus.CLOSED, 0), else_=1)
    rows: Sequence[Case] = session.scalars(
        select(Case)
        .where(Case.conversation_id.in_(conversation_ids), visible_to(caseworker))
        .order_by(order, Case.opened_at)
    ).all()
    return {row.conversation_id: row for row in rows if row.conversation_id}  # the last one named wins


def _to_date(vault: Vault, row: Appointment, standing: str, case_row: Case | None) -> AgendaDate:
    return AgendaDate(
        known=open_appointment(vault, row), standing=standing, source=row.source, mark=mark_of(row),
        version=row.version, conversation_id=row.conversation_id, case_code=case_row.code if case_row else None,
        owner_id=case_row.owner_id if case_row else None,
    )  # fmt: skip
