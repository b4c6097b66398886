"""Media of inbound messages as Twilio keeps them: an address behind credentials that leads on to storage without any.

Source: https://www.twilio.com/docs/messaging/api/media-resource (checked 2026-11). Storage answers 400 to a request
that carries credentials beside the signed address, as the real one does.
"""

import base64
import binascii
import secrets
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from simulator.api.api_answers import API_VERSION, error_json
from simulator.api.memory import Carrier
from simulator.api.rules import AUTHENTICATE, NOT_FOUND
from simulator.phones.sample_media import SampleFile
from simulator.settings import SimulatorSettings

Serve = Callable[[Request], Awaitable[Response]]

_MOST_FILES = 1_000


class MediaShelf:
    """The bytes behind the files that the carrier lists. In memory; the oldest go first."""

    def __init__(self, account_sid: str, carrier: Carrier) -> None:
        self._account_sid = account_sid
        self._carrier = carrier
        self._by_sid: dict[str, tuple[SampleFile, str]] = {}
        self._by_ticket: dict[str, SampleFile] = {}

    def add(self, message_sid: str, files: Sequence[SampleFile]) -> list[str]:
        """Keep the files that a message brought and return their paths in the API, in order."""
        kept = self._carrier.files.describe(message_sid, [file.content_type for file in files])
        for one, file in zip(kept, files, strict=True):
            ticket = secrets.token_urlsafe(24)
            self._by_sid[one.sid] = file, ticket
            self._by_ticket[ticket] = file
        while len(self._by_sid) > _MOST_FILES:
            _, oldest = self._by_sid.pop(next(iter(self._by_sid)))
            del self._by_ticket[oldest]
        start = f"/{API_VERSION}/Accounts/{self._account_sid}/Messages/{message_sid}/Media"
        return [f"{start}/{one.sid}" for one in kept]

    def find_ticket(self, message_sid: str, sid: str) -> str | None:
        """Return the way to a file; None for one that never was or has been deleted at the carrier."""
        is_kept = any(one.sid == sid for one in self._carrier.files.of(message_sid))
        return self._by_sid[sid][1] if is_kept and sid in self._by_sid else None

    def find_file(self, ticket: str) -> SampleFile | None:
        return self._by_ticket.get(ticket)


class MediaDoor:
    """The two routes by which an application gets a file. `api` answers for what is no file: a file's description."""

    def __init__(self, settings: SimulatorSettings, shelf: MediaShelf, api: Serve) -> None:
        self._settings = settings
        self._shelf = shelf
        self._api = api

    def routes(self) -> list[BaseRoute]:
        path = f"/{API_VERSION}/Accounts/{{account}}/Messages/{{message}}/Media/{{media}}"
        return [
            Route(path, self._media, methods=["GET"]),
            Route("/storage/{ticket}", self._storage, methods=["GET"]),
        ]

    async def _media(self, request: Request) -> Response:
        if request.url.path.endswith(".json"):
            return await self._api(request)
        if not self._knows(request.headers.get("authorization", "")):
            return JSONResponse(error_json(AUTHENTICATE), status_code=401)
        ticket = self._shelf.find_ticket(request.path_params["message"], request.path_params["media"])
        if ticket is None or request.path_params["account"] != self._settings.account_sid:
            return JSONResponse(error_json(NOT_FOUND), status_code=404)
        return RedirectResponse(f"/storage/{ticket}", status_code=307)

    async def _storage(self, request: Request) -> Response:
        if "authorization" in request.headers:
            return PlainTextResponse("Only one way of authentication is allowed.", status_code=400)
        file = self._shelf.find_file(request.path_params["ticket"])
        if file is None:
            return PlainTextResponse("No such file.", status_code=404)
        return Response(file.read(), media_type=file.content_type, headers={"X-Content-Type-Options": "nosniff"})

    def _knows(self, authorization: str) -> bool:
        kind, _, encoded = authorization.partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            return False
        expected = f"{self._settings.account_sid}:{self._settings.auth_token}".encode()
        return kind.lower() == "basic" and secrets.compare_digest(given, expected)
