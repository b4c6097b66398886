"""The tables in the database are those of the code."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from conversation.errors import ConfigurationError
from store.database import Database, build_engine
from store.sql.migrate import migrate, require_current
from store.tables import Base
from tests.house import House


def test_the_migrations_make_exactly_the_tables_of_the_code(house: House) -> None:
    with house.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_migrating_twice_is_harmless(house: House) -> None:
    migrate(house.database.engine)

    require_current(house.database.engine)


def test_a_database_without_tables_is_refused_in_a_sentence(tmp_path: Path) -> None:
    database = Database(build_engine(f"sqlite:///{tmp_path / 'one.db'}"))

    with pytest.raises(ConfigurationError, match="puente setup"):
        require_current(database.engine)

    database.close()


def test_tables_of_another_version_are_refused(house: House) -> None:
    house.database.run_sync(lambda session: session.execute(text("UPDATE alembic_version SET version_num = 'later'")))

    with pytest.raises(ConfigurationError, match="puente setup"):
        require_current(house.database.engine)
