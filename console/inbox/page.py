"""The inbox: lists of cases, one case, what is done to it. Every act is a plain form; JavaScript only makes it quicker.

GET /inbox a list · POST /inbox/find a code or number · POST /inbox/shift on or off · GET /inbox/live the stream ·
GET /inbox/CODE a case · POST /inbox/CODE/draft what is being typed · POST /inbox/CODE/ACT inbox_acts.py
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from console.door import current_staff, current_visit, read_form
from console.headers import Dressed
from console.inbox.act import Act
from console.inbox.acts import ACTS, find_channel, save_draft
from console.inbox.case import Asked, view_case
from console.inbox.files import CaseFiles
from console.inbox.live import LiveInbox
from console.inbox.means import Desk, Means, read_desk
from console.inbox.queue import QueueView, find_code, find_number, read_wanted, search_number, view_queue
from console.rendering import PAGES
from console.ways import go
from conversation.errors import PuenteError
from store.audit import READ
from store.cases.access import CaseFile, find_open_case, get_case_for
from store.cases.marks import Subject
from store.cases.notes import LONGEST
from store.cases.outcomes import Outcome
from store.cases.owners import claim_by_code
from store.database import Session
from store.staff.staff import Role
from store.staffing.switching import switch_shift

log = logging.getLogger(__name__)

_MOST_BYTES = 256 * 1024  # of a form: the longest text its page takes, each letter as twelve bytes
_LEAVING = frozenset({"released", "declined", "member_removed"})  # after these the case may be out of one's sight
_WORKING = (Role.CASEWORKER, Role.SUPERVISOR, Role.ADMINISTRATOR)


class InboxPage:
    """The routes of the inbox. `live` must be closed before the server stops."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._entrance = means.entrance
        self._database = means.entrance.database
        self.live = LiveInbox(self._database.read)

    def routes(self) -> list[BaseRoute]:
        guard = self._entrance.guard(*_WORKING, most_bytes=_MOST_BYTES)
        dressed = [Middleware(Dressed, secure=self._entrance.cookies.secure)]

        def route(path: str, answer: Callable[[Request], Awaitable[Response]], method: str) -> Route:
            return Route(path, self._telling(answer), methods=[method], middleware=guard)

        return [
            Mount("/inbox/static", StaticFiles(directory=PAGES / "static"), middleware=dressed),
            route("/inbox", self._show_queue, "GET"),
            route("/inbox/find", self._find, "POST"),
            route("/inbox/shift", self._switch_shift, "POST"),
            route("/inbox/live", self._stream, "GET"),
            route("/inbox/{code}", self._show_case, "GET"),
            *CaseFiles(self._means, self._means.files, changed=self.live.poke).routes(self._telling),
            route("/inbox/{code}/draft", self._save_draft, "POST"),
            route("/inbox/{code}/claim", self._claim, "POST"),
            route("/inbox/{code}/{act}", self._act, "POST"),
        ]

    async def _show_queue(self, request: Request) -> Response:
        desk_of = self._desk_of(request)

        def show(session: Session) -> tuple[Desk, QueueView]:
            desk = desk_of(session)
            return desk, view_queue(session, desk, read_wanted(request.query_params, desk))

        desk, view = await self._database.read(show)
        return self._render(request, "inbox.html", desk, view=view)

    async def _find(self, request: Request) -> Response:
        text = read_form(request).get("q")
        if code := find_code(text):
            return go(f"/inbox/{code}")
        number = find_number(text)
        if number is None:
            return go("/inbox", said="bad_search")
        desk = await self._database.read(self._desk_of(request))
        vault = self._entrance.vault
        view = await self._database.run(lambda session: search_number(session, vault, desk, number))
        if view is None:
            return go("/inbox", said="many_searches")
        return self._render(request, "inbox.html", desk, view=view)

    async def _switch_shift(self, request: Request) -> Response:
        staff, on, now = current_staff(request), read_form(request).get("shift") == "on", self._entrance.clock()
        await self._database.run(lambda session: switch_shift(session, staff.id, on=on, now=now))
        return go("/inbox", said="shift_on" if on else "shift_off")

    async def _show_case(self, request: Request) -> Response:
        code = request.path_params["code"]
        case, desk = await self._reach(request, code)
        if case is None:
            return self._tell(request, desk, "gone", status=404, code=code)
        query = request.query_params
        asked = Asked(
            search=query.get("q", "")[:100], inserted=query.get("inserted", "")[:64],
            interpreter=query.get("interpreter", "")[:32], date=query.get("date", "")[:32],
            before=desk.read_local(query.get("before", "")),
        )  # fmt: skip
        view = await self._database.read(lambda session: view_case(session, desk, case, asked))
        return self._render(request, "case.html", desk, view=view)

    async def _claim(self, request: Request) -> Response:
        staff, code, now = current_staff(request), request.path_params["code"], self._entrance.clock()
        outcome, owner_id = await self._database.run(
            lambda session: claim_by_code(session, code=code, caseworker=staff, now=now)
        )
        self.live.poke()
        if outcome is Outcome.DONE:
            return go(f"/inbox/{code}", said="claimed")
        if outcome is Outcome.NOT_ALLOWED:
            return go(f"/inbox/{code}", said="not_allowed")
        desk = await self._database.read(self._desk_of(request))
        if outcome is Outcome.TAKEN_BY_OTHER:
            return self._tell(request, desk, "taken", status=409, code=code, name=desk.name_of(owner_id))
        return self._tell(request, desk, "gone", status=404, code=code)

    async def _act(self, request: Request) -> Response:
        code, form = request.path_params["code"], read_form(request)
        act_of = ACTS.get(request.path_params["act"])
        if act_of is None:
            raise HTTPException(404)

        def carry_out(session: Session) -> tuple[str | None, Desk]:
            case, desk = self._open(request, code, act="case.act")(session)
            return (act_of(Act(session, desk, case, form)) if case else None), desk

        said, desk = await self._database.run(carry_out)
        self.live.poke()
        if said is None:
            return self._tell(request, desk, "gone", status=404, code=code, text=form.get("body") or form.get("note"))
        if said in _LEAVING:
            return go("/inbox", said=said)
        if act_of is ACTS["note"] and said != "noted":
            return await self._show_note_again(request, said)
        pressed, _, inserted = form.get("act").partition(":")
        searched = form.get("q")[:100] if pressed in ("search", "insert") else ""
        return go(f"/inbox/{code}", said=said, q=searched, inserted=inserted, anchor="composer" if searched else "")

    async def _show_note_again(self, request: Request, said: str) -> Response:
        """Show the case with what was typed as a note in its form: a redirect would lose it."""
        code, form = request.path_params["code"], read_form(request)
        case, desk = await self._reach(request, code)
        if case is None:
            return self._tell(request, desk, "gone", status=404, code=code, text=form.get("note"))
        asked = Asked(note=form.get("note"), wall=form.get("discipline"))
        view = await self._database.read(lambda session: view_case(session, desk, case, asked))
        return self._render(request, "case.html", replace(desk, said=said), status=422, view=view)

    async def _save_draft(self, request: Request) -> Response:
        code, form = request.path_params["code"], read_form(request)

        def keep(session: Session) -> tuple[Any, Desk]:
            case, desk = self._open(request, code)(session)
            if case is None:
                return None, desk
            act = Act(session, desk, case, form)
            save_draft(act)
            return find_channel(act), desk

        channel, desk = await self._database.run(keep)
        if channel is None:
            return Response(status_code=404)
        view = {"channel": channel, "cost": self._means.measure(form.get("body")[:LONGEST], channel)}
        return self._render(request, "case_count.html", desk, view=view)

    async def _stream(self, request: Request) -> Response:
        code, subject = request.query_params.get("case"), Subject(current_staff(request).organisation_id)
        if code is not None:
            case, _ = await self._reach(request, code)
            if case is None:
                return Response(status_code=404)
            subject = Subject(case.organisation_id, case.id)
        mark = request.headers.get("last-event-id") or request.query_params.get("since", "")
        stream = self.live.subscribe(subject, mark, holds=lambda: self._entrance.is_open(request))
        headers = {"X-Accel-Buffering": "no"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def _reach(self, request: Request, code: str) -> tuple[CaseFile | None, Desk]:
        """Open a case to read it; an open page that fetches itself again writes nothing, and waits for no writer."""
        staff, desk_of, sign_in = current_staff(request), self._desk_of(request), current_visit(request).sign_in_id

        def reopen(session: Session) -> tuple[CaseFile | None, Desk]:
            desk = desk_of(session)
            is_code = find_code(code) is not None
            return (find_open_case(session, staff, code, sign_in=sign_in, now=desk.now) if is_code else None), desk

        case, desk = await self._database.read(reopen)
        return (case, desk) if case else await self._database.run(self._open(request, code))

    def _open(
        self, request: Request, code: str, *, act: str = READ
    ) -> Callable[[Session], tuple[CaseFile | None, Desk]]:
        """Return what opens a case by its code through the one door; it writes the audit."""
        staff, vault, desk_of = current_staff(request), self._entrance.vault, self._desk_of(request)
        sign_in = current_visit(request).sign_in_id

        def open_case(session: Session) -> tuple[CaseFile | None, Desk]:
            desk = desk_of(session)
            is_code = find_code(code) is not None  # an id is no address: those of other pages are never tried out
            if not is_code:
                return None, desk
            return get_case_for(session, vault, staff, code, now=desk.now, act=act, sign_in=sign_in), desk

        return open_case

    def _desk_of(self, request: Request) -> Callable[[Session], Desk]:
        staff, locale, now = current_staff(request), current_visit(request).locale, self._entrance.clock()
        said = request.query_params.get("said", "")[:32]
        return lambda session: read_desk(session, self._means, staff, locale=locale, now=now, said=said)

    def _render(self, request: Request, template: str, desk: Desk, *, status: int = 200, **values: Any) -> Response:
        return self._entrance.render(request, template, status=status, desk=desk, **values)

    def _tell(self, request: Request, desk: Desk, what: str, *, status: int, **said: str) -> Response:
        view = {"what": what, "code": "", "name": "", "text": "", **said}
        view["code"] = view["code"][:12]
        return self._render(request, "inbox_message.html", desk, status=status, view=view)

    def _telling(self, answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint that says in words when the database does not answer."""

        async def endpoint(request: Request) -> Response:
            try:
                return await answer(request)
            except PuenteError as error:
                log.error("a page of the inbox failed", extra={"kind": type(error).__name__})
                text = read_form(request).get("body") if request.method == "POST" else ""
                return self._entrance.render(request, "inbox_broken.html", status=503, text=text)

        return endpoint
