"""One reminder: sent once, neutral, to who agreed; void when its date changes."""

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select

from conversation.appointments.values import Act
from conversation.messages import Author, Command
from store.people import get_address_of, record_consent
from store.reminders import acts
from store.reminders.appointments import Teller, change_appointment
from store.reminders.facts import REVOKED
from store.reminders.known import find_known
from store.reminders.states import Reason
from store.tables import Appointment, Message, OpenQuestionRow, OutboxEntry, Reminder
from tests.house import House
from tests.reminders import Almanac, decide

COURT_DAY = date(2026, 7, 14)


@pytest.fixture
async def almanac(house: House) -> Almanac:
    almanac = Almanac(house)
    await almanac.open()
    return almanac


async def test_a_date_is_reminded_at_each_step_with_one_neutral_text(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    almanac.change_address(last_inbound_at=datetime(2026, 7, 1, tzinfo=UTC))

    for step in ("d14", "d7", "d2", "d1"):
        almanac.move_to(almanac.reminders(court)[step])
        await almanac.sweep()
        await almanac.sweep()

    assert almanac.said() == ["reminder.neutral"] * 4
    assert almanac.states(court) == {
        "d14": "queued", "d7": "queued", "d2": "queued", "d1": "queued", "again": "planned", "eve": "planned",
    }  # fmt: skip


async def test_the_text_is_neutral_and_leaves_the_question_behind_it_open(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    almanac.move_to(almanac.reminders(court)["d14"])

    await almanac.sweep()

    message = almanac.house.rows(select(Message).where(Message.answer == "reminder.neutral"))[0]
    question = almanac.house.rows(select(OpenQuestionRow))[0]
    assert message.author == Author.SYSTEM
    assert "ourt" not in almanac.house.vault.open(message.body_sealed, "message.body")
    assert (question.kind, question.choices[-2]) == ("reminder_details", court)


async def test_who_wants_full_texts_gets_what_it_is_and_is_told_to_look_on_the_day_before(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    decide(almanac, Act.FULL)
    almanac.change_address(last_inbound_at=datetime(2026, 7, 1, tzinfo=UTC))

    for step in ("d7", "d1"):
        almanac.move_to(almanac.reminders(court)[step])
        await almanac.sweep()

    assert almanac.said() == ["reminder.court", "reminder.choices", "reminder.day_before", "reminder.choices"]
    assert almanac.house.rows(select(OpenQuestionRow.kind)) == ["reminder"]


async def test_only_a_court_date_is_looked_up_at_the_courts_line(almanac: Almanac) -> None:
    doctor = almanac.tell(COURT_DAY, kind="doctor")
    decide(almanac, Act.FULL)
    almanac.change_address(last_inbound_at=datetime(2026, 7, 1, tzinfo=UTC))
    almanac.move_to(almanac.reminders(doctor)["d1"])

    await almanac.sweep()

    assert almanac.said() == ["reminder.doctor", "reminder.choices"]


async def test_a_private_phone_gets_neutral_texts_whatever_was_wished(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    decide(almanac, Act.FULL)
    almanac.change_address(private=True)
    almanac.move_to(almanac.reminders(court)["d14"])

    await almanac.sweep()

    assert almanac.said() == ["reminder.neutral"]


async def test_nothing_goes_after_stop(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    house, now = almanac.house, almanac.house.clock()
    known = almanac.run(lambda session: get_address_of(session, house.vault, almanac.conversation_id))
    stop = {"source": "keyword", "language": "en", "message_id": None, "now": now}
    almanac.run(lambda session: record_consent(session, known, Command.STOP, **stop))

    almanac.move_to(almanac.reminders(court)["d14"])
    await almanac.sweep()

    assert almanac.said() == []
    assert almanac.reminders(court)["d14"].reason == Reason.STOPPED


async def test_without_consent_or_after_its_end_nothing_goes(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    almanac.house.later(60)
    revoked = {"act": REVOKED, "source": "told", "wording": None, "language": "en", "message_id": None}
    now = almanac.house.clock()
    almanac.run(lambda session: acts.record_reminder_consent(session, almanac.conversation_id, now=now, **revoked))

    almanac.move_to(almanac.reminders(court)["d14"])
    await almanac.sweep()

    assert almanac.said() == []
    assert almanac.reminders(court)["d14"].reason == Reason.NO_CONSENT


async def test_a_changed_date_makes_the_old_reminders_void_even_in_line(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    almanac.move_to(almanac.reminders(court)["d14"])
    await almanac.sweep()
    house = almanac.house

    known = almanac.run(lambda s: find_known(s, house.vault, almanac.conversation_id, house.clock()))[0]
    later = type(known)("", known.kind, date(2026, 8, 20), time(13), known.zone)
    where = (almanac.conversation_id, court, later)
    almanac.run(lambda s: change_appointment(s, house.vault, *where, teller=Teller(), now=house.clock()))

    old = house.rows(select(Reminder).where(Reminder.appointment_id == court, Reminder.version == 1))
    assert {one.status for one in old} == {"dropped"}
    assert house.rows(select(OutboxEntry.status).where(OutboxEntry.reason == Reason.CHANGED)) == ["dropped"]
    assert list(almanac.states(court)) == ["d14", "d7", "d2", "d1", "day"]
    assert (
        almanac.run(lambda s: find_known(s, house.vault, almanac.conversation_id, house.clock()))[0].place == "Houston"
    )


async def test_the_same_date_told_twice_is_kept_once(almanac: Almanac) -> None:
    first = almanac.tell(COURT_DAY, None)

    second = almanac.tell(COURT_DAY, time(9))

    assert first == second
    assert almanac.house.rows(select(Appointment.at_minutes)) == [540]


async def test_two_children_have_two_dates_reminded_an_hour_apart(almanac: Almanac) -> None:
    kevin, ana = almanac.tell(COURT_DAY, child="Kevin"), almanac.tell(COURT_DAY, child="Ana")
    almanac.move_to(almanac.reminders(kevin)["d14"])

    await almanac.sweep()
    both = sorted([almanac.states(kevin)["d14"], almanac.states(ana)["d14"]])
    await almanac.sweep(hours=1)

    assert both == ["planned", "queued"]
    assert almanac.states(kevin)["d14"] == almanac.states(ana)["d14"] == "queued"
