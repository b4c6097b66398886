"""Changing when an organisation is open and when its caseworkers work: the one way for pages and command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.staffing.office import Span
from conversation.staffing.reading import DAYS, parse_hours, render_hours
from store.audit import record
from store.editing import hold_team, mark_of
from store.staffing import hours
from store.tables import Caseworker

LONGEST_NAME = 64  # characters of a holiday's name
_MOST_PARTS = 6  # of one day
_DASHES = str.maketrans("–—", "--")


class Timed(StrEnum):
    """What became of a change."""

    DONE = "done"
    STALE = "stale"  # somebody else has changed it meanwhile
    GONE = "gone"  # nobody who works here, no such day


@dataclass(frozen=True, slots=True)
class BadDay:
    """A day whose hours cannot be read; 0 is Monday."""

    weekday: int


def parse_week(days: Sequence[str]) -> tuple[Span, ...] | BadDay:
    """Return the hours of a week as typed, a text a day from Monday on: "9:00-12:00, 13:00-17:00"; "" is free."""
    spans: list[Span] = []
    for weekday, text in enumerate(days[: len(DAYS)]):
        parts = [part.strip() for part in text.translate(_DASHES).split(",") if part.strip()]
        try:
            found = [span for part in parts[: _MOST_PARTS + 1] for span in parse_hours(f"{DAYS[weekday]} {part}")]
        except ValueError:
            return BadDay(weekday)
        if len(parts) > _MOST_PARTS:
            return BadDay(weekday)
        spans += found
    return tuple(spans)


def render_week(spans: Sequence[Span]) -> list[str]:
    """Return a text a day, from Monday on, as `parse_week` reads it."""
    told = dict(line.split(" ", 1) for line in render_hours(spans))
    return [told.get(day, "") for day in DAYS]


def mark_week(spans: Sequence[Span], *more: str) -> str:
    """Return the mark of a week as a page shows it."""
    return mark_of(*render_week(spans), *more)


def change_shifts(
    session: Session, organisation_id: str, staff_id: str, spans: Sequence[Span], *,
    actor: str, now: datetime, mark: str | None = None,
) -> Timed:  # fmt: skip
    """Write somebody's weekly shifts in place of those they had.

    Args:
        mark: of the week as it was shown; None: whatever it was.
    """
    hold_team(session, organisation_id)
    of_ours = Caseworker.id == staff_id, Caseworker.organisation_id == organisation_id, Caseworker.active.is_(True)
    if session.scalar(select(Caseworker.id).where(*of_ours)) is None:
        return Timed.GONE
    if mark is not None and mark != mark_week(find_shifts(session, organisation_id, staff_id)):
        return Timed.STALE
    hours.set_shifts(session, staff_id, spans)
    _note(session, organisation_id, "staff.shifts", ("caseworker", staff_id), actor, now)
    return Timed.DONE


def find_shifts(session: Session, organisation_id: str, staff_id: str) -> tuple[Span, ...]:
    """Return somebody's own shifts; none: they count as at work whenever the office is open."""
    office = hours.read_office(session, organisation_id)
    week = hours.read_shifts(session, organisation_id, office).get(staff_id)
    return week.spans if week else ()


def change_office(
    session: Session, organisation_id: str, *, spans: Sequence[Span] | None, zone: str | None, actor: str,
    now: datetime, mark: str | None = None,
) -> Timed:  # fmt: skip
    """Write an organisation's weekly hours and its time zone in place of what they were; None: as it is.

    Raises:
        ConfigurationError: there is no such time zone; nothing is changed.
    """
    hold_team(session, organisation_id)
    office = hours.read_office(session, organisation_id)
    if mark is not None and mark != mark_week(office.spans, office.zone.key):
        return Timed.STALE
    if zone is not None:
        hours.set_zone(session, organisation_id, zone)
    if spans is not None:
        hours.set_office_hours(session, organisation_id, spans)
    _note(session, organisation_id, "staff.hours", ("organisation", organisation_id), actor, now)
    return Timed.DONE


def close_on(session: Session, organisation_id: str, day: date, name: str, *, actor: str, now: datetime) -> None:
    """Close an organisation on a day."""
    hold_team(session, organisation_id)
    hours.set_holiday(session, organisation_id, day, name.strip()[:LONGEST_NAME] or "holiday")
    _note(session, organisation_id, "staff.holiday", ("organisation", organisation_id), actor, now)


def open_on(session: Session, organisation_id: str, day: date, *, actor: str, now: datetime) -> Timed:
    """Open an organisation on a day after all."""
    hold_team(session, organisation_id)
    if not hours.remove_holiday(session, organisation_id, day):
        return Timed.GONE
    _note(session, organisation_id, "staff.holiday", ("organisation", organisation_id), actor, now)
    return Timed.DONE


def _note(
    session: Session, organisation_id: str, act: str, subject: tuple[str, str], actor: str, now: datetime
) -> None:
    kind, subject_id = subject
    record(session, organisation_id, actor=actor, act=act, subject_kind=kind, subject_id=subject_id, now=now)
