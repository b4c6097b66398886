"""Passwords: hashed by Argon2id, never kept, never repeated. docs/decisions/0035.

Hashing takes about a tenth of a second of one core, on purpose: call it in a thread and outside any transaction.
"""

from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store.tables import Caseworker

LEAST_LENGTH = 12  # characters; NIST SP 800-63B-4 section 3.1.1 asks for length and against rules of composition
MOST_LENGTH = 256
# 46 MiB, two rounds, one lane: above the least of OWASP's password storage cheat sheet, read 2026-11; one lane, since
# the web process shares its cores with the carrier's webhooks.
_HASHER = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)
_NOBODY = (  # a hash of nothing anybody knows, with the same costs: an unknown login takes as long as a known one
    "$argon2id$v=19$m=47104,t=2,p=1$7KxjhW92q1RzO3CptZmrXQ$QOyvxbQy0iVqk3bV1T8n3bFhM1N6ZDkQy1eJ8d9wq3E"
)


class Fault(StrEnum):
    """Why a new password cannot be taken."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"  # the login, the name of the service, one letter many times
    DIFFERENT = "different"  # the second time it was typed otherwise


def find_fault(password: str, again: str, *, login: str) -> Fault | None:
    """Return what is wrong with a new password, None when it will do."""
    if len(password) < LEAST_LENGTH:
        return Fault.SHORT
    if len(password) > MOST_LENGTH:
        return Fault.LONG
    plain = password.lower()
    for word in (login.lower(), "password", "contraseña", "puente"):
        plain = plain.replace(word, "")
    if len(set(plain)) < 4 or plain in "01234567890123456789":
        return Fault.COMMON
    return None if password == again else Fault.DIFFERENT


def hash_password(password: str) -> str:
    """Return what is kept of a password: algorithm, costs, salt and hash in one text."""
    return _HASHER.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Say whether this is the password; with nothing kept it takes as long and is wrong."""
    try:
        return _HASHER.verify(kept or _NOBODY, password[: MOST_LENGTH + 1]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_new_hash(kept: str) -> bool:
    """Say whether a hash was made with other costs than today's."""
    return _HASHER.check_needs_rehash(kept)


def find_password_hash(session: Session, staff_id: str) -> str | None:
    return session.scalar(
        select(Caseworker.password_hash).where(Caseworker.id == staff_id, Caseworker.active.is_(True))
    )


def keep_password_hash(session: Session, staff_id: str, kept: str) -> None:
    session.execute(update(Caseworker).where(Caseworker.id == staff_id).values(password_hash=kept))
