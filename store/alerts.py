"""Alerts as rows: of several processes that see a trouble one tells it, again after a while, and when it is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.tables import Alert

REPEAT = timedelta(hours=1)  # a trouble that lasts is told again
OVER_AFTER = timedelta(seconds=60)  # not seen for so long: else what comes and goes would be told each time
TELLER_AWAY = timedelta(seconds=60)  # who set out to tell and did not come back is followed by another


class Turn(StrEnum):
    RAISED = "raised"
    STILL = "still"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is wrong now. `code` is stable: docs/runbook.md says what to do."""

    code: str
    count: int = 1
    oldest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell, by the process that has claimed it."""

    code: str
    turn: Turn
    count: int
    since: datetime


def note(session: Session, findings: Sequence[Finding], now: datetime) -> list[Notice]:
    """Write what is wrong now; return what the caller has to tell."""
    rows = {row.code: row for row in session.scalars(select(Alert))}
    for finding in findings:
        _see(session, finding, now, known=finding.code in rows)
    found = {finding.code for finding in findings}
    over = [row for code, row in rows.items() if code not in found and now - row.seen_at >= OVER_AFTER]
    told = [_claim(session, finding.code, now) for finding in findings]
    return [notice for notice in (*told, *(_claim_end(session, row, now) for row in over)) if notice]


def mark_told(session: Session, notice: Notice, now: datetime) -> None:
    """Write that a notice has gone out."""
    if notice.turn is Turn.OVER:
        session.execute(delete(Alert).where(Alert.code == notice.code, Alert.since == notice.since))
        return
    session.execute(update(Alert).where(Alert.code == notice.code).values(told_at=now, claimed_at=None))


def _see(session: Session, finding: Finding, now: datetime, *, known: bool) -> None:
    seen = update(Alert).where(Alert.code == finding.code).values(amount=finding.count, seen_at=now)
    if known and session.scalar(seen.returning(Alert.code)):
        return
    try:
        with session.begin_nested():
            session.execute(insert(Alert).values(code=finding.code, amount=finding.count, since=now, seen_at=now))
    except IntegrityError:
        session.execute(seen)  # another process was faster


def _claim(session: Session, code: str, now: datetime) -> Notice | None:
    due = or_(Alert.told_at.is_(None), Alert.told_at <= now - REPEAT)
    free = or_(Alert.claimed_at.is_(None), Alert.claimed_at <= now - TELLER_AWAY)
    row = session.execute(
        update(Alert)
        .where(Alert.code == code, due, free)
        .values(claimed_at=now)
        .returning(Alert.told_at, Alert.amount, Alert.since)
    ).one_or_none()
    if row is None:
        return None
    return Notice(code, Turn.RAISED if row.told_at is None else Turn.STILL, row.amount, row.since)


def _claim_end(session: Session, row: Alert, now: datetime) -> Notice | None:
    """Claim the telling of an end; what was never told ends without a word."""
    same = Alert.code == row.code, Alert.seen_at == row.seen_at
    if row.told_at is None:
        session.execute(delete(Alert).where(*same))
        return None
    free = or_(Alert.claimed_at.is_(None), Alert.claimed_at <= now - TELLER_AWAY)
    claimed = update(Alert).where(*same, free).values(claimed_at=now).returning(Alert.code)
    return Notice(row.code, Turn.OVER, row.amount, row.since) if session.scalar(claimed) else None
