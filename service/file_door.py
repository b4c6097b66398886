"""Where the carrier fetches what caseworkers send: one address a file, unguessable, open for hours (decision 0043).
Persons fetch here the calendar file that they asked for (0055); what a channel does to preview a link uses nothing up.

No sign-in: the carrier has none to give. Whatever is not exactly an open address gets 404 and nothing else, and a
guess that has not even the shape of a token costs no look into the database.
"""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from conversation.media import FileToSend, MediaType
from service.wiring import FILES_PATH
from store.database import Database
from store.outgoing_files import count_fetch, find_by_token, is_token
from store.sealing.vault import Vault

_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


def build_file_routes(database: Database, vault: Vault, clock: Callable[[], datetime]) -> list[Route]:
    """Return the route `GET|HEAD /media/TOKEN`. The content type is told as the carrier wants it: exactly."""

    async def answer(request: Request) -> Response:
        token, now = request.path_params["token"], clock()
        if not is_token(token):
            return Response(status_code=404, headers=_HEADERS)
        file = await database.read(lambda session: find_by_token(session, vault, token, now=now))
        if file is None:
            return Response(status_code=404, headers=_HEADERS)
        if request.method == "GET":
            await database.run(lambda session: count_fetch(session, vault, token))
        return Response(file.content, headers={**_HEADERS, **_describe(file)})

    return [Route(f"{FILES_PATH}/{{token}}", answer, methods=["GET", "HEAD"])]


def _describe(file: FileToSend) -> dict[str, str]:
    # the name that a phone shows for a document; https://www.twilio.com/docs/messaging/guides/accepted-mime-types
    way = "attachment" if file.type is MediaType.CALENDAR else "inline"  # a person opens that one, in their calendar
    return {"Content-Type": file.type.value, "Content-Disposition": f'{way}; filename="file.{file.type.ending}"'}
