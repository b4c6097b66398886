"""How Alembic runs here: on the engine it is given, for our tables only."""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from store.database import ENGINE_SCHEMA, ENGINE_TABLES, build_engine
from store.tables import Base
from store.tables.base import UtcDateTime


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """Leave the job engine's own tables alone."""
    if kind == "schema":
        return name != ENGINE_SCHEMA
    return not (kind == "table" and name in ENGINE_TABLES)


def render_item(kind: str, item: Any, autogenerate: Any) -> str | bool:
    """Write our time column as the plain type it is in the database: a migration imports nothing of ours."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


engine = context.config.attributes.get("engine")
if engine is None:  # the alembic command itself, for writing a new migration
    engine = build_engine(context.get_x_argument(as_dictionary=True)["database"])
with engine.connect() as opened:
    run(opened)
    opened.commit()
