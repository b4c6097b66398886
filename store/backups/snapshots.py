"""The whole database as one file, taken while others write. SQLite: a compacted copy. PostgreSQL: a dump."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from conversation.errors import ConfigurationError
from store.database import broken_world, build_engine, parse_database_url
from store.sealing.rotation import UNKNOWN, count_by_key
from store.sealing.vault import KeyRing
from store.sql import postgres_tools
from store.tables import Base

ASIDE = "before_"  # begins the names of schemas that a restore has moved aside


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a snapshot holds: revision of the tables, rows by table, ids of the sealing keys its values need."""

    kind: str
    revision: str
    rows: Mapping[str, int]
    key_ids: tuple[str, ...]


def take_snapshot(database_url: str, target: Path, keys: KeyRing) -> Snapshot:
    """Write the database into an empty file, as it was at one moment; nobody who writes has to wait.

    Raises:
        ConfigurationError: the tables are missing, or pg_dump is.
        BrokenWorld: database or disk do not answer.
    """
    url = parse_database_url(database_url)
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(Path(str(url.database)), target)
        database_url = f"sqlite:///{target}"
    engine = build_engine(database_url)
    try:
        with broken_world(), engine.connect() as connection:
            return _describe(connection, keys) if engine.dialect.name == "sqlite" else _dump(connection, target, keys)
    finally:
        engine.dispose()


def count_rows(database_url: str) -> dict[str, int]:
    """Return the rows of each table of ours that a database has, whatever revision its tables are of."""
    engine = build_engine(database_url)
    try:
        with broken_world(), engine.connect() as connection:
            return _count_rows(connection)
    finally:
        engine.dispose()


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy without the free pages, in which what was erased may still stand."""
    if not source.exists():
        raise ConfigurationError(f"there is no database {source}: `puente setup` makes one")
    with broken_world(), closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def _dump(connection: Connection, target: Path, keys: KeyRing) -> Snapshot:
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    # the snapshot lives as long as this transaction, and a dump may take longer than we let others be idle
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
    described = _describe(connection, keys)
    postgres_tools.dump(connection.engine, target, snapshot=snapshot, without_schemas=f"{ASIDE}*")
    return described


def _describe(connection: Connection, keys: KeyRing) -> Snapshot:
    engine = connection.engine
    if not engine.dialect.has_table(connection, "alembic_version"):
        raise ConfigurationError("the database holds no tables of ours: `puente setup` makes them")
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    needed = count_by_key(Session(bind=connection), keys)
    key_ids = tuple(sorted(key_id for key_id, count in needed.items() if count and key_id != UNKNOWN))
    return Snapshot(engine.dialect.name, revision, _count_rows(connection), key_ids)


def _count_rows(connection: Connection) -> dict[str, int]:
    known = [table for table in Base.metadata.sorted_tables if connection.dialect.has_table(connection, table.name)]
    return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in known}
