"""Transactions, the faults of a database, and names held by one process."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from conversation.errors import BrokenWorld, ConfigurationError
from store.database import Database, build_engine, hold_name
from store.tables.care import WorkerLease

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "one.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(build_engine(f"sqlite:///{path}"))
    database.run_sync(lambda session: session.execute(text("CREATE TABLE word (id TEXT PRIMARY KEY)")))
    yield database
    database.close()


def add_word(word: str, session: Session) -> None:
    session.execute(text("INSERT INTO word VALUES (:word)"), {"word": word})


def count_words(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM word")).scalar_one())


async def test_what_a_function_wrote_is_kept_when_it_returns(database: Database) -> None:
    await database.run(lambda session: add_word("one", session))

    assert await database.run(count_words) == 1


async def test_nothing_is_kept_when_it_raises(database: Database) -> None:
    def write_and_raise(session: Session) -> None:
        add_word("one", session)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.run(write_and_raise)

    assert await database.run(count_words) == 0


async def test_sqlite_is_written_by_one_thread_that_is_not_the_event_loops(database: Database) -> None:
    threads = await asyncio.gather(*(database.run(lambda _: threading.get_ident()) for _ in range(20)))

    assert len(set(threads)) == 1
    assert threading.get_ident() not in threads


async def test_a_row_that_is_returned_can_be_read_after_its_transaction(database: Database) -> None:
    def add_lease(session: Session) -> WorkerLease:
        WorkerLease.__table__.create(session.connection())  # type: ignore[attr-defined]
        session.add(lease := WorkerLease(executor_id="one", seen_at=datetime.now(UTC)))
        return lease

    lease = await database.run(add_lease)

    assert lease.executor_id == "one"


def test_a_full_disk_is_a_broken_world_without_words(database: Database) -> None:
    def fill(session: Session) -> None:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
        for number in range(1000):
            add_word(f"canary {number} " + "x" * 500, session)

    with pytest.raises(BrokenWorld) as caught:
        database.run_sync(fill)

    assert str(caught.value) == "the database does not answer: SQLITE_FULL"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert database.run_sync(count_words) == 0


def test_a_lock_that_never_ends_is_a_broken_world(database: Database, path: Path) -> None:
    other = Database(build_engine(f"sqlite:///{path}"))

    def write_meanwhile(session: Session) -> None:
        add_word("one", session)
        other.run_sync(count_words)

    def hurry(session: Session) -> None:
        session.connection().connection.driver_connection.execute("PRAGMA busy_timeout = 1")  # type: ignore[union-attr]

    other.run_sync(hurry)
    with pytest.raises(BrokenWorld, match="SQLITE_BUSY"):
        database.run_sync(write_meanwhile)

    other.close()


def test_a_folder_that_is_gone_is_a_broken_world(tmp_path: Path) -> None:
    database = Database(build_engine(f"sqlite:///{tmp_path / 'gone' / 'one.db'}"))

    with pytest.raises(BrokenWorld, match="SQLITE_CANTOPEN"):
        database.run_sync(count_words)

    database.close()


def test_our_own_mistakes_are_not_blamed_on_the_world(database: Database) -> None:
    database.run_sync(lambda session: add_word("one", session))

    with pytest.raises(IntegrityError):
        database.run_sync(lambda session: add_word("one", session))
    with pytest.raises(OperationalError):
        database.run_sync(lambda session: session.execute(text("SELECT * FROM no_such_table")))


def test_no_error_repeats_what_was_to_be_written(database: Database) -> None:
    database.run_sync(lambda session: add_word("canary", session))

    with pytest.raises(IntegrityError) as caught:
        database.run_sync(lambda session: add_word("canary", session))

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///:memory:", "sqlite+aiosqlite:///a.db", "mysql://root:secret@localhost/a", "secret", ""],
)
def test_a_database_we_cannot_use_is_refused_without_repeating_its_url(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        build_engine(url)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://a@localhost/b", "postgresql+psycopg://a@localhost/b"])
def test_postgresql_is_reached_by_one_driver_however_it_is_written(url: str) -> None:
    engine = build_engine(url)

    assert engine.url.drivername == "postgresql+psycopg"
    assert engine.hide_parameters


def test_a_name_is_held_by_one_process_until_it_lets_go(database: Database) -> None:
    release = hold_name(database.engine, "worker a")

    with pytest.raises(ConfigurationError, match="worker a"):
        hold_name(database.engine, "worker a")
    hold_name(database.engine, "worker b")()
    release()

    hold_name(database.engine, "worker a")()


def test_a_name_is_free_again_when_its_process_is_killed(database: Database, path: Path) -> None:
    holder = (
        "import sys; from store.database import build_engine, hold_name\n"
        f"release = hold_name(build_engine('sqlite:///{path}'), 'worker a')\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(ConfigurationError):
            hold_name(database.engine, "worker a")
        process.kill()
        process.wait()

    hold_name(database.engine, "worker a")()


async def test_a_reader_does_not_wait_for_a_writer_and_sees_what_is_committed(database: Database, path: Path) -> None:
    writer = Database(build_engine(f"sqlite:///{path}"))
    await database.run(lambda session: add_word("one", session))

    def read_meanwhile(session: Session) -> int:
        add_word("two", session)
        return asyncio.run(database.read(count_words))

    meanwhile = await writer.run(read_meanwhile)
    writer.close()

    assert (meanwhile, await database.read(count_words)) == (1, 2)


async def test_reading_goes_on_beside_a_function_that_writes_for_long(database: Database) -> None:
    gate = threading.Event()
    writing = asyncio.create_task(database.run(lambda _: gate.wait(60)))

    assert await database.read(count_words) == 0

    gate.set()
    assert await writing


async def test_a_function_that_was_to_read_cannot_write(database: Database) -> None:
    with pytest.raises((BrokenWorld, OperationalError)):
        await database.read(lambda session: add_word("one", session))

    assert await database.run(count_words) == 0


async def test_a_reader_sees_one_moment(database: Database, path: Path) -> None:
    writer = Database(build_engine(f"sqlite:///{path}"))

    def count_twice(session: Session) -> tuple[int, int]:
        before = count_words(session)
        writer.run_sync(lambda other: add_word("one", other))
        return before, count_words(session)

    counts = await database.read(count_twice)
    writer.close()

    assert counts == (0, 0)
