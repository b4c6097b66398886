"""How fast one sender number may go: a GCRA token bucket in one row, right across any number of workers."""

from sqlalchemy import case, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.tables import SenderBucket

BURST = 5  # messages that may go at once after a pause


def reserve(session: Session, sender: str, *, per_second: float, now_s: float) -> float:
    """Take one place in a sender's line; return the seconds to wait before using it, 0.0 or more."""
    step_s = 1 / per_second
    later = case((SenderBucket.free_at > now_s, SenderBucket.free_at), else_=now_s) + step_s
    take = update(SenderBucket).where(SenderBucket.sender == sender).values(free_at=later)
    free_at = session.scalar(take.returning(SenderBucket.free_at))
    if free_at is None:
        _add_bucket(session, sender, now_s)
        free_at = session.scalars(take.returning(SenderBucket.free_at)).one()
    return max(0.0, round(free_at - step_s * BURST - now_s, 3))


def _add_bucket(session: Session, sender: str, now_s: float) -> None:
    try:
        with session.begin_nested():
            session.execute(insert(SenderBucket).values(sender=sender, free_at=now_s))
    except IntegrityError:
        return  # another worker was faster: the row is there
