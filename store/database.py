"""The database: how it is opened, how a transaction is run, how a name is held. SQLite file or PostgreSQL, one code."""

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Engine, create_engine, event, exc, make_url, text
from sqlalchemy.orm import Session

from conversation.errors import BrokenWorld, ConfigurationError
from store.sqlite import begin_immediately, create_private_file, prepare_sqlite_connection

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
_POSTGRES_OPTIONS = "-c lock_timeout=30000 -c idle_in_transaction_session_timeout=60000"
_BROKEN_SQLITE = ("BUSY", "LOCKED", "FULL", "IOERR", "READONLY", "CANTOPEN", "CORRUPT", "NOTADB", "PROTOCOL", "NOMEM")


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


def build_sqlite_engine(url: URL) -> Engine:
    """Return an engine whose transactions begin as the driver likes; `build_engine` is what our own tables use."""
    create_private_file(Path(str(url.database)))
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", lambda connection, _record: prepare_sqlite_connection(connection))
    return engine


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

    SQLite has one writer, so one thread: waiting in its queue is cheaper and fairer than waiting for the file's lock.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        threads = 1 if engine.dialect.name == "sqlite" else POSTGRES_CONNECTIONS
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="database")

    async def run(self, fn: Callable[[Session], T]) -> T:
        """Run fn in one transaction in a thread: committed when it returns, rolled back when it raises.

        A caller that is cancelled meanwhile leaves the transaction to its own end.

        Raises:
            BrokenWorld: the database or the disk does not answer; nothing of this transaction was kept, except
                when the connection broke during the commit, which nobody can know.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.run_sync, fn)

    def run_sync(self, fn: Callable[[Session], T]) -> T:
        """The same in the caller's own thread, for commands and tests."""
        with broken_world(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            return fn(session)

    def close(self) -> None:
        """Finish what is running, then close every connection."""
        self._threads.shutdown(wait=True)
        self.engine.dispose()


@contextmanager
def broken_world() -> Iterator[None]:
    """Turn what a database or disk does to us into BrokenWorld, which names a code and nothing else.

    Our own mistakes (a missing table, a broken constraint) stay what they are.
    """
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error) as error:
        code = _fault_code(error)
        if code is None:
            raise
        raise BrokenWorld(f"the database does not answer: {code}") from None


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
    arguments = {"connect_timeout": 10, "application_name": "puente", "options": _POSTGRES_OPTIONS}
    return create_engine(
        url, hide_parameters=True, pool_pre_ping=True, pool_size=POSTGRES_CONNECTIONS, connect_args=arguments
    )


def _fault_code(error: Exception) -> str | None:
    """Return a code for the log when the world is to blame, else None."""
    if isinstance(error, exc.TimeoutError):
        return "no free connection"
    cause: Any = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "") or ""
        return name if name.removeprefix("SQLITE_").startswith(_BROKEN_SQLITE) else None
    if isinstance(error, exc.OperationalError) or getattr(error, "connection_invalidated", False):
        return getattr(cause, "sqlstate", None) or "connection lost"
    return "read-only" if getattr(cause, "sqlstate", None) == "25006" else None  # a standby server


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
