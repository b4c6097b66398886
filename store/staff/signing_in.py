"""Signing in: each function is one transaction. What takes long, the hash of a password, is worked out between two.

begin_password ─▶ Guess ─(hash, in a thread)─▶ accept_password | refuse_password
use_second_factor
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy.orm import Session

from store.audit import record
from store.sealing.vault import Vault
from store.staff.devices import read_device
from store.staff.passwords import find_password_hash, keep_password_hash
from store.staff.second_factor import Standing, find_standing, use_code
from store.staff.sessions import SignIn, add_session, end_session
from store.staff.staff import Staff, find_by_login, fold_login
from store.staff.tries import Attempt, Guessed, at_door, at_second_factor, begin_try, forgive

_LONGEST_LOGIN = 64


class Next(Enum):
    """Where somebody goes whose password is right."""

    INSIDE = "inside"
    CODE = "code"  # the second factor is asked for
    ENROL = "enrol"  # the second factor is to be set up
    NEW_LINK = "new_link"  # it was never set up, and the time for it is over


@dataclass(frozen=True, slots=True)
class Wait:
    """Nobody may guess here for so long."""

    time: timedelta


@dataclass(frozen=True, slots=True)
class Guess:
    """A password that may be looked at. `staff` and `kept` are None for a login that nobody has."""

    organisation_id: str
    attempt: Attempt
    guessed: list[Guessed]
    staff: Staff | None
    kept: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Entered:
    """A right password or code. `token`: the new sign-in's; None with `NEW_LINK`."""

    next: Next
    token: str | None = field(repr=False)


def begin_password(
    session: Session, vault: Vault, organisation_id: str, *,
    login: str, address: str, device: str | None = None, now: datetime,
) -> Guess | Wait:  # fmt: skip
    """Count a guess, known login or not, and return what to compare it with.

    Args:
        device: the cookie of a browser that somebody signed in from, as it came; store/staff/devices.py.
    """
    plain = fold_login(login)[:_LONGEST_LOGIN]
    guessed = at_door(vault, login=plain, address=address, device=read_device(vault, plain, device, now))
    attempt = begin_try(session, guessed, now)
    if attempt.wait > timedelta():
        return Wait(attempt.wait)
    staff = find_by_login(session, vault, organisation_id, plain)
    if staff is None or not staff.active:
        return Guess(organisation_id, attempt, guessed, None, None)
    return Guess(organisation_id, attempt, guessed, staff, find_password_hash(session, staff.id))


def refuse_password(session: Session, guess: Guess, *, now: datetime) -> None:
    """Write down that a guess was wrong: by keyed hashes, since what was typed as a login may be anything."""
    _, address, who = guess.guessed
    record(
        session, guess.organisation_id, actor="visitor", act="sign_in_failed", subject_kind="login",
        subject_id=guess.staff.id if guess.staff else who.key, now=now,
        details={"address": address.key, "step": "password"},
    )  # fmt: skip


def accept_password(
    session: Session, vault: Vault, guess: Guess, *,
    alone: bool, before: SignIn | None, new_hash: str | None, now: datetime,
) -> Entered | None:  # fmt: skip
    """Let somebody in, or on to the second factor. None: the password has been changed meanwhile.

    Args:
        alone: everything is on this machine: a second factor may be missing.
        before: the sign-in the browser brought along, which ends.
        new_hash: to be kept instead, when hashes are made otherwise by now.
    """
    staff = guess.staff
    if staff is None or guess.kept is None or find_password_hash(session, staff.id) != guess.kept:
        return None
    forgive(session, guess.attempt, guess.guessed)
    if new_hash is not None:
        keep_password_hash(session, staff.id, new_hash)
    return enter(session, vault, staff, alone=alone, before=before, now=now)


def confirm_password(session: Session, guess: Guess) -> bool:
    """Forgive a guess that was right, of somebody who is signed in. False: the password has been changed meanwhile."""
    if guess.staff is None or guess.kept is None or find_password_hash(session, guess.staff.id) != guess.kept:
        return False
    forgive(session, guess.attempt, guess.guessed)
    return True


def enter(
    session: Session, vault: Vault, staff: Staff, *, alone: bool, before: SignIn | None, now: datetime
) -> Entered:
    """Begin the sign-in of somebody whose password is known to be right; see `accept_password`."""
    if before is not None:
        end_session(session, before.id)
    going = _find_next(find_standing(session, staff.id, now), alone=alone)
    if going is Next.NEW_LINK:
        return Entered(going, None)
    token = add_session(session, vault, staff.id, whole=going is Next.INSIDE, now=now)
    if going is Next.INSIDE:
        note(session, staff, "signed_in", now=now)
    return Entered(going, token)


def use_second_factor(
    session: Session, vault: Vault, signed_in: SignIn, code: str, *, now: datetime
) -> Entered | Wait | None:
    """Make half a sign-in a whole one, with a new token. None: the code is wrong, too old or used up."""
    staff = signed_in.staff
    guessed = at_second_factor(vault, staff_id=staff.id)
    attempt = begin_try(session, guessed, now)
    if attempt.wait > timedelta():
        return Wait(attempt.wait)
    if find_standing(session, staff.id, now) is Standing.NONE and not signed_in.whole:
        return Entered(Next.NEW_LINK, None)
    first = find_standing(session, staff.id, now) is not Standing.ON
    if not use_code(session, vault, staff.id, code, now):
        note(session, staff, "sign_in_failed", now=now, step="code")
        return None
    forgive(session, attempt, guessed)
    end_session(session, signed_in.id)
    if first:
        note(session, staff, "second_factor_set", now=now)
    note(session, staff, "signed_in", now=now)
    return Entered(Next.INSIDE, add_session(session, vault, staff.id, whole=True, now=now))


def note(session: Session, staff: Staff, act: str, *, now: datetime, **details: str) -> None:
    """Write down what somebody did about their own account."""
    record(
        session, staff.organisation_id, actor=staff.id, act=act, subject_kind="caseworker", subject_id=staff.id,
        now=now, details=details,
    )  # fmt: skip


def _find_next(standing: Standing, *, alone: bool) -> Next:
    if standing is Standing.ON:
        return Next.CODE
    if alone:
        return Next.INSIDE
    return Next.ENROL if standing is Standing.DUE else Next.NEW_LINK
