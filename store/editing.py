"""Two people who edit the same thing: a page carries a mark of what it shows, and who comes second is told."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def mark_of(*shown: object) -> str:
    """Return the mark of what a page shows: plain values and tuples of them, in a fixed order."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:32]


def hold_team(session: Session, organisation_id: str) -> None:
    """Let one change of an organisation's staff, hours and lists be made at a time; on SQLite it is so already."""
    if session.get_bind().dialect.name == "postgresql":
        key = int(hashlib.sha256(f"team {organisation_id}".encode()).hexdigest()[:15], 16)
        session.execute(select(func.pg_advisory_xact_lock(key)))
