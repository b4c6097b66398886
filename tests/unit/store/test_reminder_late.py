"""Reminders after an outage, without a text, undelivered, past; and which goes first."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update

from conversation.appointments.values import AppointmentStatus
from store.reminders.appointments import end_appointment
from store.reminders.due import find_due
from store.reminders.known import find_known
from store.reminders.states import Reason
from store.tables import Appointment, OutboxEntry
from tests.house import House
from tests.reminders import TEXTS, Almanac, with_texts

COURT_DAY = date(2026, 7, 14)


@pytest.fixture
async def almanac(house: House) -> Almanac:
    almanac = Almanac(house)
    await almanac.open()
    return almanac


async def test_after_a_week_of_outage_the_nearest_still_useful_one_goes_and_no_other(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    almanac.change_address(last_inbound_at=datetime(2026, 6, 20, tzinfo=UTC))
    almanac.at(2026, 7, 8, 15)

    await almanac.sweep()

    assert almanac.states(court) == {
        "d14": "dropped", "d7": "queued", "d2": "planned", "d1": "planned", "eve": "planned",
    }  # fmt: skip
    assert almanac.said() == ["reminder.neutral"]


async def test_when_the_whole_date_fell_into_the_outage_a_person_is_told_once(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    almanac.at(2026, 7, 16, 15)

    await almanac.sweep()

    assert almanac.said() == []
    assert sorted(almanac.states(court).values()) == ["late"] * 4 + ["told"]
    assert [case.discipline for case in almanac.house.cases()] == ["legal"]


async def test_without_a_text_that_may_be_sent_a_person_is_told(house: House) -> None:
    texts = {name: text for name, text in TEXTS.items() if name != "reminder.neutral"}
    almanac = Almanac(house, with_texts(house.rules, texts))
    await almanac.open()
    court = almanac.tell(COURT_DAY)
    almanac.move_to(almanac.reminders(court)["d14"])

    await almanac.sweep()

    assert almanac.reminders(court)["d14"].reason == Reason.NO_TEXT
    assert len(house.cases()) == 1


async def test_a_text_that_did_not_arrive_shortly_before_court_brings_a_lawyer(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    almanac.change_address(last_inbound_at=datetime(2026, 7, 1, tzinfo=UTC))
    almanac.move_to(almanac.reminders(court)["d1"])
    await almanac.sweep()

    almanac.run(lambda session: session.execute(update(OutboxEntry).values(status="undelivered")))
    await almanac.sweep()

    assert almanac.states(court)["d1"] == "unreached"
    assert [case.discipline for case in almanac.house.cases()] == ["legal"]


async def test_the_nearest_date_goes_first_and_a_full_line_takes_no_more(almanac: Almanac) -> None:
    late, near = almanac.tell(date(2026, 7, 15)), almanac.tell(COURT_DAY)
    almanac.at(2026, 7, 2, 16)
    now = almanac.house.clock()

    one = almanac.run(lambda session: find_due(session, now, per_sender=1))
    both = almanac.run(lambda session: find_due(session, now, per_sender=9))

    assert one == [almanac.reminders(near)["d14"].id]
    assert both[1] == almanac.reminders(late)["d14"].id


async def test_a_date_whose_day_is_over_is_past(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    known = lambda: almanac.run(  # noqa: E731
        lambda s: find_known(s, almanac.house.vault, almanac.conversation_id, almanac.house.clock())
    )

    almanac.at(2026, 7, 16, 15)
    await almanac.sweep()

    assert almanac.house.get(Appointment, court).status == AppointmentStatus.PAST
    assert [one.id for one in known()] == [court]


async def test_an_ended_date_is_never_sent_although_a_worker_had_found_it_due(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    almanac.move_to(almanac.reminders(court)["d14"])
    now = almanac.house.clock()
    found = almanac.run(lambda session: find_due(session, now, per_sender=9))
    status, reason = AppointmentStatus.CANCELLED, Reason.CANCELLED
    almanac.run(lambda s: end_appointment(s, almanac.conversation_id, court, status, reason=reason, now=now))

    await almanac.sweep()

    assert len(found) == 1
    assert almanac.said() == []
