"""The sender against a real server on loopback: what goes out, what comes back, what a bad day does."""

import asyncio
import base64
import json
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from channels.twilio.account import TwilioAccount
from channels.twilio.error_codes import NOT_REACHED, NOT_TEXT
from channels.twilio.sender import PAGE_SIZE, TwilioSender
from channels.twilio.transport import MAX_ANSWER_BYTES, NotSentError, Transport, parse_retry_after
from conversation.errors import ConfigurationError
from conversation.ports import Accepted, CarrierMessage, Refused, RetryLater, Unknown

ACCOUNT = TwilioAccount(account_sid="AC" + "0" * 32, username="SK" + "1" * 32, password="api-key-secret")
SERVICE_SID = "MG" + "0" * 32
US, THEM = "+12025550100", "+12025550123"
T0 = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def sid(number: int) -> str:
    return f"SM{number:032x}"


@dataclass
class Carrier:
    """A server on loopback that answers as scripted; by default it creates and lists messages."""

    base_url: str = ""
    script: list[Any] = field(default_factory=list)  # a web.Response to give, or a fault: "hang", "drop", "drop_after"
    requests: list[dict[str, Any]] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)
    created: list[dict[str, Any]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    hanging: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        body = (await request.read()).decode()
        form = dict(parse_qsl(body, keep_blank_values=True))
        self.connections.add(request.transport.get_extra_info("peername"))
        self.requests.append({"method": request.method, "path": request.path, "form": form, "request": request})
        self.arrived.set()
        fault = self.script.pop(0) if self.script else None
        if isinstance(fault, web.StreamResponse):
            return fault
        if fault == "hang":
            await self.hanging.wait()
        if fault != "drop" and request.method == "POST":
            self.created.append(form)
        if fault in {"drop", "drop_after"}:
            request.transport.abort()
        return web.json_response({"sid": sid(len(self.created)), "status": "queued"}, status=201)

    def error(self, status: int, code: int, **headers: str) -> None:
        message = f"failed for {THEM}: body-secret"
        self.script.append(web.json_response({"code": code, "message": message}, status=status, headers=headers))

    def page(self, messages: list[dict[str, Any]], **more: Any) -> None:
        self.script.append(web.json_response({"messages": messages, "page": 0, **more}))


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    carrier = Carrier()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", carrier.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    carrier.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield carrier
    carrier.hanging.set()
    await runner.cleanup()


def make_sender(base_url: str, *, service: bool = False, total_timeout_s: float = 5.0) -> TwilioSender:
    account = TwilioAccount(ACCOUNT.account_sid, ACCOUNT.username, ACCOUNT.password, SERVICE_SID if service else None)
    return TwilioSender(
        account=account, public_url="https://puente.example.org/", base_url=base_url, total_timeout_s=total_timeout_s
    )


@pytest.fixture
async def sender(carrier: Carrier) -> AsyncIterator[TwilioSender]:
    sender = make_sender(carrier.base_url)
    yield sender
    await sender.close()


async def send(twilio: TwilioSender, **changes: str) -> Any:
    return await twilio.send(**({"outbox_id": "ob_1", "sender": US, "to": THEM, "body": "body-secret"} | changes))


async def test_a_text_is_created_with_our_number_our_callback_and_the_api_key(
    carrier: Carrier, sender: TwilioSender
) -> None:
    outcome = await send(sender, body="¿Qué papeles? 'a' & b=c 😀 ")

    request = carrier.requests[0]
    assert outcome == Accepted(sid(1))
    assert (request["method"], request["path"]) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT.account_sid}/Messages.json")
    assert request["form"] == {
        "To": THEM,
        "From": US,
        "Body": "¿Qué papeles? 'a' & b=c 😀 ",
        "StatusCallback": "https://puente.example.org/twilio/status?o=ob_1",
    }
    headers = request["request"].headers
    assert (
        headers["Authorization"] == "Basic " + base64.b64encode(f"{ACCOUNT.username}:api-key-secret".encode()).decode()
    )
    assert headers["Host"] == "api.twilio.com"


async def test_a_messaging_service_replaces_our_number_for_sms_and_never_for_whatsapp(carrier: Carrier) -> None:
    sender = make_sender(carrier.base_url, service=True)

    await send(sender)
    await send(sender, sender=f"whatsapp:{US}", to="whatsapp:US.1000000000000001")
    await sender.close()

    senders = [{k: v for k, v in r["form"].items() if k in {"From", "MessagingServiceSid"}} for r in carrier.requests]
    assert senders == [{"MessagingServiceSid": SERVICE_SID}, {"From": f"whatsapp:{US}"}]


async def test_ten_texts_use_one_connection_and_ten_requests(carrier: Carrier, sender: TwilioSender) -> None:
    outcomes = [await send(sender) for _ in range(10)]

    assert outcomes == [Accepted(sid(number)) for number in range(1, 11)]
    assert (len(carrier.connections), len(carrier.requests)) == (1, 10)


async def test_a_closed_sender_opens_again(carrier: Carrier, sender: TwilioSender) -> None:
    await send(sender)
    await sender.close()

    assert await send(sender) == Accepted(sid(2))


async def test_a_time_out_leaves_the_outcome_unknown_after_one_request(carrier: Carrier) -> None:
    sender = make_sender(carrier.base_url, total_timeout_s=0.2)
    carrier.script.append("hang")

    outcome = await send(sender)
    await sender.close()

    assert outcome == Unknown("timeout")
    assert len(carrier.requests) == 1


@pytest.mark.parametrize(("fault", "created"), [("drop", 0), ("drop_after", 1)])
async def test_a_dropped_connection_leaves_the_outcome_unknown_whether_or_not_the_message_exists(
    carrier: Carrier, sender: TwilioSender, fault: str, created: int
) -> None:
    carrier.script.append(fault)

    outcome = await send(sender)

    assert outcome == Unknown("connection_lost")
    assert (len(carrier.requests), len(carrier.created)) == (1, created)


async def test_a_text_on_a_reused_connection_that_breaks_is_not_repeated(
    carrier: Carrier, sender: TwilioSender
) -> None:
    await send(sender)
    carrier.script.append("drop_after")

    outcomes = [await send(sender), await send(sender)]

    assert outcomes == [Unknown("connection_lost"), Accepted(sid(3))]
    assert len(carrier.requests) == 3


async def test_no_connection_at_all_is_safe_to_repeat() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: a connection is refused
        sender = make_sender(f"http://127.0.0.1:{unused.getsockname()[1]}")

        outcome = await send(sender)
        found = await sender.find_sent(sender=US, to=THEM, since_s=0)
        await sender.close()

    assert outcome == RetryLater(NOT_REACHED, 2.0)
    assert found == Unknown("not_reached")


async def test_no_free_connection_in_time_is_safe_to_repeat(carrier: Carrier) -> None:
    transport = Transport(base_url=carrier.base_url, connect_timeout_s=0.1, total_timeout_s=5, pool_size=1)
    carrier.script.append("hang")
    url = "https://api.twilio.com/x"
    first = asyncio.create_task(transport.request("POST", url, data={"a": "1"}))
    await carrier.arrived.wait()

    with pytest.raises(NotSentError):
        await transport.request("POST", url, data={"a": "2"})

    carrier.hanging.set()
    await first
    await transport.close()
    assert len(carrier.requests) == 1


@pytest.mark.parametrize(
    ("headers", "after_s"),
    [({}, 0.5), ({"Retry-After": "7"}, 7.0), ({"Retry-After": "soon"}, 0.5), ({"Retry-After": "99999999"}, 3600.0)],
    ids=["without", "seconds", "nonsense", "forever"],
)
async def test_429_is_not_processed_and_waits_as_asked(
    carrier: Carrier, sender: TwilioSender, headers: dict[str, str], after_s: float
) -> None:
    carrier.error(429, 20429, **headers)

    assert await send(sender) == RetryLater(20429, after_s)
    assert len(carrier.requests) == 1


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, 21610, Refused(21610, opted_out=True)),
        (400, 21211, Refused(21211)),
        (400, 98765, Refused(98765, operator=True)),
        (401, 20003, Refused(20003, operator=True)),
        (500, 20500, Unknown("http_500")),
    ],
)
async def test_an_error_answer_becomes_its_outcome_after_one_request(
    carrier: Carrier, sender: TwilioSender, status: int, code: int, outcome: object
) -> None:
    carrier.error(status, code)

    assert await send(sender) == outcome
    assert len(carrier.requests) == 1


@pytest.mark.parametrize(
    ("status", "text", "outcome"),
    [
        (502, "<html><body>502 Bad Gateway</body></html>", Unknown("http_502")),
        (403, "<html>Forbidden</html>", Refused(403, operator=True)),
        (400, "[1]", Refused(400, operator=True)),
        (400, '{"code": "x"}', Refused(400, operator=True)),
        (201, "<html>welcome to the hotel's network</html>", Unknown("unreadable_answer")),
        (201, "", Unknown("unreadable_answer")),
        (201, "[]", Unknown("unreadable_answer")),
        (201, "null", Unknown("unreadable_answer")),
        (201, "{}", Unknown("unreadable_answer")),
        (201, '{"sid": 7}', Unknown("unreadable_answer")),
        (201, '{"sid": "SM1", "date_created": "no date"}', Unknown("unreadable_answer")),
        (201, "[" * 100_000, Unknown("unreadable_answer")),
        (201, "x" * (MAX_ANSWER_BYTES + 1), Unknown("answer_too_large")),
    ],
)
async def test_an_answer_that_is_not_twilios_raises_nothing(
    carrier: Carrier, sender: TwilioSender, status: int, text: str, outcome: object
) -> None:
    carrier.script.append(web.Response(status=status, text=text, content_type="text/html"))

    assert await send(sender) == outcome


async def test_a_redirection_is_not_followed_with_our_credentials(carrier: Carrier, sender: TwilioSender) -> None:
    carrier.script.append(web.Response(status=307, headers={"Location": f"{carrier.base_url}/elsewhere"}))

    assert await send(sender) == Unknown("http_307")
    assert len(carrier.requests) == 1


async def test_a_text_that_is_not_unicode_is_refused_before_the_network(carrier: Carrier, sender: TwilioSender) -> None:
    assert await send(sender, body="hola \ud83d") == Refused(NOT_TEXT)
    assert carrier.requests == []


async def test_nothing_of_a_person_is_logged_or_shown_on_a_bad_day(
    carrier: Carrier, sender: TwilioSender, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    carrier.error(400, 21211)
    carrier.script += ["drop", web.Response(status=502, text=THEM)]

    outcomes = [await send(sender) for _ in range(4)]

    shown = caplog.text + repr(outcomes) + repr(ACCOUNT)
    assert [word for word in ("5550123", "body-secret", "api-key-secret") if word in shown] == []


async def test_the_environment_of_the_process_does_not_choose_the_host(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_REGION", "au1")
    sender = make_sender(carrier.base_url)

    await send(sender)
    await sender.close()

    assert carrier.requests[0]["request"].headers["Host"] == "api.twilio.com"


@pytest.mark.parametrize(
    "url", ["https://evil.example.org/x", "http://api.twilio.com/x", "https://api.twilio.com.evil.org/"]
)
async def test_credentials_go_to_no_other_host(carrier: Carrier, url: str) -> None:
    transport = Transport(base_url=carrier.base_url, connect_timeout_s=1, total_timeout_s=1)

    with pytest.raises(ValueError, match="not an address of Twilio"):
        await transport.request("GET", url, auth=("user", "password"))

    assert carrier.requests == []


async def test_json_bodies_go_out_as_json(carrier: Carrier) -> None:
    transport = Transport(base_url=carrier.base_url, connect_timeout_s=1, total_timeout_s=5)
    headers = {"Content-Type": "application/json"}

    await transport.request("POST", "https://content.twilio.com/v1/Content", data={"types": {"a": 1}}, headers=headers)
    await transport.close()

    request = carrier.requests[0]["request"]
    assert json.loads(await request.text()) == {"types": {"a": 1}}
    assert request.headers["Host"] == "content.twilio.com"


@pytest.mark.parametrize("base_url", ["127.0.0.1:80", "ftp://127.0.0.1", "http://"])
def test_an_unusable_base_address_is_a_configuration_error(base_url: str) -> None:
    with pytest.raises(ConfigurationError):
        make_sender(base_url)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        (" 12 ", 12.0),
        ("Mon, 01 Jun 2026 12:00:30 GMT", 30.0),
        ("Mon, 01 Jun 2026 11:00:00 GMT", 0.0),
        ("Mon, 01 Jun 2026 12:00:30", None),
        ("-1", None),
        ("²", None),
        ("later", None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, T0) == seconds


def listed(number: int, *, second: int = 0, **changes: Any) -> dict[str, Any]:
    created = format_datetime(datetime.fromtimestamp(T0.timestamp() + second, UTC))
    message = {"sid": sid(number), "body": f"text {number}", "from": US, "to": THEM, "direction": "outbound-api"}
    return message | {"date_created": created, "date_sent": None} | changes


async def find(sender: TwilioSender, since_s: float = T0.timestamp()) -> Any:
    return await sender.find_sent(sender=US, to=THEM, since_s=since_s)


async def test_messages_of_ours_are_listed_newest_first_with_those_still_queued(
    carrier: Carrier, sender: TwilioSender
) -> None:
    carrier.page([listed(1, second=5), listed(2, second=9), listed(3, second=-600)])

    found = await find(sender)

    t0 = T0.timestamp()
    assert found == [CarrierMessage(sid(2), "text 2", t0 + 9), CarrierMessage(sid(1), "text 1", t0 + 5)]
    assert dict(carrier.requests[0]["request"].query) == {"To": THEM, "From": US, "PageSize": str(PAGE_SIZE)}


async def test_a_message_created_within_the_skew_of_two_clocks_is_found(carrier: Carrier, sender: TwilioSender) -> None:
    carrier.page([listed(1, second=-3)])

    assert [message.provider_message_id for message in await find(sender)] == [sid(1)]


async def test_a_message_without_a_date_may_be_the_one_and_is_listed(carrier: Carrier, sender: TwilioSender) -> None:
    carrier.page([listed(1, date_created=None)])

    assert [message.provider_message_id for message in await find(sender)] == [sid(1)]


async def test_what_the_person_wrote_is_not_ours(carrier: Carrier, sender: TwilioSender) -> None:
    carrier.page([listed(1, direction="inbound")])

    assert await find(sender) == []


async def test_with_a_messaging_service_the_number_it_chose_or_has_yet_to_choose_does_not_matter(
    carrier: Carrier,
) -> None:
    sender = make_sender(carrier.base_url, service=True)
    by_service = {"messaging_service_sid": SERVICE_SID}
    carrier.page(
        [
            listed(1, second=3, **{"from": None}, **by_service),
            listed(2, second=2, **{"from": "+12025550199"}, **by_service),
            listed(3, second=1, **{"from": "+12025550198"}),
        ]
    )

    found = await find(sender)
    await sender.close()

    assert [message.provider_message_id for message in found] == [sid(1), sid(2)]
    assert "From" not in carrier.requests[0]["request"].query


async def test_a_full_page_that_reaches_back_far_enough_is_an_answer(carrier: Carrier, sender: TwilioSender) -> None:
    carrier.page([listed(1, second=5), *(listed(number, second=-600) for number in range(2, PAGE_SIZE + 1))])

    assert [message.provider_message_id for message in await find(sender)] == [sid(1)]


@pytest.mark.parametrize("count", [PAGE_SIZE, 1], ids=["full", "with_a_next_page"])
async def test_a_page_that_may_miss_older_messages_is_unknown_and_no_link_is_followed(
    carrier: Carrier, sender: TwilioSender, count: int
) -> None:
    link = "https://evil.example.org/next"
    carrier.page([listed(number, second=5) for number in range(count)], next_page_uri=link)

    assert await find(sender) == Unknown("list_full")
    assert len(carrier.requests) == 1


@pytest.mark.parametrize(
    ("status", "text", "outcome"),
    [
        (500, "{}", Unknown("http_500")),
        (429, "{}", Unknown("http_429")),
        (200, "<html>", Unknown("unreadable_answer")),
        (200, "{}", Unknown("unreadable_answer")),
        (200, '{"messages": 1}', Unknown("unreadable_answer")),
        (200, '{"messages": [1]}', Unknown("unreadable_answer")),
        (200, '{"messages": [{"sid": "SM1", "date_created": 5}]}', Unknown("unreadable_answer")),
    ],
)
async def test_a_look_up_that_fails_is_unknown(
    carrier: Carrier, sender: TwilioSender, status: int, text: str, outcome: object
) -> None:
    carrier.script.append(web.Response(status=status, text=text))

    assert await find(sender) == outcome


@pytest.mark.parametrize("fault", ["drop", "hang"])
async def test_a_look_up_without_answer_is_unknown(carrier: Carrier, fault: str) -> None:
    sender = make_sender(carrier.base_url, total_timeout_s=0.2)
    carrier.script += [fault, fault]  # the client may ask again for a GET that was dropped: it changes nothing

    found = await find(sender)
    await sender.close()

    assert found in (Unknown("timeout"), Unknown("connection_lost"))


def test_the_official_clients_log_of_every_request_is_off() -> None:
    logging.getLogger("twilio").setLevel(logging.NOTSET)

    make_sender("http://127.0.0.1:1")

    assert not logging.getLogger("twilio.async_http_client").isEnabledFor(logging.INFO)
