"""Leases: which workers are alive. A lease is renewed by counting up, so that no clock has to be believed."""

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.tables import WorkerLease


@dataclass(frozen=True, slots=True)
class Lease:
    """One lease as it was read. `holder` is one process, or the one that takes over the work; `beat` grows."""

    executor_id: str
    holder: str
    beat: int


def take(session: Session, executor_id: str, holder: str) -> None:
    """Make a lease ours, whoever held it: the caller is this worker, or finds work of one that has no lease."""
    ours = {"holder": holder, "beat": WorkerLease.beat + 1, "seen_at": func.now()}
    mine = WorkerLease.executor_id == executor_id
    if session.scalar(update(WorkerLease).where(mine).values(**ours).returning(WorkerLease.beat)) is None:
        session.execute(insert(WorkerLease).values(executor_id=executor_id, holder=holder, beat=1, seen_at=func.now()))


def renew(session: Session, executor_id: str, holder: str) -> bool:
    """Show that the holder lives. False: it holds this lease no longer."""
    ours = WorkerLease.executor_id == executor_id, WorkerLease.holder == holder
    row = update(WorkerLease).where(*ours).values(beat=WorkerLease.beat + 1, seen_at=func.now())
    return session.scalar(row.returning(WorkerLease.beat)) is not None


def claim(session: Session, lease: Lease, holder: str) -> bool:
    """Take a lease that stands still. False: it has moved since it was read; of several who try, one gets it (I2)."""
    as_read = (
        WorkerLease.executor_id == lease.executor_id,
        WorkerLease.holder == lease.holder,
        WorkerLease.beat == lease.beat,
    )
    row = update(WorkerLease).where(*as_read).values(holder=holder, beat=WorkerLease.beat + 1)
    return session.scalar(row.returning(WorkerLease.beat)) is not None


def drop(session: Session, executor_id: str, holder: str) -> None:
    """Remove a lease whose work is all taken over, if its holder still has it."""
    ours = WorkerLease.executor_id == executor_id, WorkerLease.holder == holder
    session.execute(delete(WorkerLease).where(*ours))


def add_missing(session: Session, executor_ids: set[str]) -> None:
    """Give a lease that nobody renews to each that has none: it will be found to stand still."""
    known = set(session.scalars(select(WorkerLease.executor_id).where(WorkerLease.executor_id.in_(executor_ids))))
    for executor_id in sorted(executor_ids - known):
        try:
            with session.begin_nested():
                take(session, executor_id, "")
        except IntegrityError:
            continue  # another worker was faster


def list_leases(session: Session) -> list[Lease]:
    """Return every lease."""
    rows = session.execute(select(WorkerLease.executor_id, WorkerLease.holder, WorkerLease.beat))
    return [Lease(*row) for row in rows]
