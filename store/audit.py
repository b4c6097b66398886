"""The audit: acts of people and of the service that somebody may have to answer for. Codes and ids only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from store.tables import AuditEntry
from store.tables.base import new_id

READ = "case.read"
READ_HOLDS = timedelta(minutes=15)  # a page that is open fetches itself again and again: that is one read


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody reads a list of many persons. Other details (days, their sign-in) are another look.

    `actor`, `act`, `subject_kind`, `subject_id`, `details`: as `record` takes them.
    """

    actor: str
    act: str
    subject_kind: str
    subject_id: str
    details: dict[str, str]


def record(
    session: Session, organisation_id: str, *,
    actor: str, act: str, subject_kind: str, subject_id: str, now: datetime, details: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write one act down in the transaction that carries it out.

    Args:
        actor: a caseworker's id, or who else it was: "system", "operator" (the command line), "visitor" (unknown).
        subject_id: an id, or a keyed hash where there is none; never a word of a person.
        details: codes, ids and counts only.
    """
    session.execute(
        insert(AuditEntry).values(
            id=new_id(), organisation_id=organisation_id, actor=actor, act=act, subject_kind=subject_kind,
            subject_id=subject_id, details=dict(details) if details else None, at=now,
        )
    )  # fmt: skip


def record_read(
    session: Session, organisation_id: str, *, actor: str, case_id: str, sign_in: str, now: datetime
) -> None:
    """Write down that somebody reads a case, once for each of their sign-ins and each `READ_HOLDS`."""
    if not has_read(session, organisation_id, actor=actor, case_id=case_id, sign_in=sign_in, now=now):
        record(
            session, organisation_id,
            actor=actor, act=READ, subject_kind="case", subject_id=case_id, now=now, details={"sign_in": sign_in},
        )  # fmt: skip


def record_look(session: Session, organisation_id: str, look: Look, *, now: datetime) -> None:
    """Write down that somebody reads a list, as `record_read` does a case: once each `READ_HOLDS`."""
    if not has_looked(session, organisation_id, look, now=now):
        record(
            session, organisation_id, actor=look.actor, act=look.act, subject_kind=look.subject_kind,
            subject_id=look.subject_id, details=look.details, now=now,
        )  # fmt: skip


def has_looked(session: Session, organisation_id: str, look: Look, *, now: datetime) -> bool:
    """Return whether a read of a list is written down, and so lately that it still holds."""
    lately = AuditEntry.organisation_id == organisation_id, AuditEntry.at > now - READ_HOLDS
    reads = AuditEntry.act == look.act, AuditEntry.actor == look.actor, AuditEntry.subject_id == look.subject_id
    found = session.scalars(select(AuditEntry.details).where(*lately, *reads))
    return any((details or {}) == look.details for details in found)


def has_read(session: Session, organisation_id: str, *, actor: str, case_id: str, sign_in: str, now: datetime) -> bool:
    """Return whether a read of a case in this sign-in is written down, and so lately that it still holds."""
    lately = AuditEntry.organisation_id == organisation_id, AuditEntry.at > now - READ_HOLDS
    reads = AuditEntry.act == READ, AuditEntry.actor == actor, AuditEntry.subject_id == case_id
    found = session.scalars(select(AuditEntry.details).where(*lately, *reads))
    return any((details or {}).get("sign_in") == sign_in for details in found)


def count_acts(session: Session, organisation_id: str, *, actor: str, act: str, since: datetime) -> int:
    """Return how often somebody has done something since a time."""
    theirs = AuditEntry.organisation_id == organisation_id, AuditEntry.actor == actor, AuditEntry.act == act
    return session.scalar(select(func.count()).select_from(AuditEntry).where(*theirs, AuditEntry.at >= since)) or 0
