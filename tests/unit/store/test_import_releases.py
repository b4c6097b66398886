"""A row of a file of dates may tell a release, opt-in as everywhere; and an old file brings no cancelled date back."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from store.agenda.import_file import Line
from store.agenda.import_report import BadRow, GoodRow
from store.agenda.import_rows import judge_row
from store.agenda.importing import Imported
from store.check_ins.rounds import is_own_phone
from store.reminders.appointments import CASEWORKER, Teller, add_appointment
from store.tables import Appointment, Consent, Conversation, OutboxEntry, PostedForm, Reminder
from tests.fakes import START
from tests.house import House
from tests.unit.store.test_agenda_import import GOOD, JUDGE, ROW, Import

RELEASED = START.date() - timedelta(days=2)


@pytest.fixture
def desk(house: House) -> Import:
    return Import(house)


def judge(**changes: str) -> GoodRow:
    row = judge_row(Line(2, {**ROW, "released_on": RELEASED.isoformat(), **changes}), JUDGE)
    assert isinstance(row, GoodRow)
    return row


def releases(desk: Import) -> list[date]:
    return desk.house.rows(select(Appointment.day).where(Appointment.kind == "check_in"))


def change(desk: Import, statement: Any) -> None:
    desk.house.database.run_sync(lambda session: session.execute(statement))


def test_a_release_of_a_row_is_asked_about_once_with_who_agreed_and_nothing_more_goes(desk: Import) -> None:
    done = desk.run(judge())

    assert done == Imported(kept=1, asked=1)
    assert releases(desk) == [RELEASED]
    (consent,) = desk.house.rows(select(Consent).where(Consent.kind == "check_ins"))
    assert (consent.act, consent.source) == ("asked", "import")
    assert consent.details == {"who": "other", "how": "in_person", "phone": "sponsor"}
    steps = select(Reminder.step).join(Appointment, Appointment.id == Reminder.appointment_id)
    assert desk.house.rows(steps.where(Appointment.kind == "check_in")) == ["invite"]
    assert desk.count(OutboxEntry) == 0


@pytest.mark.parametrize("cell", ["", None])
def test_without_a_release_nobody_is_asked(desk: Import, cell: str | None) -> None:
    row = judge(released_on="") if cell == "" else GOOD

    assert desk.run(row) == Imported(kept=1)
    assert releases(desk) == []


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("soon", "no_day"),
        ((START.date() + timedelta(days=3)).isoformat(), "not_yet"),
        ((START.date() - timedelta(days=92)).isoformat(), "long_ago"),
    ],
)
def test_a_release_that_cannot_be_is_named(cell: str, fault: str) -> None:
    judged = judge_row(Line(2, {**ROW, "released_on": cell}), JUDGE)

    assert isinstance(judged, BadRow)
    assert [(one.column, one.fault.value) for one in judged.problems] == [("released_on", fault)]


def test_a_release_told_later_of_a_date_that_is_known_begins_all_the_same(desk: Import) -> None:
    desk.run(GOOD)

    assert desk.run(judge()) == Imported(same=1, asked=1)


def test_a_release_that_is_written_down_is_not_changed_by_a_file(desk: Import) -> None:
    desk.run(judge())
    earlier = judge(released_on=(RELEASED - timedelta(days=9)).isoformat())

    assert desk.run(earlier) == Imported(same=1, known=1)
    assert releases(desk) == [RELEASED]


def test_who_has_said_no_to_questions_is_not_asked_by_a_file(desk: Import) -> None:
    desk.run(judge())
    change(desk, update(Consent).where(Consent.kind == "check_ins").values(act="revoked"))
    change(desk, delete(Reminder).where(Reminder.step == "invite"))
    change(desk, delete(Appointment).where(Appointment.kind == "check_in"))

    assert desk.run(judge(time="")) == Imported(same=1, unasked=1)
    assert releases(desk) == []


@pytest.mark.parametrize(("role", "is_own"), [(None, True), ("youth", True), ("sponsor", False)])
def test_a_phone_is_a_youths_own_by_a_file_only_where_nothing_else_is_known(
    desk: Import, role: str | None, is_own: bool
) -> None:
    desk.run(GOOD)
    change(desk, update(Conversation).values(role=role))

    desk.run(judge(phone_of="youth", consent_by="youth"))

    (conversation_id,) = desk.house.rows(select(Conversation.id))
    assert desk.house.database.run_sync(lambda session: is_own_phone(session, conversation_id)) is is_own


def test_an_old_file_does_not_bring_a_cancelled_date_back(desk: Import) -> None:
    assert isinstance(GOOD, GoodRow)
    desk.run(GOOD)
    change(desk, update(Appointment).values(status="cancelled"))
    cancelled_at = desk.house.rows(select(Appointment.updated_at))[0]
    change(desk, delete(PostedForm))  # the row is not known any more

    done = desk.run(replace(judge(), line=7))

    assert [(one.line, one.at) for one in done.cancelled] == [(7, cancelled_at)]
    assert done == Imported(cancelled=done.cancelled)
    assert desk.house.rows(select(Appointment.status)) == ["cancelled"]
    assert desk.count(Consent) == 1


def test_another_hour_or_another_child_is_another_date_than_the_cancelled_one(desk: Import) -> None:
    first = judge(name="Ana", released_on="")
    desk.run(first)
    change(desk, update(Appointment).values(status="cancelled"))

    assert desk.run(judge(name="Ana", released_on="", time="10:00 AM")).kept == 1
    assert desk.run(judge(name="Kevin", released_on="")).kept == 1


def test_a_date_that_was_entered_anew_after_it_was_cancelled_is_known(desk: Import) -> None:
    assert isinstance(GOOD, GoodRow)
    desk.run(GOOD)
    change(desk, update(Appointment).values(status="cancelled"))
    change(desk, delete(PostedForm))
    (conversation_id,) = desk.house.rows(select(Conversation.id))
    vault, now, told = desk.house.vault, desk.house.clock(), GOOD.told
    desk.house.database.run_sync(
        lambda session: add_appointment(session, vault, conversation_id, told, teller=Teller(CASEWORKER), now=now)
    )

    assert desk.run(GOOD) == Imported(same=1)
    assert sorted(desk.house.rows(select(Appointment.status))) == ["cancelled", "planned"]
