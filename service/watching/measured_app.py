"""What is around every request: an id for the log, and the time the carrier had to wait."""

import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import request_id
from service.watching.metrics import Meters


class MeasuredApp:
    """ASGI middleware. The id says nothing of who asks; it is new for each request."""

    def __init__(self, app: ASGIApp, *, meters: Meters, timed: frozenset[str]) -> None:
        """`timed`: the paths to measure, all of them known, so that a stranger cannot make new labels."""
        self._app, self._meters, self._timed = app, meters, timed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        token = request_id.set(secrets.token_hex(6))
        try:
            answer = self._measure if scope["path"] in self._timed else self._app
            await answer(scope, receive, send)
        finally:
            request_id.reset(token)

    async def _measure(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun, status = time.perf_counter(), 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            self._meters.webhooks.labels(scope["path"], str(status)).observe(time.perf_counter() - begun)
