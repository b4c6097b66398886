"""Writers of one SQLite file, in several processes, each in its turn."""

import fcntl
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from service.engine_setup import build_library_engine
from store.database import build_engine


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "one.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = build_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE word (id TEXT)"))
    yield engine
    engine.dispose()


def set_patience(connection: Connection, milliseconds: int) -> None:
    connection.connection.driver_connection.execute(f"PRAGMA busy_timeout = {milliseconds}")  # type: ignore[union-attr]


def is_locked(path: Path) -> bool:
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        other.execute("ROLLBACK")
        return False


def test_a_writer_waits_until_another_has_ended(engine: Engine, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.2, other.execute, ["COMMIT"]).start()

        with engine.begin() as connection:
            was_open = other.in_transaction
            connection.execute(text("INSERT INTO word VALUES ('one')"))

    assert not was_open


def test_who_waits_in_vain_is_told_that_the_database_is_busy_and_keeps_its_patience(engine: Engine, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other, engine.connect() as connection:
        set_patience(connection, 20)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(sqlite3.OperationalError) as caught, connection.begin():
            pass
        other.execute("COMMIT")
        patience_ms = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()

    assert caught.value.sqlite_errorname == "SQLITE_BUSY"
    assert patience_ms == 20


def test_nobody_overtakes_who_stands_at_the_front(engine: Engine, path: Path) -> None:
    order: list[str] = []
    other = build_engine(f"sqlite:///{path}")

    def wait_in_line() -> None:
        with other.begin():
            order.append("waited")

    with engine.begin():
        waiting = threading.Thread(target=wait_in_line)
        waiting.start()
        time.sleep(0.1)  # most likely it stands in line by now; if not, the test passes without having tried much
    with engine.begin():
        order.append("came again")
    waiting.join()
    other.dispose()

    assert order == ["waited", "came again"]


def test_the_place_in_line_is_free_again_however_a_begin_ended(engine: Engine, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other, engine.connect() as connection:
        set_patience(connection, 1)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError), connection.begin():
            pass
        other.execute("COMMIT")

        with engine.begin():
            assert is_locked(path)

    assert not is_locked(path)


def test_without_a_file_for_the_line_writing_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "one.db"
    Path(f"{path}.turn.lock").mkdir()  # it cannot be opened
    engine = build_engine(f"sqlite:///{path}")

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE word (id TEXT)"))
    engine.dispose()

    assert not is_locked(path)


@pytest.mark.parametrize("statement", ["INSERT INTO word VALUES ('one')", "\n  update word SET id = 'two'"])
def test_the_library_takes_the_lock_with_its_first_writing_statement(
    engine: Engine, path: Path, statement: str
) -> None:
    library = build_library_engine(f"sqlite:///{path}")

    with library.begin() as connection:
        connection.execute(text("SELECT * FROM word"))
        after_reading = is_locked(path)
        connection.execute(text(statement))
        after_writing = is_locked(path)
    library.dispose()

    assert (after_reading, after_writing, is_locked(path)) == (False, True, False)


@pytest.mark.timeout(30)  # it would wait for a minute
def test_who_stopped_at_the_front_holds_nobody_up_for_long(engine: Engine, path: Path) -> None:
    with Path(f"{path}.turn.lock").open("a") as stopped, engine.connect() as connection:
        fcntl.flock(stopped, fcntl.LOCK_EX)
        set_patience(connection, 60_000)

        with connection.begin():
            connection.execute(text("INSERT INTO word VALUES ('one')"))

    assert not is_locked(path)
