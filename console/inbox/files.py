"""Files on the case page: what came is fetched for who may see the case, what is sent is judged by its bytes.

GET /inbox/CODE/file/MESSAGE/NUMBER one file · POST /inbox/CODE/file a file or voice note to send
"""

import asyncio
import re
from collections.abc import Awaitable, Callable

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console.door import current_staff, current_visit, read_form
from console.inbox.file_answer import answer_file
from console.inbox.means import Desk, Means, read_desk
from console.inbox.queue import find_code
from console.inbox.voice_note import encode_voice
from conversation.media import (
    HEAD_BYTES,
    MOST_TO_SEND,
    FetchProblem,
    FileToSend,
    MediaSource,
    MediaType,
    is_opened,
    sniff,
)
from conversation.messages import Attachment
from store.cases.access import CaseFile, get_case_for
from store.cases.files import find_case_file
from store.cases.replies import Reply, ReplyOutcome, queue_reply
from store.database import Session
from store.staff.staff import Role

MOST_FORM_BYTES = MOST_TO_SEND + 64 * 1024  # a file and the few fields beside it
_WORKING = (Role.CASEWORKER, Role.SUPERVISOR)
_NUMBER = re.compile("[0-9]{1,2}")
_STATUS = {"file_gone": 404, "file_large": 413, "file_type": 415, "file_away": 502}
_PROBLEMS = {
    FetchProblem.GONE: "file_gone",
    FetchProblem.TOO_LARGE: "file_large",
    FetchProblem.AWAY: "file_away",
    FetchProblem.ELSEWHERE: "file_type",  # nothing of the carrier's: not opened
}
_SAID = {
    ReplyOutcome.QUEUED: "file_sent",
    ReplyOutcome.OUTSIDE_WINDOW: "file_held",
    ReplyOutcome.OUTSIDE_HOURS: "file_hours",
    ReplyOutcome.REPEATED: "again",
    ReplyOutcome.STOPPED: "send_stopped",
    ReplyOutcome.OPENING_FIRST: "send_opening",
    ReplyOutcome.FILE_TYPE: "send_type",
    ReplyOutcome.FILE_TOO_LARGE: "send_large",
}
_Endpoint = Callable[[Request], Awaitable[Response]]


class CaseFiles:
    """The two routes. `changed` is called when something was queued."""

    def __init__(self, means: Means, source: MediaSource | None, *, changed: Callable[[], None]) -> None:
        self._means, self._source, self._changed = means, source, changed
        self._entrance, self._database = means.entrance, means.entrance.database

    def routes(self, telling: Callable[[_Endpoint], _Endpoint]) -> list[Route]:
        """Return the routes; `telling` makes an endpoint say in words when the database does not answer."""
        look = self._entrance.guard(*_WORKING)
        post = self._entrance.guard(*_WORKING, most_bytes=MOST_FORM_BYTES)
        return [
            Route("/inbox/{code}/file/{message}/{number}", telling(self._show), methods=["GET"], middleware=look),
            Route("/inbox/{code}/file", telling(self._send), methods=["POST"], middleware=post),
        ]

    async def _show(self, request: Request) -> Response:
        desk, found = await self._database.run(lambda session: self._find(session, request))
        if isinstance(found, Attachment):
            found = await self._fetch(found)
        if isinstance(found, FileToSend):
            code = find_code(request.path_params["code"])  # as typed it may hold what no header takes
            return answer_file(request, found, name=f"{code}-{request.path_params['number']}.{found.type.ending}")
        problem = found or "file_gone"
        return self._entrance.render(
            request, "case_file_problem.html", status=_STATUS[problem], desk=desk, problem=problem,
            code=request.path_params["code"][:12],
        )  # fmt: skip

    def _find(self, session: Session, request: Request) -> tuple[Desk, Attachment | FileToSend | str | None]:
        desk, case = self._open(session, request)
        number = request.path_params["number"]
        if case is None or not _NUMBER.fullmatch(number):
            return desk, None
        return desk, find_case_file(
            session, self._entrance.vault, case, request.path_params["message"], int(number),
            caseworker=desk.staff, now=desk.now,
        )  # fmt: skip

    async def _fetch(self, wanted: Attachment) -> FileToSend | str:
        """Get a file from the carrier; nothing of it is kept here."""
        if not is_opened(wanted.content_type):
            return "file_type"
        fetched = await self._source.fetch(wanted.url) if self._source else FetchProblem.AWAY
        if isinstance(fetched, FetchProblem):
            return _PROBLEMS[fetched]
        found = sniff(fetched.content[:HEAD_BYTES], wanted.content_type)
        return FileToSend(found, fetched.content) if found else "file_type"

    async def _send(self, request: Request) -> Response:
        code, form = request.path_params["code"], read_form(request)
        file = await _read_upload(form.file("file"))
        if file is None:
            return _go(code, "send_none" if form.file("file") is None else "send_type")
        reply = Reply("", form.key, override=form.get("override")[:300], file=file)
        said = await self._database.run(lambda session: self._queue(session, request, reply))
        self._changed()
        return _go(code, said)

    def _queue(self, session: Session, request: Request, reply: Reply) -> str:
        desk, case = self._open(session, request)
        if case is None:
            return ""  # the case's own page says it
        outcome = queue_reply(
            session, self._entrance.vault, self._means.queue, self._means.split,
            caseworker=desk.staff, case_id=case.id, reply=reply, now=desk.now,
        )  # fmt: skip
        return _SAID.get(outcome, "send_not_yours")

    def _open(self, session: Session, request: Request) -> tuple[Desk, CaseFile | None]:
        """Open the case of an address through the one door."""
        visit, staff, now = current_visit(request), current_staff(request), self._entrance.clock()
        desk = read_desk(session, self._means, staff, locale=visit.locale, now=now)
        code = find_code(request.path_params["code"])
        found = None
        if code is not None:
            found = get_case_for(session, self._entrance.vault, staff, code, now=now, sign_in=visit.sign_in_id)
        return desk, found


async def _read_upload(upload: UploadFile | None) -> FileToSend | None:
    """Return what was uploaded, by its bytes; a WAV becomes a voice note that WhatsApp takes. None: nothing we know."""
    content = await upload.read() if upload else b""
    found = sniff(content[:HEAD_BYTES])
    if found is MediaType.WAV:
        encoded = await asyncio.to_thread(encode_voice, content)
        return FileToSend(MediaType.OGG, encoded) if encoded else None
    return FileToSend(found, content) if found else None


def _go(code: str, said: str) -> Response:
    return RedirectResponse(f"/inbox/{code}" + (f"?said={said}" if said else ""), status_code=303)
