"""The ledger in the database: what a number's owner has wished, by keyed hash, kept when all else of theirs is gone."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from store.tables import LedgerEntry
from store.tables.base import new_id

ERASED, STOPPED, STARTED = "erased", "stopped", "started"


def add_entry(session: Session, organisation_id: str, number_key: str, act: str, *, source: str, now: datetime) -> None:
    """Write one act down in the transaction that carries it out."""
    session.execute(
        insert(LedgerEntry).values(
            id=new_id(), organisation_id=organisation_id, act=act, number_key=number_key, source=source,
            at=now, recorded_at=now,
        )
    )  # fmt: skip


def find_stop(session: Session, organisation_id: str, number_keys: set[str]) -> datetime | None:
    """Return since when a stop holds for a number that may have been erased since; the last act counts (I9).

    Args:
        number_keys: every hash under which the number may have been known: alone, and through its WhatsApp id.
    """
    acts = select(LedgerEntry.act, LedgerEntry.at).where(
        LedgerEntry.organisation_id == organisation_id,
        LedgerEntry.number_key.in_(number_keys),
        LedgerEntry.act.in_([STOPPED, STARTED]),
    )
    # "stopped" sorts last: of two acts in one moment the stop holds
    last = session.execute(acts.order_by(LedgerEntry.at.desc(), LedgerEntry.act.desc()).limit(1)).one_or_none()
    return last.at if last is not None and last.act == STOPPED else None
