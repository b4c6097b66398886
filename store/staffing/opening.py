"""When people are there again, for who writes while nobody is."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from conversation.staffing.office import Week, is_on_shift, is_open, next_opening
from store.staffing.hours import read_office, read_shifts
from store.tables import Caseworker, OfficeHours

LONGEST_SAID = timedelta(days=6)  # a day is said by its name, and a week later that name means another one
_TAKING_CASES = ("caseworker", "supervisor")


def find_opening(session: Session, organisation_id: str, now: datetime) -> datetime | None:
    """Return when an organisation is open again, on its own wall clock, while it is closed and nobody is on shift.

    None: somebody is there, it has told no hours of its own (then nobody knows), or it is closed for long.
    """
    told = exists().where(OfficeHours.organisation_id == organisation_id)
    if not session.scalar(select(told)):
        return None
    office = read_office(session, organisation_id)
    if is_open(office, now):
        return None
    opens = next_opening(office, now)
    if opens is None or opens - now > LONGEST_SAID or _is_somebody_there(session, organisation_id, office, now):
        return None
    return opens


def _is_somebody_there(session: Session, organisation_id: str, office: Week, now: datetime) -> bool:
    shifts = read_shifts(session, organisation_id, office)
    columns = Caseworker.id, Caseworker.shift_override, Caseworker.override_until
    theirs = Caseworker.organisation_id == organisation_id, Caseworker.active.is_(True)
    return any(
        is_on_shift(shifts.get(staff_id, office), office, now, override=override, override_until=until)
        for staff_id, override, until in session.execute(
            select(*columns).where(*theirs, Caseworker.role.in_(_TAKING_CASES))
        )
    )
