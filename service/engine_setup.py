"""What the job engine is told before it starts: settings, its own database connections, its log, what an id is."""

import logging
import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

from store.database import build_engine, build_sqlite_engine, parse_database_url
from store.sql.write_turn import EagerConnection

_SELDOM_S = 30.0
_ID = re.compile(r"(?!\d{1,15}$)[A-Za-z0-9_.-]{1,63}")  # and never a telephone number


@dataclass(frozen=True)
class EngineSettings:
    """How one process reaches the engine.

    Attributes:
        database_url: of our own tables; the engine's stand in the same database.
        executor_id: name of this worker, its own and the same after a restart: by it a worker finds what it left.
        poll_s: pause between two looks for work, seconds (by default a second, felt in every reply).
        decisions, sends: work in hand at once. What waits counts, and texts wait for their number's turn: with
            no place left a crisis text would not come in. So high; the network is limited elsewhere.
        retry_s: pause after a first failure, seconds; it doubles, up to a minute.
    """

    database_url: str = field(repr=False)  # may hold a password
    executor_id: str
    poll_s: float = 0.1
    decisions: int = 500
    sends: int = 5_000
    retry_s: float = 0.5

    def in_hand(self, kind: str) -> int:
        """Return how many pieces of one kind may be in hand at once."""
        return self.sends if kind == "send" else self.decisions


def check_ids(*ids: str) -> None:
    """Refuse, without repeating it, what may be a person's words or number: the engine's tables are not sealed.

    Raises:
        ValueError: not 1 to 63 letters, digits, "_", "." and "-", or as many digits as a telephone number has.
    """
    if not all(_ID.fullmatch(one) for one in ids):
        raise ValueError("the engine's tables hold ids only: letters, digits, '_', '.' and '-', at most 63")


def build_library_engine(database_url: str) -> Engine:
    """Return the connections of the library behind the worker; see store/database.py for what is refused.

    On SQLite it begins its transactions itself, so `build_engine` would not do. Unlike the engine it would build, ours
    has a write-ahead log and knows `unixepoch('subsec')`, without which an older SQLite refuses every row.
    """
    url = parse_database_url(database_url)
    if url.get_backend_name() != "sqlite":
        return build_engine(database_url)
    engine = build_sqlite_engine(url, EagerConnection)
    event.listen(engine, "connect", _prepare_for_library)
    return engine


def quiet_library(level: int = logging.WARNING) -> None:
    """Let the library log from `level` up, seldom, and through our handlers only: it would write to standard error."""
    library = logging.getLogger("dbos")
    if not library.handlers:
        library.addHandler(logging.NullHandler())  # with none it adds its own and detaches itself from ours
        library.addFilter(_Seldom())
    library.propagate = True
    library.setLevel(level)


class _Seldom(logging.Filter):
    """Lets a warning of one place through twice a minute: while a database is away each look for work warns."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        place = (record.pathname, record.lineno)
        if record.levelno < logging.ERROR and record.created - self._last.get(place, 0.0) < _SELDOM_S:
            return False
        self._last[place] = record.created
        return True


def _prepare_for_library(connection: Any, _record: Any) -> None:
    """Lock before writing, and do not wait for the disk: what the library writes itself can be lost in a power cut,
    since the work starts again from rows that were written with ours, and those are on disk before anybody is told.
    """
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.isolation_level = "IMMEDIATE"
