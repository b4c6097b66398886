"""One-time links: the way to a first password, or to a new one with a new second factor."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from store.audit import record
from store.sealing.vault import Vault
from store.sql.statements import execute
from store.staff.sessions import end_all_sessions
from store.staff.staff import Staff, open_staff
from store.tables import Caseworker

LIVES = timedelta(hours=48)


def make_invite(session: Session, vault: Vault, staff: Staff, *, actor: str = "operator", now: datetime) -> str:
    """Return the token of a new link; one made before stops working. Only its keyed hash is kept."""
    token = secrets.token_urlsafe(32)
    values = {"invite_key": _key(vault, token), "invite_until": now + LIVES}
    session.execute(update(Caseworker).where(Caseworker.id == staff.id).values(**values))
    record(
        session, staff.organisation_id,
        actor=actor, act="invited", subject_kind="caseworker", subject_id=staff.id, now=now,
    )  # fmt: skip
    return token


def find_invited(session: Session, vault: Vault, token: str, now: datetime) -> Staff | None:
    """Return whom a link invites; None: it is unknown, used, replaced or too old, which look the same."""
    row = session.scalar(select(Caseworker).where(*_is_open(vault, token, now)))
    return None if row is None else open_staff(vault, row)


def accept_invite(session: Session, vault: Vault, token: str, password_hash: str, *, now: datetime) -> Staff | None:
    """Use a link up: the password is set, the second factor is to be set up anew, every sign-in of before ends.

    `invite_until` stays: until then the second factor can be set up with the password alone. None: see `find_invited`.
    """
    invited = find_invited(session, vault, token, now)
    values = {"password_hash": password_hash, "invite_key": None, "totp_sealed": None, "totp_step": 0}
    values["totp_next_sealed"] = None
    used = execute(session, update(Caseworker).where(*_is_open(vault, token, now)).values(**values))
    if invited is None or used.rowcount != 1:
        return None
    end_all_sessions(session, invited.id)
    record(
        session, invited.organisation_id,
        actor=invited.id, act="password_set", subject_kind="caseworker", subject_id=invited.id, now=now,
    )  # fmt: skip
    return invited


def _is_open(vault: Vault, token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Caseworker.invite_key == _key(vault, token),
        Caseworker.invite_until > now,
        Caseworker.active.is_(True),
    )


def _key(vault: Vault, token: str) -> str:
    return vault.fingerprint(f"invite {token}")
