"""Voice notes and pictures between a phone and a caseworker, in a real browser with a microphone that is none.

The carrier is the simulator, with its phones; between the two is the house, as the worker process would run it.
"""

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update
from starlette.applications import Starlette

from channels.twilio.account import TwilioAccount
from channels.twilio.media import TwilioMedia
from channels.twilio.sender import TwilioSender
from channels.twilio.signature import SignatureCheck
from channels.twilio.webhook import build_twilio_routes
from conversation.messages import Handoff, Urgency
from conversation.turn import Rules
from service import wiring
from service.file_door import build_file_routes
from service.running.ports import find_free_ports
from service.settings import Settings
from simulator.api.memory import Carrier
from simulator.app import build_simulator
from simulator.loopback_server import serve_on_loopback
from simulator.phones.sample_media import FOLDER
from simulator.settings import SimulatorSettings
from store.cases.opening import open_or_join
from store.sealing.vault import KeyRing, Vault
from store.tables import Case, InboxEntry, OutgoingFile
from tests.databases import make_template, open_copy
from tests.house import House
from tests.inbox_house import InboxHouse

ACCOUNT, TOKEN = "AC" + "0" * 32, "0123456789abcdef0123456789abcdef"
PHOTO = FOLDER / "photo.jpg"
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass
class Office:
    """A house with its inbox, its carrier and their phones."""

    inbox: InboxHouse
    url: str
    phones: str
    account: TwilioAccount
    carrier: Carrier

    @property
    def house(self) -> House:
        return self.inbox.house

    def look(self, page: Page, name: str) -> None:
        """Leave a picture of a page for who wants to look at it (PUENTE_PICTURES)."""
        if folder := os.environ.get("PUENTE_PICTURES"):
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    def send_from_phone(self, phone: str, **form: str | list[str]) -> InboxEntry:
        """Let a person send something, take it in and decide it."""
        before = len(self.house.rows(select(InboxEntry)))
        requests.post(f"{self.phones}/phones/{phone}/messages", data=form, timeout=10).raise_for_status()
        wait_until(lambda: len(self.house.rows(select(InboxEntry))) > before)
        entry: InboxEntry = self.house.rows(select(InboxEntry).order_by(InboxEntry.received_at, InboxEntry.seq))[-1]
        self.inbox.wait(self.house.decider.decide(entry.id))
        return entry

    def open_case(self, entry: InboxEntry) -> Case:
        handoff = Handoff("school.enroll_documents", "school", Urgency.NORMAL, "request")
        code = self.house.database.run_sync(
            lambda session: open_or_join(
                session, entry.conversation_id, handoff,
                language="es", message_id=entry.message_id, now=self.house.clock(),
            )
        )  # fmt: skip
        return self.inbox.case(code)

    def forget_files(self) -> None:
        """Delete at the carrier what people have sent."""
        for message in self.carrier.messages.values():
            for file in self.carrier.files.of(message.sid):
                self.carrier.files.remove(message.sid, file.sid)

    def deliver(self) -> None:
        """Send what stands in line, to the carrier itself."""

        async def send() -> None:
            sender = TwilioSender(account=self.account, public_url=self.url, base_url=self.phones)
            self.house.sender = sender  # type: ignore[assignment]
            await self.house.send_all()
            await sender.close()

        self.inbox.wait(send())


def wait_until(holds: Callable[[], bool], *, within_s: float = 20.0) -> None:
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template") / "puente.db")


@pytest.fixture(scope="module")
def rules() -> Rules:
    return wiring.build_rules(Settings(drafts=True))


@pytest.fixture
def office(template: Path, tmp_path: Path, rules: Rules) -> Iterator[Office]:
    vault = Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32)))
    with open_copy(template, tmp_path / "house.db") as database:
        house = House(database, vault, rules)
        with serving(house) as office:
            yield office


@contextmanager
def serving(house: House) -> Iterator[Office]:
    (port,) = find_free_ports(1)
    url, account = f"http://127.0.0.1:{port}", TwilioAccount(ACCOUNT, ACCOUNT, TOKEN)
    settings = SimulatorSettings(account_sid=ACCOUNT, auth_token=TOKEN, public_url=url, pace=0.01)
    house.files_url = f"{url}/media"
    simulator = build_simulator(settings)
    with serve_on_loopback(simulator) as phones:
        carrier = build_twilio_routes(
            check=SignatureCheck(public_url=url, auth_tokens=(TOKEN,)),
            inbox=house.inbox, deliveries=house.deliveries, clock=house.clock,
        )  # fmt: skip
        files = build_file_routes(house.database, house.vault, house.clock)
        inbox = InboxHouse(house)
        source = TwilioMedia(account=account, base_url=phones)
        with inbox.serving(port, files=source, more=[*carrier, *files], lifespan=closing(source)):
            yield Office(inbox, url, phones, account, simulator.state.stand_in.carrier)
    assert simulator.state.stand_in.violations == []


def closing(source: TwilioMedia) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await source.close()

    return lifespan


@pytest.fixture
def page(browser: Browser, office: Office) -> Iterator[Page]:
    """The page of a caseworker; what it complains about fails the test."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900}, permissions=["microphone"])
    context.add_cookies([office.inbox.sign_in(office.inbox.add_staff("ana", "Ana López"))])  # type: ignore[list-item]
    context.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert complaints == []


def open_page(office: Office, page: Page, entry: InboxEntry) -> Case:
    """Open the case of a message, and take it."""
    case = office.open_case(entry)
    page.goto(f"{office.url}/inbox/{case.code}")
    page.get_by_role("button", name="Take this case").click()
    expect(page.locator("#sendfile")).to_be_visible()
    return case


def test_a_voice_note_goes_both_ways(office: Office, page: Page, tmp_path: Path) -> None:
    entry = office.send_from_phone("whatsapp", kind="media", media="voice")
    open_page(office, page, entry)

    heard = page.locator("#timeline .person audio")
    heard.evaluate("sound => sound.play()")
    wait_until(lambda: heard.evaluate("sound => sound.duration") > 0)
    page.get_by_role("button", name="Record a voice note").press("Enter")
    expect(page.locator("#record-state")).to_contain_text("Recording")
    expect(page.locator("#record-time")).to_have_text("0:01")
    page.get_by_role("button", name="Stop").press("Enter")
    expect(page.locator("#record-listen")).to_be_visible()
    wait_until(lambda: page.locator("#record-listen").evaluate("sound => sound.duration") > 0.9)
    office.look(page, "recorded")
    page.get_by_role("button", name="Send the voice note").press("Enter")
    expect(page.locator("#said")).to_contain_text("Your file is on its way")
    office.deliver()

    phone = page.context.new_page()
    phone.goto(f"{office.phones}/phones")
    arrived = phone.locator(".bubble.puente audio")
    expect(arrived).to_have_count(1)
    office.look(phone, "phones")
    wait_until(lambda: arrived.evaluate("sound => sound.duration") > 0.9)


def test_a_voice_note_that_is_refused_is_told_why_and_not_lost(office: Office, page: Page) -> None:
    entry = office.send_from_phone("whatsapp", kind="media", media="voice")
    case = open_page(office, page, entry)
    page.get_by_role("button", name="Record a voice note").press("Enter")
    expect(page.locator("#record-time")).to_have_text("0:01")
    page.get_by_role("button", name="Stop").press("Enter")
    expect(page.locator("#record-listen")).to_be_visible()

    needs_opening = update(Case).where(Case.id == case.id).values(opening="needed")  # danger came meanwhile
    office.house.database.run_sync(lambda session: session.execute(needs_opening))
    page.get_by_role("button", name="Send the voice note").press("Enter")

    expect(page.locator("#record-state")).to_contain_text("neutral opening")
    expect(page.get_by_role("button", name="Send the voice note")).to_be_visible()
    assert page.locator("#record-listen").evaluate("sound => sound.duration") > 0.9
    assert office.house.rows(select(OutgoingFile)) == []


def test_a_picture_is_folded_until_somebody_wants_to_see_it(office: Office, page: Page) -> None:
    entry = office.send_from_phone("whatsapp", kind="media", media=["photo", "pdf"])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/file/" in request.url else None)
    open_page(office, page, entry)
    expect(page.locator("#live")).to_have_text("Live")
    assert asked == []

    page.get_by_text("Show the picture").click()
    expect(page.locator("#timeline img")).to_have_js_property("naturalWidth", 520)
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the file").click()
    office.look(page, "picture")
    page.set_viewport_size({"width": 390, "height": 844})
    office.look(page, "phone")

    assert download.value.suggested_filename.endswith(".pdf")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert Axe().run(page, options=AXE).response["violations"] == []


def test_a_file_that_is_gone_is_told_on_the_page_in_words(office: Office, page: Page) -> None:
    entry = office.send_from_phone("whatsapp", kind="media", media="voice")
    open_page(office, page, entry)
    office.forget_files()

    page.locator("#timeline .person audio").evaluate("sound => sound.load() || sound.play().catch(() => 0)")

    expect(page.locator("#timeline .file .error")).to_contain_text("not there any more")
    office.look(page, "gone")


def test_a_file_is_sent_without_javascript_and_a_wrong_one_is_refused_in_words(
    office: Office, browser: Browser, page: Page, tmp_path: Path
) -> None:
    entry = office.send_from_phone("sms", kind="media", media="photo")
    case = open_page(office, page, entry)
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    form = plain.new_page()
    said = form.locator("#said")
    files = {
        "page.jpg": b"<!doctype html><script>alert(1)</script>", "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "large.jpg": b"\xff\xd8\xff" + bytes(10_000_000), "right.jpg": PHOTO.read_bytes(),
    }  # fmt: skip
    told = {}

    for name, content in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        form.goto(f"{office.url}/inbox/{case.code}")
        form.locator("#file").set_input_files(path)
        form.get_by_role("button", name="Send the file").click()
        told[name] = said.inner_text()
    office.deliver()
    plain.close()

    assert {name: text.partition(".")[0] for name, text in told.items()} == {
        "page.jpg": "Nothing was sent: such a file cannot be sent here",
        "drawing.svg": "Nothing was sent: such a file cannot be sent here",
        "large.jpg": "Nothing was sent: the file is too large",
        "right.jpg": "Your file is on its way",
    }
    page.goto(f"{office.phones}/phones")
    expect(page.locator(".bubble.puente .files img")).to_have_js_property("naturalWidth", 520)


def test_an_upload_far_too_large_is_refused_in_words_before_it_has_all_come(
    office: Office, browser: Browser, page: Page, tmp_path: Path
) -> None:
    entry = office.send_from_phone("whatsapp", kind="media", media="photo")
    case = open_page(office, page, entry)
    path = tmp_path / "large.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(20_000_000))
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    form = plain.new_page()
    form.goto(f"{office.url}/inbox/{case.code}")

    page.locator("#file").set_input_files(path)
    form.locator("#file").set_input_files(path)
    form.get_by_role("button", name="Send the file").click()

    expect(page.locator("#file-state")).to_have_text("The file is too large.")
    expect(form.locator("h1")).to_have_text("That was too large")
    assert office.house.rows(select(OutgoingFile)) == []
    plain.close()
