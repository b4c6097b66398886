"""How fast one sender number may go: a GCRA token bucket in one row, right across any number of workers."""

from sqlalchemy import case, exists, insert, literal, select, update
from sqlalchemy.orm import Session

from store.tables import SenderBucket

BURST = 5  # messages that may go at once after a pause


def reserve(session: Session, sender: str, *, per_second: float, now_s: float) -> float:
    """Take one place in a sender's line; return the seconds to wait before using it, 0.0 or more."""
    step = 1 / per_second
    known = exists().where(SenderBucket.sender == sender)
    first = select(literal(sender), literal(now_s)).where(~known)
    session.execute(insert(SenderBucket).from_select(["sender", "free_at"], first))
    later = case((SenderBucket.free_at > now_s, SenderBucket.free_at), else_=now_s) + step
    row = update(SenderBucket).where(SenderBucket.sender == sender).values(free_at=later)
    free_at = session.scalar(row.returning(SenderBucket.free_at)) or now_s
    return max(0.0, free_at - step * BURST - now_s)
