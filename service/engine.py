"""The job engine behind a port of ours: durable work, in order, one piece at a time per line. Only here dbos is known.

A line is a conversation, or a conversation and "!" for texts that overtake. A piece of work is an id and nothing else:
whoever is called with it finds its truth in our own tables, may be called again after a crash, and then does nothing
twice. Web processes only enqueue (`EngineClient`, inside the transaction that writes our own rows), workers call
(`EngineWorker`), the migrate step makes the tables (`prepare_engine_tables`).
"""

import asyncio
import json
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions, Serializer, WorkflowStatus, error
from sqlalchemy import Engine

from conversation.errors import ConfigurationError
from service.engine_calls import Call, Caller, Sweep, repeat
from service.engine_setup import EngineSettings, build_library_engine, check_ids, quiet_library
from store.database import ENGINE_SCHEMA, broken_world, build_engine, hold_name, parse_database_url

__all__ = ["EngineClient", "EngineSettings", "EngineWorker", "prepare_engine_tables"]
log = logging.getLogger(__name__)

APPLICATION = "puente"
# By default a hash of the code: a deploy would strand what waits. Never change this; a deploy needs nothing, since work
# starts again from its id in the new code. Should it need another argument one day: a new kind beside the old one.
APPLICATION_VERSION = "1"

MAX_STARTS = 50  # of one piece, after the first: what kills its worker each time must not stop everybody for ever
THREADS = 4  # that write the engine's tables; by default unlimited, and SQLite lets one of them write at a time
KEEP_ENDED = timedelta(days=2)
_KINDS = ["decide", "send"]  # names of the queues and of what runs on them
_DEAD = ("ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "CANCELLED")


def prepare_engine_tables(database_url: str) -> None:
    """Create or update the engine's own tables; harmless when repeated. Workers refuse to start before it.

    Raises:
        BrokenWorld, ConfigurationError: see store/database.py.
    """
    quiet_library()
    url = parse_database_url(database_url)
    with broken_world():
        engine = build_engine(database_url)
        engine.connect().close()  # SQLite: makes the file, for its owner only, with a write-ahead log
        engine.dispose()
        DBOS.migrate(url.render_as_string(hide_password=False), schema=ENGINE_SCHEMA)


class EngineClient:
    """Puts work in line. Implements WorkQueue of conversation/ports.py; never opens a connection of its own."""

    def __init__(self, settings: EngineSettings, *, engine: Engine | None = None) -> None:
        """`engine`: of the connections it will be given; on PostgreSQL statements are then compiled only once."""
        quiet_library()
        self._client = DBOSClient(
            system_database_engine=engine or build_engine(settings.database_url),
            dbos_system_schema=ENGINE_SCHEMA,
            serializer=_CodesOnly(),
            application_name=APPLICATION,
            lazy=True,
            retry_connection_errors=False,  # inside our transaction a broken connection is ours to report
        )

    def enqueue_decide(self, connection: Any, *, inbox_id: str, conversation_id: str, seq: int) -> None:
        """Queue one inbound message. `connection` must be synchronous; `seq` from 1 to 2³¹-1."""
        self._enqueue(connection, "decide", work_id=inbox_id, item_id=inbox_id, line=conversation_id, seq=seq)

    def enqueue_send(self, connection: Any, *, outbox_id: str, line: str, seq: int, attempt: int) -> None:
        """Queue one outgoing text. The same attempt twice is one piece of work; a new attempt is another."""
        work_id = f"{outbox_id}:{int(attempt)}"
        self._enqueue(connection, "send", work_id=work_id, item_id=outbox_id, line=line, seq=seq)

    def close(self) -> None:
        self._client.destroy()

    def _enqueue(self, connection: Any, kind: str, *, work_id: str, item_id: str, line: str, seq: int) -> None:
        check_ids(item_id, line.removesuffix("!"))
        options: EnqueueOptions = {
            "workflow_name": kind,
            "queue_name": kind,
            "workflow_id": work_id,
            "queue_partition_key": line,
            "priority": seq,  # always: rows of one millisecond would else be sorted by their random ids
        }  # and no app_version: any worker may take it
        self._client.enqueue_in_transaction(connection, options, item_id)


class EngineWorker:
    """Calls `decide` and `send` for what is in line, and the sweeps on their intervals. One per process.

    A call that raises is repeated after a pause; when it keeps raising, or its worker died MAX_STARTS times,
    `on_failure(kind, id)` brings the work to a person, and when that fails too, a sweep asks again until it does not.
    Callbacks may be called again for an id they have seen; sweeps and `on_failure` by two workers at once.
    """

    def __init__(
        self,
        settings: EngineSettings,
        *,
        decide: Callable[[str], Awaitable[None]],
        send: Call,
        on_failure: Callable[[str, str], Awaitable[None]],
        sweeps: Mapping[str, tuple[float, Sweep]],
    ) -> None:
        """`send` returns None, or the seconds until it is to be called again; sweeps: name → (seconds, callback)."""
        self._settings = settings
        self._caller = Caller({"decide": decide, "send": send}, on_failure=on_failure, retry_s=settings.retry_s)
        self._sweeps = {
            "engine strays": (30.0, self.readmit_strays),
            "engine dead": (30.0, self.hand_over_dead),
            "engine ended": (3600.0, self.forget_ended),
            **sweeps,
        }
        self._suspects: set[str] = set()
        self._sweeping: list[asyncio.Task[None]] = []
        self._held = ExitStack()

    async def launch(self) -> None:
        """Take up what this executor left behind, then new work. Callbacks run on the calling event loop.

        Raises:
            ConfigurationError: another process has this executor id, or the tables are missing or old.
            BrokenWorld: the database does not answer.
        """
        with ExitStack() as held:
            engine = build_library_engine(self._settings.database_url)
            held.callback(engine.dispose)
            # Two workers of one name would each take up what the other has in hand.
            held.callback(hold_name(engine, f"worker {self._settings.executor_id}"))
            held.push(lambda failed, *_: _destroy_library(0) if failed else None)
            quiet_library()
            DBOS(config=_library_settings(self._settings, engine))
            for kind in _KINDS:
                DBOS.workflow(name=kind, max_recovery_attempts=MAX_STARTS)(self._build_workflow(kind))
            _launch_library()  # on this thread: the library then uses its loop, where callbacks have their connections
            for kind in _KINDS:
                await DBOS.register_queue_async(
                    kind,
                    partition_concurrency=1,  # one piece of a line at a time, over all workers
                    worker_concurrency=self._settings.in_hand(kind),
                    polling_interval_sec=self._settings.poll_s,
                )
            self._held = held.pop_all()
        self._sweeping = [asyncio.create_task(repeat(name, *sweep)) for name, sweep in self._sweeps.items()]

    async def shutdown(self, timeout_s: float) -> None:
        """Take nothing new, let calls in progress end, and interrupt what is left after `timeout_s` seconds.

        Interrupted and waiting work stays in line; the next launch with this executor id takes it up.
        """
        quiet_library(logging.ERROR)  # it would warn once for every piece interrupted
        self._caller.stop()
        for task in self._sweeping:
            task.cancel()
        await asyncio.gather(*self._sweeping, return_exceptions=True)
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as thread:
            destroyed = loop.run_in_executor(thread, _destroy_library, math.ceil(timeout_s) + 1)
            await self._caller.drain(timeout_s)
            await destroyed
        self._held.close()
        loop.set_default_executor(ThreadPoolExecutor())  # the library had put its own there, which has ended

    async def readmit_strays(self) -> None:
        """Put back in line what is marked as ours but was in nobody's hands at two sweeps in a row.

        That happens when the end of a piece could not be written (disk full); its line would stand still. The place
        for the rescue of workers that never return, too: the same with their executor ids.
        """
        rows = await _list_work("PENDING", executor_id=self._settings.executor_id)
        idle = {row.workflow_id: row.name for row in rows if row.workflow_id not in self._caller.active}
        for kind in _KINDS:
            if strays := [work_id for work_id, of in idle.items() if of == kind and work_id in self._suspects]:
                log.warning("%d strays of %s go back in line", len(strays), kind)
                await DBOS.resume_workflows_async(strays, queue_name=kind)
        self._suspects = set(idle)

    async def hand_over_dead(self) -> None:
        """Bring to a person what ended without being done, and forget it once a person has it."""
        for row in await _list_work(*_DEAD):
            if await self._caller.hand_over(row.name, row.workflow_id.partition(":")[0]):
                await DBOS.delete_workflows_async([row.workflow_id])

    async def forget_ended(self, keep: timedelta = KEEP_ENDED) -> None:
        """Delete the rows of work that was done longer ago than `keep`."""
        before = (datetime.now(UTC) - keep).isoformat()
        while rows := await _list_work("SUCCESS", completed_before=before, limit=500):
            await DBOS.delete_workflows_async([row.workflow_id for row in rows])

    def _build_workflow(self, kind: str) -> Callable[[str], Awaitable[str]]:
        async def work(item_id: str) -> str:
            return await self._caller.carry_out(kind, item_id, work_id=str(DBOS.workflow_id))

        return work


class _CodesOnly(Serializer):
    """What the library stores: JSON of ids and codes, by default a pickle. Of an exception the name of its class."""

    def name(self) -> str:
        return "puente_codes"  # kept in each row; rows of another name are refused

    def serialize(self, data: Any) -> str:
        return json.dumps({"error": type(data).__name__} if isinstance(data, BaseException) else data)

    def deserialize(self, serialized_data: str) -> Any:
        data = json.loads(serialized_data)
        return RuntimeError(data["error"]) if isinstance(data, dict) and data.keys() == {"error"} else data


async def _list_work(*status: str, **narrower: Any) -> list[WorkflowStatus]:
    narrower |= {"name": _KINDS, "status": list(status), "load_input": False, "load_output": False}
    return await DBOS.list_workflows_async(**narrower)


def _library_settings(settings: EngineSettings, engine: Engine) -> DBOSConfig:
    return {  # telemetry and its vendor's console stay off by not being named; nothing listens on a port
        "name": APPLICATION,
        "system_database_engine": engine,
        "dbos_system_schema": ENGINE_SCHEMA,
        "application_version": APPLICATION_VERSION,
        "executor_id": settings.executor_id,  # by default "local", on every machine
        "serializer": _CodesOnly(),
        "log_level": "WARNING",
        "run_migrations": False,
        "max_executor_threads": THREADS,
        "notification_coalesce_sec": 1.0,  # by default it wakes a hundred times a second for nothing
    }


def _destroy_library(grace_s: int) -> None:
    """Stop looking for work, wait up to `grace_s` seconds for the ends of running work to be written, close."""
    DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=grace_s)


def _launch_library() -> None:
    try:
        with broken_world():
            DBOS.launch()
    except error.DBOSInitializationError:
        raise ConfigurationError("the engine's tables are missing or old: run the migrate step first") from None
