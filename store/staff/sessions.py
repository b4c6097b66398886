"""Sign-ins of browsers. The cookie holds a random token; kept is its keyed hash."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from store.sealing.vault import Vault
from store.staff.staff import Staff, open_staff
from store.tables import Caseworker, StaffSession
from store.tables.base import new_id

IDLE = timedelta(minutes=30)
WHOLE = timedelta(hours=12)  # however busy
HALF = timedelta(minutes=10)  # between the password and the second factor
TOUCH = timedelta(minutes=1)  # a sign-in in use is written down so often, not at every click
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that holds now.

    Attributes:
        whole: False between the password and the second factor: such a browser may show nothing of a person.
        seen_at: when it was last written down as in use.
    """

    id: str
    staff: Staff
    whole: bool
    seen_at: datetime
    form_token: str = field(repr=False)  # what every form of this sign-in carries


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A sign-in of somebody's as they see it. Which browser it is in is not kept."""

    id: str
    whole: bool
    began_at: datetime
    seen_at: datetime


def add_session(session: Session, vault: Vault, staff_id: str, *, whole: bool, now: datetime) -> str:
    """Return the token of a new sign-in: 256 random bits, never one that a browser brought along."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.execute(
        insert(StaffSession).values(
            id=new_id(), caseworker_id=staff_id, token_key=_key(vault, token), second_factor=whole, created_at=now,
            seen_at=now, expires_at=now + (WHOLE if whole else HALF),
        )
    )  # fmt: skip
    return token


def find_session(session: Session, vault: Vault, token: str, now: datetime) -> SignIn | None:
    """Return the sign-in of a token; None: unknown, ended, idle for too long, too old, or its owner has left."""
    query = (
        select(StaffSession, Caseworker)
        .join(Caseworker, Caseworker.id == StaffSession.caseworker_id)
        .where(StaffSession.token_key == _key(vault, token), Caseworker.active.is_(True))
        .where(StaffSession.expires_at > now, StaffSession.seen_at > now - IDLE)
    )
    if (found := session.execute(query).one_or_none()) is None:
        return None
    row, worker = found
    return SignIn(row.id, open_staff(vault, worker), row.second_factor, row.seen_at, form_token(vault, token))


def is_open(session: Session, session_id: str, now: datetime) -> bool:
    """Say whether a sign-in still holds: for a page that stays open and is sent news."""
    query = (
        select(StaffSession.id)
        .join(Caseworker, Caseworker.id == StaffSession.caseworker_id)
        .where(StaffSession.id == session_id, Caseworker.active.is_(True))
        .where(StaffSession.expires_at > now, StaffSession.seen_at > now - IDLE)
    )
    return session.scalar(query) is not None


def touch(session: Session, session_id: str, now: datetime) -> None:
    """Write down that a sign-in is in use."""
    session.execute(update(StaffSession).where(StaffSession.id == session_id).values(seen_at=now))


def end_session(session: Session, session_id: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.id == session_id))


def end_all_sessions(session: Session, staff_id: str) -> None:
    """Sign somebody out everywhere."""
    session.execute(delete(StaffSession).where(StaffSession.caseworker_id == staff_id))


def end_other_sessions(session: Session, staff_id: str, session_id: str) -> int:
    """Sign somebody out everywhere but in one browser; return how many sign-ins that were."""
    others = StaffSession.caseworker_id == staff_id, StaffSession.id != session_id
    return len(session.scalars(delete(StaffSession).where(*others).returning(StaffSession.id)).all())


def list_sessions(session: Session, staff_id: str, now: datetime) -> list[OpenSession]:
    """Return somebody's sign-ins that hold now, the one used last first."""
    holds = StaffSession.expires_at > now, StaffSession.seen_at > now - IDLE
    rows = select(StaffSession).where(StaffSession.caseworker_id == staff_id, *holds)
    return [
        OpenSession(row.id, row.second_factor, row.created_at, row.seen_at)
        for row in session.scalars(rows.order_by(StaffSession.seen_at.desc()))
    ]


def form_token(vault: Vault, token: str) -> str:
    """Return what a form must carry to be believed: nobody can make it who has not the cookie and the key."""
    return vault.fingerprint(f"form {token}")


def _key(vault: Vault, token: str) -> str:
    return vault.fingerprint(f"sign-in {token}")
