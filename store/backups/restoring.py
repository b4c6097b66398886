"""The place into which a backup is restored, and what stood there before: moved aside, never deleted.

SQLite: everything happens in a file beside the old one, which takes its name at the end. PostgreSQL: the old schemas
are renamed first, and get their names back when anything fails.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from sqlalchemy import Engine, inspect, text

from conversation.errors import BrokenWorld, ConfigurationError
from store.backups.snapshots import ASIDE
from store.database import ENGINE_SCHEMA, broken_world, build_engine, parse_database_url
from store.sealing.secret_file import new_draft
from store.sql import postgres_tools, presence

STAMP = "%Y%m%dt%H%M%S"  # of a time in UTC: sorts by age, and is a name in every database
_OURS = "public"
_ASIDE_NAME = re.compile(ASIDE + r"(\d{8}t\d{6})(?:_public|_engine|-wal|-shm)?")
_TELLING = ("address", "ledger_entry")  # without any address the ledger still tells who was erased or stopped
_SIDE_FILES = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Place:
    """Where to restore.

    Attributes:
        database_url: of what is being restored; not yet where the service looks.
        aside: name of the file or schema that holds the old database, None when there was none.
        load: brings the database file of a backup there, which the given function writes.
    """

    database_url: str
    aside: str | None
    load: Callable[[Callable[[BinaryIO], None]], None]


def holds_anything(database_url: str) -> bool:
    """Return whether a database may hold somebody's words or wishes, or cannot be read."""
    url = parse_database_url(database_url)
    if url.get_backend_name() == "sqlite" and not _is_there(Path(str(url.database))):
        return False
    engine = build_engine(database_url)
    try:
        with broken_world(), engine.connect() as connection:
            known = [table for table in _TELLING if engine.dialect.has_table(connection, table)]
            return any(connection.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first() for table in known)  # noqa: S608 - names of ours
    except BrokenWorld:
        if url.get_backend_name() == "sqlite":
            return True
        raise
    finally:
        engine.dispose()


@contextmanager
def new_place(database_url: str, *, stamp: str, drafts: Path) -> Iterator[Place]:
    """Give an empty place that becomes the database when the block ends well; else all is as it was.

    Args:
        stamp: a time written as STAMP; ends the names of what is moved aside.
        drafts: folder for a file that is needed for a while (PostgreSQL).

    Raises:
        ConfigurationError: somebody uses the database, or the folder cannot be written.
        BrokenWorld: the database does not answer.
    """
    engine = build_engine(database_url)
    try:
        with presence.alone(engine):
            is_file = engine.dialect.name == "sqlite"
            with _new_file(engine, stamp) if is_file else _new_schemas(engine, stamp, drafts) as place:
                yield place
    finally:
        engine.dispose()


def drop_old(database_url: str, *, before: str) -> int:
    """Delete what restores moved aside before a stamp; return how many files or schemas.

    Raises:
        BrokenWorld: the database does not answer, or a file cannot be deleted.
    """
    url = parse_database_url(database_url)
    if url.get_backend_name() == "sqlite":
        return _drop_files(Path(str(url.database)), before)
    engine = build_engine(database_url)
    try:
        with broken_world():
            schemas = [name for name in inspect(engine).get_schema_names() if _is_older(name, before)]
        _execute(engine, *(f"DROP SCHEMA {schema} CASCADE" for schema in schemas))
        return len(schemas)
    finally:
        engine.dispose()


def _drop_files(path: Path, before: str) -> int:
    found = {one: one.name.removeprefix(f"{path.name}.") for one in path.parent.glob(f"{path.name}.{ASIDE}*")}
    old = [one for one, name in found.items() if _is_older(name, before)]
    try:
        for one in old:
            one.unlink(missing_ok=True)
    except OSError as error:
        raise BrokenWorld(f"an old database cannot be deleted: {error.strerror}") from None
    return len(old)


def _is_older(name: str, before: str) -> bool:
    """Say whether a name is one of ours and its stamp is older."""
    match = _ASIDE_NAME.fullmatch(name)
    return match is not None and match[1] < before


@contextmanager
def _new_file(engine: Engine, stamp: str) -> Iterator[Place]:
    path = Path(str(engine.url.database))
    aside = path.with_name(f"{path.name}.{ASIDE}{stamp}") if _is_there(path) else None
    goal = path.with_name(f"{path.name}.restored-{stamp}")
    with new_draft(goal) as draft:

        def load(write: Callable[[BinaryIO], None]) -> None:
            with draft.open("r+b") as file:
                write(file)
            _check_file(draft)

        try:
            yield Place(f"sqlite:///{draft}", aside.name if aside else None, load)
            _fold_log(draft)
        finally:
            _remove_side_files(draft)
    try:
        _move_aside(path, aside)
        goal.rename(path)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be replaced: {error.strerror}; the restored one is {goal}") from None


def _check_file(path: Path) -> None:
    """Refuse a damaged database file."""
    with broken_world(), closing(sqlite3.connect(path)) as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not sound or connection.execute("PRAGMA foreign_key_check").fetchall():
            raise ConfigurationError("the database in this backup is damaged: take another one")


def _fold_log(path: Path) -> None:
    """Bring everything into the one file that will be renamed."""
    with broken_world(), closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")


def _move_aside(path: Path, aside: Path | None) -> None:
    for ending in _SIDE_FILES:
        old = path.with_name(path.name + ending)
        if aside and old.exists():
            old.rename(aside.with_name(aside.name + ending))
        else:
            old.unlink(missing_ok=True)


def _remove_side_files(path: Path) -> None:
    """Remove what stands beside a draft: logs, locks. A draft's name is nobody else's beginning."""
    for beside in path.parent.glob(f"{path.name}?*"):
        beside.unlink(missing_ok=True)


def _is_there(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


@contextmanager
def _new_schemas(engine: Engine, stamp: str, drafts: Path) -> Iterator[Place]:
    renamed = {schema: f"{ASIDE}{stamp}_{schema}" for schema in (_OURS, ENGINE_SCHEMA)}
    with broken_world():
        there = [schema for schema in renamed if schema in inspect(engine).get_schema_names()]
        old = {schema: renamed[schema] for schema in there}
        _execute(engine, *(f"ALTER SCHEMA {schema} RENAME TO {aside}" for schema, aside in old.items()))
    try:
        _execute(engine, f"CREATE SCHEMA {_OURS}")
        yield Place(
            engine.url.render_as_string(hide_password=False),
            f"{ASIDE}{stamp}_*" if old else None,
            lambda write: _load_dump(engine, write, drafts),
        )
    except BaseException:
        _execute(engine, *(f"DROP SCHEMA IF EXISTS {schema} CASCADE" for schema in renamed))
        _execute(engine, *(f"ALTER SCHEMA {aside} RENAME TO {schema}" for schema, aside in old.items()))
        raise


def _load_dump(engine: Engine, write: Callable[[BinaryIO], None], drafts: Path) -> None:
    with NamedTemporaryFile(dir=drafts, prefix=".restoring-") as file:
        write(cast(BinaryIO, file))
        file.flush()
        postgres_tools.load(engine, Path(file.name))


def _execute(engine: Engine, *statements: str) -> None:
    with broken_world(), engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
