"""Reading without waiting: for health, metrics and counts, while the writer is busy or stuck."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from store.database import broken_world, build_engine, parse_database_url
from store.sql.sqlite import prepare_sqlite_connection

T = TypeVar("T")

_PATIENCE_MS = 1_000  # for a moment in which SQLite's log is being rebuilt; readers do not wait for writers


class Reader:
    """Runs read-only functions on connections of its own: they take no lock that a writer holds, and cannot write."""

    def __init__(self, database_url: str) -> None:
        """Connects to nothing yet.

        Raises:
            ConfigurationError: see `parse_database_url`.
        """
        url = parse_database_url(database_url)
        if url.get_backend_name() == "sqlite":
            self.engine = create_engine(url, hide_parameters=True)
            event.listen(self.engine, "connect", _prepare)
        else:
            self.engine = build_engine(database_url).execution_options(postgresql_readonly=True)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reader")

    async def run(self, fn: Callable[[Session], T]) -> T:
        """Run fn on one consistent view in a thread.

        Raises:
            BrokenWorld: the database does not answer.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.run_sync, fn)

    def run_sync(self, fn: Callable[[Session], T]) -> T:
        """The same in the caller's own thread."""
        with broken_world(), Session(self.engine) as session, session.begin():
            return fn(session)

    def close(self) -> None:
        self._thread.shutdown(wait=True)
        self.engine.dispose()


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    prepare_sqlite_connection(connection)
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    connection.execute("PRAGMA query_only = ON")
