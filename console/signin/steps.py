"""Passwords between page and database: hashed in threads of their own, never in a transaction. No words here."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response

from console.door import Entrance, current_visit
from console.origin import find_address
from store.staff.accounts import set_locale
from store.staff.devices import HOLDS, make_device, name_device
from store.staff.invites import accept_invite
from store.staff.passwords import hash_password, is_password, needs_new_hash
from store.staff.sessions import end_all_sessions, end_session
from store.staff.signing_in import (
    Entered,
    Guess,
    Wait,
    accept_password,
    begin_password,
    enter,
    note,
    refuse_password,
    use_second_factor,
)
from store.staff.staff import Staff

AT_ONCE = 2  # hashes worked out at a time: the cores are the webhooks' first
MOST_WAITING = 16  # guesses in line for that; more are told to wait
_BUSY = Wait(timedelta(seconds=2))


@dataclass(frozen=True, slots=True)
class SignInSteps:
    """Signing in, as far as it is not a page."""

    entrance: Entrance
    _threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(AT_ONCE))

    async def give_password(self, request: Request, login: str, password: str) -> Entered | Wait | None:
        """Try a login and a password. None: one of them is wrong; which, and whether the login exists, is not told."""
        guess = await self._begin(request, login)
        if isinstance(guess, Wait):
            return guess
        entered = await self._accept(request, guess, password) if await self._is_right(guess, password) else None
        if entered is None:
            await self._refuse(guess)
        return entered

    async def check_password(self, request: Request, staff: Staff, password: str) -> Guess | Wait | None:
        """Try the present password of somebody who is signed in, as slowly as at the door. None: it is wrong."""
        guess = await self._begin(request, staff.login)
        if isinstance(guess, Wait) or await self._is_right(guess, password):
            return guess
        await self._refuse(guess)
        return None

    async def make_hash(self, password: str) -> str:
        return await to_thread.run_sync(hash_password, password, limiter=self._threads)

    async def give_code(self, request: Request, code: str) -> Entered | Wait | None:
        """Try the six digits of the second factor. None: wrong, too old, or used before."""
        entrance, signed_in, now = self.entrance, current_visit(request).signed_in, self.entrance.clock()
        if signed_in is None:
            return None
        return await entrance.database.run(
            lambda session: use_second_factor(session, entrance.vault, signed_in, code, now=now)
        )

    def remember(self, answer: Response, staff: Staff) -> Response:
        """Give a browser that has shown the second factor what makes it known at the next sign-in."""
        entrance, now = self.entrance, self.entrance.clock()
        name, value = name_device(entrance.vault, staff.login), make_device(entrance.vault, staff.login, now)
        answer.headers.append("Set-Cookie", entrance.cookies.write_device(name, value, HOLDS))
        return answer

    async def take_invite(self, request: Request, token: str, password: str) -> Entered | None:
        """Use a one-time link up and sign its owner in. None: it was used or has ended meanwhile."""
        entrance, visit, now = self.entrance, current_visit(request), self.entrance.clock()
        kept = await to_thread.run_sync(hash_password, password, limiter=self._threads)

        def accept(session: Any) -> Entered | None:
            invited = accept_invite(session, entrance.vault, token, kept, now=now)
            if invited is None:
                return None
            set_locale(session, invited.id, visit.locale)
            return enter(session, entrance.vault, invited, alone=entrance.alone, before=visit.signed_in, now=now)

        return await entrance.database.run(accept)

    async def end(self, staff: Staff, session_id: str | None) -> None:
        """End one sign-in, or all of somebody."""
        now = self.entrance.clock()

        def sign_out(session: Any) -> None:
            if session_id is None:
                end_all_sessions(session, staff.id)
            else:
                end_session(session, session_id)
            note(session, staff, "signed_out_everywhere" if session_id is None else "signed_out", now=now)

        await self.entrance.database.run(sign_out)

    async def _begin(self, request: Request, login: str) -> Guess | Wait:
        if self._threads.statistics().tasks_waiting >= MOST_WAITING:
            return _BUSY
        entrance, now = self.entrance, self.entrance.clock()
        device = entrance.cookies.read_device(request, name_device(entrance.vault, login))
        begin = partial(begin_password, login=login, address=find_address(request), device=device, now=now)
        return await entrance.database.run(lambda session: begin(session, entrance.vault, entrance.organisation_id))

    async def _refuse(self, guess: Guess) -> None:
        now = self.entrance.clock()
        await self.entrance.database.run(lambda session: refuse_password(session, guess, now=now))

    async def _is_right(self, guess: Guess, password: str) -> bool:
        return await to_thread.run_sync(is_password, guess.kept, password, limiter=self._threads)

    async def _accept(self, request: Request, guess: Guess, password: str) -> Entered | None:
        entrance, now = self.entrance, self.entrance.clock()
        new_hash, before = None, current_visit(request).signed_in
        if guess.kept and needs_new_hash(guess.kept):
            new_hash = await to_thread.run_sync(hash_password, password, limiter=self._threads)
        return await entrance.database.run(
            lambda session: accept_password(
                session, entrance.vault, guess, alone=entrance.alone, before=before, new_hash=new_hash, now=now
            )
        )
