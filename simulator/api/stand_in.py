"""The one stand-in of Twilio's REST API: takes what the real client sends, answers as Twilio does, calls back.

Messages can be created, listed, fetched, redacted and deleted, their files listed and deleted; templates created,
listed, sent to review and deleted; the account fetched. Every request is judged by Twilio's own description; what
breaks it stays in `violations`, which a test expects to be empty at its end.
State lives in memory. Served by uvicorn only (loopback_server.py), in tests and under the phones alike.
"""

import asyncio
import base64
import binascii
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import Enum

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from simulator.api import rules
from simulator.api.answer_check import RecordedAnswer, judge_answer
from simulator.api.api_answers import error_answer
from simulator.api.broken_connection import BreakableApp, BrokenConnection
from simulator.api.callbacks import CallbackDriver
from simulator.api.faults import Call, Fault, FaultKind, FaultQueue, spoil
from simulator.api.fetched_media import MediaFetcher
from simulator.api.memory import Carrier
from simulator.api.played import Play, ResourceCall
from simulator.api.resources import Resources
from simulator.api.rules import ApiError
from simulator.api.schema_check import Operation, RecordedRequest, SchemaCheck, Violation
from simulator.api.webhooks import WebhookClient
from simulator.settings import SimulatorSettings, check_settings

_METHODS = ["GET", "POST", "PUT", "DELETE"]
_REMEMBERED_REQUESTS = 20_000


class CheckTiming(Enum):
    """When requests are judged: each before its answer, or all of them later, when a load test asks."""

    EACH_REQUEST = "each_request"
    BOTH_WAYS = "both_ways"  # each request before its answer, and the answer too
    AFTERWARDS = "afterwards"


class StandIn:
    """One account at the stand-in.

    Attributes:
        carrier: its messages, stops and windows.
        faults: what shall go wrong with the next requests.
        choose_fault: what goes wrong with one request; takes it from `faults` unless replaced.
        callbacks: how accepted messages live on; set `callbacks.plan`.
        requests: what came in, newest last, at most 20,000.
        violations: requests, and with BOTH_WAYS answers, that Twilio's description does not allow.
        connections: client host and port of every TCP connection seen.
    """

    def __init__(
        self,
        settings: SimulatorSettings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        check: CheckTiming = CheckTiming.EACH_REQUEST,
    ) -> None:
        check_settings(settings)
        self.settings = settings
        self.carrier = Carrier(settings, clock)
        self.faults = FaultQueue()
        self.choose_fault: Callable[[ResourceCall], Fault | None] = self._next_fault
        self.webhooks = WebhookClient(settings.auth_token)
        self.callbacks = CallbackDriver(self.carrier, self.webhooks, settings.account_sid)
        self.requests: deque[RecordedRequest] = deque(maxlen=_REMEMBERED_REQUESTS)
        self.violations: list[Violation] = []
        self.connections: set[tuple[str, int]] = set()
        self._media = MediaFetcher()
        self._resources = Resources(settings, self.carrier, self.callbacks, self._media)
        self._schema = SchemaCheck()
        self._check = check
        self._unjudged: deque[RecordedRequest] = deque()

    def build_app(self) -> Starlette:
        """Return an app of the stand-in alone."""

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            async with self.running():
                yield

        return BreakableApp(routes=self.routes(), lifespan=lifespan)

    def routes(self) -> list[BaseRoute]:
        """Routes of Twilio's hosts: the version leads every path, so they fit beside the phones."""
        return [
            Route(f"/{version}/{{rest:path}}", self.serve, methods=_METHODS) for version in ("2010-04-01", "v1", "v2")
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hold the connection pool for callbacks while an app serves."""
        await self.webhooks.open()
        await self._media.open()
        try:
            yield
        finally:
            await self.callbacks.close()
            await self._media.close()
            await self.webhooks.close()

    def check_recorded(self) -> list[Violation]:
        """Judge what came in since the last time and return all violations. Takes about 10 ms for each request."""
        while self._unjudged:
            self._judge(self._unjudged.popleft())
        return self.violations

    async def serve(self, request: Request) -> Response:
        """Answer one request to the API."""
        recorded = await _record(request)
        answer = await self._answer(request, recorded)
        if self._check is CheckTiming.BOTH_WAYS and not isinstance(answer, BrokenConnection):
            self._judge_answer(recorded, answer)
        return answer

    async def _answer(self, request: Request, recorded: RecordedRequest) -> Response:
        self.requests.append(recorded)
        if request.client is not None:
            self.connections.add((request.client.host, request.client.port))
        if not self._knows_credentials(recorded):
            return error_answer(rules.AUTHENTICATE)
        operation = self._schema.find_operation(recorded)
        refusal = self._refuse_description(recorded, operation) or self._refuse_account(operation)
        if refusal is not None or operation is None:
            return error_answer(refusal or rules.NOT_FOUND)
        play = self._resources.plays.get(operation.id)
        if play is None:
            return error_answer(ApiError(501, 20404, f"The stand-in does not play {operation.id}"))
        return await self._play(play, ResourceCall(recorded, operation, recorded.form()))

    def _next_fault(self, call: ResourceCall) -> Fault | None:
        return self.faults.take(Call(call.operation.id))

    async def _play(self, play: Play, call: ResourceCall) -> Response:
        fault = self.choose_fault(call)
        if fault is None:
            return await play(call)
        if fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.delay_s)
        answer = await play(call) if fault.kind.takes_effect else Response()
        return await spoil(answer, fault)

    def _knows_credentials(self, request: RecordedRequest) -> bool:
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            return False
        expected = f"{self.settings.account_sid}:{self.settings.auth_token}".encode()
        return kind.lower() == "basic" and secrets.compare_digest(given, expected)

    def _refuse_description(self, request: RecordedRequest, operation: Operation | None) -> ApiError | None:
        if self._check is CheckTiming.AFTERWARDS and operation is not None:
            self._unjudged.append(request)
            return None
        violation = self._judge(request)
        if violation is None:
            return None
        return ApiError(400, 20001, f"Not in Twilio's description: {' | '.join(violation.reasons)}")

    def _judge(self, request: RecordedRequest) -> Violation | None:
        violation = self._schema.judge(request)
        if violation is not None:
            self.violations.append(violation)
        return violation

    def _judge_answer(self, request: RecordedRequest, answer: Response) -> None:
        said = RecordedAnswer(answer.status_code, answer.headers.get("content-type", ""), bytes(answer.body))
        violation = judge_answer(self._schema.find_operation(request), request, said)
        if violation is not None:
            self.violations.append(violation)

    def _refuse_account(self, operation: Operation | None) -> ApiError | None:
        if operation is None:
            return rules.NOT_FOUND
        values = operation.path_values
        account = values["Sid"] if operation.id == Call.ACCOUNT else values.get("AccountSid", self.settings.account_sid)
        return None if account == self.settings.account_sid else rules.NOT_FOUND


async def _record(request: Request) -> RecordedRequest:
    host = request.headers.get("host", "")
    return RecordedRequest(
        # A client that was given a loopback base URL names it as host; the path tells which it can have meant.
        host=host if host.endswith(".twilio.com") else _host_of(request.url.path),
        method=request.method,
        path=request.url.path,
        query=tuple(request.query_params.multi_items()),
        headers=dict(request.headers),
        body=await request.body(),
    )


def _host_of(path: str) -> str:
    return "content.twilio.com" if path.startswith("/v1/Content") else "api.twilio.com"
