"""What is put in line, and what the engine's tables hold."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from conversation.errors import ConfigurationError
from conversation.ports import WorkQueue
from service.engine import EngineClient, EngineSettings, EngineWorker, prepare_engine_tables
from service.engine_setup import build_library_engine
from store.database import ENGINE_TABLES, Database, build_engine, hold_name


@pytest.fixture
def settings(tmp_path: Path) -> EngineSettings:
    return EngineSettings(database_url=f"sqlite:///{tmp_path / 'engine.db'}", executor_id="worker-1")


@pytest.fixture
def database(settings: EngineSettings) -> Iterator[Database]:
    prepare_engine_tables(settings.database_url)
    database = Database(build_engine(settings.database_url))
    yield database
    database.close()


@pytest.fixture
def queue(settings: EngineSettings, database: Database) -> Iterator[WorkQueue]:
    client = EngineClient(settings, engine=database.engine)
    yield client
    client.close()


def rows_in_line(database: Database) -> list[dict[str, Any]]:
    query = "SELECT s.*, i.inputs AS input FROM workflow_status s JOIN workflow_input i USING (workflow_uuid)"
    return database.run_sync(lambda session: [dict(row._mapping) for row in session.execute(text(query))])


def worker_of(settings: EngineSettings) -> EngineWorker:
    async def nothing(*_: str) -> None:
        return None

    return EngineWorker(settings, decide=nothing, send=nothing, on_failure=nothing, sweeps={})


def test_work_is_in_line_once_its_transaction_is_committed(database: Database, queue: WorkQueue) -> None:
    database.run_sync(
        lambda session: queue.enqueue_decide(session.connection(), inbox_id="in1", conversation_id="c1", seq=7)
    )

    (row,) = rows_in_line(database)
    assert (row["queue_name"], row["queue_partition_key"], row["priority"]) == ("decide", "c1", 7)


def test_work_is_not_in_line_when_its_transaction_is_rolled_back(database: Database, queue: WorkQueue) -> None:
    def enqueue_and_raise(session: Session) -> None:
        queue.enqueue_decide(session.connection(), inbox_id="in1", conversation_id="c1", seq=7)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.run_sync(enqueue_and_raise)

    assert rows_in_line(database) == []


def test_the_same_work_stands_in_line_once(database: Database, queue: WorkQueue) -> None:
    for _ in range(2):
        database.run_sync(
            lambda session: queue.enqueue_send(session.connection(), outbox_id="out1", line="c1", seq=7, attempt=1)
        )

    assert [row["workflow_uuid"] for row in rows_in_line(database)] == ["out1:1"]


def test_a_new_attempt_is_new_work_in_the_old_place(database: Database, queue: WorkQueue) -> None:
    for attempt in (1, 2):
        database.run_sync(
            lambda session, attempt=attempt: queue.enqueue_send(  # type: ignore[misc]
                session.connection(), outbox_id="out1", line="c1!", seq=7, attempt=attempt
            )
        )

    found = {(row["workflow_uuid"], row["queue_partition_key"], row["priority"]) for row in rows_in_line(database)}
    assert found == {("out1:1", "c1!", 7), ("out1:2", "c1!", 7)}


def test_a_row_holds_an_id_as_json_and_no_version_of_the_code(database: Database, queue: WorkQueue) -> None:
    database.run_sync(
        lambda session: queue.enqueue_send(session.connection(), outbox_id="out1", line="c1", seq=7, attempt=1)
    )

    (row,) = rows_in_line(database)
    assert json.loads(row["input"]) == {"args": ["out1"], "kwargs": {}}
    assert (row["serialization"], row["application_version"]) == ("puente_codes", None)


def test_rows_of_one_moment_carry_milliseconds(database: Database, queue: WorkQueue) -> None:
    database.run_sync(
        lambda session: queue.enqueue_decide(session.connection(), inbox_id="in1", conversation_id="c1", seq=7)
    )

    (row,) = rows_in_line(database)
    assert row["created_at"] > 1_700_000_000_000


@pytest.mark.parametrize(
    "words",
    ["+12025550123", "12025550123", "whatsapp:+12025550123", "my uncle hits me", "¿qué?", "", "a" * 64, "a!b", "a\nb"],
    ids=["number", "digits", "address", "sentence", "accents", "nothing", "too long", "mark inside", "two lines"],
)
@pytest.mark.parametrize("place", ["inbox_id", "conversation_id"])
def test_what_is_no_id_is_refused_without_being_repeated(
    database: Database, queue: WorkQueue, words: str, place: str
) -> None:
    ids = {"inbox_id": "in1", "conversation_id": "c1", place: words}

    with pytest.raises(ValueError, match="ids only") as caught:
        database.run_sync(lambda session: queue.enqueue_decide(session.connection(), seq=1, **ids))

    assert not words or words not in str(caught.value)
    assert rows_in_line(database) == []


def test_the_engine_has_the_tables_that_migrations_leave_alone(database: Database) -> None:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"

    names = database.run_sync(lambda session: set(session.scalars(text(query))))

    assert names == ENGINE_TABLES


def test_preparing_twice_changes_nothing(settings: EngineSettings, database: Database, queue: WorkQueue) -> None:
    database.run_sync(
        lambda session: queue.enqueue_decide(session.connection(), inbox_id="in1", conversation_id="c1", seq=7)
    )

    prepare_engine_tables(settings.database_url)

    assert len(rows_in_line(database)) == 1


def test_the_library_behind_the_worker_waits_for_locks_and_shares_the_log(settings: EngineSettings) -> None:
    engine = build_library_engine(settings.database_url)

    with engine.connect() as connection:
        pragmas = [connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "busy_timeout")]
    engine.dispose()

    assert pragmas == ["wal", 5_000]
    assert engine.hide_parameters


async def test_a_worker_does_not_start_without_tables(settings: EngineSettings) -> None:
    worker = worker_of(settings)

    with pytest.raises(ConfigurationError, match="migrate"):
        await worker.launch()


async def test_a_worker_does_not_start_while_another_has_its_name(settings: EngineSettings, database: Database) -> None:
    release = hold_name(database.engine, "worker worker-1")

    with pytest.raises(ConfigurationError, match="worker-1"):
        await worker_of(settings).launch()

    release()
