"""Dates beside everything else: a decision writes them, an order to forget and the clock delete them, keys rotate."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from conversation.appointments.values import Act, AppointmentAct, KnownAppointment
from conversation.messages import Decision, Kind, Memory
from service.care import after_restore
from service.settings import Settings
from service.watching.alerting import judge
from service.watching.metrics import render_state
from service.watching.surroundings import Surroundings
from store.decisions import DecisionWriter
from store.forgetting.erasure import order_erasure_of
from store.forgetting.expiry import PURGES
from store.forgetting.periods import Periods
from store.inbox import find_undecided
from store.reminders.appointments import MOST
from store.reminders.rows import CHILD, PLACE
from store.sealing.rotation import find_sealed_columns
from store.sql.reader import Reader
from store.state import LATE, read_state
from store.tables import Appointment, Consent, Conversation, Reminder
from tests.house import House
from tests.reminders import Almanac

DAY = date(2026, 7, 14)
TOLD = KnownAppointment("", "court", DAY, time(8, 30), "America/Chicago", "Houston", "Kevin")


@pytest.fixture
async def almanac(house: House) -> Almanac:
    almanac = Almanac(house)
    await almanac.open()
    return almanac


@pytest.fixture
def reader(house: House) -> Iterator[Reader]:
    reader = Reader(str(house.database.engine.url))
    yield reader
    reader.close()


async def write(almanac: Almanac, act: AppointmentAct, *, days: tuple[int, ...] = (7, 1)) -> Memory:
    """Write a decision with an act; return what the next message is decided with."""
    house = almanac.house
    inbox_id = await house.receive("1", person="+17135550123")
    heard = almanac.run(lambda session: find_undecided(session, house.vault, inbox_id))
    decision = Decision(Kind.ANSWER, "en", (), heard.memory, appointments=(act,))
    writer = DecisionWriter(house.vault, house.queue, lambda _body, _channel: [], reminder_days=days)
    almanac.run(lambda session: writer.write(session, inbox_id, heard, decision, house.clock()))
    after = await house.receive("and now?", person="+17135550123")
    return almanac.run(lambda session: find_undecided(session, house.vault, after)).memory  # type: ignore[no-any-return]


async def test_a_decision_keeps_the_date_its_reminders_and_the_consent(almanac: Almanac) -> None:
    memory = await write(almanac, AppointmentAct(Act.ADD, values=TOLD, consent="reminder.confirm"))

    kept = memory.appointments[0]
    consent = almanac.house.rows(select(Consent).where(Consent.kind == "reminders"))
    assert (kept.kind, kept.day, kept.at, kept.place, kept.child) == ("court", DAY, time(8, 30), "Houston", "Kevin")
    assert list(almanac.states(kept.id)) == ["d7", "d1"]
    assert [(one.act, one.wording) for one in consent] == [("agreed", "reminder.confirm")]
    assert consent[0].message_id is not None


async def test_a_decision_that_fails_keeps_neither(almanac: Almanac) -> None:
    broken = AppointmentAct(Act.ADD, values=KnownAppointment("", "court", DAY, None, "No/Where"))

    with pytest.raises(KeyError):
        await write(almanac, broken)

    assert almanac.house.rows(select(Appointment.id)) == []


async def test_full_texts_are_remembered_and_taken_back(almanac: Almanac) -> None:
    full = await write(almanac, AppointmentAct(Act.FULL))
    neutral = await write(almanac, AppointmentAct(Act.NEUTRAL))

    assert (full.full_reminders, neutral.full_reminders) == (True, False)


async def test_a_missed_date_that_we_did_not_know_is_kept_as_missed(almanac: Almanac) -> None:
    past = KnownAppointment("", "court", date(2026, 5, 29), None, "America/Chicago", status="missed")

    memory = await write(almanac, AppointmentAct(Act.MISSED, values=past))

    assert [one.status for one in memory.appointments] == ["missed"]
    assert almanac.house.rows(select(Reminder.id)) == []


async def test_more_dates_than_a_person_can_mean_bring_a_person(almanac: Almanac) -> None:
    for place in range(MOST):
        almanac.tell(DAY + timedelta(days=place))

    await write(almanac, AppointmentAct(Act.ADD, values=replace(TOLD, day=DAY + timedelta(days=40))))

    assert len(almanac.house.rows(select(Appointment.id))) == MOST
    assert [case.reason for case in almanac.house.cases()] == ["too_many_dates"]


async def test_names_and_places_are_sealed_and_found_by_the_rotation(almanac: Almanac) -> None:
    almanac.tell(DAY, child="Kevin")

    row = almanac.house.rows(select(Appointment))[0]
    assert b"Kevin" not in row.child_sealed
    assert b"Houston" not in row.place_sealed
    assert {PLACE, CHILD} <= {one.context for one in find_sealed_columns()}


async def test_an_order_to_forget_deletes_dates_at_once(almanac: Almanac) -> None:
    almanac.tell(DAY)
    almanac.change_conversation(full_reminders=True)

    now = almanac.house.clock()
    almanac.run(lambda session: order_erasure_of(session, almanac.conversation_id, None, now=now))

    assert almanac.house.rows(select(Appointment.id)) == []
    assert almanac.house.rows(select(Reminder.id)) == []
    assert almanac.house.rows(select(Conversation.full_reminders)) == [False]


async def test_a_silent_conversation_is_kept_while_its_date_is_to_come_and_goes_after_it(almanac: Almanac) -> None:
    almanac.tell(date(2026, 12, 1))

    purge(almanac, datetime(2026, 11, 25, tzinfo=UTC))
    before = len(almanac.house.rows(select(Conversation.id)))
    purge(almanac, datetime(2027, 1, 2, tzinfo=UTC))

    assert before == 1
    assert almanac.house.rows(select(Appointment.id)) == almanac.house.rows(select(Conversation.id)) == []


async def test_after_a_restore_nothing_that_was_due_is_sent_again(almanac: Almanac) -> None:
    court = almanac.tell(DAY)
    almanac.at(2026, 7, 8, 16)
    now, vault = almanac.house.clock(), almanac.house.vault

    almanac.run(lambda session: after_restore.settle(session, vault, is_danger=lambda _: False, now=now))
    await almanac.sweep()

    assert almanac.said() == []
    assert almanac.states(court) == {
        "d14": "dropped", "d7": "dropped", "d2": "planned", "d1": "planned", "eve": "planned",
    }  # fmt: skip


async def test_reminders_that_do_not_go_raise_an_alert_and_are_counted(almanac: Almanac, reader: Reader) -> None:
    court = almanac.tell(DAY)
    almanac.move_to(almanac.reminders(court)["d14"])
    now = almanac.house.clock()

    early = reader.run_sync(lambda session: read_state(session, now))
    late = reader.run_sync(lambda session: read_state(session, now + timedelta(minutes=31)))

    around = Surroundings(keys_usable=True, disk_free_bytes=10**12, backup_age_s=None)
    assert LATE not in early.reminders
    assert "reminders_late" in [one.code for one in judge(late, around, Settings(), up_s=1.0)]
    assert 'puente_reminders{status="late"} 1.0' in render_state(late, around)


def purge(almanac: Almanac, now: datetime) -> None:
    for one in PURGES:
        almanac.run(lambda session, one=one: one.step(session, "", periods=Periods(), now=now, dry_run=False))


def test_the_settings_of_days_are_read(tmp_path: Path) -> None:
    from service.settings import read_settings

    settings = read_settings({"REMINDER_DAYS": "10, 3,0"}, env_file=tmp_path / "none")

    assert settings.reminder_days == (10, 3, 0)
