"""A release is written down on the page of a case; what families answered is counted for supervisors alone."""

import csv
import io
from datetime import timedelta
from html import unescape

import pytest
import requests
from sqlalchemy import insert, select

from console.check_ins.page import write_csv
from store.check_ins.results import RoundCounts
from store.staff.staff import Role, Staff
from store.tables import Appointment, AuditEntry, Case, CaseEvent, CheckInAnswer, Consent, Reminder
from store.tables.base import new_id
from tests.inbox_house import InboxHouse
from tests.unit.console.test_inbox_forms import Browser

FORM = {"zone": "America/Chicago", "whose": "sponsor", "who": "sponsor", "how": "phone"}


def release(browser: Browser, office: InboxHouse, *, days_ago: int = 1, **form: str) -> str:
    day = (office.house.clock() - timedelta(days=days_ago)).date().isoformat()
    return browser.post("release", released_on=day, **{**FORM, **form}).text


def test_a_release_is_kept_with_who_agreed_and_is_in_the_timeline_and_the_audit(
    office: InboxHouse, ana: Staff, address: str, case: Case
) -> None:
    browser = Browser(office, ana, address, case.code)

    page = release(browser, office, whose="youth")

    rows = office.house.rows
    assert "One text asks whether we may ask" in page
    assert rows(select(Appointment.kind)) == ["check_in"]
    assert rows(select(Reminder.step)) == ["invite"]
    assert rows(select(Consent.details).where(Consent.kind == "check_ins")) == [
        {"who": "sponsor", "how": "phone", "phone": "youth"}
    ]
    assert "release_noted" in rows(select(CaseEvent.kind))
    assert "release.started" in rows(select(AuditEntry.act))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"days_ago": -3}, "That day has not come yet"),
        ({"days_ago": 400}, "too long ago"),
        ({"zone": "Mars/Base"}, "cannot be read"),
        ({"who": ""}, "cannot be read"),
        ({"whose": "everybody"}, "cannot be read"),
    ],
    ids=["in the future", "long ago", "no such zone", "nobody agreed", "no such phone"],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(
    office: InboxHouse, ana: Staff, address: str, case: Case, form: dict[str, str], said: str
) -> None:
    page = release(Browser(office, ana, address, case.code), office, **form)  # type: ignore[arg-type]

    assert said in unescape(page)
    assert office.house.rows(select(Appointment)) == []


def test_who_is_not_on_the_case_keeps_no_release(office: InboxHouse, ana: Staff, address: str, case: Case) -> None:
    bo = office.add_staff("bo", "Bo", role=Role.SUPERVISOR)

    release(Browser(office, bo, address, case.code), office)

    assert office.house.rows(select(Appointment)) == []


def test_a_supervisor_sees_the_counts_and_nobody_else_does(office: InboxHouse, address: str, case: Case) -> None:
    answer(office, case, days=30, question="school", answer="no")

    shown, partly = visit(office, address, Role.SUPERVISOR), visit(office, address, Role.CASEWORKER)
    refused = [
        visit(office, address, Role.ADMINISTRATOR).status_code,
        visit(office, address, Role.REVIEWER, "/inbox/checkins.csv").status_code,
    ]

    assert "In school: no" in shown.text
    assert "Who did not answer" in partly.text
    assert "In school: no" not in partly.text
    assert refused == [404, 404]
    assert "check_ins.read" in office.house.rows(select(AuditEntry.act))


def test_taking_the_exact_numbers_away_is_written_down_as_such(office: InboxHouse, address: str, case: Case) -> None:
    answer(office, case, days=30, question="school", answer="no")

    exact = visit(office, address, Role.SUPERVISOR, "/inbox/checkins.csv?exact=1")

    rows = list(csv.reader(io.StringIO(exact.content.decode("utf-8-sig"))))
    assert ["30", "school", "no", "1"] in rows
    assert "check_ins.export_exact" in office.house.rows(select(AuditEntry.act))


def test_the_file_for_publication_tells_no_small_number() -> None:
    counts = {("school", "yes"): 40, ("school", "no"): 3, ("school", "unsure"): 14, ("safe", "no"): 1}
    rounds = [RoundCounts(30, 60, 2, 4, counts)]

    rows = list(csv.reader(io.StringIO(write_csv(rounds, is_exact=False).decode("utf-8-sig"))))

    told = {(question, label): count for _, question, label, count in rows[1:]}
    assert told["school", "all"] == "57"
    assert told["school", "yes"] == "40"
    assert (told["school", "no"], told["school", "unsure"]) == ("hidden", "hidden")
    assert (told["safe", "all"], told["safe", "no"]) == ("<11", "hidden")


def answer(office: InboxHouse, case: Case, **kept: object) -> None:
    """Let the family of a case have answered one question."""
    house, now, release_id = office.house, office.house.clock(), new_id()
    base = {"organisation_id": house.organisation_id}
    of_release = {
        "id": release_id, "conversation_id": case.conversation_id, "kind": "check_in", "day": now.date(),
        "zone": "America/Chicago", "starts_at": now + timedelta(days=90), "source": "caseworker", "version": 1,
        "status": "planned", "created_at": now, "updated_at": now,
    }  # fmt: skip
    row = {"id": new_id(), "appointment_id": release_id, "answered_at": now, **kept}
    house.database.run_sync(lambda one: one.execute(insert(Appointment).values(**base, **of_release)))
    house.database.run_sync(lambda one: one.execute(insert(CheckInAnswer).values(**base, **row)))


def visit(office: InboxHouse, address: str, role: Role, path: str = "/inbox/checkins") -> requests.Response:
    cookie = office.sign_in(office.add_staff(f"eva-{role}", "Eva", role=role))
    return requests.get(address + path, cookies={cookie["name"]: cookie["value"]}, allow_redirects=False, timeout=20)
