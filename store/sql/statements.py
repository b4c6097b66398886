"""Statements of the message path: built once as constants, run past the object mapper. docs/decisions/0010.

Building a statement with the mapped classes costs six to nine times as much as running it, so what every message needs
is built when its module is read, with `bindparam` for what changes.
"""

from typing import Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.orm import Session


def execute(session: Session, statement: Executable, **values: Any) -> CursorResult[Any]:
    """Run a statement in the session's transaction; its rows are columns, never mapped objects.

    Args:
        values: by name, what `bindparam` left open; for an insert or update also the columns to write.
    """
    return session.connection().execute(statement, values)
