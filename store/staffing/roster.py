"""Who works for an organisation at a moment: what choosing among them needs, read at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import case as choose
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus, Urgency
from conversation.staffing.office import Week, is_on_shift
from conversation.staffing.paging import PAGES_COUNT_FOR
from conversation.staffing.routing import WEIGHTS, WorkerLoad
from store.staffing.hours import read_office, read_shifts
from store.tables import Case, Caseworker, Organisation, Page

_WEIGHT = choose({urgency.value: weight for urgency, weight in WEIGHTS.items()}, value=Case.urgency, else_=1)
_RESPONSIBLE = choose((Case.status == CaseStatus.CLAIMED, Case.owner_id), else_=Case.assigned_to_id)


@dataclass(frozen=True, slots=True)
class Roster:
    """An organisation at a moment: its hours, and everybody who is active."""

    organisation_id: str
    office: Week
    workers: tuple[WorkerLoad, ...]

    def find(self, caseworker_id: str | None) -> WorkerLoad | None:
        return next((worker for worker in self.workers if worker.id == caseworker_id), None)

    def give(self, caseworker_id: str, urgency: Urgency, now: datetime) -> "Roster":
        """Return the roster after somebody was given one more case."""
        given = tuple(
            replace(one, load=one.load + WEIGHTS[urgency], idle_since=now) if one.id == caseworker_id else one
            for one in self.workers
        )
        return replace(self, workers=given)


def list_organisations(session: Session) -> Sequence[str]:
    return session.scalars(select(Organisation.id).order_by(Organisation.id)).all()


def read_roster(session: Session, organisation_id: str, now: datetime) -> Roster:
    """Read who is there, at work, at rest, and how much they have."""
    office = read_office(session, organisation_id)
    shifts = read_shifts(session, organisation_id, office)
    rows = session.scalars(
        select(Caseworker).where(Caseworker.organisation_id == organisation_id, Caseworker.active.is_(True))
    ).all()  # before their loads: what somebody is given in between then shows in `keep_place`
    loads, pages = _read_loads(session, organisation_id), _read_pages(session, organisation_id, now)
    workers = tuple(
        _to_load(row, office, shifts.get(row.id, office), loads=loads, pages=pages, now=now) for row in rows
    )
    return Roster(organisation_id, office, workers)


def keep_place(session: Session, worker: WorkerLoad, now: datetime) -> bool:
    """Send somebody to the end of the row, since they are given something now.

    False: another process has given them something since they were read; what was known of them is old.
    """
    last = Caseworker.idle_since
    as_read = last.is_(None) if worker.idle_since is None else last == worker.idle_since
    moved = update(Caseworker).where(Caseworker.id == worker.id, as_read).values(idle_since=now)
    return session.scalar(moved.returning(Caseworker.id)) is not None


def _to_load(
    row: Caseworker, office: Week, shifts: Week, *, loads: Mapping[str, int], pages: Mapping[str, int], now: datetime
) -> WorkerLoad:
    override = row.shift_override if row.override_until is None or now < row.override_until else None
    return WorkerLoad(
        id=row.id, role=row.role, languages=tuple(row.languages), disciplines=tuple(row.disciplines),
        capacity=row.capacity, load=loads.get(row.id, 0), active=row.active,
        on_shift=is_on_shift(shifts, office, now, override=override),
        resting=row.resting_until is not None and now < row.resting_until, idle_since=row.idle_since,
        pages=pages.get(row.id, 0), page_limit=row.page_limit, on_call=row.on_call,
        reachable=row.phone_confirmed_at is not None and row.phone_sealed is not None, off=override == "off",
    )  # fmt: skip


def _read_loads(session: Session, organisation_id: str) -> dict[str, int]:
    """Return the weights of open cases by who owns them or was asked to take them."""
    rows = session.execute(
        select(_RESPONSIBLE, func.sum(_WEIGHT))
        .where(Case.organisation_id == organisation_id, Case.status != CaseStatus.CLOSED, _RESPONSIBLE.is_not(None))
        .group_by(_RESPONSIBLE)
    )
    return {caseworker_id: int(weight) for caseworker_id, weight in rows}


def _read_pages(session: Session, organisation_id: str, now: datetime) -> dict[str, int]:
    rows = session.execute(
        select(Page.caseworker_id, func.count())
        .join(Caseworker, Caseworker.id == Page.caseworker_id)
        .where(Caseworker.organisation_id == organisation_id, Page.sent_at > now - PAGES_COUNT_FOR)
        .group_by(Page.caseworker_id)
    )
    return dict(rows.all())
