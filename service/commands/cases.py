"""`puente cases` and `puente staff`: what an operator does without a page."""

from collections.abc import Iterator
from contextlib import contextmanager

from conversation.errors import ConfigurationError
from service import wiring
from service.settings import Settings
from store import cases
from store.cases import CaseLine
from store.database import Database
from store.staff import add_caseworker

_LONGEST_LOGIN = 64


def print_cases(settings: Settings, *, closed: bool) -> None:
    """Print one line a case; no words of the person."""
    with _database(settings) as (database, organisation_id):
        found = database.run_sync(lambda session: cases.list_cases(session, organisation_id, closed=closed))
    for case in found:
        print(_render(case))
    print(f"{len(found)} {'closed' if closed else 'open'} case{'' if len(found) == 1 else 's'}")


def close_case(settings: Settings, code: str) -> None:
    """Close a case by its code.

    Raises:
        ConfigurationError: no open case has it.
    """
    with _database(settings) as (database, organisation_id):
        done = database.run_sync(lambda session: cases.close(session, organisation_id, code, now=wiring.utc_now()))
    if not done:
        raise ConfigurationError(f"no open case is called {code}")
    print(f"case {code} is closed")


def add_staff(settings: Settings, *, login: str, name: str, languages: str, disciplines: str) -> None:
    """Add a caseworker.

    Raises:
        ConfigurationError: the login is taken, empty or too long.
    """
    if not 0 < len(login) <= _LONGEST_LOGIN or not login.isprintable():
        raise ConfigurationError(f"a login has 1 to {_LONGEST_LOGIN} printable characters")
    vault = wiring.build_vault(settings)
    with _database(settings) as (database, organisation_id):
        added = database.run_sync(
            lambda session: add_caseworker(
                session, vault, organisation_id, login=login, name=name,
                languages=_words(languages), disciplines=_words(disciplines), now=wiring.utc_now(),
            )
        )  # fmt: skip
    if not added:
        raise ConfigurationError(f"there is a caseworker {login} already")
    print(f"caseworker {login} added")


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


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
