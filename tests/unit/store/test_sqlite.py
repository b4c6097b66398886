"""One SQLite file, several processes."""

import sqlite3
import stat
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from store.database import build_engine
from store.sql.sqlite import prepare_sqlite_connection


def test_every_connection_waits_for_locks_and_writes_through(tmp_path: Path) -> None:
    engine = build_engine(f"sqlite:///{tmp_path / 'one.db'}")

    with engine.connect() as connection:
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        pragmas = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in names}
    engine.dispose()

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 5_000, "foreign_keys": 1}


def test_a_transaction_holds_the_write_lock_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "one.db"
    engine = build_engine(f"sqlite:///{path}")
    other = sqlite3.connect(path, timeout=0)

    with engine.begin() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("CREATE TABLE taken (id INTEGER)")
    other.execute("CREATE TABLE taken (id INTEGER)")

    other.close()
    engine.dispose()


def test_the_database_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "one.db"
    engine = build_engine(f"sqlite:///{path}")

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE one (id INTEGER)"))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    engine.dispose()

    assert modes == dict.fromkeys(("one.db", "one.db-wal", "one.db-shm", "one.db.turn.lock"), 0o600)


@pytest.mark.parametrize("call", ["unixepoch('subsec')", "unixepoch('now', 'subsec')"])
def test_the_clock_has_milliseconds_whatever_the_version_of_sqlite(tmp_path: Path, call: str) -> None:
    connection = sqlite3.connect(tmp_path / "one.db")
    prepare_sqlite_connection(connection)

    before = time.time()
    seconds = connection.execute(f"SELECT {call}").fetchone()[0]
    after = time.time()
    connection.close()

    assert before - 0.001 <= seconds <= after + 0.001
    assert isinstance(seconds, float)
