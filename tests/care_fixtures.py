"""A house with care, on each database in turn. A test module takes it as a plugin."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from conversation.turn import Rules
from service import wiring
from service.settings import Settings
from store.database import Database, build_engine
from store.sealing.vault import KeyRing, Vault
from store.sql.migrate import migrate
from store.tables import Base
from tests.care import Care
from tests.databases import make_template, new_postgres_database, open_copy, running_postgres
from tests.house import House


@pytest.fixture(scope="session")
def care_rules() -> Rules:
    return wiring.build_rules(Settings(drafts=True))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def care_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path | str]:
    """Where databases come from: a file to be copied, or the address of one that is emptied after each test."""
    if request.param == "sqlite":
        yield make_template(tmp_path_factory.mktemp("template") / "puente.db")
        return
    with running_postgres() as server, new_postgres_database(server, "care") as url:
        engine = build_engine(url)
        migrate(engine)
        engine.dispose()
        yield url


@pytest.fixture
def care_database(care_place: Path | str, tmp_path: Path) -> Iterator[Database]:
    if isinstance(care_place, Path):
        with open_copy(care_place, tmp_path / "house.db") as database:
            yield database
        return
    database = Database(build_engine(care_place))
    yield database
    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    database.run_sync(lambda session: session.execute(text(f"TRUNCATE {names}")))
    database.close()


@pytest.fixture
def care(care_database: Database, care_rules: Rules, tmp_path: Path) -> Iterator[Care]:
    vault = Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32)))
    care = Care(House(care_database, vault, care_rules), tmp_path)
    yield care
    care.close()
