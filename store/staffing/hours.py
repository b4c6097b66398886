"""When an organisation is open and when its caseworkers work, as kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from conversation.errors import ConfigurationError
from conversation.staffing.office import Span, Week, split_at_midnight
from store.tables import Caseworker, Holiday, OfficeHours, Organisation, Shift
from store.tables.base import new_id


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day on which an organisation is closed, and what it is called."""

    day: date
    name: str


def read_office(session: Session, organisation_id: str) -> Week:
    """Return an organisation's week; without hours of its own it counts as always open, but on its holidays."""
    zone = session.scalar(select(Organisation.time_zone).where(Organisation.id == organisation_id))
    closed = session.scalars(select(Holiday.day).where(Holiday.organisation_id == organisation_id))
    rows = session.execute(
        select(OfficeHours.weekday, OfficeHours.starts, OfficeHours.ends)
        .where(OfficeHours.organisation_id == organisation_id)
        .order_by(OfficeHours.weekday, OfficeHours.starts)
    )
    return Week(_zone_or_utc(zone), tuple(Span(*row) for row in rows), frozenset(closed))


def read_shifts(session: Session, organisation_id: str, office: Week) -> dict[str, Week]:
    """Return the weeks of those who have shifts, by caseworker; on holidays nobody works."""
    rows = session.execute(
        select(Shift.caseworker_id, Shift.weekday, Shift.starts, Shift.ends)
        .join(Caseworker, Caseworker.id == Shift.caseworker_id)
        .where(Caseworker.organisation_id == organisation_id)
        .order_by(Shift.weekday, Shift.starts)
    )
    spans: dict[str, list[Span]] = {}
    for caseworker_id, weekday, starts, ends in rows:
        spans.setdefault(caseworker_id, []).append(Span(weekday, starts, ends))
    return {caseworker_id: replace(office, spans=tuple(each)) for caseworker_id, each in spans.items()}


def set_office_hours(session: Session, organisation_id: str, spans: Sequence[Span]) -> None:
    """Write an organisation's hours in place of those it had."""
    session.execute(delete(OfficeHours).where(OfficeHours.organisation_id == organisation_id))
    for part in _parts(spans):
        session.execute(insert(OfficeHours).values(id=new_id(), organisation_id=organisation_id, **part))


def set_shifts(session: Session, caseworker_id: str, spans: Sequence[Span]) -> None:
    """Write somebody's shifts in place of those they had."""
    session.execute(delete(Shift).where(Shift.caseworker_id == caseworker_id))
    for part in _parts(spans):
        session.execute(insert(Shift).values(id=new_id(), caseworker_id=caseworker_id, **part))


def set_zone(session: Session, organisation_id: str, zone: str) -> None:
    """Write where an organisation's wall clock hangs ("America/Chicago").

    Raises:
        ConfigurationError: no place of that name is known.
    """
    find_zone(zone)
    session.execute(update(Organisation).where(Organisation.id == organisation_id).values(time_zone=zone))


def set_holiday(session: Session, organisation_id: str, day: date, name: str) -> None:
    """Close an organisation on a day; once more: under another name."""
    remove_holiday(session, organisation_id, day)
    session.execute(insert(Holiday).values(id=new_id(), organisation_id=organisation_id, day=day, name=name))


def remove_holiday(session: Session, organisation_id: str, day: date) -> bool:
    """Take a holiday back. False: it was none."""
    of_day = Holiday.organisation_id == organisation_id, Holiday.day == day
    return session.scalar(delete(Holiday).where(*of_day).returning(Holiday.id)) is not None


def list_holidays(session: Session, organisation_id: str, since: date) -> list[ClosedDay]:
    """Return the holidays from a day on, in order."""
    rows = session.execute(
        select(Holiday.day, Holiday.name)
        .where(Holiday.organisation_id == organisation_id, Holiday.day >= since)
        .order_by(Holiday.day)
    )
    return [ClosedDay(*row) for row in rows]


def find_zone(name: str) -> ZoneInfo:
    """Return a time zone by its name.

    Raises:
        ConfigurationError: no place of that name is known.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigurationError("that is no time zone: write it like America/Chicago") from None


def _zone_or_utc(name: str | None) -> ZoneInfo:
    """A wrong name in the table must not keep anybody from being called."""
    try:
        return find_zone(name or "UTC")
    except ConfigurationError:
        return ZoneInfo("UTC")


def _parts(spans: Sequence[Span]) -> list[dict[str, int]]:
    """Return columns of rows, each within one day, without repeats."""
    parts = dict.fromkeys(part for span in spans for part in split_at_midnight(span))
    return [{"weekday": part.weekday, "starts": part.starts, "ends": part.ends} for part in parts]
