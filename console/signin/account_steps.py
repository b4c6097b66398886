"""What somebody does about their own password, second factor and sign-ins, short of being a page. No words here."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request

from console.door import Entrance, current_visit
from console.signin.steps import SignInSteps
from store.database import Session
from store.staff.passwords import find_fault, keep_password_hash
from store.staff.second_factor import add_next_secret, find_next_secret, use_next_code
from store.staff.sessions import SignIn, end_other_sessions
from store.staff.signing_in import Guess, Wait, confirm_password, note
from store.staff.tries import at_second_factor, begin_try, forgive


@dataclass(frozen=True, slots=True)
class AccountSteps:
    entrance: Entrance
    signing_in: SignInSteps

    async def change_password(self, request: Request, old: str, *, password: str, again: str) -> str | Wait | None:
        """Set another password; every other sign-in ends. Not None: why not."""
        signed_in = get_sign_in(request)
        if fault := find_fault(password, again, login=signed_in.staff.login):
            return fault
        guess = await self.signing_in.check_password(request, signed_in.staff, old)
        if not isinstance(guess, Guess):
            return guess or "wrong"
        entrance, now = self.entrance, self.entrance.clock()
        kept = await self.signing_in.make_hash(password)

        def change(session: Session) -> bool:
            right = confirm_password(session, guess)
            if right:
                keep_password_hash(session, signed_in.staff.id, kept)
                end_other_sessions(session, signed_in.staff.id, signed_in.id)
                note(session, signed_in.staff, "password_changed", now=now)
            return right

        return None if await entrance.database.run(change) else "wrong"

    async def begin_second_factor(self, request: Request, password: str) -> str | Wait | None:
        """Return the key of a new authenticator app; the old one counts until `confirm_second_factor`. None: wrong."""
        signed_in = get_sign_in(request)
        guess = await self.signing_in.check_password(request, signed_in.staff, password)
        if not isinstance(guess, Guess):
            return guess
        vault, staff_id = self.entrance.vault, signed_in.staff.id

        def begin(session: Session) -> str | None:
            return add_next_secret(session, vault, staff_id) if confirm_password(session, guess) else None

        return await self.entrance.database.run(begin)

    async def confirm_second_factor(self, request: Request, code: str) -> bool | Wait | None:
        """Let the new app take the old one's place; every other sign-in ends. False: wrong. None: no new one waits."""
        signed_in, vault, now = get_sign_in(request), self.entrance.vault, self.entrance.clock()
        guessed = at_second_factor(vault, staff_id=signed_in.staff.id)

        def confirm(session: Session) -> bool | Wait | None:
            attempt = begin_try(session, guessed, now)
            if attempt.wait > timedelta():
                return Wait(attempt.wait)
            if find_next_secret(session, vault, signed_in.staff.id) is None:
                return None
            if not use_next_code(session, vault, signed_in.staff.id, code, now):
                return False
            forgive(session, attempt, guessed)
            end_other_sessions(session, signed_in.staff.id, signed_in.id)
            note(session, signed_in.staff, "second_factor_set", now=now)
            return True

        return await self.entrance.database.run(confirm)

    async def prove_password(self, request: Request, password: str) -> str | Wait | None:
        """Have the present password given again, for what outlasts a sign-in. Not None: why not."""
        guess = await self.signing_in.check_password(request, get_sign_in(request).staff, password)
        if not isinstance(guess, Guess):
            return guess or "wrong"
        is_right = await self.entrance.database.run(lambda session: confirm_password(session, guess))
        return None if is_right else "wrong"

    async def end_others(self, signed_in: SignIn) -> None:
        """End every sign-in of somebody but this one."""
        now = self.entrance.clock()

        def sign_out(session: Session) -> None:
            end_other_sessions(session, signed_in.staff.id, signed_in.id)
            note(session, signed_in.staff, "signed_out_others", now=now)

        await self.entrance.database.run(sign_out)


def get_sign_in(request: Request) -> SignIn:
    """Return the sign-in of a page's reader.

    Raises:
        LookupError: the route has no door, or one that lets others in.
    """
    signed_in = current_visit(request).signed_in
    if signed_in is None:
        raise LookupError("nobody is signed in behind this door")
    return signed_in
