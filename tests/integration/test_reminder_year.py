"""A year of reminders: none lost, doubled, late, at a wrong hour, or after a stop."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from store.database import Database, build_engine
from store.sql.migrate import migrate
from tests.databases import make_template, new_postgres_database, open_copy, running_postgres
from tests.reminder_year import Year

NOTHING = {"lost": 0, "doubled": 0, "late": 0, "wrong hour": 0, "after stop": 0, "after the end": 0}
A_WEEK = (datetime(2026, 5, 11, 9, tzinfo=UTC), datetime(2026, 5, 18, 9, tzinfo=UTC))
SOME_HOURS = (datetime(2026, 9, 14, 13, tzinfo=UTC), datetime(2026, 9, 14, 22, tzinfo=UTC))
# Five reminders each, and one more on the day before; `make bench-reminders YEAR=1` does it with 10,000.
PEOPLE = 600


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    template = make_template(tmp_path / "template.db")
    with open_copy(template, tmp_path / "year.db") as database:
        # a simulated crash is of the program, not of the machine: nothing has to reach the disk
        event.listen(database.engine, "connect", lambda driver, _: driver.execute("PRAGMA synchronous = OFF"))
        database.engine.dispose()
        yield database


def test_a_year_of_reminders_with_crashes_two_workers_and_outages(database: Database) -> None:
    year = Year(database, PEOPLE, outages=(A_WEEK, SOME_HOURS))

    year.run()

    assert year.count() == NOTHING
    assert sum(year.found.values()) >= 5 * PEOPLE
    assert year.crashes > 10
    assert year.found["told"] > 0


def test_two_workers_of_postgresql_send_each_reminder_once(tmp_path: Path) -> None:
    with running_postgres() as server, new_postgres_database(server, "year") as url:
        database = Database(build_engine(url))
        with closing(database):
            migrate(database.engine)
            year = Year(database, 150, outages=(A_WEEK,), workers_apart=True)

            year.run()
            found = year.count()

    assert found == NOTHING
    assert sum(year.found.values()) >= 5 * 150
