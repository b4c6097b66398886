"""What the pages of the team share: who may come in, one form once, and a sentence when the database is silent."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.door import current_staff, current_visit, read_form
from console.inbox.means import Desk, Means, read_desk
from console.posted_form import Form
from conversation.errors import PuenteError
from store.cases.forms import is_taken, take_form
from store.database import Session
from store.editing import hold_team
from store.sealing.vault import Vault
from store.staff.canned import TextFault
from store.staff.profile import ProfileFault
from store.staff.staff import Role, Staff
from store.staffing.interpreters import InterpreterFault
from store.staffing.timetable import Timed

log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]
LEADS = (Role.SUPERVISOR, Role.ADMINISTRATOR)
AGAIN = "again"  # told when a form was carried out before
_SAID = 32  # characters of the code that tells what was done


@dataclass(frozen=True, slots=True)
class Turn:
    """One form, in the transaction that carries it out."""

    session: Session
    desk: Desk
    form: Form

    @property
    def staff(self) -> Staff:
        return self.desk.staff

    @property
    def vault(self) -> Vault:
        return self.desk.means.entrance.vault

    @property
    def organisation_id(self) -> str:
        return self.desk.staff.organisation_id


@dataclass(frozen=True, slots=True)
class Room:
    means: Means

    def route(self, path: str, answer: Endpoint, method: str, *roles: Role) -> Route:
        """Return a closed route. Another role is told for whom the page is; nothing about a person stands here."""

        async def endpoint(request: Request) -> Response:
            staff = current_staff(request)
            if staff.role not in roles:
                return await self.render(request, "team_refused.html", status=403, roles=roles)
            try:
                return await answer(request)
            except PuenteError as error:
                log.error("a page of the team failed", extra={"kind": type(error).__name__})
                text = read_form(request).get("body") if request.method == "POST" else ""
                return self.means.entrance.render(request, "inbox_broken.html", status=503, text=text)

        return Route(path, endpoint, methods=[method], middleware=self.means.entrance.guard())

    async def read[T](self, request: Request, look: Callable[[Session, Desk], T]) -> tuple[T, Desk]:
        """Read what a page shows."""

        def read(session: Session) -> tuple[T, Desk]:
            desk = self._desk(request, session)
            return look(session, desk), desk

        return await self.means.entrance.database.read(read)

    async def carry_out[T](self, request: Request, act: Callable[[Turn], T]) -> T | None:
        """Carry a form out once. None: it was carried out before."""
        form = read_form(request)

        def run(session: Session) -> T | None:
            desk = self._desk(request, session)
            hold_team(session, desk.staff.organisation_id)
            if is_taken(session, form.key, caseworker_id=desk.staff.id):
                return None
            done = act(Turn(session, desk, form))
            if not _is_refused(done):  # what was refused may come again, mended, from the same page
                take_form(session, form.key, caseworker_id=desk.staff.id, now=desk.now)
            return done

        return await self.means.entrance.database.run(run)

    async def render(
        self, request: Request, template: str, *, desk: Desk | None = None, status: int = 200, **values: Any
    ) -> Response:
        """Return a page; what was done before is told by the code in its address."""
        if desk is None:
            desk, _ = await self.read(request, lambda _, desk: desk)
        told = values.pop("told", None) or request.query_params.get("told", "")[:_SAID]
        count = request.query_params.get("count", "")[:4]
        return self.means.entrance.render(
            request, template, status=status, desk=desk, told=told, count=count if count.isdecimal() else "", **values
        )

    async def tell_gone(self, request: Request) -> Response:
        """What is not there, or another organisation's: both look the same."""
        return await self.render(request, "team_gone.html", status=404)

    def _desk(self, request: Request, session: Session) -> Desk:
        locale, now = current_visit(request).locale, self.means.entrance.clock()
        return read_desk(session, self.means, current_staff(request), locale=locale, now=now)


def _is_refused(done: object) -> bool:
    is_fault = isinstance(done, ProfileFault | TextFault | InterpreterFault)
    return is_fault or (isinstance(done, Timed) and done is not Timed.DONE)
