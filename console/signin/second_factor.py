"""/signin/code and /signin/enrol: the second factor asked for, and set up with an authenticator app."""

import math
from io import BytesIO
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console.door import Admission, Entrance, current_visit, read_form
from console.signin.steps import SignInSteps
from console.ways import lead, read_next
from store.staff.second_factor import Standing, find_standing, get_or_add_secret, render_link
from store.staff.sessions import SignIn
from store.staff.signing_in import Entered, Next, Wait


class SecondFactorPage:
    """The pages between a right password and the inbox."""

    def __init__(self, entrance: Entrance, steps: SignInSteps) -> None:
        self._entrance, self._steps = entrance, steps

    def routes(self) -> list[Route]:
        half = self._entrance.guard(admission=Admission.HALF)
        return [
            Route("/signin/code", self.show_code, methods=["GET"], middleware=half),
            Route("/signin/code", self.give_code, methods=["POST"], middleware=half),
            Route("/signin/enrol", self.show_enrol, methods=["GET"], middleware=half),
            Route("/signin/enrol", self.confirm, methods=["POST"], middleware=half),
            Route("/signin/enrol.svg", self.show_picture, methods=["GET"], middleware=half),
        ]

    async def show_code(self, request: Request) -> Response:
        wanted = read_next(request.query_params.get("next", ""))
        if _signed_in(request).whole:
            return RedirectResponse(wanted, status_code=303)
        if await self._find_standing(request) is not Standing.ON:
            return RedirectResponse("/signin/enrol", status_code=303)
        return self._entrance.render(request, "second_factor.html", wanted=wanted, fault=None, wait_s=0)

    async def give_code(self, request: Request) -> Response:
        wanted = read_next(read_form(request).get("next"))
        entered = await self._steps.give_code(request, read_form(request).get("code"))
        if isinstance(entered, Entered):
            return self._let_in(request, entered, wanted)
        return self._refuse(request, "second_factor.html", entered, wanted=wanted)

    async def show_enrol(self, request: Request) -> Response:
        secret = await self._find_secret(request)
        wanted = read_next(request.query_params.get("next", ""))
        if secret is None:
            return RedirectResponse("/signin/account" if _signed_in(request).whole else "/signin", status_code=303)
        return self._entrance.render(
            request, "enrol.html", wanted=wanted, fault=None, wait_s=0, **self._describe(request, secret)
        )

    async def confirm(self, request: Request) -> Response:
        wanted = read_next(read_form(request).get("next"))
        secret = await self._find_secret(request)
        if secret is None:
            return RedirectResponse("/signin", status_code=303)
        entered = await self._steps.give_code(request, read_form(request).get("code"))
        if isinstance(entered, Entered):
            return self._let_in(request, entered, wanted)
        return self._refuse(request, "enrol.html", entered, wanted=wanted, **self._describe(request, secret))

    async def show_picture(self, request: Request) -> Response:
        secret = await self._find_secret(request)
        if secret is None:
            return Response(status_code=404)
        picture = BytesIO()
        link = self._describe(request, secret)["link"]
        segno.make(link, error="m").save(picture, kind="svg", scale=5, border=4, light="#ffffff", xmldecl=False)
        return Response(picture.getvalue(), media_type="image/svg+xml")

    def _let_in(self, request: Request, entered: Entered, wanted: str) -> Response:
        answer = lead(entered, wanted, self._entrance.cookies)
        return self._steps.remember(answer, _signed_in(request).staff) if entered.next is Next.INSIDE else answer

    def _refuse(self, request: Request, template: str, wait: Wait | None, **values: Any) -> Response:
        seconds = math.ceil(wait.time.total_seconds()) if wait else 0
        answer = self._entrance.render(
            request, template, status=429 if wait else 422, fault="wait" if wait else "wrong", wait_s=seconds, **values
        )
        if wait:
            answer.headers["Retry-After"] = str(seconds)
        return answer

    def _describe(self, request: Request, secret: str) -> dict[str, Any]:
        link = render_link(
            secret, login=_signed_in(request).staff.login, issuer=f"Puente {self._entrance.organisation}"
        )
        return {"link": link, "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))}

    async def _find_standing(self, request: Request) -> Standing:
        staff, now = _signed_in(request).staff, self._entrance.clock()
        return await self._entrance.database.read(lambda session: find_standing(session, staff.id, now))

    async def _find_secret(self, request: Request) -> str | None:
        """Return the secret to set up; None: it is on already, or the time to set it up is over."""
        entrance, signed_in = self._entrance, _signed_in(request)
        standing = await self._find_standing(request)
        if standing is Standing.ON or (standing is Standing.NONE and not signed_in.whole):
            return None
        return await entrance.database.run(
            lambda session: get_or_add_secret(session, entrance.vault, signed_in.staff.id)
        )


def draw_link(link: str) -> str:
    """Return a picture for an authenticator app as an element of a page: for a key that no address may lead to."""
    picture: str = segno.make(link, error="m").svg_inline(scale=5, border=4, light="#ffffff")
    return picture


def _signed_in(request: Request) -> SignIn:
    signed_in = current_visit(request).signed_in
    if signed_in is None:
        raise LookupError("nobody is signed in behind this door")
    return signed_in
