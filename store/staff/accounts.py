"""Accounts: added, given a role, ended. Each act is in the audit, in the same transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from store.audit import record
from store.sealing.vault import Vault
from store.staff.sessions import end_all_sessions
from store.staff.staff import NAME, Role, find_row, fold_login
from store.tables import Caseworker
from store.tables.base import new_id


def add_caseworker(
    session: Session, vault: Vault, organisation_id: str, *,
    login: str, name: str, languages: Sequence[str] = (), disciplines: Sequence[str] = (),
    role: Role = Role.CASEWORKER, capacity: int = 10, page_limit: int = 4, on_call: bool = False,
    actor: str = "operator", now: datetime,
) -> str | None:  # fmt: skip
    """Add an account once and return its id; None: this login is taken, and nothing was changed."""
    if find_row(session, organisation_id, login) is not None:
        return None
    staff_id = new_id()
    session.execute(
        insert(Caseworker).values(
            id=staff_id, organisation_id=organisation_id, login=fold_login(login), name_sealed=vault.seal(name, NAME),
            role=role, languages=list(languages), disciplines=list(disciplines),
            capacity=capacity, page_limit=page_limit, on_call=on_call, active=True, created_at=now,
        )
    )  # fmt: skip
    _note(session, organisation_id, staff_id, "staff_added", actor=actor, now=now, details={"role": role})
    return staff_id


def set_role(
    session: Session, organisation_id: str, login: str, role: Role, *, actor: str = "operator", now: datetime
) -> bool:
    """Give somebody another role, which holds from their next click. False: nobody has this login."""
    row = find_row(session, organisation_id, login)
    if row is None:
        return False
    details = {"from": row.role, "to": role}
    session.execute(update(Caseworker).where(Caseworker.id == row.id).values(role=role))
    _note(session, organisation_id, row.id, "role_changed", actor=actor, now=now, details=details)
    return True


def end_account(
    session: Session, organisation_id: str, login: str, *, actor: str = "operator", now: datetime
) -> str | None:
    """Let somebody leave: signed out everywhere, no way in, no phone of theirs on record. Return their id.

    The row stays, since cases and the audit name it. None: nobody who is here has this login.
    """
    row = find_row(session, organisation_id, login)
    if row is None or not row.active:
        return None
    session.execute(
        update(Caseworker).where(Caseworker.id == row.id).values(
            active=False, on_call=False, password_hash=None, totp_sealed=None, totp_next_sealed=None, invite_key=None,
            invite_until=None, phone_sealed=None, phone_key=None, phone_channel=None, phone_confirmed_at=None,
            phone_code_key=None, phone_code_until=None,
        )
    )  # fmt: skip
    end_all_sessions(session, row.id)
    _note(session, organisation_id, row.id, "staff_left", actor=actor, now=now)
    return row.id


def set_locale(session: Session, staff_id: str, locale: str) -> None:
    """Keep in which language somebody reads the pages."""
    session.execute(update(Caseworker).where(Caseworker.id == staff_id).values(locale=locale))


def _note(session: Session, organisation_id: str, staff_id: str, act: str, **more: Any) -> None:
    record(session, organisation_id, act=act, subject_kind="caseworker", subject_id=staff_id, **more)
