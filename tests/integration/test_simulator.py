"""The phones in a real browser, against a small application with signed webhooks that answers over the REST API."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from simulator.api.contents import Approval
from simulator.app import build_simulator
from simulator.loopback_server import serve_on_loopback
from simulator.phones.handsets import MOST_BUBBLES, MOST_EVENTS
from simulator.settings import SimulatorSettings, StopHandling

ACCOUNT = "AC" + "0" * 31 + "7"
TOKEN = "0123456789abcdef0123456789abcdef"
REPLY = "Para inscribir a su sobrina lleve: acta de nacimiento, vacunas y un comprobante de domicilio."


@dataclass
class SmallPuente:
    """Checks each webhook with the official validator and answers each message with one text."""

    url: str = ""
    api_url: str = ""
    refuses: bool = False
    answers: bool = True
    received: list[dict[str, str]] = field(default_factory=list)
    statuses: list[dict[str, str]] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # what became of texts that the carrier did not take

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
        if self.answers:
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
        self.send(form["From"], form["To"], body=REPLY)

    def send(self, to: str, sender: str, **content: str) -> None:
        client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(timeout=5))
        client.api.base_url = self.api_url
        callback = f"{self.url}/twilio/status?o=ob-{len(self.received)}"
        try:
            client.messages.create(to=to, from_=sender, status_callback=callback, **content)
        except (TwilioException, requests.ConnectionError) as problem:
            self.problems.append(f"{type(problem).__name__} {getattr(problem, 'code', '')}".strip())


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
            pace=0.1,
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


def is_complaint(message: ConsoleMessage) -> bool:
    """An error in the browser's console; a form that the page refuses on purpose (400) is none."""
    return message.type == "error" and "status of 400" not in message.text


def write(phone: Locator, text: str) -> None:
    """Type into a phone and send with the keyboard."""
    area = phone.locator("textarea")
    area.fill(text)
    area.press("Enter")


def open_fold(within: Locator, name: str) -> None:
    within.locator("summary").filter(has_text=name).first.click()


def order(phone: Locator, **fields: str) -> None:
    """Set what goes wrong around a phone."""
    open_fold(phone, "What goes wrong")
    for field_name, value in fields.items():
        phone.locator(f".picks select[name={field_name}]").select_option(value)
    phone.locator(".picks").get_by_role("button", name="Set").click()


def attach(phone: Locator, *labels: str, each: int = 1) -> None:
    """Send files from a phone."""
    open_fold(phone, "More to send")
    for label in labels:
        phone.get_by_label(label, exact=True).check()
    phone.get_by_label("Of each").fill(str(each))
    phone.get_by_role("button", name="Send files").click()


@pytest.fixture
def page(browser: Browser, running: Running) -> Iterator[Page]:
    """The page, live, in a fresh browser context; anything the browser complains about fails the test."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{running.url}/phones")
    expect(page.locator("#live")).to_have_text("Live")
    yield page
    context.close()
    assert complaints == []


# Texts


def test_an_example_sent_from_the_sms_phone_is_answered_on_its_screen(running: Running, page: Page) -> None:
    phone = page.get_by_role("region", name="Sponsor", exact=True)

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
    phone = page.locator("#sms")

    phone.locator("textarea").fill("hola")
    phone.get_by_role("button", name="Send from").click()

    reply = phone.locator(".bubble.puente")
    expect(reply.locator(".draft")).to_have_text("draft")
    expect(reply.locator(".answer")).to_have_text("school.enroll_documents")
    expect(reply.locator(".segments")).to_have_text("1 segment")
    expect(reply.locator(".words")).to_have_attribute("lang", "es")
    expect(reply.locator(".words")).to_have_attribute("dir", "auto")


def test_what_the_application_does_not_tell_is_a_dash(running: Running, page: Page) -> None:
    running.puente.received.append({})  # so that the reply's outbox id is one that nobody knows

    write(page.locator("#sms"), "hola")

    reply = page.locator("#sms .bubble.puente")
    expect(reply.locator(".language")).to_have_text("\u2013")
    expect(reply.locator(".answer")).to_have_text("\u2013")
    expect(reply.locator(".words")).to_have_attribute("lang", "")


def test_a_whatsapp_reply_ends_as_read_and_does_not_appear_on_the_sms_phone(running: Running, page: Page) -> None:
    write(page.locator("#whatsapp"), "Hello")

    expect(page.locator("#whatsapp .bubble.puente .state")).to_have_text("read")
    expect(page.locator("#sms .bubble")).to_have_count(0)
    form = running.puente.received[0]
    assert (form["From"], form["WaId"], form["NumMedia"]) == ("whatsapp:+12025550124", "12025550124", "0")
    assert [status["MessageStatus"] for status in running.puente.statuses] == ["sent", "delivered", "read"]
    assert {status["o"] for status in running.puente.statuses} == {"ob-1"}


def test_a_refused_webhook_is_shown_under_the_text(running: Running, page: Page) -> None:
    running.puente.refuses = True

    write(page.locator("#sms"), "hola")

    expect(page.locator("#sms .bubble.person.failed .state")).to_have_text("webhook answered 403")


def test_hostile_text_is_shown_as_text_and_two_lines_stay_two(running: Running, page: Page) -> None:
    phone = page.locator("#sms")
    hostile = "<img src=x onerror=alert(1)> & \u202eabc مرحبا"

    phone.locator("textarea").press_sequentially("uno")
    phone.locator("textarea").press("Shift+Enter")
    phone.locator("textarea").press_sequentially("dos")
    phone.locator("textarea").press("Enter")
    write(phone, hostile)

    expect(phone.locator(".bubble.person .words").nth(1)).to_have_text(hostile)
    assert phone.locator(".bubble img").count() == 0
    wait_until(lambda: len(running.puente.received) == 2)
    assert {form["Body"] for form in running.puente.received} == {"uno\ndos", hostile}


# Everything else that a phone can send


def test_files_by_whatsapp_come_one_by_one_and_are_fetched_behind_credentials(running: Running, page: Page) -> None:
    attach(page.locator("#whatsapp"), "Photo", "Voice note")

    expect(page.locator("#whatsapp .bubble.person .files")).to_have_count(2)
    expect(page.locator("#whatsapp .bubble.person img")).to_have_js_property("naturalWidth", 520)
    wait_until(lambda: len(running.puente.received) == 2)
    forms = {form["MessageType"]: form for form in running.puente.received}
    assert set(forms) == {"image", "audio"}
    voice = forms["audio"]["MediaUrl0"]
    answers = [requests.get(voice, auth=auth, allow_redirects=False, timeout=5) for auth in [None, (ACCOUNT, TOKEN)]]
    assert [answer.status_code for answer in answers] == [401, 307]
    storage = urljoin(voice, answers[1].headers["Location"])
    file = requests.get(storage, timeout=5)
    assert (file.headers["Content-Type"], file.content[:4]) == ("audio/ogg", b"OggS")
    assert requests.get(storage, auth=(ACCOUNT, TOKEN), timeout=5).status_code == 400


def test_a_file_that_was_deleted_at_the_carrier_is_gone(running: Running, page: Page) -> None:
    attach(page.locator("#sms"), "PDF")
    wait_until(lambda: len(running.puente.received) == 1)
    url = running.puente.received[0]["MediaUrl0"]

    deleted = requests.delete(f"{url}.json", auth=(ACCOUNT, TOKEN), timeout=5)

    assert deleted.status_code == 204
    assert requests.get(url, auth=(ACCOUNT, TOKEN), timeout=5).status_code == 404


def test_files_by_sms_come_together_up_to_ten(running: Running, page: Page) -> None:
    attach(page.locator("#sms"), "Photo", "Contact card", each=5)

    expect(page.locator("#sms .bubble.person .files li")).to_have_count(10)
    wait_until(lambda: len(running.puente.received) == 1)
    form = running.puente.received[0]
    assert (form["NumMedia"], form["MediaContentType0"], form["MediaContentType9"]) == (
        "10",
        "image/jpeg",
        "text/x-vcard",
    )
    assert form["MessageSid"].startswith("MM")


def test_eleven_files_are_refused_in_words(running: Running, page: Page) -> None:
    attach(page.locator("#sms"), "Photo", "PDF", each=6)

    expect(page.get_by_role("alert")).to_have_text("A message carries 1 to 10 files.")
    assert running.puente.received == []


def test_a_place_a_poll_and_a_made_up_button_come_as_whatsapp_tells_them(running: Running, page: Page) -> None:
    phone = page.locator("#whatsapp")
    for press in ("Biblioteca", "Poll"):
        open_fold(phone, "More to send")
        phone.get_by_role("button", name=press).click()
    open_fold(phone, "More to send")
    phone.get_by_placeholder("Text", exact=True).fill("Sí")
    phone.get_by_placeholder("Id").fill("yes")
    phone.get_by_role("button", name="Tap it").click()

    wait_until(lambda: len(running.puente.received) == 3)
    forms = {form["MessageType"]: form for form in running.puente.received}
    assert (forms["location"]["Label"], forms["location"]["Latitude"]) == ("Biblioteca", "26.2034071")
    assert forms["unsupported"]["Body"] == ""
    assert (forms["button"]["ButtonPayload"], forms["button"]["Body"]) == ("yes", "Sí")
    expect(phone.locator(".words.about")).to_have_text(["a place: Biblioteca", "a poll"])


def test_a_button_under_a_template_is_tapped_and_comes_back_with_its_id(running: Running, page: Page) -> None:
    actions = [{"type": "QUICK_REPLY", "title": "Sí", "id": "knock_yes"}]
    template = running.app.state.stand_in.carrier.contents.add(
        friendly_name="knock_es",
        language="es",
        types={"twilio/quick-reply": {"body": "¿Podemos escribirle?", "actions": actions}},
        variables={},
    )
    running.app.state.stand_in.carrier.contents.decide(template.sid, Approval.APPROVED)
    running.puente.send("whatsapp:+12025550124", "whatsapp:+12025550100", content_sid=template.sid)
    knock = page.locator("#whatsapp .bubble.puente").first
    expect(knock.locator(".template")).to_have_text("template knock_es")

    knock.get_by_role("button", name="Sí").click()

    wait_until(lambda: len(running.puente.received) == 1)
    form = running.puente.received[0]
    assert (form["MessageType"], form["ButtonPayload"], form["ButtonText"]) == ("button", "knock_yes", "Sí")
    assert f"b-{form['OriginalRepliedMessageSid']}" == knock.get_attribute("id")


def test_a_reaction_points_to_our_text_on_whatsapp_and_quotes_it_by_sms(running: Running, page: Page) -> None:
    for name in ("#whatsapp", "#sms"):
        phone = page.locator(name)
        write(phone, "hola")
        expect(phone.locator(".bubble.puente")).to_have_count(1)
        open_fold(phone, "More to send")
        phone.get_by_role("button", name="Reaction").click()
        expect(phone.locator(".bubble.person")).to_have_count(2)

    wait_until(lambda: len(running.puente.received) == 4)
    by_whatsapp, by_sms = running.puente.received[1], running.puente.received[3]
    assert by_whatsapp["OriginalRepliedMessageSender"] == "whatsapp:+12025550100"
    assert by_sms["Body"] == f"Le gustó “{REPLY}”"


# STOP


def test_stop_handled_by_puente_blocks_nothing_at_the_carrier(running: Running, page: Page) -> None:
    page.locator("#sms").get_by_role("button", name="STOP").click()

    expect(page.locator("#sms .bubble.person .words")).to_have_text("STOP")
    expect(page.locator("#sms .bubble.puente .state")).to_have_text("delivered")
    assert running.puente.received[0]["Body"] == "STOP"
    assert "OptOutType" not in running.puente.received[0]


@pytest.mark.parametrize(("handling", "told"), [("carrier", None), ("advanced", "STOP")])
def test_stop_handled_by_the_carrier_is_answered_and_blocked_there(
    running: Running, page: Page, handling: str, told: str | None
) -> None:
    phone = page.locator("#sms")
    open_fold(page.locator(".tools"), "What goes wrong")
    page.locator(f"#stop-{handling}").check()
    page.locator(".card").get_by_role("button", name="Set").last.click()
    expect(phone.locator(".status")).to_contain_text("STOP is handled by the carrier")
    open_fold(page.locator(".tools"), "What goes wrong")

    phone.get_by_role("button", name="STOP").click()

    expect(phone.locator(".bubble.carrier .state")).to_have_text("answered by the carrier")
    expect(phone.locator(".status")).to_contain_text("Blocked by the carrier (STOP)")
    refused = phone.locator(".bubble.puente.failed")
    expect(refused.locator(".state")).to_have_text("refused (21610)")
    expect(refused.locator(".note")).to_contain_text("this person has stopped us")
    assert running.puente.received[0].get("OptOutType") == told


# What goes wrong


def test_a_filtered_text_says_so_and_the_next_one_arrives(page: Page) -> None:
    phone = page.locator("#sms")
    order(phone, send="filtered")
    expect(phone.locator(".status")).to_contain_text("filtered as unwanted (30007): the next one")

    write(phone, "hola")
    expect(phone.locator(".bubble.puente.failed .state")).to_have_text("undelivered (30007)")
    expect(phone.locator(".bubble.puente.failed .note")).to_have_text("the network filtered it as unwanted")
    expect(phone.locator(".status li")).to_have_count(0)
    expect(phone.locator(".picks select[name=send]")).to_have_value("none")
    write(phone, "otra vez")

    expect(phone.locator(".bubble.puente:not(.failed) .state")).to_have_text("delivered")


@pytest.mark.parametrize(
    ("trouble", "outcome", "arrives", "problem"),
    [
        ("too_many", "answered 429 (20429)", 0, "TwilioRestException 20429"),
        ("server_error", "answered 500 (20500)", 0, "TwilioRestException 20500"),
        ("drop", "the connection broke", 0, "ConnectionError"),
        ("drop_after", "the connection broke", 1, "ConnectionError"),
    ],
)
def test_a_request_that_goes_wrong_is_listed_with_what_came_of_it(
    running: Running, page: Page, trouble: str, outcome: str, arrives: int, problem: str
) -> None:
    phone = page.locator("#sms")
    order(phone, send=trouble)
    open_fold(phone, "What the carrier does")

    write(phone, "hola")

    expect(phone.locator(".event.in.failed .outcome")).to_have_text(outcome)
    wait_until(lambda: running.puente.problems == [problem])
    expect(phone.locator(".bubble.puente")).to_have_count(arrives)


def test_other_phones_are_spared(page: Page) -> None:
    order(page.locator("#sms"), send="nobody", send_count="-1")

    write(page.locator("#whatsapp"), "hola")
    write(page.locator("#sms"), "hola")

    expect(page.locator("#sms .bubble.puente .state")).to_have_text("undelivered (30005)")
    expect(page.locator("#whatsapp .bubble.puente .state")).to_have_text("read")


def test_an_unsigned_webhook_is_refused_and_that_is_said(running: Running, page: Page) -> None:
    order(page.locator("#sms"), post="unsigned")

    write(page.locator("#sms"), "hola")

    expect(page.locator("#sms .bubble.person.failed .state")).to_have_text("webhook answered 403")
    expect(page.locator("#sms .bubble.person .note")).to_contain_text("without a signature on purpose")
    assert running.puente.received == []


def test_a_doubled_webhook_carries_the_same_id_twice(running: Running, page: Page) -> None:
    order(page.locator("#sms"), post="twice")

    write(page.locator("#sms"), "hola")

    wait_until(lambda: len(running.puente.received) == 2)
    assert len({form["MessageSid"] for form in running.puente.received}) == 1


def test_two_texts_arrive_in_the_wrong_order(running: Running, page: Page) -> None:
    phone = page.locator("#sms")
    order(phone, post="swapped")

    write(phone, "uno")
    expect(phone.locator(".bubble.person .state")).to_have_text("held back until the next one")
    write(phone, "dos")

    wait_until(lambda: len(running.puente.received) == 2)
    assert [form["Body"] for form in running.puente.received] == ["dos", "uno"]
    expect(phone.locator(".bubble.person .state")).to_have_text(["sent", "sent"])


def test_what_is_held_back_is_sent_when_all_is_well_again(running: Running, page: Page) -> None:
    phone = page.locator("#sms")
    order(phone, post="swapped")
    write(phone, "uno")
    expect(phone.locator(".bubble.person .state")).to_have_text("held back until the next one")

    page.get_by_role("button", name="All well again").click()

    expect(phone.locator(".bubble.person .state")).to_have_text("sent")
    expect(phone.locator(".status li")).to_have_count(0)


def test_a_whatsapp_phone_that_is_off_gets_its_texts_when_it_is_on(running: Running, page: Page) -> None:
    phone = page.locator("#whatsapp")
    write(phone, "hola")
    expect(phone.locator(".bubble.puente .state")).to_have_text("read")
    open_fold(phone, "Phone")
    phone.get_by_role("button", name="Switch off").click()
    expect(phone.locator("textarea")).to_be_disabled()
    expect(phone.locator(".status")).to_contain_text("Switched off")

    running.puente.send("whatsapp:+12025550124", "whatsapp:+12025550100", body="Su cita es mañana.")
    expect(phone.locator(".bubble.puente .state").last).to_have_text("sent")
    running.puente.send("+12025550123", "+12025550100", body="A later text.")
    expect(page.locator("#sms .bubble.puente .state")).to_have_text("delivered")
    assert phone.locator(".bubble.puente .state").last.inner_text() == "sent"
    open_fold(phone, "Phone")
    phone.get_by_role("button", name="Switch on").click()

    expect(phone.locator(".bubble.puente .state").last).to_have_text("read")


def test_an_sms_phone_that_is_off_is_given_up(running: Running, page: Page) -> None:
    phone = page.locator("#sms")
    open_fold(phone, "Phone")
    phone.get_by_role("button", name="Switch off").click()
    expect(phone.locator(".status")).to_contain_text("Switched off")

    running.puente.send("+12025550123", "+12025550100", body="Su cita es mañana.")

    expect(phone.locator(".bubble.puente .state")).to_have_text("undelivered (30003)")
    expect(phone.locator(".bubble.puente .note")).to_have_text("the phone is off or out of reach")


def test_a_template_that_did_not_arrive_cannot_be_tapped(running: Running, page: Page) -> None:
    actions = [{"type": "QUICK_REPLY", "title": "Sí", "id": "knock_yes"}]
    template = running.app.state.stand_in.carrier.contents.add(
        friendly_name="knock_es",
        language="es",
        types={"twilio/quick-reply": {"body": "¿Podemos escribirle?", "actions": actions}},
        variables={},
    )

    running.puente.send("whatsapp:+12025550124", "whatsapp:+12025550100", content_sid=template.sid)

    expect(page.locator("#whatsapp .bubble.puente.failed .state")).to_have_text("failed (63016)")
    expect(page.locator("#whatsapp .choices")).to_have_count(0)


def test_after_a_day_only_a_template_arrives(running: Running, page: Page) -> None:
    phone = page.locator("#whatsapp")
    write(phone, "hola")
    expect(phone.locator(".bubble.puente .state")).to_have_text("read")
    open_fold(phone, "Phone")
    phone.get_by_role("button", name="24 hours later").click()
    expect(phone.locator(".status")).to_contain_text("24-hour window closed")

    running.puente.send("whatsapp:+12025550124", "whatsapp:+12025550100", body="¿Sigue ahí?")
    failed = phone.locator(".bubble.puente.failed")
    expect(failed.locator(".state")).to_have_text("failed (63016)")
    write(phone, "aquí estoy")

    expect(phone.locator(".status li")).to_have_count(0)
    expect(phone.locator(".bubble.puente:not(.failed)")).to_have_count(2)


def test_every_exchange_with_the_carrier_is_listed_with_its_fields(page: Page) -> None:
    phone = page.locator("#sms")

    write(phone, "hola")

    expect(phone.locator(".bubble.puente .state")).to_have_text("delivered")
    open_fold(phone, "What the carrier does")
    # the answer may be offered before the webhook that it answers has returned: their order is nobody's promise
    for what in ("POST …/Messages.json", "status sent", "status delivered"):
        expect(phone.locator(".event .what", has_text=what)).to_have_count(1)
    message = phone.locator(".event", has_text="message: POST /twilio/messages")
    message.locator("summary").click()
    expect(message.locator("dl")).to_contain_text("FromCity")


# Phones


def test_a_third_phone_has_its_own_number_and_conversation(running: Running, page: Page) -> None:
    page.locator("#sms textarea").fill("half typed")

    page.get_by_role("button", name="Add SMS phone").click()
    cousin = page.get_by_role("region", name="Sponsor's cousin", exact=True)
    expect(page.locator("#live")).to_have_text("Live")
    write(cousin, "Soy la prima")

    expect(cousin.locator(".bubble.puente .words")).to_have_text(REPLY)
    expect(page.locator("#sms .bubble")).to_have_count(0)
    expect(page.locator("#sms textarea")).to_have_value("half typed")
    assert running.puente.received[0]["From"] == cousin.get_attribute("data-number") != "+12025550123"
    open_fold(cousin, "Phone")
    cousin.get_by_role("button", name="Remove phone").click()
    expect(cousin).to_have_count(0)


def test_a_phone_is_renamed_shared_and_hides_its_number(running: Running, page: Page) -> None:
    phone = page.locator("#whatsapp")
    open_fold(phone, "Phone")
    phone.get_by_label("Name").fill("<b>Luis</b>")
    phone.get_by_label("Shared with").fill("his sister")
    phone.get_by_label("Hide the number").check()
    phone.get_by_role("button", name="Save").click()
    expect(phone.locator("h2")).to_have_text("<b>Luis</b>")
    expect(phone.locator(".holder")).to_contain_text("shared with his sister")
    expect(page.locator("#live")).to_have_text("Live")

    write(phone, "hola")

    expect(phone.locator(".bubble.puente .words")).to_have_text(REPLY)
    form = running.puente.received[0]
    assert (form["From"], form["ProfileName"]) == ("whatsapp:US.1000012025550124", "<b>Luis</b>")
    assert "WaId" not in form


def test_a_new_person_has_a_new_number_and_an_empty_screen(running: Running, page: Page) -> None:
    phone = page.locator("#sms")
    write(phone, "hola")
    expect(phone.locator(".bubble.puente")).to_have_count(1)

    open_fold(phone, "Phone")
    phone.get_by_role("button", name="New person").click()

    expect(phone.locator(".bubble")).to_have_count(0)
    number = phone.get_attribute("data-number") or ""
    assert number != "+12025550123"
    assert number[5:10] == "55501"


def test_a_page_that_was_away_catches_up(running: Running, page: Page, browser: Browser) -> None:
    second = browser.new_page()
    second.goto(f"{running.url}/phones")
    expect(second.locator("#live")).to_have_text("Live")

    write(page.locator("#sms"), "hola")
    page.get_by_role("button", name="Add WhatsApp phone").click()

    expect(second.locator("#sms .bubble.puente .words")).to_have_text(REPLY)
    expect(second.locator("#whatsapp-2")).to_have_count(1)
    second.close()


def test_a_page_that_stays_open_keeps_no_more_than_the_phones_do(page: Page) -> None:
    page.evaluate(
        """() => {
            for (let number = 0; number < 400; number++) {
                showBubble({phone: "sms", id: `x-${number}`, html: `<li class="bubble" id="x-${number}"></li>`});
                showEvent({phone: "sms", id: `y-${number}`, html: `<li class="event" id="y-${number}"></li>`});
            }
        }"""
    )

    assert (page.locator("#sms .bubble").count(), page.locator("#sms .event").count()) == (MOST_BUBBLES, MOST_EVENTS)
    assert page.locator("#x-399, #y-399").count() == 2


def test_who_is_writing_goes_on_writing_when_phones_come(running: Running, page: Page, browser: Browser) -> None:
    page.locator("#sms-text").fill("a medio")
    second = browser.new_page()
    second.goto(f"{running.url}/phones")

    second.get_by_role("button", name="Add SMS phone").click()

    expect(page.locator("#sms-2")).to_have_count(1)
    expect(page.locator("#sms-text")).to_have_value("a medio")
    expect(page.locator("#sms-text")).to_be_focused()
    second.close()


# For everybody


def test_the_keyboard_alone_reaches_everything_in_reading_order(page: Page) -> None:
    page.locator("#sms-menu").focus()

    names = []
    for _ in range(8):
        page.keyboard.press("Tab")
        names.append(page.evaluate("(({ariaLabel, name, id}) => ariaLabel || name || id)(document.activeElement)"))

    log = "Messages of Sponsor"
    assert names == [log, "example", "example", "example", "text", "sms-more", "text", ""]
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_menu_opens_by_keyboard_and_closes_with_escape(page: Page) -> None:
    page.locator("#sms-more").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sms .sheet")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#sms-photo")).to_be_checked()

    page.keyboard.press("Escape")

    expect(page.locator("#sms .sheet")).to_be_hidden()
    expect(page.locator("#sms-more")).to_be_focused()


def fill_every_corner(running: Running, page: Page) -> None:
    """Three phones with bubbles of all kinds, notes and events."""
    page.get_by_role("button", name="Add WhatsApp phone").click()
    expect(page.locator("#whatsapp-2")).to_have_count(1)
    expect(page.locator("#live")).to_have_text("Live")
    order(page.locator("#sms"), send="filtered", send_count="2", post="late", post_count="-1", delay="30")
    order(page.locator("#whatsapp"), send="out_of_reach")
    for name in ("#whatsapp", "#whatsapp-2"):
        write(page.locator(name), "hola")
    attach(page.locator("#whatsapp-2"), "Photo", "PDF")
    expect(page.locator("#whatsapp .bubble.failed .note")).to_have_count(1)
    expect(page.locator("#whatsapp-2 .bubble.puente")).to_have_count(3)
    open_fold(page.locator("#whatsapp"), "What the carrier does")
    page.locator("#whatsapp .event summary").first.click()


FOLDS = (".all", "#whatsapp .menu", "#whatsapp .more")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast_and_nothing_is_wider_than_the_screen(
    running: Running, page: Page, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    fill_every_corner(running, page)

    weak, small, widths = [], [], []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for fold in FOLDS:
            page.locator(f"{fold} > summary").click()
            weak += page.evaluate(CONTRAST)
            small += page.evaluate(SMALL_TARGETS)
            widths.append((page.evaluate("document.documentElement.scrollWidth"), width))
            page.keyboard.press("Escape")

    assert (weak, small) == ([], [])
    assert [width for width, screen in widths if width > screen] == []


def test_axe_finds_nothing_whatever_is_open(running: Running, page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    fill_every_corner(running, page)

    told = []
    for fold in FOLDS:
        page.locator(f"{fold} > summary").click()
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
        told += [(fold, one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]]
        page.keyboard.press("Escape")

    assert told == []


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
    const exempt = !element.checkVisibility() || element.closest(".who, noscript, :disabled");
    if (exempt || !walker.currentNode.data.trim()) continue;
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.push([walker.currentNode.data.trim().slice(0, 30), ratio.toFixed(2)]);
  }
  return weak;
}"""


# Controls smaller than 24 by 24 CSS pixels (WCAG 2.2, 2.5.8); links in a line of text are exempt.
SMALL_TARGETS = """() => [...document.querySelectorAll("button, summary, select, textarea, input:not([type=hidden])")]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 24 || height < 24)
  .map(([html]) => html)"""


# Without JavaScript


@pytest.fixture
def plain_page(browser: Browser, running: Running) -> Iterator[Page]:
    """The page in a browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{running.url}/phones")
    yield page
    context.close()


def test_without_javascript_texts_files_and_conditions_go_by_plain_forms(running: Running, plain_page: Page) -> None:
    phone = plain_page.locator("#whatsapp")

    attach(phone, "Sticker")
    order(phone, send="nobody")
    phone.locator("textarea").fill("hola")
    phone.get_by_role("button", name="Send from").click()

    wait_until(lambda: len(running.puente.received) == 2)
    plain_page.get_by_role("link", name="Reload", exact=True).click()
    expect(phone.locator(".bubble.person")).to_have_count(2)
    assert [form["MessageType"] for form in running.puente.received] == ["sticker", "text"]
    assert plain_page.url.endswith("/phones")


def test_without_javascript_a_refusal_is_shown_on_the_page(plain_page: Page) -> None:
    attach(plain_page.locator("#sms"), "Photo", "PDF", each=6)

    expect(plain_page.get_by_role("alert")).to_have_text("A message carries 1 to 10 files.")
    expect(plain_page.locator("#sms")).to_be_visible()


def test_without_javascript_phones_come_and_go(plain_page: Page) -> None:
    plain_page.get_by_role("button", name="Add SMS phone").click()
    expect(plain_page.locator("#sms-2 h2")).to_have_text("Sponsor's cousin")

    open_fold(plain_page.locator("#sms-2"), "Phone")
    plain_page.locator("#sms-2").get_by_role("button", name="Remove phone").click()

    expect(plain_page.locator(".station")).to_have_count(2)


def test_without_javascript_a_post_leads_back_to_a_page_that_shows_it(running: Running) -> None:
    answer = requests.post(f"{running.url}/phones/sms/messages", data={"text": "hola"}, timeout=5)

    assert answer.history[0].status_code == 303
    assert 'dir="auto">hola</p>' in answer.text
    wait_until(lambda: len(running.puente.threads) == 1)


def test_without_javascript_an_example_comes_back_in_the_input(running: Running) -> None:
    answer = requests.get(f"{running.url}/phones", params={"phone": "whatsapp", "example": "quc"}, timeout=5)

    assert ">Jas taq wuj kajawaxik rech kinb&#39;an inscribir ri wal pa ri escuela?</textarea>" in answer.text


@pytest.mark.parametrize("path", ["/phones", "/phones/events", "/phones/static/phones.js", "/phones/media/photo.jpg"])
def test_a_name_that_is_not_of_this_machine_is_refused(running: Running, path: str) -> None:
    answer = requests.get(f"{running.url}{path}", headers={"Host": "rebound.example.org"}, timeout=5)

    assert answer.status_code == 403


def test_another_sites_form_cannot_text_from_the_phones(running: Running) -> None:
    headers = {"Origin": "https://evil.example.org", "Sec-Fetch-Site": "cross-site"}

    answer = requests.post(f"{running.url}/phones/sms/messages", data={"text": "hola"}, headers=headers, timeout=5)

    assert answer.status_code == 403
    assert running.puente.received == []


# Who may ask, and for what


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
