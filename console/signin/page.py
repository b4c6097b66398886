"""/signin, /signout and /invite/…: the pages of getting in and out. All words are in the templates."""

import math
from datetime import timedelta

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from console.door import Admission, Entrance, current_staff, current_visit, read_form
from console.headers import Dressed
from console.rendering import PAGES
from console.signin.account import AccountPage
from console.signin.second_factor import SecondFactorPage
from console.signin.steps import SignInSteps
from console.ways import HOME, lead, read_next
from store.staff.invites import find_invited
from store.staff.passwords import LEAST_LENGTH, find_fault
from store.staff.signing_in import Wait
from store.staff_phones.mail import StaffMail

_FILES = {"signin.css": "text/css", "icon.svg": "image/svg+xml"}


def build_signin_routes(entrance: Entrance, mail: StaffMail | None = None) -> list[Route]:
    """Return every route of signing in and out, each behind its door.

    Args:
        mail: texts the codes by which a phone becomes somebody's; None: no phone can be registered here.
    """
    steps = SignInSteps(entrance)
    pages = SignInPage(entrance, steps)
    anybody, staff = entrance.guard(admission=Admission.ANYBODY), entrance.guard()
    return [
        Route("/signin", pages.show, methods=["GET"], middleware=anybody),
        Route("/signin", pages.sign_in, methods=["POST"], middleware=anybody),
        Route("/invite/{token}", pages.show_invite, methods=["GET"], middleware=anybody),
        Route("/invite/{token}", pages.take_invite, methods=["POST"], middleware=anybody),
        *SecondFactorPage(entrance, steps).routes(),
        *AccountPage(entrance, steps, mail).routes(),
        Route("/signout", pages.sign_out, methods=["POST"], middleware=staff),
        Route("/signout/everywhere", pages.sign_out_everywhere, methods=["POST"], middleware=staff),
        Route("/signin/static/{name}", _send_file, middleware=[Middleware(Dressed, secure=entrance.cookies.secure)]),
    ]


class SignInPage:
    """The pages of a password: sign-in and one-time link."""

    def __init__(self, entrance: Entrance, steps: SignInSteps) -> None:
        self._entrance, self._steps = entrance, steps

    async def show(self, request: Request) -> Response:
        signed_in, wanted = current_visit(request).signed_in, read_next(request.query_params.get("next", ""))
        if signed_in is not None and signed_in.whole:
            return RedirectResponse(wanted, status_code=303)
        fault = "ended" if request.query_params.get("ended") else "out" if request.query_params.get("out") else None
        return self._render(request, wanted, fault)

    async def sign_in(self, request: Request) -> Response:
        form = read_form(request)
        wanted = read_next(form.get("next"))
        entered = await self._steps.give_password(request, form.get("login"), form.get("password"))
        if isinstance(entered, Wait):
            return self._tell_to_wait(request, wanted, entered)
        if entered is None:
            return self._render(request, wanted, "wrong", status=422)
        return lead(entered, wanted, self._entrance.cookies)

    async def show_invite(self, request: Request) -> Response:
        return await self._render_invite(request, None)

    async def take_invite(self, request: Request) -> Response:
        form, entrance = read_form(request), self._entrance
        token, now = request.path_params["token"], entrance.clock()
        invited = await entrance.database.read(lambda session: find_invited(session, entrance.vault, token, now))
        if invited is None:
            return await self._render_invite(request, None)
        fault = find_fault(form.get("password"), form.get("again"), login=invited.login)
        if fault is not None:
            return await self._render_invite(request, fault)
        entered = await self._steps.take_invite(request, token, form.get("password"))
        if entered is None:
            return await self._render_invite(request, None)
        return lead(entered, HOME, entrance.cookies)

    async def sign_out(self, request: Request) -> Response:
        signed_in = current_visit(request).signed_in
        return await self._end(request, signed_in.id if signed_in else None)

    async def sign_out_everywhere(self, request: Request) -> Response:
        return await self._end(request, None)

    async def _end(self, request: Request, session_id: str | None) -> Response:
        await self._steps.end(current_staff(request), session_id)
        answer = RedirectResponse("/signin?out=1", status_code=303)
        answer.headers.append("Set-Cookie", self._entrance.cookies.end_session())
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    def _tell_to_wait(self, request: Request, wanted: str, wait: Wait) -> Response:
        answer = self._render(request, wanted, "wait", status=429, wait=wait.time)
        answer.headers["Retry-After"] = str(_seconds(wait.time))  # RFC 9110 section 10.2.3
        return answer

    def _render(
        self, request: Request, wanted: str, fault: str | None, *, status: int = 200, wait: timedelta = timedelta()
    ) -> Response:
        given = current_visit(request).form
        return self._entrance.render(
            request, "signin.html", status=status, wanted=wanted, fault=fault, wait_s=_seconds(wait),
            login=given.get("login")[:64] if given else "",
        )  # fmt: skip

    async def _render_invite(self, request: Request, fault: str | None) -> Response:
        entrance, token, now = self._entrance, request.path_params["token"], self._entrance.clock()
        invited = await entrance.database.read(lambda session: find_invited(session, entrance.vault, token, now))
        status = 404 if invited is None else 422 if fault else 200
        return entrance.render(
            request, "invite.html", status=status, invited=invited, fault=fault, least=LEAST_LENGTH, token=token
        )


def _seconds(time: timedelta) -> int:
    return math.ceil(time.total_seconds())


async def _send_file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES:
        return Response(status_code=404)
    return FileResponse(PAGES / "static" / name, media_type=_FILES[name], headers={"Cache-Control": "max-age=3600"})
