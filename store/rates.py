"""How fast one sender number may go: a GCRA token bucket in one row, right across any number of workers."""

from sqlalchemy import Float, bindparam, case, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.sql.statements import execute
from store.tables import SenderBucket

BURST = 5  # messages that may go at once after a pause
CLOCKS_DIFFER_S = 10.0  # of the machines that share a sender

_NOW_S, _STEP_S = bindparam("now_s", type_=Float), bindparam("step_s", type_=Float)
# what was noted in the future was noted by a clock that was wrong: nobody waits for hours because of it
_IN_USE = (SenderBucket.free_at > _NOW_S) & (SenderBucket.noted_at <= _NOW_S + CLOCKS_DIFFER_S)
_TAKE = (
    update(SenderBucket)
    .where(SenderBucket.sender == bindparam("of_sender"))
    .values(free_at=case((_IN_USE, SenderBucket.free_at), else_=_NOW_S) + _STEP_S, noted_at=_NOW_S)
    .returning(SenderBucket.free_at)
)


def reserve(session: Session, sender: str, *, per_second: float, now_s: float) -> float:
    """Take one place in a sender's line; return the seconds to wait before using it, 0.0 or more."""
    step_s = 1 / per_second
    step = {"of_sender": sender, "now_s": now_s, "step_s": step_s}
    free_at = execute(session, _TAKE, **step).scalar()
    if free_at is None:
        _add_bucket(session, sender, now_s)
        free_at = execute(session, _TAKE, **step).scalar_one()
    free_at = float(free_at)
    return max(0.0, round(free_at - step_s * BURST - now_s, 3))


def _add_bucket(session: Session, sender: str, now_s: float) -> None:
    try:
        with session.begin_nested():
            session.execute(insert(SenderBucket).values(sender=sender, free_at=now_s))
    except IntegrityError:
        return  # another worker was faster: the row is there
