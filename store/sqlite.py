"""SQLite as we use it: one file, several processes, every acknowledged write on disk before anybody is told so."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from conversation.errors import ConfigurationError

BUSY_TIMEOUT_MS = 30_000  # longer than any transaction of ours; then the world counts as broken
_SUBSECOND_SINCE = (3, 42)  # https://www.sqlite.org/releaselog/3_42_0.html; 3.40.1 was seen to answer NULL, 2026-11-22
_PRIVATE = 0o600


def prepare_sqlite_connection(connection: sqlite3.Connection) -> None:
    """Set up one new connection to a database file; every connection of every engine needs it.

    Adds `unixepoch('subsec')` where SQLite is older than 3.42: the job engine's column defaults call it, also when
    our own connection inserts the row, and an older SQLite answers NULL.

    Raises:
        ConfigurationError: the file is in a place where SQLite cannot share memory between processes.
    """
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")  # first, since the next line may have to wait
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise ConfigurationError("SQLite cannot use its write-ahead log here: put the database file on a local disk")
    connection.execute("PRAGMA synchronous = FULL")  # with WAL, NORMAL may lose the last commits in a power cut
    connection.execute("PRAGMA foreign_keys = ON")
    if sqlite3.sqlite_version_info < _SUBSECOND_SINCE:
        connection.create_function("unixepoch", -1, _unixepoch)


def begin_immediately(engine: Engine) -> None:
    """Make every transaction of this engine take the write lock at its start.

    A transaction that reads first and writes later may find that another process wrote in between; SQLite then fails
    it at once, whatever the time-out. The two listeners are the recipe of SQLAlchemy's page on its SQLite dialect.
    """
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin_immediate)


def create_private_file(path: Path) -> None:
    """Create the database file for its owner only; SQLite gives its side files the same permissions."""
    if path.parent.is_dir():
        path.touch(mode=_PRIVATE, exist_ok=True)


def _leave_transactions_to_us(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _unixepoch(*arguments: Any) -> float | int | None:
    """SQLite's unixepoch() for the present moment, seconds; NULL for anything else, as an older SQLite says."""
    words = arguments[1:] if arguments[:1] == ("now",) else arguments
    if words in (("subsec",), ("subsecond",)):
        return round(time.time(), 3)
    return int(time.time()) if not words else None
