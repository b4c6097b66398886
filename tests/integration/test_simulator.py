"""The phones in a real browser, against a small application that takes signed webhooks and answers over the REST API.

Needs a Chromium on the machine (Debian: `chromium`); elsewhere the browser tests are skipped and say so, but with
CI=true a missing browser is a failure.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from simulator.app import build_simulator
from simulator.loopback_server import serve_on_loopback
from simulator.settings import SimulatorSettings, StopHandling

ACCOUNT = "AC" + "0" * 31 + "7"
TOKEN = "0123456789abcdef0123456789abcdef"
REPLY = "Para inscribir a su sobrina lleve: acta de nacimiento, vacunas y un comprobante de domicilio."
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class SmallPuente:
    """Checks each webhook with the official validator and answers each message with one text."""

    url: str = ""
    api_url: str = ""
    refuses: bool = False
    received: list[dict[str, str]] = field(default_factory=list)
    statuses: list[dict[str, str]] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)

    def build_app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/twilio/messages", self.messages, methods=["POST"]),
                Route("/twilio/status", self.status, methods=["POST"]),
                Route("/details/{outbox_id}", self.details),
            ]
        )

    async def messages(self, request: Request) -> Response:
        form = await self._signed_form(request)
        if form is None or self.refuses:
            return Response(status_code=403)
        self.received.append(form)
        thread = Thread(target=self._reply, args=(form,))
        thread.start()
        self.threads.append(thread)
        return Response("<Response/>", media_type="text/xml")

    async def status(self, request: Request) -> Response:
        form = await self._signed_form(request)
        if form is None:
            return Response(status_code=403)
        self.statuses.append(form | {"o": request.query_params["o"]})
        return Response(status_code=204)

    async def details(self, request: Request) -> Response:
        told: dict[str, Any] = {"answer": "school.enroll_documents", "language": "es", "draft": True, "author": "bot"}
        return JSONResponse(told if request.path_params["outbox_id"] == "ob-1" else {})

    async def _signed_form(self, request: Request) -> dict[str, str] | None:
        form = {name: str(value) for name, value in (await request.form()).items()}
        query = f"?{request.url.query}" if request.url.query else ""
        signature = request.headers.get("x-twilio-signature", "")
        is_signed = RequestValidator(TOKEN).validate(f"{self.url}{request.url.path}{query}", form, signature)
        return form if is_signed else None

    def _reply(self, form: dict[str, str]) -> None:
        client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(timeout=5))
        client.api.base_url = self.api_url
        callback = f"{self.url}/twilio/status?o=ob-{len(self.received)}"
        client.messages.create(to=form["From"], from_=form["To"], body=REPLY, status_callback=callback)


@dataclass
class Running:
    """A simulator and its small application, both serving."""

    puente: SmallPuente
    url: str
    app: Starlette


@pytest.fixture
def running() -> Iterator[Running]:
    """Both servers on free ports. No request may have broken Twilio's description, and nothing may be left running."""
    puente = SmallPuente()
    with serve_on_loopback(puente.build_app()) as puente.url:
        settings = SimulatorSettings(
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            public_url=puente.url,
            details_url=f"{puente.url}/details",
            stop_handling=StopHandling.OURS,
        )
        app = build_simulator(settings)
        with serve_on_loopback(app) as url:
            puente.api_url = url
            yield Running(puente, url, app)
            for thread in puente.threads:
                thread.join(timeout=10)
            assert app.state.stand_in.violations == []


def wait_until(happened: Callable[[], bool]) -> None:
    """Return when something has happened; fail when it has not within ten seconds."""
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        reason = "no Chromium on this machine: the phones were not looked at in a browser"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        print(f"skipped: {reason}")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, running: Running) -> Iterator[Page]:
    """The page, live, in a fresh browser context; anything the browser complains about fails the test."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{running.url}/phones")
    expect(page.locator("#live")).to_have_text("Live")
    yield page
    context.close()
    assert complaints == []


def test_an_example_sent_from_the_sms_phone_is_answered_on_its_screen(running: Running, page: Page) -> None:
    phone = page.get_by_role("region", name="SMS")

    phone.get_by_role("button", name="Español").click()
    page.keyboard.press("Enter")

    reply = phone.locator(".bubble.puente")
    expect(phone.locator(".bubble.person .state")).to_have_text("sent")
    expect(reply.locator(".words")).to_have_text(REPLY)
    expect(reply.locator(".state")).to_have_text("delivered")
    form = running.puente.received[0]
    assert form["Body"] == "¿Qué papeles necesito para inscribir a mi sobrina en la escuela?"
    assert (form["From"], form["To"], form["NumSegments"]) == ("+12025550123", "+12025550100", "1")


def test_a_reply_shows_segments_language_answer_and_draft_mark(page: Page) -> None:
    phone = page.get_by_role("region", name="SMS")

    phone.get_by_role("textbox").fill("hola")
    phone.get_by_role("button", name="Send").click()

    reply = phone.locator(".bubble.puente")
    expect(reply.locator(".draft")).to_have_text("draft")
    expect(reply.locator(".answer")).to_have_text("school.enroll_documents")
    expect(reply.locator(".segments")).to_have_text("1 segment")
    expect(reply.locator(".words")).to_have_attribute("lang", "es")
    expect(reply.locator(".words")).to_have_attribute("dir", "auto")


def test_what_the_application_does_not_tell_is_a_dash(running: Running, page: Page) -> None:
    phone = page.get_by_role("region", name="SMS")
    running.puente.received.append({})  # so that the reply's outbox id is one that nobody knows

    phone.get_by_role("textbox").fill("hola")
    page.keyboard.press("Enter")

    reply = phone.locator(".bubble.puente")
    expect(reply.locator(".language")).to_have_text("\u2013")
    expect(reply.locator(".answer")).to_have_text("\u2013")
    expect(reply.locator(".words")).to_have_attribute("lang", "")


def test_a_whatsapp_reply_ends_as_read_and_does_not_appear_on_the_sms_phone(running: Running, page: Page) -> None:
    phone = page.get_by_role("region", name="WhatsApp")

    phone.get_by_role("textbox").fill("Hello")
    page.keyboard.press("Enter")

    expect(phone.locator(".bubble.puente .state")).to_have_text("read", timeout=15_000)
    expect(page.get_by_role("region", name="SMS").locator(".bubble")).to_have_count(0)
    form = running.puente.received[0]
    assert (form["From"], form["WaId"], form["NumMedia"]) == ("whatsapp:+12025550124", "12025550124", "0")
    assert [status["MessageStatus"] for status in running.puente.statuses] == ["sent", "delivered", "read"]
    assert {status["o"] for status in running.puente.statuses} == {"ob-1"}


def test_a_refused_webhook_is_shown_under_the_text(running: Running, page: Page) -> None:
    running.puente.refuses = True
    phone = page.get_by_role("region", name="SMS")

    phone.get_by_role("textbox").fill("hola")
    page.keyboard.press("Enter")

    expect(phone.locator(".bubble.person.failed .state")).to_have_text("webhook answered 403")


def test_a_new_person_has_a_new_number_and_an_empty_screen(running: Running, page: Page) -> None:
    phone = page.get_by_role("region", name="SMS")
    phone.get_by_role("textbox").fill("hola")
    page.keyboard.press("Enter")
    expect(phone.locator(".bubble.puente")).to_have_count(1)

    phone.get_by_role("button", name="New person").click()

    expect(phone.locator(".bubble")).to_have_count(0)
    number = phone.get_attribute("data-number") or ""
    assert number != "+12025550123"
    assert number[5:10] == "55501"


def test_the_stop_button_texts_stop(running: Running, page: Page) -> None:
    phone = page.get_by_role("region", name="SMS")

    phone.get_by_role("button", name="STOP").click()

    expect(phone.locator(".bubble.person .words")).to_have_text("STOP")
    expect(phone.locator(".bubble.person .state")).to_have_text("sent")
    assert running.puente.received[0]["Body"] == "STOP"


def test_hostile_text_is_shown_as_text(page: Page) -> None:
    phone = page.get_by_role("region", name="SMS")
    hostile = "<img src=x onerror=alert(1)> & \u202eabc مرحبا"

    phone.get_by_role("textbox").fill(hostile)
    page.keyboard.press("Enter")

    expect(phone.locator(".bubble.person .words")).to_have_text(hostile)
    assert phone.locator(".bubble img").count() == 0


def test_a_page_that_was_away_catches_up(running: Running, page: Page, browser: Browser) -> None:
    second = browser.new_page()
    second.goto(f"{running.url}/phones")
    expect(second.locator("#live")).to_have_text("Live")

    page.get_by_role("region", name="SMS").get_by_role("textbox").fill("hola")
    page.keyboard.press("Enter")

    expect(second.get_by_role("region", name="SMS").locator(".bubble.puente .words")).to_have_text(REPLY)
    second.close()


def test_the_keyboard_alone_reaches_everything_in_reading_order(page: Page) -> None:
    page.locator("#sms button.quiet").focus()

    names = []
    for _ in range(7):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.name"))

    assert names == ["Messages on the SMS phone", "example", "example", "example", "text", "text", ""]
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_text_has_contrast_and_nothing_is_wider_than_the_screen(
    running: Running, page: Page, scheme: Any, width: int
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 844})
    for name in ("SMS", "WhatsApp"):
        phone = page.get_by_role("region", name=name)
        phone.get_by_role("textbox").fill("hola")
        page.keyboard.press("Enter")
        expect(phone.locator(".bubble.puente")).to_have_count(1)

    weak = page.evaluate(CONTRAST)

    assert weak == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# Every text with the first opaque background behind it, by WCAG 2.2's formula; the texts below 4.5:1 are returned.
CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color.length && (color.length < 4 || color[3] === 1)) return color;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const weak = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest(".who, noscript")) continue;
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.push([walker.currentNode.data.trim().slice(0, 30), ratio.toFixed(2)]);
  }
  return weak;
}"""


def test_without_javascript_a_post_leads_back_to_a_page_that_shows_it(running: Running) -> None:
    answer = requests.post(f"{running.url}/phones/sms/messages", data={"text": "hola"}, timeout=5)

    assert answer.history[0].status_code == 303
    assert 'dir="auto">hola</p>' in answer.text
    wait_until(lambda: len(running.puente.threads) == 1)


def test_without_javascript_an_example_comes_back_in_the_input(running: Running) -> None:
    answer = requests.get(f"{running.url}/phones", params={"phone": "whatsapp", "example": "quc"}, timeout=5)

    assert 'value="Jas taq wuj kajawaxik rech kinb&#39;an inscribir ri wal pa ri escuela?"' in answer.text


@pytest.mark.parametrize("path", ["/phones", "/phones/events", "/phones/static/phones.js"])
def test_a_name_that_is_not_of_this_machine_is_refused(running: Running, path: str) -> None:
    answer = requests.get(f"{running.url}{path}", headers={"Host": "rebound.example.org"}, timeout=5)

    assert answer.status_code == 403


def test_another_sites_form_cannot_text_from_the_phones(running: Running) -> None:
    headers = {"Origin": "https://evil.example.org", "Sec-Fetch-Site": "cross-site"}

    answer = requests.post(f"{running.url}/phones/sms/messages", data={"text": "hola"}, headers=headers, timeout=5)

    assert answer.status_code == 403
    assert running.puente.received == []


@pytest.mark.parametrize(
    ("channel", "text", "status"),
    [("sms", "a" * 1601, 400), ("sms", "a" * 70_000, 413), ("fax", "hola", 404)],
    ids=["too long", "far too long", "no such phone"],
)
def test_what_no_phone_can_send_is_refused(running: Running, channel: str, text: str, status: int) -> None:
    answer = requests.post(f"{running.url}/phones/{channel}/messages", data={"text": text}, timeout=5)

    assert answer.status_code == status
    assert running.puente.received == []


def test_the_page_allows_no_script_style_or_address_but_its_own(running: Running) -> None:
    answer = requests.get(f"{running.url}/phones", timeout=5)

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert " style=" not in answer.text
    assert "onclick" not in answer.text
