"""The second factor: six digits of an authenticator app (TOTP, RFC 6238), each of which works once."""

import hmac
import re
from datetime import datetime
from enum import StrEnum

import pyotp
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store.sealing.vault import Vault
from store.sql.statements import execute
from store.tables import Caseworker

STEP_S = 30
_DRIFT = (0, -1, 1)  # steps a telephone's clock may be off
_CONTEXT, _NEXT = "caseworker.totp", "caseworker.totp_next"
_CODE = re.compile("[0-9]{6}")


class Standing(StrEnum):
    """How far somebody's second factor is."""

    NONE = "none"  # and cannot be set up without a new link
    DUE = "due"  # may be set up now
    ON = "on"  # is asked for


def find_standing(session: Session, staff_id: str, now: datetime) -> Standing:
    """Return how an account's second factor stands."""
    row = session.get_one(Caseworker, staff_id)
    if row.totp_sealed is not None and row.totp_step > 0:
        return Standing.ON
    return Standing.DUE if row.invite_until is not None and row.invite_until > now else Standing.NONE


def get_or_add_secret(session: Session, vault: Vault, staff_id: str) -> str | None:
    """Return the secret that waits for its first code, a new one the first time; None: the second factor is on."""
    row = session.get_one(Caseworker, staff_id)
    if row.totp_sealed is None:
        secret = pyotp.random_base32()
        sealed = vault.seal(secret, _CONTEXT)
        session.execute(update(Caseworker).where(Caseworker.id == staff_id).values(totp_sealed=sealed, totp_step=0))
        return secret
    return vault.open(row.totp_sealed, _CONTEXT) if row.totp_step == 0 else None


def add_next_secret(session: Session, vault: Vault, staff_id: str) -> str:
    """Return the secret of a new authenticator app; the old one is asked for until `use_next_code` has seen a code."""
    secret = pyotp.random_base32()
    values = {"totp_next_sealed": vault.seal(secret, _NEXT)}
    session.execute(update(Caseworker).where(Caseworker.id == staff_id).values(**values))
    return secret


def find_next_secret(session: Session, vault: Vault, staff_id: str) -> str | None:
    """Return the secret that waits to take the place of the old one; None: none does."""
    sealed = session.scalar(select(Caseworker.totp_next_sealed).where(Caseworker.id == staff_id))
    return None if sealed is None else vault.open(sealed, _NEXT)


def use_next_code(session: Session, vault: Vault, staff_id: str, code: str, now: datetime) -> bool:
    """Let a new authenticator app take the place of the old one, if this is a code of it."""
    secret, digits = find_next_secret(session, vault, staff_id), "".join(code.split())
    if secret is None or not _CODE.fullmatch(digits):
        return False
    step = _find_step(secret, digits, int(now.timestamp()) // STEP_S)
    if step is None:
        return False
    values = {"totp_sealed": vault.seal(secret, _CONTEXT), "totp_step": step, "totp_next_sealed": None}
    session.execute(update(Caseworker).where(Caseworker.id == staff_id).values(**values))
    return True


def render_link(secret: str, *, login: str, issuer: str) -> str:
    """Return the otpauth link that an authenticator app understands."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def use_code(session: Session, vault: Vault, staff_id: str, code: str, now: datetime) -> bool:
    """Use a code up: True once for each step, and never for a step before one that was used."""
    digits = "".join(code.split())
    sealed = session.scalar(select(Caseworker.totp_sealed).where(Caseworker.id == staff_id))
    if sealed is None or not _CODE.fullmatch(digits):
        return False
    step = _find_step(vault.open(sealed, _CONTEXT), digits, int(now.timestamp()) // STEP_S)
    if step is None:
        return False
    mine = Caseworker.id == staff_id, Caseworker.totp_step < step
    return execute(session, update(Caseworker).where(*mine).values(totp_step=step)).rowcount == 1


def _find_step(secret: str, digits: str, now: int) -> int | None:
    totp = pyotp.TOTP(secret, interval=STEP_S)
    steps = (now + drift for drift in _DRIFT)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step), digits)), None)
