"""The agenda: who has which date on a day or in a week, and who has not confirmed.

GET /inbox/agenda?day=2026-11-23&days=7&who=me&show=open the page · GET /inbox/agenda.ics the same as a calendar file ·
POST /inbox/agenda/case a case for a date that has none · /inbox/agenda/import import_page.py
"""

import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.agenda.import_page import ImportPage
from console.agenda.view import AgendaView, may_lead, read_wanted, view_agenda
from console.door import current_staff, current_visit, read_form
from console.inbox.means import Desk, Means, read_desk
from console.ways import go
from conversation.appointments.calendar_file import Invitation, write_calendar
from conversation.errors import PuenteError
from store.agenda.listing import find_uncased, list_dates, look_at, note_reading
from store.audit import Look, has_looked, record, record_look
from store.database import Session
from store.reminders.telling import tell_person
from store.staff.staff import Role

log = logging.getLogger(__name__)

_WORKING = (Role.CASEWORKER, Role.SUPERVISOR, Role.ADMINISTRATOR)
MOST_IN_FILE = 500
Endpoint = Callable[[Request], Awaitable[Response]]


class AgendaPage:
    """The routes of the agenda; they go before those of the inbox, which take any code."""

    def __init__(self, means: Means) -> None:
        self._means, self._entrance = means, means.entrance
        self._database = means.entrance.database

    def routes(self) -> list[BaseRoute]:
        guard = self._entrance.guard(*_WORKING)

        def route(path: str, answer: Endpoint, method: str) -> Route:
            return Route(path, telling(self._means, answer), methods=[method], middleware=guard)

        return [
            route("/inbox/agenda", self._show, "GET"),
            route("/inbox/agenda.ics", self._send_calendar, "GET"),
            route("/inbox/agenda/case", self._open_case, "POST"),
            *ImportPage(self._means).routes(telling),
        ]

    async def _show(self, request: Request) -> Response:
        """Show dates of many people; a page that is opened again within a quarter of an hour writes nothing."""

        def show(session: Session) -> tuple[Desk, AgendaView, Look, bool]:
            desk = open_desk(session, self._means, request)
            wanted = read_wanted(request.query_params, desk)
            look = look_at(desk.staff, wanted.to_range(desk), current_visit(request).sign_in_id)
            is_noted = has_looked(session, desk.staff.organisation_id, look, now=desk.now)
            return desk, view_agenda(session, desk, wanted), look, is_noted

        desk, view, look, is_noted = await self._database.read(show)
        if not is_noted:
            ours = desk.staff.organisation_id
            await self._database.run(lambda session: record_look(session, ours, look, now=desk.now))
        return self._entrance.render(request, "agenda.html", desk=desk, view=view, may_lead=may_lead(desk))

    async def _send_calendar(self, request: Request) -> Response:
        def collect(session: Session) -> tuple[Desk, list[Invitation]]:
            desk = open_desk(session, self._means, request)
            wanted = read_wanted(request.query_params, desk).to_range(desk)
            note_reading(session, desk.staff, wanted, act="agenda.export", now=desk.now)
            found = list_dates(session, self._entrance.vault, desk.staff, wanted, limit=MOST_IN_FILE)
            # on a private calendar a code tells nothing: neither what it is nor whose
            return desk, [Invitation(one.known, one.version, one.case_code or "Puente") for one in found]

        desk, invitations = await self._database.run(collect)
        content = write_calendar(invitations, now=desk.now)
        named = {"Content-Disposition": 'attachment; filename="puente-agenda.ics"'}
        return Response(content, media_type="text/calendar; charset=utf-8", headers=named)

    async def _open_case(self, request: Request) -> Response:
        """Open a case for somebody who was imported with a date, so that a person can look after them."""
        wanted = read_form(request).get("date")[:32]

        def open_it(session: Session) -> str | None:
            desk = open_desk(session, self._means, request)
            row = find_uncased(session, desk.staff, wanted)
            if row is None:
                return None
            code = tell_person(session, row.conversation_id, row.kind, reason="agenda", now=desk.now)
            record(
                session, row.organisation_id, actor=desk.staff.id, act="agenda.case", subject_kind="appointment",
                subject_id=row.id, now=desk.now,
            )  # fmt: skip
            return code

        code = await self._database.run(open_it)
        return go(f"/inbox/{code}") if code else go("/inbox/agenda", said="not_allowed")


def open_desk(session: Session, means: Means, request: Request) -> Desk:
    """Return what a page of the agenda knows of its reader."""
    staff, locale, now = current_staff(request), current_visit(request).locale, means.entrance.clock()
    return read_desk(session, means, staff, locale=locale, now=now, said=request.query_params.get("said", "")[:32])


def telling(means: Means, answer: Endpoint) -> Endpoint:
    """Return an endpoint that says in words when the database does not answer."""

    async def endpoint(request: Request) -> Response:
        try:
            return await answer(request)
        except PuenteError as error:
            log.error("a page of the agenda failed", extra={"kind": type(error).__name__})
            return means.entrance.render(request, "inbox_broken.html", status=503, text="")

    return endpoint
