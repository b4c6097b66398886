"""How Alembic runs here: on the engine it is given, for our tables only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, text

from store.database import ENGINE_SCHEMA, ENGINE_TABLES, build_engine
from store.tables import Base
from store.tables.base import UtcDateTime

MIGRATION_LOCK = 0x70756E7465  # any number nobody else takes: "punte" in ASCII


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """Leave the job engine's own tables alone."""
    if kind == "schema":
        return name != ENGINE_SCHEMA
    return not (kind == "table" and name in ENGINE_TABLES)


def render_item(kind: str, item: Any, autogenerate: Any) -> str | Literal[False]:
    """Write our time column as the plain type it is in the database: a migration imports nothing of ours."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # on SQLite the transaction itself lets no other one begin
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        transactional_ddl=True,  # SQLite can, too: between two migrations no other process may begin its own
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
        raise RuntimeError("a migration left a reference to a row that is not there")


@contextmanager
def references_unwatched(connection: Connection) -> Iterator[None]:
    """Let SQLite replace a table that others refer to, which is how it changes one.

    https://www.sqlite.org/lang_altertable.html#otheralter (checked 2026-11). The pragma counts outside transactions.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.rollback()  # what was not committed; inside a transaction the pragma would do nothing
        driver.execute("PRAGMA foreign_keys = ON")


engine = context.config.attributes.get("engine")
if engine is None:  # the alembic command itself, for writing a new migration
    engine = build_engine(context.get_x_argument(as_dictionary=True)["database"])
with engine.connect() as opened, references_unwatched(opened):
    run(opened)
    opened.commit()
