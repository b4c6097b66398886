"""The case page tells and keeps when and by which way a person may be written to; without JavaScript too."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select, update

from conversation.messages import Author, Channel
from service import wiring
from service.settings import Settings
from store.database import Database
from store.sealing.vault import KeyRing, Vault
from store.staff.staff import Staff
from store.tables import Address, Case, Conversation, Message, OutboxEntry, SmsWay
from tests.databases import make_template, open_copy
from tests.house import House
from tests.inbox_house import InboxHouse

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
LINE = "if a child is in danger"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template") / "puente.db")


@pytest.fixture(scope="module")
def house_of() -> Callable[[Database], House]:
    rules = wiring.build_rules(Settings(drafts=True))
    vault = Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32)))
    return lambda database: House(database, vault, rules)


@pytest.fixture
def office(template: Path, tmp_path: Path, house_of: Callable[[Database], House]) -> Iterator[InboxHouse]:
    with open_copy(template, tmp_path / "house.db") as database:
        yield InboxHouse(house_of(database))


@pytest.fixture
def ana(office: InboxHouse) -> Staff:
    return office.add_staff("ana", "Ana López", disciplines=("school", "safety"))


@pytest.fixture
def page(browser: Browser, office: InboxHouse, ana: Staff) -> Iterator[Page]:
    """A browser without JavaScript, at the width of a phone."""
    context: BrowserContext = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    context.add_cookies([office.sign_in(ana)])  # type: ignore[list-item]
    with office.serving() as address:
        page = context.new_page()
        page.set_default_navigation_timeout(20_000)
        page.goto(f"{address}/signin")
        yield page
    context.close()


def open_case(page: Page, office: InboxHouse, ana: Staff, text: str = "Hola", **more: object) -> Case:
    case = office.open_case(text, **more)  # type: ignore[arg-type]
    office.claim(case, ana)
    page.goto(re.sub(r"(https?://[^/]+)/.*", rf"\1/inbox/{case.code}", page.url))
    return case


def sent(office: InboxHouse) -> list[OutboxEntry]:
    of_staff = select(OutboxEntry).join(Message, Message.id == OutboxEntry.message_id)
    return office.house.rows(of_staff.where(Message.author == Author.CASEWORKER).order_by(OutboxEntry.seq))


def keep_hours(page: Page, office: InboxHouse, *, hours: float) -> None:
    """Keep safe hours that begin so many hours from now, by the form."""
    begin = (office.house.clock() + timedelta(hours=hours)).astimezone(ZoneInfo("America/Chicago"))
    page.get_by_text("How to reach them").click()
    page.locator("#reach").get_by_label("From", exact=True).fill(f"{begin:%H:%M}")
    page.locator("#reach").get_by_label("To", exact=True).fill(f"{begin + timedelta(hours=2):%H:%M}")
    page.locator("#reach").get_by_label("Their time zone").select_option("America/Chicago")
    page.locator("#reach").get_by_label("Who said so").fill("the person, by telephone")
    page.get_by_role("button", name="Keep the hours").click()


def test_hours_are_kept_told_in_the_composer_and_a_text_outside_them_waits_is_sent_or_taken_back(
    office: InboxHouse, ana: Staff, page: Page
) -> None:
    open_case(page, office, ana)
    keep_hours(page, office, hours=5)
    expect(page.locator("#said")).to_contain_text("when they may be reached")
    expect(page.locator("#hours")).to_contain_text("for them; this goes at")
    expect(page.locator("#timeline")).to_contain_text("the person, by telephone")

    for text in ("Primero.", "Segundo."):
        page.get_by_label("Your text").fill(text)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator("#said")).to_contain_text("outside their safe hours")
        office.wait(office.house.send_all())
    page.reload()
    expect(page.locator("#timeline .caseworker").first).to_contain_text("held until their safe hours")
    page.get_by_role("button", name="Take it back").first.click()
    expect(page.locator("#said")).to_contain_text("taken back")
    page.locator("#timeline").get_by_text("Send now all the same").click()
    page.locator("#timeline").get_by_label("Why?").fill("they asked for it")
    page.get_by_role("button", name="Send now", exact=True).click()
    expect(page.locator("#said")).to_contain_text("on its way")
    office.wait(office.house.send_all())

    assert [entry.reason for entry in sent(office)] == ["cancelled", None]
    assert [offer.body for offer in office.house.sender.offers][-1] == "Segundo."
    assert not office.house.rows(select(OutboxEntry).where(OutboxEntry.held_until.is_not(None)))


def test_hours_that_cannot_be_read_or_that_nobody_said_change_nothing(
    office: InboxHouse, ana: Staff, page: Page
) -> None:
    open_case(page, office, ana)
    page.get_by_text("How to reach them").click()
    page.locator("#reach").get_by_label("From", exact=True).fill("16:00")
    page.locator("#reach").get_by_label("Who said so").fill("x")
    page.get_by_role("button", name="Keep the hours").click()

    expect(page.get_by_text("Those hours cannot be read")).to_be_visible()
    expect(page.locator("#hours")).to_have_count(0)
    page.get_by_text("How to reach them").click()
    page.locator("#reach").get_by_label("From", exact=True).fill("16:00")
    page.locator("#reach").get_by_label("To", exact=True).fill("18:30")
    page.locator("#reach").get_by_label("Wed").check()
    page.locator("#reach").get_by_label("Who said so").fill("their aunt")
    page.get_by_role("button", name="Keep the hours").click()
    expect(page.locator("#hours")).to_contain_text("16:00-18:30, Wed")
    expect(page.locator("#hours")).to_contain_text("Wed, Jun 3")


def test_neutral_texts_are_switched_on_and_off(office: InboxHouse, ana: Staff, page: Page) -> None:
    open_case(page, office, ana)
    page.get_by_text("How to reach them").click()
    page.get_by_role("button", name="Switch neutral texts on").click()

    expect(page.locator("#facts")).to_contain_text("private: only neutral texts")
    assert office.house.rows(select(Address.private)) == [True]


def test_consent_to_sms_is_written_down_and_taken_back(office: InboxHouse, ana: Staff, page: Page) -> None:
    office.wait(office.house.hear("hola", person="+12025550188"))  # so that a number of ours is known for SMS
    case = open_case(page, office, ana, channel=Channel.WHATSAPP)
    office.house.later(25 * 3600)
    page.context.add_cookies([office.sign_in(ana)])  # type: ignore[list-item]
    page.reload()
    page.get_by_text("How to reach them").click()
    page.locator("#reach").get_by_label("How they were asked").select_option("asked_by_call")
    page.get_by_role("button", name="They agreed").click()

    expect(page.locator("#window")).to_contain_text("Your text goes by SMS")
    page.get_by_text("How to reach them").click()
    page.get_by_role("button", name="They do not want SMS any more").click()
    expect(page.locator("#window")).to_contain_text("Your text will be held")
    assert office.house.rows(select(SmsWay)) == []
    assert [one.act for one in office.house.consents() if one.kind == "sms_when_closed"] == ["agreed", "revoked"]
    assert case.code


def test_the_first_text_of_a_young_persons_case_has_the_honest_line_ready_once(
    office: InboxHouse, ana: Staff, page: Page
) -> None:
    case = open_case(page, office, ana, "hi", language="en")
    expect(page.locator("#duty")).to_have_count(0)
    youth = update(Conversation).where(Conversation.id == case.conversation_id).values(role="youth")
    office.house.database.run_sync(lambda session: session.execute(youth))
    page.reload()

    text = page.get_by_label("Your text")
    expect(text).to_have_value(re.compile(LINE))
    text.fill("Hi, this is Ana.")
    page.get_by_role("button", name="Keep as a draft").click()
    page.get_by_role("button", name="Insert this line").click()
    expect(text).to_have_value(re.compile(f"Hi, this is Ana.\n.*{LINE}", re.DOTALL))
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.locator("#timeline .caseworker .words")).to_contain_text(LINE)
    expect(page.locator("#duty")).to_have_count(0)


def test_in_private_mode_the_line_is_only_offered(office: InboxHouse, ana: Staff, page: Page) -> None:
    case = open_case(page, office, ana, "hi", language="en")
    youth = update(Conversation).where(Conversation.id == case.conversation_id).values(role="youth")
    office.house.database.run_sync(lambda session: session.execute(youth))
    office.house.database.run_sync(lambda session: session.execute(update(Address).values(private=True)))
    page.reload()

    expect(page.get_by_label("Your text")).to_have_value("")
    expect(page.locator("#duty")).to_contain_text(LINE)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_accessible_with_hours_and_a_held_text(
    office: InboxHouse, ana: Staff, browser: Browser, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([office.sign_in(ana)])  # type: ignore[list-item]
    with office.serving() as address:
        page = context.new_page()
        page.goto(f"{address}/signin")
        open_case(page, office, ana, "hola", channel=Channel.WHATSAPP)
        keep_hours(page, office, hours=5)
        page.get_by_label("Your text").fill("Espera.")
        page.get_by_role("button", name="Send", exact=True).click()
        office.wait(office.house.send_all())
        page.reload()
        page.get_by_text("How to reach them").click()
        page.get_by_text("Send now all the same").first.click()

        found = Axe().run(page, options=AXE).response["violations"]
        widest = page.evaluate("document.documentElement.scrollWidth")

    assert [one["id"] for one in found] == []
    assert widest <= width
    context.close()
