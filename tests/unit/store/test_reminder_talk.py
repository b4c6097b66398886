"""A whole talk with the catalogue's own texts: a reminder, "1", and the answer by digit."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from store.tables import Appointment, Reminder
from tests.house import House
from tests.reminders import Almanac


async def test_one_shows_what_it_is_and_a_digit_says_that_they_go(house: House) -> None:
    almanac = Almanac(house, house.rules)
    await almanac.open()
    court = almanac.tell(date(2026, 7, 14))
    almanac.change_address(last_inbound_at=datetime(2026, 7, 1, tzinfo=UTC))
    almanac.move_to(almanac.reminders(court)["d7"])

    await almanac.sweep()
    house.later(1800)
    await house.hear("1", person="+17135550123")
    await house.hear("1", person="+17135550123")

    assert almanac.said() == ["reminder.neutral", "reminder.court", "reminder.choices", "reminder.going"]
    assert house.rows(select(Appointment.status)) == ["going"]
    assert house.rows(select(Reminder.replied_at).where(Reminder.step == "d7")) != [None]


async def test_a_silent_number_that_says_yes_gets_its_date(house: House) -> None:
    almanac = Almanac(house, house.rules)
    await almanac.open()
    court = almanac.tell(date(2026, 7, 14))
    almanac.change_address(last_inbound_at=datetime(2026, 4, 1, tzinfo=UTC))
    almanac.move_to(almanac.reminders(court)["d7"])

    await almanac.sweep()
    await house.hear("1", person="+17135550123")
    await almanac.sweep(hours=1)

    assert almanac.said() == ["reminder.reconfirm", "reminder.neutral"]
