"""The door: what is let in, what is turned away, and that it never says or logs more than it must."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
import uvicorn
from twilio.request_validator import RequestValidator

from channels.twilio import webhook

MESSAGES, STATUS = "/twilio/messages", "/twilio/status"
PUBLIC_URL = "https://puente.example.org"
TOKEN = "0123456789abcdef0123456789abcdef"
FORM_TYPE = "application/x-www-form-urlencoded"
SID = "SM" + "0" * 31 + "1"
FORM = {"MessageSid": SID, "From": "+12025550123", "To": "+12025550100", "Body": "palabra-secreta", "FromCity": ""}


def signed(target: str, form: Any = None, **more: str) -> dict[str, str]:
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + target, FORM if form is None else form)
    return {"x-twilio-signature": signature, "content-type": FORM_TYPE} | more


async def test_every_inbound_sample_is_stored_once_and_answered_with_empty_twiml(
    door: Any, inbound_sample: dict[str, Any]
) -> None:
    replies = [await door.post(MESSAGES, inbound_sample["form"]) for _ in range(2)]

    assert [reply.status for reply in replies] == [200, 200]
    assert {reply.body for reply in replies} == {b'<?xml version="1.0" encoding="UTF-8"?><Response/>'}
    assert replies[0].headers["content-type"] == "text/xml; charset=utf-8"
    assert [m.provider_message_id for m in door.rooms.messages] == [inbound_sample["form"]["MessageSid"]]


async def test_every_status_sample_is_recorded_with_our_outbox_id(door: Any, status_sample: dict[str, Any]) -> None:
    reply = await door.post(f"{STATUS}?o=ob_42", status_sample["form"])

    assert (reply.status, reply.body) == (200, b"")
    assert [(r.provider_message_id, r.outbox_id) for r in door.rooms.reports] == [
        (status_sample["form"]["MessageSid"], "ob_42")
    ]


async def test_the_received_time_is_the_clocks(door: Any) -> None:
    await door.post(MESSAGES, FORM)

    assert door.rooms.messages[0].received_at.isoformat() == "2026-06-01T15:31:00+00:00"


@pytest.mark.parametrize("target", [MESSAGES, STATUS, f"{STATUS}?o=ob_42"])
@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": FORM_TYPE},
        {"content-type": FORM_TYPE, "x-twilio-signature": ""},
        {"content-type": FORM_TYPE, "x-twilio-signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        {"x-twilio-signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        {},
    ],
    ids=["missing", "blank", "wrong", "no_type", "nothing"],
)
async def test_an_unsigned_request_gets_403_and_nothing_else_happens(
    door: Any, target: str, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    reply = await door.call("POST", target, urlencode(FORM).encode(), headers)

    assert (reply.status, reply.body) == (403, b"")
    assert (door.rooms.messages, door.rooms.reports) == ([], [])
    assert "palabra-secreta" not in caplog.text
    assert "5550123" not in caplog.text


async def test_the_outbox_id_is_part_of_what_is_signed(door: Any) -> None:
    form = {"MessageSid": SID, "MessageStatus": "delivered"}
    headers = signed(f"{STATUS}?o=ob_1", form)

    replies = [
        await door.call("POST", f"{STATUS}?o={outbox_id}", urlencode(form).encode(), headers)
        for outbox_id in ("ob_1", "ob_2")
    ]

    assert [reply.status for reply in replies] == [200, 403]


async def test_a_signature_for_one_path_does_not_open_the_other(door: Any) -> None:
    reply = await door.call("POST", STATUS, urlencode(FORM).encode(), signed(MESSAGES))

    assert reply.status == 403


async def test_headers_of_a_proxy_do_not_change_the_address_that_was_signed(door: Any) -> None:
    forged = {"host": "evil.example.org", "x-forwarded-host": "evil.example.org", "x-forwarded-proto": "http"}
    for_evil = RequestValidator(TOKEN).compute_signature(f"https://evil.example.org{MESSAGES}", FORM)

    honest = await door.call("POST", MESSAGES, urlencode(FORM).encode(), signed(MESSAGES) | forged)
    evil = await door.call(
        "POST", MESSAGES, urlencode(FORM).encode(), signed(MESSAGES) | forged | {"x-twilio-signature": for_evil}
    )

    assert (honest.status, evil.status) == (200, 403)


async def test_both_tokens_open_the_door_during_a_rotation(make_door: Callable[..., Any]) -> None:
    door = make_door(auth_tokens=("old-token", "new-token"))

    replies = [await door.post(MESSAGES, FORM, token=token) for token in ("old-token", "new-token", "third")]

    assert [reply.status for reply in replies] == [200, 200, 403]


async def test_a_shared_key_signature_opens_the_door(make_door: Callable[..., Any]) -> None:
    door = make_door(shared_keys={"webhooks_sharedkey_1": "shared"})
    signature = RequestValidator("shared").compute_signature(PUBLIC_URL + MESSAGES, FORM, "HMAC_SHA256")
    settings = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    headers = {"x-twilio-signature": signature, "x-twilio-webhooks-signature-settings": settings}

    reply = await door.call("POST", MESSAGES, urlencode(FORM).encode(), {"content-type": FORM_TYPE} | headers)

    assert reply.status == 200


async def test_a_message_through_a_messaging_service_is_answered_by_the_number_that_was_texted(
    door: Any, samples: dict[str, Any]
) -> None:
    form = next(s["form"] for s in samples["inbound"] if s["name"] == "sms_through_messaging_service")

    await door.post(MESSAGES, form)

    assert door.rooms.messages[0].recipient.value == "+12025550100"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
@pytest.mark.parametrize("path", [MESSAGES, STATUS])
async def test_another_method_gets_405(door: Any, method: str, path: str) -> None:
    assert (await door.call(method, path)).status == 405


@pytest.mark.parametrize("missing", ["MessageSid", "From", "To"])
async def test_a_signed_request_that_is_no_message_gets_400_and_is_told_without_content(
    door: Any, missing: str, caplog: pytest.LogCaptureFixture
) -> None:
    form = {name: value for name, value in FORM.items() if name != missing}

    reply = await door.post(MESSAGES, form)

    assert (reply.status, reply.body, door.rooms.messages) == (400, b"", [])
    assert f"{missing} is missing" in caplog.text
    assert "palabra-secreta" not in caplog.text


async def test_an_unknown_status_gets_200_and_changes_nothing(door: Any) -> None:
    reply = await door.post(STATUS, {"MessageSid": SID, "MessageStatus": "teleported"})

    assert (reply.status, door.rooms.reports) == (200, [])


async def test_a_status_without_message_id_gets_400(door: Any) -> None:
    assert (await door.post(STATUS, {"MessageStatus": "sent"})).status == 400


@pytest.mark.parametrize(("target", "extra"), [(MESSAGES, {}), (STATUS, {"MessageStatus": "delivered"})])
async def test_a_failing_store_gets_500_and_a_log_line_without_content(
    door: Any, target: str, extra: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    door.rooms.breaks_with = RuntimeError("row: palabra-secreta +12025550123")

    reply = await door.post(target, FORM | extra)

    assert (reply.status, reply.body) == (500, b"")
    assert SID in caplog.text
    assert "RuntimeError" in caplog.text
    assert "palabra-secreta" not in caplog.text
    assert "5550123" not in caplog.text


async def test_a_body_over_the_limit_gets_413_even_when_signed(door: Any) -> None:
    form = FORM | {"Body": "a" * webhook.MAX_BODY_BYTES}

    reply = await door.post(MESSAGES, form)

    assert (reply.status, door.rooms.messages) == (413, [])


async def test_a_long_message_below_the_limit_is_accepted(door: Any) -> None:
    form = FORM | {"Body": "ñ" * 10_000}  # 60 kB on the wire

    reply = await door.post(MESSAGES, form)

    assert reply.status == 200
    assert door.rooms.messages[0].text == form["Body"]


async def test_multipart_is_refused(door: Any) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="Body"\r\n\r\nhola\r\n--x--\r\n'

    reply = await door.call(
        "POST", MESSAGES, body, signed(MESSAGES, {"Body": "hola"}) | {"content-type": "multipart/form-data; boundary=x"}
    )

    assert reply.status == 403


async def test_too_many_fields_are_refused(door: Any) -> None:
    form = {f"Field{index}": "" for index in range(webhook.MAX_FIELDS + 1)}

    assert (await door.post(MESSAGES, FORM | form)).status == 403


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("  hola  \r\n ", "  hola  \r\n "),
        ("a+b & c=d;e%20f", "a+b & c=d;e%20f"),
        ("a\x00b", "a b"),
        ("👩🏽‍🦱 مرحبا", "👩🏽‍🦱 مرحبا"),
        ("", ""),
    ],
    ids=["white_space", "separators", "nul", "emoji_and_arabic", "empty"],
)
async def test_the_text_arrives_as_it_was_typed(door: Any, text: str, stored: str) -> None:
    reply = await door.post(MESSAGES, FORM | {"Body": text, "BrandNewField": "1", "": "?"})

    assert reply.status == 200
    assert door.rooms.messages[0].text == stored


@pytest.mark.parametrize(
    "raw", [b"hola+%FF%FE", b"hola+\xff\xfe", b"hola+%ED%A0"], ids=["escaped", "raw", "half_a_pair"]
)
async def test_bytes_that_are_no_utf_8_become_the_replacement_character(door: Any, raw: bytes) -> None:
    form = {"MessageSid": SID, "From": "+12025550123", "To": "+12025550100"}
    body = urlencode(form).encode() + b"&Body=" + raw

    reply = await door.call("POST", MESSAGES, body, signed(MESSAGES, form | {"Body": "hola \ufffd\ufffd"}))

    assert reply.status == 200
    assert door.rooms.messages[0].text == "hola \ufffd\ufffd"


async def test_nothing_of_a_person_is_logged_at_any_level(door: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    await door.post(MESSAGES, FORM | {"ProfileName": "nombre-secreto"})
    await door.post(STATUS, {"MessageSid": SID, "MessageStatus": "sent", "To": "+12025550123"})

    assert [word for word in ("palabra-secreta", "5550123", "nombre-secreto") if word in caplog.text] == []


async def test_a_client_that_leaves_or_stalls_is_given_up_quietly(
    make_door: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    door = make_door(read_timeout_s=0.05)

    async with served(door) as port:
        statuses = [await send_half_a_body(port, leave=leave) for leave in (False, True)]

    assert statuses == [b"408", b""]
    assert door.rooms.messages == []
    assert "Traceback" not in caplog.text


async def test_behind_a_tls_proxy_a_real_server_accepts_what_was_signed_for_the_public_address(door: Any) -> None:
    body, headers = urlencode(FORM), signed(MESSAGES)
    statuses = []

    async with served(door) as port, aiohttp.ClientSession() as session:
        for path in (MESSAGES, f"{MESSAGES}?x=1"):
            async with session.post(f"http://127.0.0.1:{port}{path}", data=body, headers=headers) as answer:
                statuses.append(answer.status)

    assert statuses == [200, 403]


@contextlib.asynccontextmanager
async def served(door: Any) -> Any:
    """The application under a real server on loopback; yields the port."""
    listener = socket.create_server(("127.0.0.1", 0))  # open already: early requests wait in its queue
    server = uvicorn.Server(uvicorn.Config(door.app, log_level="warning", lifespan="off", ws="none"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


async def send_half_a_body(port: int, *, leave: bool) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"POST {MESSAGES} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\nX-Twilio-Signature: AAAA\r\n"
        "Content-Length: 100\r\n\r\nBody=ho".encode()
    )
    await writer.drain()
    answer = b"" if leave else await reader.readline()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return answer[9:12]
