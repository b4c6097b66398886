"""Dates as an iCalendar file (RFC 5545), by the icalendar library. Pure.

Neutral unless the person wished otherwise: what an entry is called says nothing of a court, and no place is in it;
never a name or number. The same date has the same UID always, so that a correction moves the entry and a cancellation
takes it out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

from conversation.appointments.values import AppointmentStatus, KnownAppointment

LASTS = timedelta(hours=1)  # nobody knows how long one takes
ALARMS = (timedelta(days=1), timedelta(hours=3))  # before it
_EVENING = time(18)
_PRODUCT, _DOMAIN = "-//Puente//Appointments//EN", "puente"


@dataclass(frozen=True, slots=True)
class Invitation:
    """One date of a file.

    Attributes:
        version: grows with each change.
        title: what the entry is called.
        alarms: how long before the date, or before its day where the hour is missing, the calendar reminds.
        place: None: the file does not say where.
    """

    known: KnownAppointment
    version: int
    title: str
    alarms: tuple[timedelta, ...] = ALARMS
    place: str | None = field(default=None, repr=False)


def find_evening(known: KnownAppointment) -> timedelta:
    """Return how long before a date the evening of the day before is, on the clock where it takes place."""
    evening = datetime.combine(known.day - timedelta(days=1), _EVENING)
    if known.at is None:
        return datetime.combine(known.day, time()) - evening
    return _instant(known, known.at) - evening.replace(tzinfo=ZoneInfo(known.zone)).astimezone(UTC)


def write_calendar(invitations: Iterable[Invitation], *, now: datetime) -> bytes:
    """Return the file; `now` is aware."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for one in invitations:
        calendar.add_component(_write_event(one, now))
    content: bytes = calendar.to_ical()
    return content


def _write_event(one: Invitation, now: datetime) -> Event:
    event, known = Event(), one.known
    event.add("uid", f"{known.id}@{_DOMAIN}")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("sequence", _count_changes(one))
    event.add("summary", one.title)
    if one.place:
        event.add("location", one.place)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    is_cancelled = known.status == AppointmentStatus.CANCELLED
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    if known.at is None:
        event.add("dtstart", known.day)
        event.add("dtend", known.day + timedelta(days=1))
    else:
        starts = _instant(known, known.at)
        event.add("dtstart", starts)
        event.add("dtend", starts + LASTS)
    if not is_cancelled:
        for before in one.alarms:
            event.add_component(_write_alarm(before, one.title))
    return event


def _count_changes(one: Invitation) -> int:
    """A cancellation is one more change, though the date keeps its version."""
    return (one.version - 1) * 2 + (one.known.status == AppointmentStatus.CANCELLED)


def _write_alarm(before: timedelta, title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -before)
    return alarm


def _instant(known: KnownAppointment, at: time) -> datetime:
    """In UTC: no table of time zones has to travel with the file."""
    return datetime.combine(known.day, at, ZoneInfo(known.zone)).astimezone(UTC)
