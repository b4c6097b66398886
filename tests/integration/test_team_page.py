"""The team's pages in a real browser, and what they lay beside a case: at any width, by axe, without JavaScript."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from service import wiring
from service.settings import Settings
from store.database import Session
from store.sealing.vault import KeyRing, Vault
from store.staff.accounts import set_locale
from store.staff.canned import Wording, add_canned
from store.staff.staff import Role, Staff
from store.staffing.interpreters import Details, Speech, add_interpreter
from store.tables import Case, Caseworker, Message
from tests.databases import make_template, open_copy
from tests.house import House
from tests.inbox_house import InboxHouse

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InboxHouse]:
    folder: Path = tmp_path_factory.mktemp("team")
    vault = Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32)))
    with open_copy(make_template(folder / "template.db"), folder / "house.db") as database:
        yield InboxHouse(House(database, vault, wiring.build_rules(Settings(drafts=True))))


@pytest.fixture(scope="module")
def address(office: InboxHouse) -> Iterator[str]:
    with office.serving() as url:
        yield url


@pytest.fixture(scope="module")
def ada(office: InboxHouse) -> Staff:
    return office.add_staff("ada", "Ada <b>Admin</b>", role=Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def ana(office: InboxHouse) -> Staff:
    return office.add_staff("ana", "Ana López", disciplines=("school",))


@pytest.fixture
def open_as(browser: Browser, office: InboxHouse) -> Iterator[Callable[[Staff], Page]]:
    """A browser without JavaScript; a blocked style or script fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(staff: Staff) -> Page:
        context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
        context.add_cookies([office.sign_in(staff)])  # type: ignore[list-item]
        context.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def keep(office: InboxHouse, act: Callable[[Session], object]) -> str:
    return str(office.house.database.run_sync(act))


def test_somebody_is_added_gets_shifts_and_is_let_go(
    office: InboxHouse, ada: Staff, address: str, open_as: Callable[[Staff], Page]
) -> None:
    page = open_as(ada)
    page.goto(f"{address}/inbox/team")
    page.locator("summary", has_text="Add somebody").click()
    page.get_by_label("Login").fill("bo")
    page.get_by_label("Name, as people shall see it").fill("Bo <script>Kim")
    page.get_by_label("Español").check()
    page.get_by_role("button", name="Add, and make a one-time link").click()
    expect(page.get_by_label("Link")).to_have_value(re.compile("/invite/"))

    page.get_by_role("link", name="To the account").click()
    page.get_by_label("Monday").fill("9-17")
    page.get_by_role("button", name="Keep the shifts").click()
    expect(page.get_by_role("status")).to_have_text("The shifts are kept.")
    expect(page.get_by_label("Monday")).to_have_value("9:00-17:00")
    page.get_by_label("I am sure").check()
    page.get_by_role("button", name="End the account").click()

    expect(page.get_by_role("status")).to_contain_text("The account is ended")
    (bo,) = office.house.rows(select(Caseworker).where(Caseworker.login == "bo"))
    assert (bo.active, bo.languages) == (False, ["es"])


def test_a_text_of_our_own_is_put_into_a_reply_and_counts_as_typed(
    office: InboxHouse, ada: Staff, ana: Staff, address: str, open_as: Callable[[Staff], Page]
) -> None:
    house, words = office.house, Wording("Horario", "Estamos de lunes a viernes.", "es", None)
    known = frozenset(house.rules.languages.by_tag)
    keep(office, lambda session: add_canned(session, house.vault, ana, words, languages=known, now=house.clock()))
    case = office.open_case("Hola", person="+12025550171")
    office.claim(case, ana)
    page = open_as(ana)
    page.goto(f"{address}/inbox/{case.code}")

    page.locator("summary", has_text="Ready-made answers").click()
    expect(page.locator(".found")).to_contain_text("draft: nobody has reviewed it")
    page.get_by_role("button", name="Insert: Horario").click()
    expect(page.get_by_label("Your text")).to_have_value("Estamos de lunes a viernes.")
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.locator("#said")).to_contain_text("on its way")
    (sent,) = house.rows(select(Message).where(Message.caseworker_id == ana.id))
    assert (sent.author, sent.answer) == ("caseworker", None)


def test_an_interpreter_of_the_language_fills_the_booking_in(
    office: InboxHouse, ada: Staff, ana: Staff, address: str, open_as: Callable[[Staff], Page]
) -> None:
    house, details = office.house, Details(name="Juana Example", telephone="+12025550143")
    speaks = [Speech("mam", "Todos Santos")]
    keep(
        office,
        lambda session: add_interpreter(
            session, house.vault, ada, speaks, details, languages=house.rules.languages, now=house.clock()
        ),
    )
    case = office.open_case("Hola", person="+12025550172")
    office.claim(case, ana)
    needs = update(Case).where(Case.id == case.id).values(interpreter_needed=True, language="mam")
    house.database.run_sync(lambda session: session.execute(needs))
    page = open_as(ana)
    page.goto(f"{address}/inbox/{case.code}")

    page.locator("summary", has_text="Interpreter (0)").click()
    page.get_by_role("link", name="Juana Example").click()
    page.get_by_role("button", name="Keep the booking").click()

    expect(page.locator("#interpreter")).to_contain_text("Juana Example")
    expect(page.locator("#interpreter")).to_contain_text("Todos Santos")
    expect(page.locator("#said")).to_have_text("The interpreter booking is kept.")


def test_every_page_is_readable_at_any_width_and_axe_finds_nothing(
    office: InboxHouse, ada: Staff, ana: Staff, address: str, browser: Browser
) -> None:
    house = office.house
    keep(office, lambda session: set_locale(session, ada.id, "es"))
    paths = ["", f"/staff/{ana.id}", "/hours", "/interpreters"]
    pages = [*(f"/inbox/team{path}" for path in paths), "/inbox/texts", "/signin/account", "/inbox/team/staff/none"]
    context = browser.new_context(locale="es-GT")
    context.add_cookies([office.sign_in(ada)])  # type: ignore[list-item]
    page = context.new_page()
    faults: list[object] = []
    for scheme, width in (("light", 390), ("dark", 1280)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        for path in pages:
            page.goto(address + path)
            for one in page.locator("details").all():
                one.evaluate("one => one.open = true")
            found = Axe().run(page, options=AXE).response["violations"]
            faults += [(path, one["id"], one["nodes"][0]["target"]) for one in found]
            faults += [] if page.evaluate("document.documentElement.scrollWidth") <= width else [(path, "wide")]
            assert page.locator("html").get_attribute("lang") == "es"
    context.close()

    assert faults == []
    assert house.rows(select(Caseworker.locale).where(Caseworker.id == ada.id)) == ["es"]
