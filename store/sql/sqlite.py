"""SQLite as we use it: one file, several processes, every acknowledged write on disk before anybody is told so."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from conversation.errors import ConfigurationError

# Longer than any transaction of ours; then the world counts as broken, early enough for the carrier to try again: all
# its attempts must fit in 15 s (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides, 2026-11-22).
BUSY_TIMEOUT_MS = 5_000
_LOG_TIMEOUT_MS = 2_000  # for emptying the log: nobody may wait for that long
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
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten, not only let go
    if sqlite3.sqlite_version_info < _SUBSECOND_SINCE:
        connection.create_function("unixepoch", -1, _unixepoch)


def begin_immediately(engine: Engine) -> None:
    """Make every transaction of this engine take the write lock at its start.

    A transaction that reads first and writes later may find that another process wrote in between; SQLite then fails
    it at once, whatever the time-out. The two listeners are the recipe of SQLAlchemy's page on its SQLite dialect.
    """
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", lambda connection: _driver_of(connection).begin_writing())


def begin_reading(engine: Engine) -> None:
    """Let the transactions of this engine see one moment of the database, without any lock, and never write."""
    event.listen(engine, "connect", _only_read)
    event.listen(engine, "begin", lambda connection: _driver_of(connection).execute("BEGIN"))


def create_private_file(path: Path) -> None:
    """Create the database file for its owner only; SQLite gives its side files the same permissions."""
    if path.parent.is_dir():
        path.touch(mode=_PRIVATE, exist_ok=True)


def _leave_transactions_to_us(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None


def _only_read(connection: sqlite3.Connection, record: Any) -> None:
    _leave_transactions_to_us(connection, record)
    connection.execute("PRAGMA query_only = ON")


def _driver_of(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


def _unixepoch(*arguments: Any) -> float | int | None:
    """SQLite's unixepoch() for the present moment, seconds; NULL for anything else, as an older SQLite says."""
    words = arguments[1:] if arguments[:1] == ("now",) else arguments
    if words in (("subsec",), ("subsecond",)):
        return round(time.time(), 3)
    return int(time.time()) if not words else None


def empty_log(engine: Engine) -> None:
    """Bring what was written into the database file and truncate the write-ahead log, where deleted words still stand.

    A busy moment makes it do less than that; the next call does the rest. Nothing to do on other databases.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        driver: Any = connection.dbapi_connection
        driver.execute(f"PRAGMA busy_timeout = {_LOG_TIMEOUT_MS}")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    finally:
        connection.close()
