"""The figures of a month are the same on PostgreSQL as on SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conversation.turn import Rules
from service import wiring
from service.settings import Settings
from store.database import Database, build_engine
from store.reporting.report import Report
from store.sealing.vault import KeyRing, Vault
from store.sql.migrate import migrate
from tests.databases import new_postgres_database, running_postgres
from tests.house import House
from tests.month import MonthBook, lay_march

ANA, BO = "a" * 32, "b" * 32


@pytest.fixture
def urls(tmp_path: Path) -> Iterator[tuple[str, str]]:
    with running_postgres() as server, new_postgres_database(server, "report") as postgres:
        yield postgres, f"sqlite:///{tmp_path / 'report.db'}"


def count_march(url: str, rules: Rules) -> Report:
    database = Database(build_engine(url))
    try:
        migrate(database.engine)
        book = MonthBook(House(database, Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32))), rules))
        lay_march(book, ana=ANA, bo=BO)
        return book.report()
    finally:
        database.close()


def test_both_databases_count_a_month_alike(urls: tuple[str, str]) -> None:
    rules = wiring.build_rules(Settings(drafts=True))

    postgres, sqlite = (count_march(url, rules) for url in urls)

    assert postgres.people.by_language.told
    assert postgres == sqlite
