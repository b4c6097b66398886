"""The door of every page of ours: who is there, may they, and is the form really theirs. docs/decisions/0036.

A route is closed by `Route(path, endpoint, middleware=entrance.guard())`. Behind it `current_staff(request)` is the one
who asks, and `read_form(request)` a form that was checked already: no endpoint can forget to.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any
from urllib.parse import quote

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from console.cookies import Cookies
from console.headers import dress
from console.origin import is_by_itself, is_from_our_pages, is_stream
from console.posted_form import MOST_BYTES, MOST_OF_STRANGERS, Form, Incomplete, TooLarge, parse_form
from console.refusal import Refusal
from console.rendering import Pages
from console.translating import LOCALES, choose_locale
from store.database import Database
from store.sealing.vault import Vault
from store.staff.sessions import TOUCH, SignIn, find_session, form_token, is_open, touch
from store.staff.staff import Role, Staff

_VISIT = "puente.visit"
_LEAST_COOKIE = 32  # characters of a token of ours


class Admission(Enum):
    """Who may pass a door."""

    ANYBODY = "anybody"
    HALF = "half"  # whoever gave a password, second factor or not
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request at the door.

    Attributes:
        signed_in: None for a browser that has not; half a sign-in only behind `Admission.HALF`.
        form_token: what the forms of the answer must carry as "csrf".
        form: what was posted and checked.
    """

    locale: str
    form_token: str = field(repr=False)
    signed_in: SignIn | None = None
    form: Form | None = None

    @property
    def sign_in_id(self) -> str:
        """Return the id of the sign-in, "" where there is none."""
        return self.signed_in.id if self.signed_in else ""


@dataclass(frozen=True, slots=True)
class Entrance:
    """What doors and the pages of signing in share.

    Attributes:
        organisation: its name, for the title and the authenticator app.
        alone: everything is on this machine: a second factor may be missing.
    """

    database: Database
    vault: Vault
    organisation_id: str
    organisation: str
    public_url: str
    alone: bool
    clock: Callable[[], datetime]
    pages: Pages = field(default_factory=Pages)

    @property
    def cookies(self) -> Cookies:
        return Cookies(secure=self.public_url.startswith("https://"))

    def guard(
        self, *roles: Role, admission: Admission = Admission.STAFF, most_bytes: int = MOST_BYTES
    ) -> list[Middleware]:
        """Return what closes a route: by default for whoever is signed in, else for some roles or more people."""
        return [Middleware(Door, entrance=self, roles=roles, admission=admission, most_bytes=most_bytes)]

    def render(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page in the language of its reader; a template knows `csrf`, `staff` (or None) and `organisation`.

        A form of it must carry `csrf` and, where a second click may do harm, `form_key` (`new_form_key()`).
        """
        visit = current_visit(request)
        staff = visit.signed_in.staff if visit.signed_in and visit.signed_in.whole else None
        return self.pages.render(
            template, locale=visit.locale, status=status,
            csrf=visit.form_token, staff=staff, organisation=self.organisation, **values,
        )  # fmt: skip

    async def is_open(self, request: Request) -> bool:
        """Say whether a sign-in still holds, for pages that are sent news as long as they are open."""
        signed_in, now = current_visit(request).signed_in, self.clock()
        return signed_in is not None and await self.database.read(lambda session: is_open(session, signed_in.id, now))


def current_visit(request: Request) -> Visit:
    """Return what the door found out about a request.

    Raises:
        KeyError: the route has no door, which is a fault of ours.
    """
    visit: Visit = request.scope[_VISIT]
    return visit


def current_staff(request: Request) -> Staff:
    """Return who is signed in.

    Raises:
        LookupError: the route has no door, or one that lets others in.
    """
    signed_in = current_visit(request).signed_in
    if signed_in is None:
        raise LookupError("nobody is signed in behind this door")
    return signed_in.staff


def read_form(request: Request) -> Form:
    """Return what was posted; its token and origin have been checked.

    Raises:
        LookupError: the request is no POST, or the route has no door.
    """
    form = current_visit(request).form
    if form is None:
        raise LookupError("nothing was posted")
    return form


class Door:
    """ASGI middleware around one route."""

    def __init__(
        self, app: ASGIApp, *, entrance: Entrance, roles: tuple[Role, ...], admission: Admission, most_bytes: int
    ) -> None:
        self._app, self._entrance = app, entrance
        self._roles, self._admission, self._most_bytes = roles, admission, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        cookies, form_cookie = self._entrance.cookies, None
        if self._admission is Admission.ANYBODY:
            form_cookie = cookies.read_form(request)
            if form_cookie is None or len(form_cookie) < _LEAST_COOKIE:
                form_cookie = secrets.token_urlsafe(32)
        posted = await self._read(request, form_cookie) if request.method not in ("GET", "HEAD") else None
        visit = await self._look(request, form_cookie)  # after the reading: that may take minutes, and a sign-in ends
        scope[_VISIT] = visit
        answer = self._pass(request, visit, posted) or self._app
        await answer(scope, receive, dress(send, secure=cookies.secure, cookies=_new(cookies, request, form_cookie)))
        if isinstance(posted, Form):
            await posted.values.close()  # files that came with it

    async def _look(self, request: Request, form_cookie: str | None) -> Visit:
        """Find out who is there; a sign-in in use is written down as such."""
        entrance, now, signed_in = self._entrance, self._entrance.clock(), None
        if token := entrance.cookies.read_session(request):
            signed_in = await entrance.database.read(lambda session: find_session(session, entrance.vault, token, now))
        if signed_in is not None and now - signed_in.seen_at >= TOUCH and not is_by_itself(request):
            session_id = signed_in.id
            await entrance.database.run(lambda session: touch(session, session_id, now))
        expected = signed_in.form_token if signed_in else ""
        if form_cookie is not None:
            expected = form_token(entrance.vault, form_cookie)
        return Visit(_locale(request, signed_in), expected, signed_in)

    async def _read(self, request: Request, form_cookie: str | None) -> Form | Refusal:
        """Read what was posted; a large file only of who may come in."""
        if not is_from_our_pages(request, self._entrance.public_url):
            return Refusal.ELSEWHERE
        most_bytes = self._most_bytes
        if most_bytes > MOST_OF_STRANGERS and not self._is_welcome((await self._look(request, form_cookie)).signed_in):
            most_bytes = MOST_OF_STRANGERS
        try:
            return await parse_form(request, most_bytes)
        except TooLarge:
            return Refusal.TOO_LARGE
        except Incomplete:
            return Refusal.INCOMPLETE

    def _pass(self, request: Request, visit: Visit, posted: Form | Refusal | None) -> Response | None:
        """Return None when the request may go on, else what it gets instead."""
        form = posted if isinstance(posted, Form) else None
        if posted is Refusal.ELSEWHERE:
            return self._refuse(request, posted)
        if not self._is_admitted(visit.signed_in):
            return self._refuse(request, Refusal.SIGNED_OUT, form) if posted else self._send_to_sign_in(request)
        if "\0" in request.scope["path"] or not self._is_welcome(visit.signed_in):  # no database takes a NUL
            return self._refuse(request, Refusal.ABSENT)
        if isinstance(posted, Refusal):
            return self._refuse(request, posted)
        if form is not None:
            if not visit.form_token or not hmac.compare_digest(form.get("csrf").encode(), visit.form_token.encode()):
                return self._refuse(request, Refusal.OLD_FORM, form)
            request.scope[_VISIT] = replace(visit, form=form)
        return None

    def _is_admitted(self, signed_in: SignIn | None) -> bool:
        whole_or_half = signed_in is not None and (signed_in.whole or self._admission is Admission.HALF)
        return self._admission is Admission.ANYBODY or whole_or_half

    def _is_welcome(self, signed_in: SignIn | None) -> bool:
        role = signed_in.staff.role if signed_in else None
        return self._is_admitted(signed_in) and (not self._roles or role in self._roles)

    def _refuse(self, request: Request, refusal: Refusal, form: Form | None = None) -> Response:
        kept = form.get("body") or form.get("note") if form else ""  # what was typed is shown again, not lost
        return self._entrance.render(request, "refused.html", status=refusal.status, why=refusal.code, kept=kept)

    def _send_to_sign_in(self, request: Request) -> Response:
        if is_stream(request) or request.headers.get("sec-fetch-mode", "navigate") != "navigate":
            return self._refuse(request, Refusal.SIGNED_OUT)
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/signin?next={quote(asked, safe='/')}", status_code=303)


def _new(cookies: Cookies, request: Request, form_cookie: str | None) -> tuple[str, ...]:
    """Return the cookie to set: that of the form, where the browser has it not yet."""
    if form_cookie is None or form_cookie == cookies.read_form(request):
        return ()
    return (cookies.write_form(form_cookie),)


def _locale(request: Request, signed_in: SignIn | None) -> str:
    asked = request.query_params.get("language", "")
    if signed_in is not None:
        return signed_in.staff.locale
    return asked if asked in LOCALES else choose_locale(request.headers.get("accept-language", ""))
