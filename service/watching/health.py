"""What a process tells of itself: alive, ready, in detail and in figures. Never waits for who writes.

Live and ready are two words for whoever asks. Details and figures are for the operator: with the token of
METRICS_TOKEN_FILE ("Authorization: Bearer …"), or without where nobody outside this machine can ask.
"""

import asyncio
import hmac
import ipaddress
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from conversation.errors import BrokenWorld, ConfigurationError
from service import wiring
from service.settings import Settings
from service.watching.alerting import LEAST_DISK_BYTES
from service.watching.metrics import CONTENT_TYPE, Meters, render_state
from service.watching.surroundings import Surroundings, look_around
from store.sql.migrate import find_revision, head_revision
from store.sql.reader import Reader
from store.state import State, read_state

FRESH_S = 2.0  # a look is used again within it: whoever asks often costs nothing

_PATHS = {"live": "/health/live", "ready": "/health/ready", "details": "/health/details", "metrics": "/metrics"}


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at one moment. `state`: None when the database does not answer or has other tables than ours."""

    answers: bool
    state: State | None
    around: Surroundings

    @property
    def reason_not_ready(self) -> str | None:
        if not self.answers:
            return "the database does not answer"
        if self.state is None:
            return "the tables are of another version"
        if not self.around.keys_usable:
            return "the key file cannot be used"
        return "the disk is full" if self.around.disk_free_bytes < LEAST_DISK_BYTES // 10 else None


class Health:
    """Looks at database and machine, at most once in FRESH_S seconds."""

    def __init__(self, settings: Settings, reader: Reader) -> None:
        self._settings, self._reader = settings, reader
        self._head = head_revision()
        self._last: tuple[float, Look] | None = None
        self._looking = asyncio.Lock()  # many who ask at once share one look

    async def look(self) -> Look:
        async with self._looking:
            if self._last is None or time.monotonic() - self._last[0] > FRESH_S:
                self._last = time.monotonic(), await self._look()
            return self._last[1]

    async def _look(self) -> Look:
        now = wiring.utc_now()
        around = look_around(self._settings, now)
        try:
            revision = await self._reader.run(find_revision)
            state = await self._reader.run(lambda s: read_state(s, now)) if revision == self._head else None
        except BrokenWorld:
            return Look(False, None, around)
        return Look(True, state, around)


def build_health_routes(settings: Settings, reader: Reader, meters: Meters) -> list[Route]:
    """Return the routes of _PATHS."""
    health = Health(settings, reader)

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_: Request) -> Response:
        reason = (await health.look()).reason_not_ready
        return JSONResponse({"status": reason or "ready"}, status_code=503 if reason else 200)

    async def details(_: Request) -> Response:
        return JSONResponse(_describe(await health.look()))

    async def metrics(_: Request) -> Response:
        look = await health.look()
        return Response(meters.read() + render_state(look.state, look.around), media_type=CONTENT_TYPE)

    guard = _build_guard(settings)
    endpoints = {"live": live, "ready": ready, "details": guard(details), "metrics": guard(metrics)}
    return [Route(path, endpoints[name], methods=["GET"]) for name, path in _PATHS.items()]


Endpoint = Callable[[Request], Awaitable[Response]]


def _build_guard(settings: Settings) -> Callable[[Endpoint], Endpoint]:
    """Return what makes an endpoint answer 404 to everybody but the operator."""
    try:
        expected = f"Bearer {wiring.read_token(settings.metrics_token)}".encode()
    except ConfigurationError:
        expected = None  # then only this machine may ask
    near = is_near(settings)

    def guard(endpoint: Endpoint) -> Endpoint:
        async def check(request: Request) -> Response:
            given = request.headers.get("Authorization", "").encode("utf-8", "replace")
            has_token = expected is not None and hmac.compare_digest(given, expected)
            allowed = has_token or (near and _is_loopback(request.client.host if request.client else ""))
            return await endpoint(request) if allowed else Response(status_code=404)

        return check

    return guard


def is_near(settings: Settings) -> bool:
    """Return whether only this machine can reach us. Behind a proxy everybody seems to: then the public URL is not."""
    return _is_loopback(settings.bind) and _is_loopback(urlsplit(settings.public_url).hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _describe(look: Look) -> dict[str, Any]:
    state, around = look.state, look.around
    told: dict[str, Any] = {
        "status": look.reason_not_ready or "ready",
        "keys": "usable" if around.keys_usable else "unusable",
        "disk_free_mb": around.disk_free_bytes // 2**20,
        "backup_age_h": None if around.backup_age_s is None else round(around.backup_age_s / 3600, 1),
    }
    if state is None:
        return told
    return told | {
        "inbox": {"waiting": state.inbox.count, "oldest_s": round(state.inbox.oldest_s)},
        "texts": {status: one.count for status, one in state.texts.items()},
        "texts_ended_badly_last_hour": dict(state.ended_badly),
        "urgent_cases_waiting": state.urgent.count,
        "erasures_waiting": dict(state.erasures),
        "worker_silence_s": [round(silence) for silence in state.workers],
        "alerts": list(state.alerts),
    }
