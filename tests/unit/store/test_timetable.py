"""Hours as they are typed a day at a time, and two who change them at once."""

from datetime import date

import pytest
from sqlalchemy import select

from conversation.errors import ConfigurationError
from conversation.staffing.office import Span
from store.staff.staff import Staff
from store.staffing import hours, timetable
from store.staffing.timetable import BadDay, Timed
from store.tables import AuditEntry
from tests.house import House
from tests.staff import add_worker


def test_a_week_is_read_as_it_is_shown() -> None:
    typed = ["9:00-12:00, 13:00–17:00", "", "", "", "", "22:00-6:00", ""]

    spans = timetable.parse_week(typed)

    assert spans == (Span(0, 540, 720), Span(0, 780, 1020), Span(5, 1320, 360))
    assert timetable.render_week(spans)[0] == "9:00-12:00, 13:00-17:00"


@pytest.mark.parametrize("typed", ["nine to five", "25:00-26:00", "9:00-9:00", "9-17 mon", "9-10," * 7])
def test_a_day_that_cannot_be_read_is_named(typed: str) -> None:
    assert timetable.parse_week(["", "", typed]) == BadDay(2)


def change_shifts(house: House, staff: Staff, typed: str, mark: str | None) -> Timed:
    spans = timetable.parse_week([typed])
    assert not isinstance(spans, BadDay)
    return house.database.run_sync(
        lambda session: timetable.change_shifts(
            session, house.organisation_id, staff.id, spans, actor="operator", now=house.clock(), mark=mark
        )
    )


def test_of_two_who_change_shifts_at_once_the_second_is_told(house: House) -> None:
    ana, shown = add_worker(house), timetable.mark_week(())

    first, second = change_shifts(house, ana, "9-12", shown), change_shifts(house, ana, "13-17", shown)

    kept = house.database.run_sync(lambda session: timetable.find_shifts(session, house.organisation_id, ana.id))
    assert (first, second) == (Timed.DONE, Timed.STALE)
    assert timetable.render_week(kept)[0] == "9:00-12:00"


def test_a_wrong_time_zone_changes_nothing_at_all(house: House) -> None:
    def change(session):  # type: ignore[no-untyped-def]
        timetable.change_office(
            session, house.organisation_id,
            spans=(Span(0, 540, 1020),), zone="America/Nowhere", actor="operator", now=house.clock(),
        )  # fmt: skip

    with pytest.raises(ConfigurationError):
        house.database.run_sync(change)

    assert house.database.run_sync(lambda session: hours.read_office(session, house.organisation_id)).spans == ()


def test_a_holiday_is_closed_opened_again_and_in_the_audit(house: House) -> None:
    day, by = date(2026, 12, 25), {"actor": "operator", "now": house.clock()}

    def close_and_open(session):  # type: ignore[no-untyped-def]
        timetable.close_on(session, house.organisation_id, day, " ", **by)
        closed = hours.read_office(session, house.organisation_id).closed
        return closed, [timetable.open_on(session, house.organisation_id, day, **by) for _ in range(2)]

    closed, opened = house.database.run_sync(close_and_open)

    assert closed == {day}
    assert opened == [Timed.DONE, Timed.GONE]
    assert house.rows(select(AuditEntry.act)) == ["staff.holiday", "staff.holiday"]
