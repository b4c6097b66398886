"""Waiting for SQLite's one write lock: in turn, and no longer than the lock is held. docs/decisions/0011.

SQLite itself waits by sleeping ever longer, up to a tenth of a second, and whoever comes meanwhile passes by. Here one
writer at a time, of all processes, asks again every millisecond, and the others wait for its place. Who forgets to
stand in line, or cannot, loses its place and nothing else: the lock is still SQLite's.
"""

import fcntl  # POSIX only, like the embedded default itself
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

_ASK_AGAIN_S = 0.001
_LONGEST_TURN_S = 0.25  # then the one at the front counts as stopped, and others ask without their turn
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class WriterConnection(sqlite3.Connection):
    """A connection whose `begin_writing` stands in line."""

    _turn: int | None = None  # descriptor of a file beside the database, whose lock is the place at the front

    def begin_writing(self) -> None:
        """Begin a transaction that holds the write lock.

        Raises:
            sqlite3.OperationalError: SQLITE_BUSY, when the lock was not free within `busy_timeout`.
        """
        patience_ms = self.execute("PRAGMA busy_timeout").fetchone()[0]
        deadline = time.monotonic() + patience_ms / 1000
        self.execute("PRAGMA busy_timeout = 0")
        try:
            turn = self._open_turn()
            _until(lambda: _lock(turn), min(deadline, time.monotonic() + _LONGEST_TURN_S))
            try:
                if not _until(self._try_begin, deadline):
                    self.execute("BEGIN IMMEDIATE")
            finally:
                _unlock(turn)
        finally:
            self.execute(f"PRAGMA busy_timeout = {patience_ms}")

    def close(self) -> None:
        super().close()
        if self._turn is not None:
            os.close(self._turn)
            self._turn = None

    def _try_begin(self) -> bool:
        try:
            self.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True

    def _open_turn(self) -> int | None:
        if self._turn is None:
            path = self.execute("PRAGMA database_list").fetchone()[2]
            with suppress(OSError):  # a full disk: nobody is kept from writing, only from standing in line
                self._turn = os.open(f"{path}.turn.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._turn


class EagerConnection(WriterConnection):
    """The same for a caller that does not say when it begins to write: its first writing statement does."""

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or _EagerCursor)


class _EagerCursor(sqlite3.Cursor):
    connection: EagerConnection

    def execute(self, sql: str, parameters: Any = (), /) -> "_EagerCursor":
        if not self.connection.in_transaction and sql.lstrip()[:7].upper().startswith(_WRITES):
            self.connection.begin_writing()
        return super().execute(sql, parameters)


def _until(attempt: Callable[[], bool], deadline: float) -> bool:
    """Call until it works; False when it did not until the deadline (`time.monotonic`)."""
    while not attempt():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_ASK_AGAIN_S)
    return True


def _lock(turn: int | None) -> bool:
    if turn is None:
        return True
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unlock(turn: int | None) -> None:
    if turn is not None:
        fcntl.flock(turn, fcntl.LOCK_UN)
