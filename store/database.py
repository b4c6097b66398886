"""The database: how it is opened, how a transaction is run, how a name is held. SQLite file or PostgreSQL, one code."""

import asyncio
import hashlib
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Engine, create_engine, event, exc, make_url, text
from sqlalchemy.orm import Session as Session

from conversation.errors import BrokenWorld, ConfigurationError
from store.sql.faults import broken_world as broken_world
from store.sql.faults import is_collision
from store.sql.group_commit import GroupCommit
from store.sql.sqlite import begin_immediately, begin_reading, create_private_file, prepare_sqlite_connection
from store.sql.write_turn import WriterConnection

T = TypeVar("T")

ENGINE_SCHEMA = "engine"  # PostgreSQL: the job engine's tables live in this schema
ENGINE_TABLES = frozenset(  # SQLite has no schemas: its tables stand among ours
    {
        "application_versions",
        "dbos_migrations",
        "notifications",
        "operation_outputs",
        "queues",
        "streams",
        "workflow_events",
        "workflow_events_history",
        "workflow_input",
        "workflow_output",
        "workflow_schedules",
        "workflow_status",
    }
)

POSTGRES_CONNECTIONS = 10
PAUSES_S = (0.01, 0.05, 0.25)  # before a transaction is run again that another one has undone
_POSTGRES_OPTIONS = (
    "-c lock_timeout=10000 -c idle_in_transaction_session_timeout=15000"
    # of a machine that vanished the server lets go as soon: by default it would hold its worker's name for two hours
    " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)


def build_engine(database_url: str) -> Engine:
    """Return an engine for a SQLite file or PostgreSQL; nothing is connected yet.

    No statement's parameters ever appear in an error: they carry people's words.

    Raises:
        ConfigurationError: the URL is neither; it is not repeated, since it may hold a password.
    """
    url = parse_database_url(database_url)
    if url.get_backend_name() == "postgresql":
        return _build_postgres_engine(url)
    engine = build_sqlite_engine(url)
    begin_immediately(engine)
    return engine


def build_sqlite_engine(url: URL, connection: type[sqlite3.Connection] = WriterConnection) -> Engine:
    """Return an engine whose transactions begin as the driver likes; `build_engine` is what our own tables use."""
    create_private_file(Path(str(url.database)))
    engine = create_engine(url, hide_parameters=True, connect_args={"factory": connection})
    event.listen(engine, "connect", lambda connection, _record: prepare_sqlite_connection(connection))
    return engine


def build_reading_engine(engine: Engine) -> Engine:
    """Return an engine for the same database whose transactions cannot write and never wait for a writer."""
    if engine.dialect.name != "sqlite":
        return engine.execution_options(postgresql_readonly=True)
    reading = build_sqlite_engine(engine.url)
    begin_reading(reading)
    return reading


def parse_database_url(database_url: str) -> URL:
    """Return the URL with its driver; see `build_engine` for what is refused."""
    try:
        url = make_url(database_url)
    except (exc.ArgumentError, ValueError):
        raise ConfigurationError("DATABASE_URL is not a database URL") from None
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return url
    if url.drivername in ("postgresql", "postgresql+psycopg") and url.database:
        return url.set(drivername="postgresql+psycopg")
    raise ConfigurationError("DATABASE_URL must be sqlite:///FILE or postgresql+psycopg://…/DATABASE")


class Database:
    """Runs functions in transactions, away from the event loop.

    SQLite has one writer, so one thread writes, and commits together what waits together; another one reads meanwhile.
    """

    def __init__(
        self, engine: Engine, *, release: Callable[[], None] = lambda: None, pauses_s: tuple[float, ...] = PAUSES_S
    ) -> None:
        """`release` is called at the end of `close`; `pauses_s`: so often, and so late, a transaction is run again."""
        self.engine = engine
        self._release = release
        self._pauses_s = pauses_s
        is_sqlite = engine.dialect.name == "sqlite"
        self._reading = build_reading_engine(engine)
        self._writer = GroupCommit(engine) if is_sqlite else None
        self._threads = ThreadPoolExecutor(1 if is_sqlite else POSTGRES_CONNECTIONS, thread_name_prefix="database")

    async def run(self, fn: Callable[[Session], T]) -> T:
        """Run fn in one transaction in a thread: committed when it returns, rolled back when it raises.

        A caller that is cancelled meanwhile leaves the transaction to its own end. On PostgreSQL fn is run again, a few
        times, when another transaction at the same time made the server undo this one: it must change nothing but rows.

        Raises:
            BrokenWorld: the database or the disk does not answer; nothing of this transaction was kept, except
                when the connection broke during the commit, which nobody can know.
        """
        if self._writer is not None:
            return await asyncio.wrap_future(self._writer.submit(fn))
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.run_sync, fn)

    async def read(self, fn: Callable[[Session], T]) -> T:
        """Run fn, which only reads, in a thread: it waits for no writer, and sees what was committed when it began.

        On PostgreSQL each of its statements sees what is committed by then. A function that writes is refused.

        Raises:
            BrokenWorld: see `run`.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, fn)

    def run_sync(self, fn: Callable[[Session], T]) -> T:
        """The same in the caller's own thread, for commands and tests."""
        with broken_world():
            for pause_s in self._pauses_s:
                try:
                    return self._run_once(fn)
                except exc.DBAPIError as error:
                    if not is_collision(error):
                        raise
                    time.sleep(pause_s)
            return self._run_once(fn)

    def close(self) -> None:
        """Finish what is running, then close every connection."""
        if self._writer is not None:
            self._writer.close()
        self._threads.shutdown(wait=True)
        self._reading.dispose()
        self.engine.dispose()
        self._release()

    def _run_once(self, fn: Callable[[Session], T]) -> T:
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            return fn(session)

    def _read(self, fn: Callable[[Session], T]) -> T:
        with broken_world(), Session(self._reading, expire_on_commit=False) as session, session.begin():
            return fn(session)


def hold_name(engine: Engine, name: str) -> Callable[[], None]:
    """Hold a name until the returned function is called (keep it: to drop it is to give the name up).

    When the process dies, however it dies, the kernel or the database server gives the name up.

    Raises:
        ConfigurationError: another process holds this name in this database.
        BrokenWorld: see `broken_world`.
    """
    digest = hashlib.sha256(name.encode()).digest()
    with broken_world():
        release = _lock_file(engine, digest) if engine.dialect.name == "sqlite" else _lock_session(engine, digest)
    if release is None:
        raise ConfigurationError(f"another running process calls itself {name}: give each its own name")
    return release


def _build_postgres_engine(url: URL) -> Engine:
    arguments = {
        "connect_timeout": 10, "application_name": "puente", "options": _POSTGRES_OPTIONS,
        # a server that vanished without a word is noticed within half a minute, else it would be hours
        "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000,
    }  # fmt: skip
    return create_engine(
        url, hide_parameters=True, pool_pre_ping=True, pool_size=POSTGRES_CONNECTIONS, connect_args=arguments
    )


def _lock_file(engine: Engine, digest: bytes) -> Callable[[], None] | None:
    import fcntl  # POSIX only, like the embedded default itself

    path = Path(f"{engine.url.database}.{digest.hex()[:16]}.lock")
    try:
        file = path.open("a")
    except OSError:
        raise BrokenWorld("the folder of the database cannot be written") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file.close


def _lock_session(engine: Engine, digest: bytes) -> Callable[[], None] | None:
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()  # never returned to the pool: closing it ends the session, and the lock with it
    key = int.from_bytes(digest[:8], signed=True)
    if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one():
        return connection.close
    connection.close()
    return None
