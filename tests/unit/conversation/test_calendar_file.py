"""Dates as a calendar file: neutral, the same entry after a change, gone after a cancellation."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

from icalendar import Calendar

from conversation.appointments.calendar_file import Invitation, write_calendar
from conversation.appointments.values import KnownAppointment

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
COURT = KnownAppointment("a1", "court", date(2026, 6, 20), time(8, 30), "America/Chicago", "Houston", "Kevin")


def read(*invitations: Invitation) -> list[Calendar]:
    return list(Calendar.from_ical(write_calendar(invitations, now=NOW)).walk("VEVENT"))


def test_an_entry_says_when_and_nothing_of_what_where_or_whose() -> None:
    content = write_calendar([Invitation(COURT, 1, "Appointment")], now=NOW).decode()

    (event,) = read(Invitation(COURT, 1, "Appointment"))
    assert event["dtstart"].dt == datetime(2026, 6, 20, 13, 30, tzinfo=UTC)
    assert event["summary"] == "Appointment"
    assert not any(word in content for word in ("court", "Houston", "Kevin"))
    assert [str(alarm["trigger"].to_ical(), "ascii") for alarm in event.walk("VALARM")] == ["-P1D", "-PT3H"]


def test_a_change_is_the_same_entry_with_a_higher_number_and_a_cancellation_higher_still() -> None:
    moved, cancelled = replace(COURT, day=date(2026, 6, 25)), replace(COURT, status="cancelled")

    first, second, third = read(
        Invitation(COURT, 1, "A"), Invitation(moved, 2, "A"), Invitation(replace(cancelled, day=moved.day), 2, "A")
    )

    assert {str(one["uid"]) for one in (first, second, third)} == {"a1@puente"}
    assert [int(one["sequence"]) for one in (first, second, third)] == [0, 2, 3]
    assert [str(one["status"]) for one in (first, second, third)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert third.walk("VALARM") == []


def test_without_an_hour_it_is_a_whole_day() -> None:
    (event,) = read(Invitation(replace(COURT, at=None), 1, "A"))

    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 6, 20), date(2026, 6, 21))


def test_a_title_cannot_add_lines_of_its_own() -> None:
    evil = "A1\r\nATTENDEE:mailto:x@example.org"

    content = write_calendar([Invitation(COURT, 1, evil)], now=NOW).decode()

    assert "\r\nATTENDEE" not in content
