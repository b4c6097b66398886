"""Releases in a file of dates, as its pages tell them; the agenda with who did not answer; each look in the audit."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from conversation.messages import Channel
from store.agenda.import_file import write_template
from store.staff.staff import Role, Staff
from store.tables import Appointment, AuditEntry, PostedForm, Reminder
from store.tables.base import new_id
from tests.house import House
from tests.inbox_house import InboxHouse
from tests.unit.console.test_agenda_pages import HEADING, LINE, Browser


@pytest.fixture
def office(house: House) -> InboxHouse:
    return InboxHouse(house)


@pytest.fixture
def url(office: InboxHouse) -> Iterator[str]:
    with office.serving() as url:
        yield url


@pytest.fixture
def eva(office: InboxHouse) -> Staff:
    return office.add_staff("eva", "Eva", role=Role.SUPERVISOR)


def hand_in(browser: Browser, *releases: str) -> str:
    """Hand a file in; return its preview."""
    rows = [f"{LINE}{name},{day}" for name, day in zip(("Ana", "Luz"), releases, strict=False)]
    browser.get("/inbox/agenda/import")
    return browser.post("/inbox/agenda/import", file="\r\n".join([f"{HEADING},released_on", *rows]).encode()).text


def run(browser: Browser) -> str:
    return browser.post("/inbox/agenda/import/run", sealed=browser.field("sealed"), form_key=new_id()).text


def test_a_preview_shows_releases_and_what_is_wrong_with_them(office: InboxHouse, url: str, eva: Staff) -> None:
    office.open_case("Hola", person="+12125550142", channel=Channel.SMS)
    browser, today = Browser(office, url, eva), office.house.clock().date()

    preview = hand_in(browser, (today - timedelta(days=2)).isoformat(), (today + timedelta(days=9)).isoformat())
    kept_before = office.house.rows(select(Appointment))
    done = run(browser)

    assert "1 row tells a release" in preview
    assert "<code>released_on</code> is in the future" in preview
    assert kept_before == []
    assert "1 family is asked by text whether we may ask" in done
    assert sorted(office.house.rows(select(Appointment.kind))) == ["check_in", "court"]
    assert b"released_on" in write_template()


def test_a_cancelled_date_is_told_by_line_and_day(office: InboxHouse, url: str, eva: Staff) -> None:
    office.open_case("Hola", person="+12125550142", channel=Channel.SMS)
    browser, run_sync = Browser(office, url, eva), office.house.database.run_sync
    hand_in(browser, "")
    run(browser)
    run_sync(lambda session: session.execute(update(Appointment).values(status="cancelled")))
    run_sync(lambda session: session.execute(delete(PostedForm)))
    hand_in(browser, "")

    done = run(browser)

    assert "Line 2: cancelled on" in done
    assert "not brought back" in done
    assert office.house.rows(select(Appointment.status)) == ["cancelled"]


def test_the_agenda_shows_how_many_did_not_answer_after_release(office: InboxHouse, url: str, eva: Staff) -> None:
    case = office.open_case("Hola")
    keep_silent(office, case.conversation_id)
    reader, other = Browser(office, url, eva), office.add_staff("ad", "Ad", role=Role.ADMINISTRATOR)

    page = reader.get("/inbox/agenda").text

    assert "1 text after release without an answer" in page
    assert "Questions after release without an answer: 1" in page
    assert "/inbox/checkins" not in Browser(office, url, other).get("/inbox/agenda").text


@pytest.mark.parametrize(("path", "act"), [("/inbox/agenda", "agenda.read"), ("/inbox/checkins", "check_ins.list")])
def test_looking_at_a_list_is_written_down_once_in_a_quarter_of_an_hour(
    office: InboxHouse, url: str, path: str, act: str
) -> None:
    ana = office.add_staff("ana", "Ana")
    browser = Browser(office, url, ana)

    browser.get(path)
    browser.get(path)
    at_first = list_looks(office, act)
    office.house.later(16 * 60)
    browser.get(path)

    assert at_first == [ana.id]
    assert list_looks(office, act) == [ana.id] * 2


def test_other_days_of_the_agenda_are_another_look(office: InboxHouse, url: str) -> None:
    browser = Browser(office, url, office.add_staff("ana", "Ana"))

    for path in ("/inbox/agenda", "/inbox/agenda?show=open", "/inbox/agenda?days=7"):
        browser.get(path)

    assert len(list_looks(office, "agenda.read")) == 2


def list_looks(office: InboxHouse, act: str) -> list[str]:
    return office.house.rows(select(AuditEntry.actor).where(AuditEntry.act == act))


def keep_silent(office: InboxHouse, conversation_id: str | None) -> None:
    """Let a family not have answered the second text of a round."""
    house, now, release_id = office.house, office.house.clock(), new_id()
    release: dict[str, Any] = {
        "id": release_id, "organisation_id": house.organisation_id, "conversation_id": conversation_id,
        "kind": "check_in", "day": date(2026, 5, 25), "zone": "America/Chicago", "starts_at": now + timedelta(days=90),
        "source": "caseworker", "version": 1, "status": "planned", "created_at": now, "updated_at": now,
    }  # fmt: skip
    text = {
        "id": new_id(), "appointment_id": release_id, "version": 1, "step": "c3_again", "due_at": now,
        "status": "sent", "sent_at": now - timedelta(days=1),
    }  # fmt: skip
    house.database.run_sync(lambda session: session.execute(insert(Appointment).values(**release)))
    house.database.run_sync(lambda session: session.execute(insert(Reminder).values(**text)))
