"""The shift switch: on or off by one's own hand, until the next change of shift or at most so long."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from conversation.staffing.office import Week, is_on_shift
from store.staff.staff import Staff
from store.staffing.hours import read_office, read_shifts
from store.tables import Caseworker

SWITCH_HOLDS = timedelta(hours=12)  # then the shifts count again: nobody stays at work by mistake


def switch_shift(session: Session, staff_id: str, *, on: bool, now: datetime) -> None:
    """Put somebody on shift, or off, whatever their hours say."""
    values = {"shift_override": "on" if on else "off", "override_until": now + SWITCH_HOLDS}
    session.execute(update(Caseworker).where(Caseworker.id == staff_id).values(**values))


def is_working(session: Session, staff: Staff, now: datetime, *, office: Week | None = None) -> bool:
    """Return whether somebody is on shift; `office`: their organisation's week, where it has been read already."""
    own = select(Caseworker.shift_override, Caseworker.override_until).where(Caseworker.id == staff.id)
    row = session.execute(own).one_or_none()
    if row is None:
        return False
    office = office or read_office(session, staff.organisation_id)
    shifts = read_shifts(session, staff.organisation_id, office).get(staff.id, office)
    return is_on_shift(shifts, office, now, override=row.shift_override, override_until=row.override_until)
