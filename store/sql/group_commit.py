"""One writer thread that commits together what waits together: one write lock and one wait for the disk for all of it.

Each function has its own savepoint: one that raises takes nothing of the others with it. Nobody is told that theirs is
done before the commit, and when the commit fails all of them hear of it (I1). docs/decisions/0011.
"""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from conversation.errors import BrokenWorld
from store.sql.faults import broken_world

T = TypeVar("T")

MOST = 32  # functions in one transaction
LONGEST_S = 0.01  # after which no further one joins: the write lock is wanted by other processes too


@dataclass(frozen=True, slots=True)
class _Piece:
    fn: Callable[[Session], Any]
    future: Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one function returned, or raised."""

    value: Any = None
    error: Exception | None = None


class GroupCommit:
    """Runs functions in transactions on one thread, in the order in which they came."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[_Piece] = deque()
        self._left: list[_Piece] = []  # taken out of the queue, and put off for want of time
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")

    def submit(self, fn: Callable[[Session], T]) -> Future[T]:
        """Let fn run soon; the future has its result when it is committed, or its exception when it is rolled back.

        Raises:
            RuntimeError: `close` was called.
        """
        future: Future[T] = Future()
        self._waiting.append(_Piece(fn, future))
        self._thread.submit(self._run_waiting)
        return future

    def close(self) -> None:
        """Finish what waits."""
        self._thread.shutdown(wait=True)

    def _run_waiting(self) -> None:
        group, self._left = self._left, []
        while self._waiting and len(group) < MOST:
            piece = self._waiting.popleft()
            if piece.future.set_running_or_notify_cancel():
                group.append(piece)
        if group:
            self._run(group)

    def _run(self, group: list[_Piece]) -> None:
        outcomes: list[_Outcome] = []
        try:
            with broken_world(), self._engine.begin() as connection:
                begun = time.monotonic()
                for piece in group:
                    outcomes.append(_run_one(connection, piece.fn))
                    if time.monotonic() - begun > LONGEST_S:
                        break
        except Exception as error:  # of the transaction itself: nothing of anybody was kept
            outcomes = [_Outcome(error=error)] * len(group)
        self._left = group[len(outcomes) :]
        for piece, outcome in zip(group, outcomes, strict=False):
            if outcome.error is None:
                piece.future.set_result(outcome.value)
            else:
                piece.future.set_exception(outcome.error)


def _run_one(connection: Connection, fn: Callable[[Session], Any]) -> _Outcome:
    session = Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
    try:
        with broken_world(), session, session.begin():
            return _Outcome(fn(session))
    except Exception as error:
        if not _is_open(connection):  # a full disk may end the whole transaction, and all before is gone with it
            raise BrokenWorld("the database does not answer: it has ended the transaction") from None
        return _Outcome(error=error)


def _is_open(connection: Connection) -> bool:
    driver: Any = connection.connection.dbapi_connection
    return bool(driver.in_transaction)
