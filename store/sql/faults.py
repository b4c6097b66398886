"""What a database or a disk does to us, told apart from our own mistakes."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import exc

from conversation.errors import BrokenWorld

_BROKEN_SQLITE = ("BUSY", "LOCKED", "FULL", "IOERR", "READONLY", "CANTOPEN", "CORRUPT", "NOTADB", "PROTOCOL", "NOMEM")

_COLLISIONS = ("40001", "40P01")  # serialization failure, deadlock: PostgreSQL, appendix A


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


def is_collision(error: exc.DBAPIError) -> bool:
    """Return whether a transaction was undone only because of another one at the same time: again, and it may pass."""
    return getattr(error.orig, "sqlstate", None) in _COLLISIONS


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
