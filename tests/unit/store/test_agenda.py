"""Dates as caseworkers keep and list them: who sees which, how it stands, and that two do not write over each other."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import select, update

from conversation.appointments.values import KnownAppointment
from service import wiring
from store.agenda.consents import find_last_word
from store.agenda.keeping import Keeper, Kept, Seen, cancel_date, drop_reminder, keep_date, release_reminder
from store.agenda.listing import AgendaDate, Range, count_standings, find_uncased, list_dates, list_of_conversation
from store.people import get_or_add_organisation
from store.reminders.acts import record_reminder_consent
from store.reminders.appointments import Teller, add_appointment
from store.reminders.sending import Sending
from store.staff.staff import Role, Staff
from store.tables import Appointment, AuditEntry, Case, Reminder
from tests.house import House
from tests.inbox_house import InboxHouse
from tests.reminders import with_texts

DAY = date(2026, 6, 20)
COURT = KnownAppointment("", "court", DAY, time(8, 30), "America/Chicago", "Houston")
ALWAYS = Range(date(2026, 1, 1), date(2027, 1, 1))
AGREED = {"who": "person", "how": "asked_by_call"}


class Office:
    """A house, a caseworker on a case of hers, and what they do to its dates."""

    def __init__(self, house: House) -> None:
        self.house, self.inbox = house, InboxHouse(house)
        self.ana = self.inbox.add_staff("ana", "Ana")
        self.bo = self.inbox.add_staff("bo", "Bo", disciplines=("health",))
        self.eva = self.inbox.add_staff("eva", "Eva", role=Role.SUPERVISOR)
        self.case = self.inbox.open_case("Hola", discipline="school", person="+17135550123")
        self.inbox.claim(self.case, self.ana)

    def run(self, act: Any) -> Any:
        return self.house.database.run_sync(act)

    def keep(self, told: KnownAppointment = COURT, *, by: Staff | None = None, **more: Any) -> Kept:
        keeper = Keeper(by or self.ana, self.case.id, self.house.clock())
        return self.run(lambda session: keep_date(session, self.house.vault, keeper, told, **more))  # type: ignore[no-any-return]

    def list(self, reader: Staff, wanted: Range = ALWAYS, **more: Any) -> list[AgendaDate]:
        values = {"limit": 50, **more}
        return self.run(lambda session: list_dates(session, self.house.vault, reader, wanted, **values))  # type: ignore[no-any-return]

    def seen(self) -> Seen:
        (one,) = self.run(
            lambda session: list_of_conversation(session, self.house.vault, self.case.conversation_id or "")
        )
        return Seen(one.known.id, one.mark)

    def add_elsewhere(self, organisation_id: str | None = None, person: str = "+17135550142") -> str:
        """Keep a date of somebody of whom there is no case."""
        entry = self.inbox.wait(self.house.hear("Hi", person=person))
        told = replace(COURT, kind="doctor")

        def add(session: Any) -> str:
            found = add_appointment(
                session, self.house.vault, entry.conversation_id, told, teller=Teller(), now=self.house.clock()
            )
            if organisation_id:
                session.execute(update(Appointment).values(organisation_id=organisation_id))
            return str(found)

        return str(self.run(add))


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


def test_a_date_a_caseworker_enters_is_kept_with_consent_and_written_down(office: Office) -> None:
    done = office.keep(agreed=AGREED)

    (row,) = office.house.rows(select(Appointment))
    word = office.run(lambda session: find_last_word(session, row.conversation_id))
    audit = office.house.rows(select(AuditEntry.act).where(AuditEntry.subject_kind == "appointment"))
    assert (done, row.source, row.told_by) == (Kept.DONE, "caseworker", office.ana.id)
    assert (word.is_agreed, word.details["who"], word.details["caseworker"]) == (True, "person", office.ana.id)
    assert office.house.case_events()[-1] == "date_added"
    assert audit == ["appointment.added"]
    assert len(office.house.rows(select(Reminder.id))) >= 4


def test_only_who_is_on_the_case_changes_its_dates(office: Office) -> None:
    office.keep()

    by_others = [office.keep(replace(COURT, at=time(9)), by=one) for one in (office.bo, office.eva)]

    assert by_others == [Kept.NOT_ALLOWED, Kept.NOT_ALLOWED]
    assert [one.known.at for one in office.list(office.ana)] == [time(8, 30)]


def test_of_two_corrections_made_from_the_same_page_the_second_changes_nothing(office: Office) -> None:
    office.keep()
    seen = office.seen()

    first = office.keep(replace(COURT, at=time(9)), seen=seen)
    second = office.keep(replace(COURT, at=time(13)), seen=seen)

    assert (first, second) == (Kept.DONE, Kept.STALE)
    assert [one.known.at for one in office.list(office.ana)] == [time(9)]


def test_what_a_correction_leaves_empty_holds_no_longer(office: Office) -> None:
    office.keep(replace(COURT, child="Kevin"))

    office.keep(replace(COURT, place=None, child=None), seen=office.seen())

    (one,) = office.list(office.ana)
    assert (one.known.place, one.known.child) == (None, None)


def test_a_cancelled_date_is_not_reminded_and_not_in_the_agenda(office: Office) -> None:
    office.keep(agreed=AGREED)
    keeper = Keeper(office.ana, office.case.id, office.house.clock())
    seen = office.seen()

    done = office.run(lambda session: cancel_date(session, keeper, seen))
    again = office.run(lambda session: cancel_date(session, keeper, seen))

    assert (done, again) == (Kept.DONE, Kept.STALE)
    assert set(office.house.rows(select(Reminder.status))) == {"dropped"}
    assert office.list(office.ana) == []


def test_the_agenda_shows_what_its_reader_may_see(office: Office, house: House) -> None:
    office.keep()
    uncased = office.add_elsewhere()

    seen = {name: len(office.list(getattr(office, name))) for name in ("ana", "bo", "eva")}
    admin = office.inbox.add_staff("ada", "Ada", role=Role.ADMINISTRATOR)

    assert seen == {"ana": 1, "bo": 0, "eva": 2}
    assert office.list(admin) == []
    assert office.run(lambda session: find_uncased(session, office.eva, uncased)) is not None
    assert office.run(lambda session: find_uncased(session, office.ana, uncased)) is None


def test_another_organisations_dates_are_nowhere(office: Office, house: House) -> None:
    other = house.database.run_sync(
        lambda session: get_or_add_organisation(session, "other", time_zone="America/New_York", now=house.clock())
    )
    uncased = office.add_elsewhere(other)

    assert office.list(office.eva) == []
    assert office.run(lambda session: count_standings(session, office.eva, ALWAYS)) == {}
    assert office.run(lambda session: find_uncased(session, office.eva, uncased)) is None


def test_an_agenda_may_be_of_one_worker_and_leads_to_the_case(office: Office) -> None:
    office.keep()
    office.add_elsewhere()

    of_ana = office.list(office.eva, replace(ALWAYS, worker_id=office.ana.id))
    of_bo = office.list(office.eva, replace(ALWAYS, worker_id=office.bo.id))

    assert [(one.case_code, one.owner_id) for one in of_ana] == [(office.case.code, office.ana.id)]
    assert of_bo == []


@pytest.mark.parametrize(
    ("status", "reminder", "standing"),
    [
        ("going", {"status": "sent"}, "going"),
        ("cannot", {}, "cannot"),
        ("planned", {"status": "sent"}, "silent"),
        ("planned", {"status": "sent", "replied_at": True}, "answered"),
        ("planned", {"status": "unreached"}, "unreached"),
        ("planned", {"status": "held", "reason": "claimed"}, "held"),
        ("planned", {"status": "held", "reason": "unconfirmed"}, "unconfirmed"),
        ("planned", {}, "planned"),
        ("missed", {"status": "sent"}, "missed"),
    ],
)
def test_how_a_date_stands_is_one_word(office: Office, status: str, reminder: dict[str, Any], standing: str) -> None:
    office.keep(agreed=AGREED)
    first = office.house.rows(select(Reminder).order_by(Reminder.due_at))[0]
    values = {**reminder, **({"replied_at": office.house.clock()} if reminder.get("replied_at") else {})}

    def change(session: Any) -> None:
        session.execute(update(Appointment).values(status=status))
        if values:
            session.execute(update(Reminder).where(Reminder.id == first.id).values(**values))

    office.run(change)

    assert office.run(lambda session: count_standings(session, office.ana, ALWAYS)) == {standing: 1}
    assert [one.standing for one in office.list(office.ana, replace(ALWAYS, standings=(standing,)))] == [standing]


def test_a_held_reminder_is_sent_or_dropped_by_who_has_the_case_alone(office: Office) -> None:
    office.keep(agreed=AGREED)
    first, second = office.house.rows(select(Reminder).order_by(Reminder.due_at))[:2]
    held = update(Reminder).values(status="held", reason="claimed")
    office.run(lambda session: session.execute(held.where(Reminder.id.in_([first.id, second.id]))))
    rules = with_texts(office.house.rules)
    sending = Sending(office.house.vault, office.house.queue, wiring.split_body, rules)
    ana, bo = (Keeper(one, office.case.id, office.house.clock()) for one in (office.ana, office.bo))

    by_bo = office.run(lambda session: release_reminder(session, sending, bo, first.id))
    sent = office.run(lambda session: release_reminder(session, sending, ana, first.id))
    again = office.run(lambda session: release_reminder(session, sending, ana, first.id))
    dropped = office.run(lambda session: drop_reminder(session, ana, second.id))

    assert (by_bo, sent, again, dropped) == (Kept.NOT_ALLOWED, Kept.DONE, Kept.STALE, Kept.DONE)
    assert [office.house.get(Reminder, one.id).status for one in (first, second)] == ["queued", "dropped"]
    assert office.house.case_events()[-2:] == ["reminder_sent", "reminder_dropped"]


def test_a_reminder_of_another_case_is_out_of_reach(office: Office) -> None:
    office.keep(agreed=AGREED)
    other = office.inbox.open_case("Hi", discipline="health", person="+17135550142")
    office.inbox.claim(other, office.bo)
    reminder = office.house.rows(select(Reminder))[0]
    office.run(lambda session: session.execute(update(Reminder).values(status="held", reason="claimed")))

    done = office.run(
        lambda session: drop_reminder(session, Keeper(office.bo, other.id, office.house.clock()), reminder.id)
    )

    assert done is Kept.NOT_ALLOWED
    assert office.house.get(Reminder, reminder.id).status == "held"


def test_no_date_of_a_closed_case_is_changed(office: Office) -> None:
    office.run(lambda session: session.execute(update(Case).values(status="closed")))

    assert office.keep() is Kept.NOT_ALLOWED


def test_a_release_is_no_date_of_the_agenda(office: Office) -> None:
    office.keep()
    office.run(lambda session: session.execute(update(Appointment).values(kind="check_in")))

    conversation_id = office.case.conversation_id or ""

    assert office.list(office.eva) == []
    assert office.run(lambda session: list_of_conversation(session, office.house.vault, conversation_id)) == []


def test_dates_come_nearest_first_and_in_pages(office: Office) -> None:
    for day in (22, 20, 21):
        office.keep(replace(COURT, day=date(2026, 6, day)))

    first = office.list(office.ana, limit=2)
    second = office.list(office.ana, limit=2, offset=2)

    assert [one.known.day.day for one in (*first, *second)] == [20, 21, 22]


def test_a_consent_may_be_taken_back_and_the_last_word_holds(office: Office) -> None:
    office.keep(agreed=AGREED)
    office.house.later(60)
    conversation_id = office.case.conversation_id or ""

    office.run(
        lambda session: record_reminder_consent(
            session, conversation_id, act="revoked", source="told", wording=None, language="en", message_id=None,
            now=office.house.clock(),
        )
    )  # fmt: skip

    word = office.run(lambda session: find_last_word(session, conversation_id))
    assert not word.is_agreed
