"""A reminder beside a caseworker, danger, another question, or a number that nobody knows."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from conversation.appointments.values import Act
from conversation.messages import Handoff, Urgency
from store.reminders import holding
from store.reminders.due import find_silent
from store.reminders.states import Reason
from store.tables import Case, CaseEvent
from store.tables.base import new_id
from tests.house import House
from tests.reminders import Almanac, ask, decide, open_case

COURT_DAY = date(2026, 7, 14)


@pytest.fixture
async def almanac(house: House) -> Almanac:
    almanac = Almanac(house)
    await almanac.open()
    return almanac


async def test_a_claimed_case_holds_it_for_the_owner_and_shows_that(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    open_case(almanac, "claimed")
    almanac.move_to(almanac.reminders(court)["d14"])

    await almanac.sweep()

    assert almanac.said() == []
    assert almanac.reminders(court)["d14"].reason == Reason.CLAIMED
    assert "reminder_held" in almanac.house.rows(select(CaseEvent.kind))


async def test_held_too_long_it_goes_out_by_itself_past_the_owner(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    open_case(almanac, "claimed")
    almanac.move_to(almanac.reminders(court)["d14"])
    await almanac.sweep()
    almanac.house.queue.pieces.clear()

    await almanac.sweep(hours=3.9)
    too_early = almanac.said()
    await almanac.sweep(hours=0.2)
    await almanac.house.send_all()

    assert too_early == []
    assert almanac.said() == ["reminder.neutral"]
    assert len(almanac.house.sender.texts) == 1


async def test_its_owner_sends_or_drops_what_is_held(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    open_case(almanac, "claimed")
    almanac.move_to(almanac.reminders(court)["d14"])
    await almanac.sweep()
    first = almanac.reminders(court)["d14"].id
    now, owner = almanac.house.clock(), new_id()

    almanac.run(lambda s: holding.release_by_owner(s, almanac.sending, first, caseworker_id=owner, now=now))
    dropped = almanac.run(lambda s: holding.drop_by_owner(s, first, caseworker_id=owner, now=now))

    assert almanac.states(court)["d14"] == "queued"
    assert not dropped


async def test_what_a_claim_stopped_in_line_is_held_and_not_lost(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    almanac.move_to(almanac.reminders(court)["d14"])
    await almanac.sweep()
    open_case(almanac, "claimed")

    await almanac.house.send_all()
    await almanac.sweep()

    assert almanac.house.sender.texts == []
    assert almanac.reminders(court)["d14"].reason == Reason.CLAIMED


async def test_when_the_case_is_closed_what_it_held_is_due_again(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    open_case(almanac, "claimed")
    almanac.move_to(almanac.reminders(court)["d14"])
    await almanac.sweep()

    almanac.run(lambda session: session.execute(update(Case).values(status="closed")))
    await almanac.sweep()
    await almanac.sweep()

    assert almanac.states(court)["d14"] == "queued"


async def test_no_reminder_goes_on_top_of_danger(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    open_case(almanac, "waiting", Handoff("safety.suicide", "safety", Urgency.PAGE_NOW, "danger"))
    almanac.move_to(almanac.reminders(court)["d14"])

    await almanac.sweep()
    await almanac.sweep(hours=5)

    assert almanac.said() == []
    assert almanac.reminders(court)["d14"].reason == Reason.DANGER


async def test_the_question_whether_to_erase_is_never_covered(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    due = almanac.reminders(court)["d14"].due_at
    ask(almanac, "erase", due + timedelta(minutes=40))
    almanac.move_to(almanac.reminders(court)["d14"])

    await almanac.sweep()
    before = almanac.said()
    await almanac.sweep(hours=1)

    assert before == []
    assert almanac.said() == ["reminder.neutral"]


async def test_a_message_without_its_decision_goes_first(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    almanac.move_to(almanac.reminders(court)["d14"])
    await almanac.house.receive("1", person="+17135550123")

    await almanac.sweep()

    assert almanac.said() == []
    assert almanac.states(court)["d14"] == "planned"


async def test_a_silent_number_is_asked_before_any_date_is_sent(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    almanac.change_address(last_inbound_at=datetime(2026, 4, 1, tzinfo=UTC))
    almanac.move_to(almanac.reminders(court)["d14"])

    await almanac.sweep()
    await almanac.sweep(hours=1)
    asked = almanac.said()
    decide(almanac, Act.RECONFIRMED, court)
    almanac.change_address(last_inbound_at=almanac.house.clock())
    await almanac.sweep(hours=1)

    assert asked == ["reminder.reconfirm"]
    assert almanac.said() == ["reminder.reconfirm", "reminder.neutral"]


async def test_a_number_that_nobody_confirms_is_told_to_a_person_before_the_day(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    almanac.change_address(last_inbound_at=datetime(2026, 4, 1, tzinfo=UTC))
    for step in ("d14", "d7", "d2"):
        almanac.move_to(almanac.reminders(court)[step])
        await almanac.sweep()

    await almanac.sweep(hours=12)

    assert almanac.said() == ["reminder.reconfirm"]
    assert [(case.discipline, case.urgency) for case in almanac.house.cases()] == [("legal", "same_day")]


async def test_no_answer_on_the_day_before_is_followed_by_one_more_text_and_then_by_the_list(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY, time(13))
    almanac.change_address(last_inbound_at=datetime(2026, 7, 1, tzinfo=UTC))
    almanac.move_to(almanac.reminders(court)["d1"])
    await almanac.sweep()

    await almanac.sweep(hours=4)
    await almanac.sweep(hours=4)

    organisation = almanac.house.organisation_id
    silent = almanac.run(lambda session: find_silent(session, organisation, COURT_DAY))
    assert almanac.said() == ["reminder.neutral", "reminder.again"]
    assert [(one.appointment_id, one.why) for one in silent] == [(court, "silent")]


async def test_whoever_answers_is_not_asked_again_and_not_on_the_list(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY, time(13))
    almanac.change_address(last_inbound_at=datetime(2026, 7, 1, tzinfo=UTC))
    reminder = almanac.reminders(court)["d1"]
    almanac.move_to(reminder)
    await almanac.sweep()

    decide(almanac, Act.GOING, court, reminder_id=reminder.id)
    await almanac.sweep(hours=4)

    organisation = almanac.house.organisation_id
    assert almanac.said() == ["reminder.neutral"]
    assert almanac.reminders(court)["d1"].replied_at is not None
    assert almanac.run(lambda session: find_silent(session, organisation, COURT_DAY)) == []


@pytest.mark.parametrize("act", [Act.CANNOT, Act.AFRAID, Act.CANCEL, Act.MISSED])
async def test_after_an_answer_that_ends_it_nothing_more_is_sent(almanac: Almanac, act: Act) -> None:
    court = almanac.tell(COURT_DAY)

    decide(almanac, act, court)
    almanac.at(2026, 7, 13, 16)
    await almanac.sweep()

    assert almanac.said() == []
    assert set(almanac.states(court).values()) == {"dropped"}


async def test_an_act_on_the_date_of_another_conversation_changes_nothing(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    await almanac.open(person="+17135550124")

    decide(almanac, Act.CANCEL, court)

    assert set(almanac.states(court).values()) == {"planned"}
