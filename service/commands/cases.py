"""`puente cases`: what an operator does about cases without a page."""

from collections.abc import Iterator
from contextlib import contextmanager

from conversation.errors import ConfigurationError
from service import wiring
from service.settings import Settings
from store.cases.queues import CaseLine, list_cases
from store.cases.transitions import close_by_code
from store.database import Database


def print_cases(settings: Settings, *, closed: bool) -> None:
    """Print one line a case; no words of the person."""
    with _database(settings) as (database, organisation_id):
        found = database.run_sync(lambda session: list_cases(session, organisation_id, closed=closed))
    for case in found:
        print(_render(case))
    print(f"{len(found)} {'closed' if closed else 'open'} case{'' if len(found) == 1 else 's'}")


def close_case(settings: Settings, code: str) -> None:
    """Close a case by its code.

    Raises:
        ConfigurationError: no open case has it.
    """
    with _database(settings) as (database, organisation_id):
        done = database.run_sync(lambda session: close_by_code(session, organisation_id, code, now=wiring.utc_now()))
    if not done:
        raise ConfigurationError(f"no open case is called {code}")
    print(f"case {code} is closed")


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[Database, str]]:
    database = wiring.build_database(settings)
    try:
        yield database, wiring.get_organisation(settings, database)
    finally:
        database.close()


def _render(case: CaseLine) -> str:
    opened = case.opened_at.strftime("%Y-%m-%d %H:%M UTC")
    where = f"{case.language or '-'} {case.state or '-'} {case.role or '-'}"
    columns = f"{case.code:<5} {case.urgency:<8} {case.status:<7} {case.discipline:<13} {where:<15}"
    return f"{columns} {opened}  {case.topic} ({case.reason})"
