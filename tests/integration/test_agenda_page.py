"""The agenda, the dates of a case and the import in a real browser: without JavaScript, by axe, at both widths."""

import os
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from conversation.appointments.values import KnownAppointment
from service import wiring
from service.settings import Settings
from store.agenda.keeping import Keeper, keep_date
from store.sealing.vault import KeyRing, Vault
from store.staff.accounts import set_locale
from store.staff.staff import Role, Staff
from store.tables import Appointment, Reminder
from tests.databases import make_template, open_copy
from tests.house import House
from tests.inbox_house import InboxHouse

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS = (390, 1280)
TODAY = date(2026, 6, 1)
FILE = """number;phone_of;consent_by;consent_on;consent_how;age_group;language;kind;date;time;place
713 555 0142;sponsor;parent;2026-02-01;paper;18+;Español;court;2026-06-20;8:30 AM;Houston, TX
713 555 0143;sponsor;;2026-02-01;paper;18+;Español;court;20/6/2026;8;Houston, TX
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InboxHouse]:
    tmp_path: Path = tmp_path_factory.mktemp("agenda")
    vault = Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32)))
    with open_copy(make_template(tmp_path / "template.db"), tmp_path / "house.db") as database:
        yield InboxHouse(House(database, vault, wiring.build_rules(Settings(drafts=True))))


@pytest.fixture(scope="module")
def eva_and_code(office: InboxHouse) -> tuple[Staff, str]:
    """Let Eva, who leads, have a case with dates that stand in many ways; return her and the case's code."""
    eva = office.add_staff("eva", "Eva <b>Kim</b>", role=Role.SUPERVISOR)
    case = office.open_case("Hola", person="+17135550123")
    office.claim(case, eva)
    keeper = Keeper(eva, case.id, office.house.clock())
    kinds = ("court", "doctor", "ice", "school", "lawyer", "court")

    def keep(session: Any) -> None:
        for number, kind in enumerate(kinds):
            told = KnownAppointment(
                "", kind, TODAY + timedelta(days=number // 3), time(23, number * 5) if number else None,
                "America/Chicago", "Houston, TX", "Kevin" if number == 2 else None,
            )  # fmt: skip
            keep_date(session, office.house.vault, keeper, told, agreed={"who": "person", "how": "asked_by_call"})

    office.house.database.run_sync(keep)
    rows = office.house.rows(select(Appointment).order_by(Appointment.starts_at))

    def change(session: Any) -> None:
        going = update(Appointment).where(Appointment.id == rows[1].id).values(status="going")
        held = update(Reminder).where(Reminder.appointment_id == rows[5].id)
        lost = update(Reminder).where(Reminder.appointment_id == rows[4].id)
        for statement in (
            going, held.values(status="held", reason="claimed"), lost.values(status="unreached"),
        ):  # fmt: skip
            session.execute(statement)

    office.house.database.run_sync(change)
    return eva, case.code


def look(page: Page, name: str) -> None:
    """Check the page by axe at both widths; nothing of it may stand out at the side."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for one in page.locator("details").all():
            one.evaluate("one => one.open = true")
        found = Axe().run(page, options=AXE).response["violations"]
        assert [(one["id"], one["nodes"][0]["target"]) for one in found] == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if folder := os.environ.get("PUENTE_PICTURES"):
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def hand_in(page: Page, url: str) -> None:
    """Choose a file and look at its preview."""
    page.goto(f"{url}/inbox/agenda/import")
    file = {"name": "dates.csv", "mimeType": "text/csv", "buffer": FILE.encode("cp1252")}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    page.locator("form[enctype] button").click()
    expect(page.locator("#bad-rows li")).to_have_count(1)


def test_dates_are_seen_entered_and_imported_without_javascript(
    browser: Browser, office: InboxHouse, eva_and_code: tuple[Staff, str]
) -> None:
    eva, code = eva_and_code
    with office.serving() as url:
        context = browser.new_context(java_script_enabled=False)
        context.add_cookies([office.sign_in(eva)])  # type: ignore[list-item]
        page = context.new_page()
        page.goto(f"{url}/inbox/agenda?days=7")
        expect(page.locator("li.case")).to_have_count(6)
        page.locator(f'li.case a[href="/inbox/{code}"]').first.click()
        page.get_by_role("link", name="Correct or cancel").first.click()
        page.locator("#dates").get_by_label("Hour, if known").fill("14:15")
        page.locator("#dates").get_by_role("button", name="Keep the correction").click()
        expect(page.locator("#said")).to_contain_text("The date is kept")
        hand_in(page, url)
        page.get_by_role("button", name="Import 1 row").click()
        expect(page.get_by_text("1 date kept")).to_be_visible()
        context.close()


def test_the_pages_of_dates_are_accessible_at_both_widths(
    browser: Browser, office: InboxHouse, eva_and_code: tuple[Staff, str]
) -> None:
    (eva, code), locale = eva_and_code, os.environ.get("PUENTE_PICTURES_IN", "es")
    office.house.database.run_sync(lambda session: set_locale(session, eva.id, locale))
    (first, *_) = office.house.rows(select(Appointment.id).order_by(Appointment.starts_at))
    with office.serving() as url:
        context = browser.new_context()
        context.add_cookies([office.sign_in(eva)])  # type: ignore[list-item]
        page = context.new_page()
        for path, name in (("agenda?days=7", "agenda"), (f"{code}?date={first}", "case")):
            page.goto(f"{url}/inbox/{path}")
            look(page, f"{name}-{locale}")
        hand_in(page, url)
        look(page, f"import-{locale}")
        context.close()
