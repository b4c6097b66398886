"""The engine's work in line, as a restore sees it: all of it can be made again from our own rows."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from store.database import ENGINE_SCHEMA, ENGINE_TABLES

_KEPT = {"application_versions", "dbos_migrations", "queues", "workflow_schedules"}  # what it knows of itself


def forget_work(session: Session) -> None:
    """Empty the engine's tables of work; the sweeps bring back into line what our rows say is waiting."""
    connection = session.connection()
    schema = None if connection.dialect.name == "sqlite" else ENGINE_SCHEMA
    # what depends on the work goes before it
    for table in sorted(ENGINE_TABLES - _KEPT, key=lambda name: name == "workflow_status"):
        if connection.dialect.has_table(connection, table, schema=schema):
            session.execute(text(f"DELETE FROM {schema + '.' if schema else ''}{table}"))  # noqa: S608 - names of ours
