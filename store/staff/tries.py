"""Slowing down who guesses: each guess is written down before it is looked at, and what fails stays for a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from store.sealing.vault import Vault
from store.tables import LoginTry
from store.tables.base import new_id

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many guesses are free in a day; after that the wait doubles from one second up to `longest`."""

    kind: str
    free: int
    longest: timedelta


BY_PAIR = Limit("pair", 5, timedelta(minutes=15))  # one login from one network address
BY_ADDRESS = Limit("address", 20, timedelta(minutes=15))  # one network address, whatever the login
BY_LOGIN = Limit("login", 50, timedelta(minutes=1))  # one login from anywhere: short, so nobody can lock a worker out
BY_DEVICE = Limit("device", 5, timedelta(minutes=15))  # one login from a browser it has been signed in from
BY_CODE = Limit("code", 5, timedelta(minutes=15))  # second factor of one account, by who has its password


@dataclass(frozen=True, slots=True)
class Guessed:
    """Whom a guess is counted against: `key` is a keyed hash."""

    limit: Limit
    key: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A guess that may be looked at when `wait` is zero, and then `ids` are its rows."""

    wait: timedelta
    ids: tuple[str, ...] = ()


def at_door(vault: Vault, *, login: str, address: str, device: str | None = None) -> list[Guessed]:
    """Return what a guess of a password counts against, by network address second and by login or browser last.

    Args:
        login: as `fold_login` makes it.
        device: the browser, if it is known for this login (store/staff/devices.py): what others guess from elsewhere
            does not make it wait.
    """
    return [
        _guessed(vault, BY_PAIR, f"{login} {address}"),
        _guessed(vault, BY_ADDRESS, address),
        _guessed(vault, BY_DEVICE, f"{login} {device}") if device else _guessed(vault, BY_LOGIN, login),
    ]


def at_second_factor(vault: Vault, *, staff_id: str) -> list[Guessed]:
    return [_guessed(vault, BY_CODE, staff_id)]


def begin_try(session: Session, guessed: Sequence[Guessed], now: datetime) -> Attempt:
    """Write a guess down, or say how long nobody may guess here; what has to wait is not counted again."""
    for one in sorted(guessed, key=lambda one: one.key):
        _hold(session, one.key)
    wait = max(_find_wait(session, one, now) for one in guessed)
    if wait > timedelta():
        return Attempt(wait)
    ids = [new_id() for _ in guessed]
    rows = [{"id": row_id, "key": one.key, "at": now} for row_id, one in zip(ids, guessed, strict=True)]
    session.execute(insert(LoginTry), rows)
    return Attempt(timedelta(), tuple(ids))


def forgive(session: Session, attempt: Attempt, guessed: Sequence[Guessed]) -> None:
    """The guess was right: neither it nor what its owner mistyped before counts. An address keeps its other guesses."""
    own = [one.key for one in guessed if one.limit is not BY_ADDRESS]
    session.execute(delete(LoginTry).where(LoginTry.id.in_(attempt.ids) | LoginTry.key.in_(own)))


def _find_wait(session: Session, one: Guessed, now: datetime) -> timedelta:
    recent = LoginTry.key == one.key, LoginTry.at > now - DAY
    count, last = session.execute(select(func.count(), func.max(LoginTry.at)).where(*recent)).one()
    if count < one.limit.free or last is None:
        return timedelta()
    doublings = min(count - one.limit.free, 20)  # 2^20 seconds are beyond every limit
    return max(last + min(timedelta(seconds=2**doublings), one.limit.longest) - now, timedelta())


def _hold(session: Session, key: str) -> None:
    """Let one guess at a time be counted; on SQLite a transaction is alone already."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(key[:15], 16))))


def _guessed(vault: Vault, limit: Limit, who: str) -> Guessed:
    return Guessed(limit, vault.fingerprint(f"try {limit.kind} {who}"))
