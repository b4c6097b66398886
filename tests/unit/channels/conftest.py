"""What the tests of the channels share: real carrier payloads, a door without a network, and rooms behind it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from twilio.request_validator import RequestValidator

from channels.twilio.signature import SignatureCheck
from channels.twilio.webhook import build_twilio_routes
from conversation.messages import DeliveryReport, InboundMessage

SAMPLES = json.loads((Path(__file__).parents[2] / "fixtures/twilio/webhook_samples.json").read_text(encoding="utf-8"))
PUBLIC_URL = "https://puente.example.org"
TOKEN = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 6, 1, 15, 31, tzinfo=UTC)


@dataclass
class RememberingRooms:
    """An Inbox and Deliveries that keep what they are given, or break."""

    messages: list[InboundMessage] = field(default_factory=list)
    reports: list[DeliveryReport] = field(default_factory=list)
    breaks_with: Exception | None = None

    async def accept(self, message: InboundMessage) -> bool:
        if self.breaks_with:
            raise self.breaks_with
        known = {kept.provider_message_id for kept in self.messages}
        self.messages += [] if message.provider_message_id in known else [message]
        return message.provider_message_id not in known

    async def record(self, report: DeliveryReport) -> bool:
        if self.breaks_with:
            raise self.breaks_with
        self.reports.append(report)
        return True


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Door:
    """The webhook application, called over ASGI as a server behind a TLS proxy would call it."""

    app: Starlette
    rooms: RememberingRooms

    async def post(
        self, target: str, form: Mapping[str, str], *, token: str = TOKEN, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Post a form signed for PUBLIC_URL + target."""
        signature = RequestValidator(token).compute_signature(PUBLIC_URL + target, form)
        sent = {"x-twilio-signature": signature, "content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
        return await self.call("POST", target, urlencode(form).encode(), sent | dict(headers or {}))

    async def call(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "server": ("127.0.0.1", 8000),
            "http_version": "1.1",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()],
        }
        chunks = [body[start : start + 8192] for start in range(0, len(body), 8192)] or [b""]
        incoming = [
            {"type": "http.request", "body": chunk, "more_body": index + 1 < len(chunks)}
            for index, chunk in enumerate(chunks)
        ]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return incoming.pop(0) if incoming else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(dict(message))

        await self.app(scope, receive, send)
        answer_headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Reply(sent[0]["status"], answer_headers, b"".join(part.get("body", b"") for part in sent[1:]))


@pytest.fixture(scope="session")
def samples() -> dict[str, Any]:
    return SAMPLES


@pytest.fixture
def rooms() -> RememberingRooms:
    return RememberingRooms()


@pytest.fixture
def make_door(rooms: RememberingRooms) -> Callable[..., Door]:
    def make(
        *,
        auth_tokens: tuple[str, ...] = (TOKEN,),
        shared_keys: Mapping[str, str] | None = None,
        read_timeout_s: float = 10.0,
    ) -> Door:
        check = SignatureCheck(public_url=PUBLIC_URL, auth_tokens=auth_tokens, shared_keys=shared_keys)
        routes = build_twilio_routes(
            check=check, inbox=rooms, deliveries=rooms, clock=lambda: NOW, read_timeout_s=read_timeout_s
        )
        return Door(Starlette(routes=routes), rooms)

    return make


@pytest.fixture
def door(make_door: Callable[..., Door]) -> Door:
    return make_door()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once per carrier sample when it asks for `inbound_sample`, `status_sample` or `signature_vector`."""
    kinds = {"inbound_sample": "inbound", "status_sample": "status_callbacks", "signature_vector": "signature_vectors"}
    for argument, kind in kinds.items():
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, SAMPLES[kind], ids=[sample["name"] for sample in SAMPLES[kind]])
