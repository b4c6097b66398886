"""The tables in the database are those of the code."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from conversation.errors import ConfigurationError
from store.database import Database, build_engine
from store.migrate import migrate, require_current
from store.tables import Base
from tests.house import House

ROOT = Path(__file__).parents[3]


def test_the_migrations_make_exactly_the_tables_of_the_code(house: House) -> None:
    with house.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_migrating_twice_or_at_the_same_time_is_harmless(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'one.db'}"
    program = "import sys; from store.database import build_engine; from store.migrate import migrate; " + (
        "migrate(build_engine(sys.argv[1]))"
    )

    processes = [subprocess.Popen([sys.executable, "-c", program, url], cwd=ROOT) for _ in range(3)]
    endings = [process.wait(timeout=60) for process in processes]

    engine = build_engine(url)
    migrate(engine)
    require_current(engine)
    engine.dispose()
    assert endings == [0, 0, 0]


def test_a_database_without_tables_is_refused_in_a_sentence(tmp_path: Path) -> None:
    database = Database(build_engine(f"sqlite:///{tmp_path / 'one.db'}"))

    with pytest.raises(ConfigurationError, match="puente setup"):
        require_current(database.engine)

    database.close()


def test_tables_of_another_version_are_refused(house: House) -> None:
    house.database.run_sync(lambda session: session.execute(text("UPDATE alembic_version SET version_num = 'later'")))

    with pytest.raises(ConfigurationError, match="puente setup"):
        require_current(house.database.engine)
