"""What the stand-in of Twilio's API promises, asked by the official client over real sockets.

Every test ends by looking at the violations: a request of the official client that Twilio's own description does not
allow is a mistake here or in the description, never to be ignored.
"""

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from simulator.api.callbacks import CallbackOrder, CallbackPlan
from simulator.api.contents import Approval
from simulator.api.faults import Call, Fault, FaultKind
from simulator.api.schema_check import SchemaCheck
from simulator.api.stand_in import CheckTiming, StandIn
from simulator.loopback_server import serve_on_loopback
from simulator.settings import SimulatorSettings, StopHandling, WindowRule

ACCOUNT = "AC" + "0" * 31 + "5"
TOKEN = "0123456789abcdef0123456789abcdef"
PERSON, OURS = "+12025550123", "+12025550100"
ON_WHATSAPP, OUR_WHATSAPP = "whatsapp:+12025550124", "whatsapp:+12025550100"
SERVICE = "MG" + "a" * 32
CONTENT = "HX" + "b" * 32


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Listener:
    """Takes status callbacks: those with a right signature are kept, in the order they came."""

    url: str = ""
    forms: list[dict[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    unsigned: int = 0

    def build_app(self) -> Starlette:
        return Starlette(routes=[Route("/status", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        url = f"{self.url}/status?{request.url.query}"
        if RequestValidator(TOKEN).validate(url, form, request.headers.get("x-twilio-signature", "")):
            self.forms.append(form)
            self.tokens.append(request.headers["i-twilio-idempotency-token"])
        else:
            self.unsigned += 1
        return Response(status_code=204)

    @property
    def statuses(self) -> list[str]:
        return [form["MessageStatus"] for form in self.forms]


@dataclass
class Served:
    """A stand-in that serves, and the official client pointed at it."""

    stand_in: StandIn
    url: str
    client: Client
    clock: Clock

    def create(self, **changes: Any) -> Any:
        wanted = {"to": PERSON, "from_": OURS, "body": "hola"} | changes
        return self.client.messages.create(**{name: value for name, value in wanted.items() if value is not None})


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> SimulatorSettings:
    changes = getattr(request, "param", {})
    return SimulatorSettings(account_sid=ACCOUNT, auth_token=TOKEN, public_url="http://127.0.0.1:9", **changes)


@pytest.fixture
def served(settings: SimulatorSettings) -> Iterator[Served]:
    clock = Clock()
    stand_in = StandIn(settings, clock=clock, check=CheckTiming.BOTH_WAYS)
    with serve_on_loopback(stand_in.build_app()) as url:
        yield Served(stand_in, url, client_for(url), clock)
    assert stand_in.violations == []


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    with serve_on_loopback(listener.build_app()) as listener.url:
        yield listener
    assert listener.unsigned == 0


def client_for(url: str, *, token: str = TOKEN, timeout: float = 5.0) -> Client:
    client = Client(ACCOUNT, token, http_client=TwilioHttpClient(timeout=timeout))
    client.api.base_url = client.content.base_url = url
    return client


def wait_until(happened: Callable[[], bool]) -> None:
    """Return when something has happened; fail when it has not within ten seconds."""
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def messages_url(url: str, account: str = ACCOUNT) -> str:
    return f"{url}/2010-04-01/Accounts/{account}/Messages.json"


def test_a_created_message_comes_back_as_twilio_tells_it(served: Served) -> None:
    message = served.create(body="¿Cuándo?" + "a" * 70)

    assert message.sid.startswith("SM")
    assert (message.status, message.direction, message.num_segments) == ("queued", "outbound-api", "2")
    assert (message.to, message.from_, message.error_code) == (PERSON, OURS, None)
    assert abs(message.date_created - served.clock.now) < timedelta(seconds=1)


def test_the_answer_has_exactly_the_fields_of_twilios_description(served: Served) -> None:
    check = SchemaCheck()
    served.create()

    answer = requests.get(messages_url(served.url), auth=(ACCOUNT, TOKEN), timeout=5).json()

    request = served.stand_in.requests[-1]
    operation = check.find_operation(request)
    assert operation is not None
    schema = operation.declaration["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(answer) == set(schema["properties"])
    described = operation.api.spec / "components" / "schemas" / "api.v2010.account.message" / "properties"
    assert set(answer["messages"][0]) == set(described.keys())


def test_ten_messages_travel_over_one_connection(served: Served) -> None:
    for _ in range(10):
        served.create()

    assert len(served.stand_in.connections) == 1


def test_a_host_header_of_twilio_is_taken_at_its_word(served: Served) -> None:
    headers = {"Host": "api.twilio.com"}
    form = {"To": PERSON, "From": OURS, "Body": "hola"}

    answer = requests.post(messages_url(served.url), data=form, headers=headers, auth=(ACCOUNT, TOKEN), timeout=5)

    assert answer.status_code == 201
    assert served.stand_in.requests[-1].host == "api.twilio.com"


def test_the_account_can_be_fetched_to_prove_the_credentials(served: Served) -> None:
    assert served.client.api.accounts(ACCOUNT).fetch().status == "active"


REFUSALS: dict[str, tuple[dict[str, Any], int]] = {
    "recipient is no number": ({"to": "555-0123"}, 21211),
    "recipient is blank": ({"to": ""}, 21604),
    "recipient is ourselves": ({"to": OURS}, 21266),
    "nothing to say": ({"body": None}, 21619),
    "a blank text": ({"body": ""}, 21602),
    "1601 characters": ({"body": "a" * 1601}, 21617),
    "eleven media files": ({"media_url": ["https://files.example.org/1"] * 11}, 21623),
    "media without address": ({"media_url": ["file"]}, 21620),
    "no sender": ({"from_": None}, 21603),
    "a number that is not ours": ({"from_": "+12025550199"}, 21606),
    "a WhatsApp sender that is not ours": ({"to": ON_WHATSAPP, "from_": "whatsapp:+12025550199"}, 63007),
    "SMS to a WhatsApp address": ({"to": ON_WHATSAPP}, 21910),
    "template values that are not JSON": ({"content_sid": CONTENT, "content_variables": "{1: x}"}, 21656),
    "template values that are a list": ({"content_sid": CONTENT, "content_variables": "[1]"}, 21656),
    "template values without a template": ({"content_variables": '{"1": "x"}'}, 21654),
    "a template that is not there": ({"body": None, "content_sid": CONTENT}, 21655),
    "a callback address that is none": ({"status_callback": "/twilio/status"}, 21609),
    "a callback host with an underscore": ({"status_callback": "http://our_app/x"}, 21609),
    "magic: invalid recipient": ({"to": "+15005550001"}, 21211),
    "magic: no route": ({"to": "+15005550002"}, 21612),
    "magic: region": ({"to": "+15005550003"}, 21408),
    "magic: stopped": ({"to": "+15005550004"}, 21610),
    "magic: landline": ({"to": "+15005550009"}, 21614),
    "magic: invalid sender": ({"from_": "+15005550001"}, 21212),
    "magic: foreign sender": ({"from_": "+15005550007"}, 21606),
    "magic: full queue": ({"from_": "+15005550008"}, 21611),
}


@pytest.mark.parametrize(("changes", "code"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_message_that_twilio_would_not_take_is_refused_with_its_code(
    served: Served, changes: dict[str, Any], code: int
) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        served.create(**changes)

    assert (refusal.value.status, refusal.value.code) == (400, code)
    assert served.stand_in.carrier.messages == {}


def test_the_longest_text_and_the_magic_sender_are_taken(served: Served) -> None:
    longest = served.create(body="á" * 1600)
    magic = served.create(from_="+15005550006")

    assert (longest.num_segments, magic.status) == ("24", "queued")


@pytest.mark.parametrize("user", [ACCOUNT, "AC" + "f" * 32], ids=["wrong token", "wrong account"])
def test_wrong_credentials_are_not_let_in(served: Served, user: str) -> None:
    answer = requests.get(messages_url(served.url), auth=(user, "wrong"), timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


@pytest.mark.parametrize("header", ["", "Basic", "Basic %%%", f"Bearer {TOKEN}"])
def test_no_credentials_at_all_are_not_let_in(served: Served, header: str) -> None:
    answer = requests.get(messages_url(served.url), headers={"Authorization": header}, timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_another_account_and_an_unknown_message_are_not_found(served: Served) -> None:
    other = requests.get(messages_url(served.url, "AC" + "f" * 32), auth=(ACCOUNT, TOKEN), timeout=5)

    with pytest.raises(TwilioRestException) as unknown:
        served.client.messages("SM" + "f" * 32).fetch()

    assert (other.status_code, other.json()["code"]) == (404, 20404)
    assert (unknown.value.status, unknown.value.code) == (404, 20404)


BREACHES: dict[str, tuple[bytes, str]] = {
    "misspelt field": (b"To=%2B12025550123&Boddy=secreto", "'Boddy' is not in Twilio's description"),
    "field sent twice": (b"To=%2B12025550123&Body=secreto&Body=b", "'Body' is sent more than once"),
    "no recipient": (b"Body=secreto", "required"),
    "not one of the words allowed": (b"To=%2B12025550123&AddressRetention=secreto", "AddressRetention breaks enum"),
    "wrong kind of id": (b"To=%2B12025550123&MessagingServiceSid=secreto", "MessagingServiceSid breaks pattern"),
}


@pytest.mark.parametrize(("body", "reason"), BREACHES.values(), ids=BREACHES.keys())
def test_what_the_description_does_not_allow_is_refused_and_remembered(
    served: Served, body: bytes, reason: str
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = requests.post(messages_url(served.url), data=body, headers=headers, auth=(ACCOUNT, TOKEN), timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert reason in answer.json()["message"]
    assert "secreto" not in answer.text
    assert [violation.request.body for violation in served.stand_in.violations] == [body]
    served.stand_in.violations.clear()


@pytest.mark.parametrize(
    ("query", "reason"),
    [({"Bogus": "1"}, "'Bogus' is not"), ({"PageSize": "5000"}, "PageSize"), ({"DateSent>": "ayer"}, "DateSent>")],
)
def test_query_parameters_are_judged_too(served: Served, query: dict[str, str], reason: str) -> None:
    answer = requests.get(messages_url(served.url), params=query, auth=(ACCOUNT, TOKEN), timeout=5)

    assert answer.status_code == 400
    assert reason in answer.json()["message"]
    served.stand_in.violations.clear()


KINDS = {
    "JSON where a form is wanted": ("Messages.json", "application/json", b'{"To": "+12025550123"}'),
    "a form where JSON is wanted": ("Content", "application/x-www-form-urlencoded", b"language=es"),
    "JSON with a field too many": (
        "Content",
        "application/json",
        b'{"language": "es", "types": {"twilio/text": {"body": "Hola."}}, "colour": "red"}',
    ),
}


@pytest.mark.parametrize(("path", "content_type", "body"), KINDS.values(), ids=KINDS.keys())
def test_a_body_of_the_wrong_kind_is_refused(served: Served, path: str, content_type: str, body: bytes) -> None:
    url = f"{served.url}/v1/Content" if path == "Content" else messages_url(served.url)

    answer = requests.post(
        url, data=body, headers={"Content-Type": content_type}, auth=(ACCOUNT, TOKEN), timeout=5
    )  # fmt: skip

    assert answer.status_code == 400
    assert len(served.stand_in.violations) == 1
    served.stand_in.violations.clear()


def test_an_answer_of_ours_that_twilio_would_not_give_is_a_violation(served: Served) -> None:
    message = served.create()
    wrong = served.stand_in.carrier.messages[message.sid]
    served.stand_in.carrier.messages[message.sid] = replace(wrong, sid="SM1", num_segments=-1)

    served.client.messages(message.sid).fetch()

    (violation,) = served.stand_in.violations
    assert any("the answer: sid breaks pattern" in reason for reason in violation.reasons)
    served.stand_in.violations.clear()


def test_a_load_test_can_have_its_requests_judged_afterwards(settings: SimulatorSettings) -> None:
    stand_in = StandIn(settings, check=CheckTiming.AFTERWARDS)
    form = {"To": PERSON, "From": OURS, "Body": "hola", "Boddy": "hola"}
    with serve_on_loopback(stand_in.build_app()) as url:
        answer = requests.post(messages_url(url), data=form, auth=(ACCOUNT, TOKEN), timeout=5)
    before = list(stand_in.violations)

    found = stand_in.check_recorded()

    assert (answer.status_code, before, len(found)) == (201, [], 1)
    assert len(stand_in.check_recorded()) == 1


ANSWERED_FAULTS = {
    FaultKind.TOO_MANY_REQUESTS: (429, 20429, 0),
    FaultKind.SERVER_ERROR: (500, 20500, 0),
    FaultKind.SERVER_ERROR_AFTER: (500, 20500, 1),
}


@pytest.mark.parametrize(("kind", "expected"), ANSWERED_FAULTS.items(), ids=lambda value: getattr(value, "name", ""))
def test_a_fault_with_a_code_hits_one_request_and_says_what_it_left_behind(
    served: Served, kind: FaultKind, expected: tuple[int, int, int]
) -> None:
    served.stand_in.faults.add(None, Fault(kind))
    served.create()

    with pytest.raises(TwilioRestException) as failure:
        served.create()

    status, code, left = expected
    assert (failure.value.status, failure.value.code) == (status, code)
    assert len(served.stand_in.carrier.messages) == 1 + left
    assert served.create().status == "queued"


@pytest.mark.parametrize("seconds", [None, 7])
def test_too_many_requests_may_say_when_to_come_back(served: Served, seconds: int | None) -> None:
    served.stand_in.faults.add(Fault(FaultKind.TOO_MANY_REQUESTS, retry_after_s=seconds))
    form = {"To": PERSON, "From": OURS, "Body": "hola"}

    answer = requests.post(messages_url(served.url), data=form, auth=(ACCOUNT, TOKEN), timeout=5)

    assert answer.headers.get("Retry-After") == (str(seconds) if seconds else None)


@pytest.mark.parametrize(("kind", "left"), [(FaultKind.BAD_GATEWAY, 0), (FaultKind.BAD_GATEWAY_AFTER, 1)])
def test_a_bad_gateway_answers_in_html(served: Served, kind: FaultKind, left: int) -> None:
    served.stand_in.faults.add(Fault(kind))
    form = {"To": PERSON, "From": OURS, "Body": "hola"}

    answer = requests.post(messages_url(served.url), data=form, auth=(ACCOUNT, TOKEN), timeout=5)

    assert (answer.status_code, answer.headers["content-type"][:9]) == (502, "text/html")
    assert len(served.stand_in.carrier.messages) == left


@pytest.mark.parametrize(("kind", "left"), [(FaultKind.DROP, 0), (FaultKind.DROP_AFTER, 1)])
def test_a_dropped_connection_gives_no_byte_of_an_answer(served: Served, kind: FaultKind, left: int) -> None:
    served.stand_in.faults.add(Fault(kind))

    with pytest.raises(requests.ConnectionError):
        served.create()

    assert len(served.stand_in.carrier.messages) == left
    assert served.create().status == "queued"


@pytest.mark.parametrize(("kind", "left"), [(FaultKind.SLOW, 0), (FaultKind.SLOW_AFTER, 1)])
def test_a_slow_answer_outlasts_the_client_and_the_message_exists_in_the_end(
    served: Served, kind: FaultKind, left: int
) -> None:
    served.stand_in.faults.add(Fault(kind, delay_s=2.0))
    hasty = client_for(served.url, timeout=0.3)

    with pytest.raises(requests.ReadTimeout):
        hasty.messages.create(to=PERSON, from_=OURS, body="hola")

    assert len(served.stand_in.carrier.messages) == left
    wait_until(lambda: len(served.stand_in.carrier.messages) == 1)


def test_a_fault_of_the_look_up_leaves_creation_alone(served: Served) -> None:
    served.stand_in.faults.add(Fault(FaultKind.SERVER_ERROR), call=Call.LIST)

    message = served.create()
    with pytest.raises(TwilioException):
        served.client.messages.list()

    assert message.status == "queued"
    assert served.stand_in.faults.count() == 0


@pytest.mark.parametrize("settings", [{}, {"stop_handling": StopHandling.ADVANCED}], indirect=True)
def test_after_stop_nothing_goes_to_that_person_until_start(served: Served) -> None:
    carrier = served.stand_in.carrier
    carrier.apply_keyword(person=PERSON, our_sender=OURS, keyword="STOP")

    with pytest.raises(TwilioRestException) as refusal:
        served.create()
    other = served.create(to="+12025550125")
    carrier.apply_keyword(person=PERSON, our_sender=OURS, keyword="START")

    assert refusal.value.code == 21610
    assert (other.status, served.create().status) == ("queued", "queued")


@pytest.mark.parametrize("settings", [{"stop_handling": StopHandling.OURS}], indirect=True)
def test_a_stop_that_the_application_handles_does_not_block_at_the_carrier(served: Served) -> None:
    served.stand_in.carrier.apply_keyword(person=PERSON, our_sender=OURS, keyword="STOP")

    assert served.create().status == "queued"


def whatsapp(served: Served, **changes: Any) -> str:
    """Send a WhatsApp text, wait for its end and return the final status."""
    message = served.create(to=ON_WHATSAPP, from_=OUR_WHATSAPP, **changes)
    wait_until(lambda: message.fetch().status in ("read", "failed"))
    return str(message.fetch().status)


def test_outside_the_window_a_whatsapp_text_is_accepted_and_fails_later(served: Served, listener: Listener) -> None:
    status = whatsapp(served, status_callback=f"{listener.url}/status?o=ob-1")

    wait_until(lambda: bool(listener.forms))
    assert status == "failed"
    assert (listener.statuses, listener.forms[0]["ErrorCode"]) == (["failed"], "63016")


def test_the_window_is_open_for_24_hours_after_the_person_wrote(served: Served) -> None:
    served.stand_in.carrier.add_inbound(person=ON_WHATSAPP, our_sender=OUR_WHATSAPP, body="Hola")
    within = whatsapp(served)
    served.clock.now += timedelta(hours=24, seconds=1)

    after = whatsapp(served)

    assert (within, after) == ("read", "failed")


def test_an_approved_template_goes_out_whenever(served: Served) -> None:
    content = create_content(served)
    served.stand_in.carrier.contents.decide(content.sid, Approval.APPROVED)

    status = whatsapp(served, body=None, content_sid=content.sid, content_variables='{"1": "10:00"}')

    assert status == "read"
    (message,) = served.client.messages.list()
    assert message.body == "Your visit is at 10:00 today."


def test_a_template_that_was_never_approved_goes_out_while_the_window_is_open(served: Served) -> None:
    served.stand_in.carrier.add_inbound(person=ON_WHATSAPP, our_sender=OUR_WHATSAPP, body="Hola")

    assert whatsapp(served, body=None, content_sid=create_content(served).sid) == "read"


def create_content(served: Served, **changes: Any) -> Any:
    text = ContentList.TwilioText({"body": "Your visit is at {{1}} today."})
    wanted = {"friendly_name": "visit", "language": "en", "variables": {"1": "9:00"}}
    types = ContentList.Types({"twilio/text": text})
    return served.client.content.v1.contents.create(
        ContentList.ContentCreateRequest(wanted | {"types": types} | changes)
    )


def ask_approval(served: Served, sid: str, *, name: str = "visit", category: str = "UTILITY") -> Any:
    request = ApprovalCreateList.ContentApprovalRequest({"name": name, "category": category})
    return served.client.content.v1.contents(sid).approval_create.create(request)


def test_a_template_can_be_created_fetched_listed_and_deleted(served: Served) -> None:
    contents = served.client.content.v1.contents
    created = [create_content(served, friendly_name=f"visit {number}") for number in range(3)]

    fetched = contents(created[0].sid).fetch()
    listed = [one.friendly_name for one in contents.list()]
    deleted = contents(created[1].sid).delete()

    assert (fetched.friendly_name, fetched.variables, list(fetched.types)) == (
        "visit 0",
        {"1": "9:00"},
        ["twilio/text"],
    )
    assert listed == ["visit 2", "visit 1", "visit 0"]
    assert deleted
    with pytest.raises(TwilioRestException) as refusal:
        contents(created[1].sid).fetch()
    assert (refusal.value.status, refusal.value.code) == (404, 20404)


def test_a_review_is_received_then_pending_then_decided(served: Served) -> None:
    served.stand_in.carrier.contents.verdict = None
    content = create_content(served)
    before = content.approval_fetch().fetch().whatsapp["status"]
    asked = ask_approval(served, content.sid).status
    pending = content.approval_fetch().fetch().whatsapp["status"]

    served.stand_in.carrier.contents.verdict = Approval.APPROVED

    assert (before, asked, pending) == ("unsubmitted", "received", "pending")
    assert content.approval_fetch().fetch().whatsapp["status"] == "approved"


@pytest.mark.parametrize(
    "changes",
    [{"name": "Visit reminder"}, {"category": "SERVICE"}],
    ids=["a name that WhatsApp does not take", "a category that WhatsApp does not have"],
)
def test_a_review_that_is_asked_for_wrongly_is_refused(served: Served, changes: dict[str, str]) -> None:
    content = create_content(served)

    with pytest.raises(TwilioRestException) as refusal:
        ask_approval(served, content.sid, **changes)

    assert refusal.value.status == 400


def test_a_review_is_asked_for_once_and_a_name_serves_once(served: Served) -> None:
    first, second = create_content(served), create_content(served)
    ask_approval(served, first.sid)

    for sid in (first.sid, second.sid):
        with pytest.raises(TwilioRestException) as refusal:
            ask_approval(served, sid)
        assert refusal.value.status == 400


def test_a_template_with_a_malformed_place_is_not_taken(served: Served) -> None:
    text = ContentList.TwilioText({"body": "Your visit is at {{1} today."})

    with pytest.raises(TwilioRestException) as refusal:
        create_content(served, types=ContentList.Types({"twilio/text": text}))

    assert refusal.value.status == 400


@pytest.mark.parametrize("settings", [{"window_rule": WindowRule.ALWAYS_OPEN}], indirect=True)
def test_a_load_test_can_have_all_windows_open(served: Served) -> None:
    assert whatsapp(served) == "read"


CALLBACKS: dict[str, tuple[CallbackPlan, list[str]]] = {
    "in order": (CallbackPlan(), ["sent", "delivered"]),
    "doubled": (CallbackPlan(CallbackOrder.DOUBLED), ["sent", "sent", "delivered", "delivered"]),
    "out of order": (CallbackPlan(CallbackOrder.OUT_OF_ORDER), ["delivered", "sent"]),
    "before the answer": (CallbackPlan(CallbackOrder.BEFORE_ANSWER), ["sent", "delivered"]),
    "phone off": (CallbackPlan(error_code=30003), ["sent", "undelivered"]),
    "never sent": (CallbackPlan(error_code=30001), ["failed"]),
}


@pytest.mark.parametrize(("plan", "statuses"), CALLBACKS.values(), ids=CALLBACKS.keys())
def test_callbacks_come_as_planned_and_signed_over_the_exact_address(
    served: Served, listener: Listener, plan: CallbackPlan, statuses: list[str]
) -> None:
    served.stand_in.callbacks.plan = plan

    message = served.create(status_callback=f"{listener.url}/status?o=ob-1&x=%C3%A1+b#rc=2")
    told_before_the_answer = len(listener.forms)

    wait_until(lambda: len(listener.forms) == len(statuses))
    assert listener.statuses == statuses
    assert {form["MessageSid"] for form in listener.forms} == {message.sid}
    if plan.order is CallbackOrder.BEFORE_ANSWER:
        assert told_before_the_answer == len(statuses)


def test_a_doubled_callback_carries_the_token_of_the_first(served: Served, listener: Listener) -> None:
    served.stand_in.callbacks.plan = CallbackPlan(CallbackOrder.DOUBLED)

    served.create(status_callback=f"{listener.url}/status?o=ob-1")

    wait_until(lambda: len(listener.tokens) == 4)
    first, again, other, _ = listener.tokens
    assert first == again != other


def test_a_message_whose_answer_was_lost_is_told_of_by_callback(served: Served, listener: Listener) -> None:
    served.stand_in.faults.add(Fault(FaultKind.DROP_AFTER))

    with pytest.raises(requests.ConnectionError):
        served.create(status_callback=f"{listener.url}/status?o=ob-1")

    wait_until(lambda: listener.statuses == ["sent", "delivered"])


def test_without_callbacks_a_message_arrives_all_the_same(served: Served, listener: Listener) -> None:
    served.stand_in.callbacks.plan = CallbackPlan(CallbackOrder.NONE)

    message = served.create(status_callback=f"{listener.url}/status?o=ob-1")

    wait_until(lambda: message.fetch().status == "delivered")
    assert listener.forms == []


def test_through_a_messaging_service_sender_and_segments_are_known_later(served: Served, listener: Listener) -> None:
    url = f"{listener.url}/status?o=ob-1"

    message = served.create(from_=None, messaging_service_sid=SERVICE, status_callback=url)

    wait_until(lambda: len(listener.forms) == 3)
    assert (message.status, message.from_, message.num_segments) == ("accepted", None, "0")
    assert listener.statuses == ["queued", "sent", "delivered"]
    assert (message.fetch().from_, message.fetch().num_segments) == (OURS, "1")


def test_no_callback_leaves_this_machine(served: Served) -> None:
    message = served.create(status_callback="https://gateway.example.org/status")

    wait_until(lambda: message.fetch().status == "delivered")
    outcomes = [record.outcome for record in served.stand_in.callbacks.posted]
    assert [outcome.status for outcome in outcomes] == [None, None]
    assert "not a loopback address" in outcomes[0].problem


def test_the_look_up_finds_by_recipient_sender_and_time(served: Served) -> None:
    older = served.create()
    served.create(to="+12025550125")
    wait_until(lambda: {message.status for message in served.client.messages.list()} == {"delivered"})
    served.clock.now += timedelta(days=2)
    newer = served.create()
    wait_until(lambda: served.client.messages(newer.sid).fetch().status == "delivered")

    def find(**criteria: Any) -> list[str]:
        return [message.sid for message in served.client.messages.list(to=PERSON, from_=OURS, **criteria)]

    assert find() == [newer.sid, older.sid]
    assert find(date_sent_after=served.clock.now - timedelta(hours=1)) == [newer.sid]
    assert find(date_sent_before=served.clock.now - timedelta(hours=1)) == [older.sid]
    assert find(date_sent=served.clock.now.date()) == [newer.sid]
    assert find(date_sent_after=served.clock.now + timedelta(hours=1)) == []


def test_pages_hold_together_while_new_messages_come(served: Served) -> None:
    sids = [served.create().sid for _ in range(5)]

    found = []
    for message in served.client.messages.stream(page_size=2):
        found.append(message.sid)
        served.create(to="+12025550125")

    assert found == sids[::-1]


def test_a_text_can_be_taken_out_and_a_record_deleted_once_it_has_arrived(served: Served) -> None:
    served.stand_in.callbacks.plan = CallbackPlan(CallbackOrder.NONE)
    message = served.create()
    wait_until(lambda: message.fetch().status == "delivered")

    redacted = message.update(body="")
    deleted = message.delete()

    assert (redacted.body, deleted) == ("", True)
    assert served.client.messages.list() == []


def test_files_of_a_message_are_listed_fetched_and_deleted(served: Served) -> None:
    sid = served.stand_in.carrier.add_inbound(person=PERSON, our_sender=OURS, body="", num_media=3).sid
    media = served.client.messages(sid).media
    listed = media.list(page_size=2)

    fetched = media(listed[0].sid).fetch()
    media(listed[0].sid).delete()

    assert (len(listed), fetched.parent_sid, fetched.content_type) == (3, sid, "image/jpeg")
    assert [file.sid for file in media.list()] == [file.sid for file in listed[1:]]
    assert served.client.messages(sid).fetch().num_media == "2"
    with pytest.raises(TwilioRestException) as refusal:
        media(listed[0].sid).delete()
    assert refusal.value.status == 404


def test_files_of_a_deleted_message_are_gone(served: Served) -> None:
    sid = served.stand_in.carrier.add_inbound(person=PERSON, our_sender=OURS, body="", num_media=1).sid

    served.client.messages(sid).delete()

    with pytest.raises(TwilioException, match="20404"):
        served.client.messages(sid).media.list()


def test_a_message_on_its_way_is_neither_redacted_deleted_nor_cancelled(served: Served) -> None:
    served.stand_in.callbacks.plan = CallbackPlan(CallbackOrder.NONE, delays_s=(60.0,))
    message = served.create()

    codes = []
    for change in (lambda: message.update(body=""), message.delete, lambda: message.update(status="canceled")):
        with pytest.raises(TwilioRestException) as refusal:
            change()
        codes.append(refusal.value.code)

    assert codes == [20009, 20009, 30409]
    assert message.fetch().body == "hola"


def test_a_text_cannot_be_rewritten(served: Served) -> None:
    message = served.create()

    with pytest.raises(TwilioRestException) as refusal:
        message.update(body="otra cosa")

    assert refusal.value.status == 400


def test_a_resource_that_is_described_but_not_played_says_so(served: Served) -> None:
    answer = requests.get(f"{served.url}/2010-04-01/Accounts/{ACCOUNT}/Balance.json", auth=(ACCOUNT, TOKEN), timeout=5)

    assert answer.status_code == 501


def test_a_path_that_twilio_does_not_have_is_a_violation(served: Served) -> None:
    answer = requests.get(f"{served.url}/2010-04-01/Mesages.json", auth=(ACCOUNT, TOKEN), timeout=5)

    assert answer.status_code == 400
    assert len(served.stand_in.violations) == 1
    served.stand_in.violations.clear()


def test_bytes_that_are_no_text_do_not_upset_the_stand_in(served: Served) -> None:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Authorization": "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode(),
    }

    answer = requests.post(messages_url(served.url), data=b"To=%FF\xff&Body=\x00", headers=headers, timeout=5)

    assert answer.status_code == 400
    served.stand_in.violations.clear()
