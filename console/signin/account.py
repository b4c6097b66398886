"""/signin/account: what somebody may change about their own account. All words are in the templates.

Password, second factor and a phone ask for the present password first: they outlast the sign-in of whoever found a
computer open. A phone is theirs when the code that was texted there is entered here (docs/decisions/0048).
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console.door import Entrance, current_staff, read_form
from console.signin.account_steps import AccountSteps, get_sign_in
from console.signin.own_phone import OwnPhoneSteps
from console.signin.second_factor import draw_link
from console.signin.steps import SignInSteps
from console.translating import LOCALES
from store.database import Session
from store.staff.accounts import set_locale
from store.staff.passwords import LEAST_LENGTH
from store.staff.second_factor import find_standing, render_link
from store.staff.sessions import list_sessions
from store.staff.signing_in import Wait
from store.staff_phones.mail import StaffMail
from store.staff_phones.registering import find_own_phone
from store.staffing.hours import read_office
from store.staffing.switching import is_working, switch_shift

_PATH = "/signin/account"
_SAID = 32  # characters of the code that tells what was done


class AccountPage:
    """One's own account. `mail`: texts the codes for phones; None: this process cannot."""

    def __init__(self, entrance: Entrance, steps: SignInSteps, mail: StaffMail | None = None) -> None:
        self._entrance, self._steps = entrance, AccountSteps(entrance, steps)
        self._phone = OwnPhoneSteps(entrance, mail)

    def routes(self) -> list[Route]:
        guard = self._entrance.guard()
        posted = {
            "": self.change_locale, "/password": self.change_password, "/second-factor": self.renew_second_factor,
            "/second-factor/code": self.confirm_second_factor, "/phone": self.change_phone, "/shift": self.switch_shift,
            "/sign-ins": self.end_others,
        }  # fmt: skip
        return [
            Route(_PATH, self.show, methods=["GET"], middleware=guard),
            *(Route(_PATH + path, act, methods=["POST"], middleware=guard) for path, act in posted.items()),
        ]

    async def show(self, request: Request) -> Response:
        return await self._render(request, request.query_params.get("done", "")[:_SAID])

    async def change_locale(self, request: Request) -> Response:
        staff, locale, database = current_staff(request), read_form(request).get("locale"), self._entrance.database
        if locale in LOCALES:
            await database.run(lambda session: set_locale(session, staff.id, locale))
        return _go("locale")

    async def change_password(self, request: Request) -> Response:
        form = read_form(request)
        done = await self._steps.change_password(
            request, form.get("old"), password=form.get("password"), again=form.get("again")
        )
        return _go("password") if done is None else await self._refuse(request, "password", done)

    async def renew_second_factor(self, request: Request) -> Response:
        done = await self._steps.begin_second_factor(request, read_form(request).get("old"))
        if done is None or isinstance(done, Wait):
            return await self._refuse(request, "second", done or "wrong")
        return self._show_secret(request, done, fault=None, status=200)

    async def confirm_second_factor(self, request: Request) -> Response:
        done = await self._steps.confirm_second_factor(request, read_form(request).get("code"))
        if done is True:
            return _go("second")
        if done is False:
            return self._show_secret(request, None, fault="wrong", status=422)
        return await self._refuse(request, "second", done or "over")

    async def change_phone(self, request: Request) -> Response:
        form = read_form(request)
        if form.get("act") == "ask" and (fault := await self._steps.prove_password(request, form.get("old"))):
            return await self._refuse(request, "phone", fault)
        return _go(await self._phone.act(request))

    async def switch_shift(self, request: Request) -> Response:
        staff, on, now = current_staff(request), read_form(request).get("shift") == "on", self._entrance.clock()
        await self._entrance.database.run(lambda session: switch_shift(session, staff.id, on=on, now=now))
        return _go("on" if on else "off")

    async def end_others(self, request: Request) -> Response:
        await self._steps.end_others(get_sign_in(request))
        return _go("others")

    async def _refuse(self, request: Request, where: str, fault: str | Wait) -> Response:
        """Show the page with what was wrong; nothing that was typed stands in it again: these were secrets."""
        wait_s = max(1, round(fault.time.total_seconds())) if isinstance(fault, Wait) else 0
        answer = await self._render(
            request, "", status=429 if wait_s else 422, where=where, wait_s=wait_s,
            fault="wait" if isinstance(fault, Wait) else fault,
        )  # fmt: skip
        if wait_s:
            answer.headers["Retry-After"] = str(wait_s)
        return answer

    def _show_secret(self, request: Request, secret: str | None, *, fault: str | None, status: int) -> Response:
        """Show the key of a new app, in the answer to the password alone: no address leads to it. None: not again."""
        key: dict[str, str] = {"secret": ""}
        if secret is not None:
            issuer = f"Puente {self._entrance.organisation}"
            link = render_link(secret, login=current_staff(request).login, issuer=issuer)
            spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
            key = {"link": link, "secret": spaced, "picture": draw_link(link)}
        return self._entrance.render(request, "renew.html", status=status, fault=fault, **key)

    async def _render(
        self, request: Request, done: str, *, status: int = 200, where: str = "", fault: str = "", wait_s: int = 0
    ) -> Response:
        entrance, staff, now = self._entrance, current_staff(request), self._entrance.clock()

        def read(session: Session) -> dict[str, Any]:
            return {
                "standing": find_standing(session, staff.id, now), "sign_ins": list_sessions(session, staff.id, now),
                "phone": find_own_phone(session, entrance.vault, staff.id), "on_shift": is_working(session, staff, now),
                "zone": read_office(session, staff.organisation_id).zone,
            }  # fmt: skip

        return entrance.render(
            request, "account.html", status=status, done=done, where=where, fault=fault, wait_s=wait_s, now=now,
            least=LEAST_LENGTH, this=get_sign_in(request).id, can_text=self._phone.can_text,
            **await entrance.database.read(read),
        )  # fmt: skip


def _go(done: str) -> Response:
    return RedirectResponse(f"{_PATH}?done={done}", status_code=303)
