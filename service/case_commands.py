"""`puente cases` and `puente staff`: what an operator does without a page."""

from conversation.errors import ConfigurationError
from service import wiring
from service.settings import Settings
from store import cases
from store.staff import add_caseworker


def print_cases(settings: Settings, *, closed: bool) -> None:
    """Print one line a case; no words of the person."""
    database = wiring.build_database(settings)
    organisation_id = wiring.get_organisation(settings, database)
    found = database.run_sync(lambda session: cases.list_cases(session, organisation_id, closed=closed))
    database.close()
    for case in found:
        opened = case.opened_at.strftime("%Y-%m-%d %H:%M UTC")
        where = f"{case.language or '-'} {case.state or '-'}"
        columns = f"{case.code:<5} {case.urgency:<8} {case.status:<7} {case.discipline:<13} {where:<8}"
        print(f"{columns} {opened}  {case.topic} ({case.reason})")
    print(f"{len(found)} {'closed' if closed else 'open'} case{'' if len(found) == 1 else 's'}")


def close_case(settings: Settings, code: str) -> None:
    """Close a case by its code.

    Raises:
        ConfigurationError: no open case has it.
    """
    database = wiring.build_database(settings)
    organisation_id = wiring.get_organisation(settings, database)
    done = database.run_sync(lambda session: cases.close(session, organisation_id, code, now=wiring.utc_now()))
    database.close()
    if not done:
        raise ConfigurationError(f"no open case is called {code}")
    print(f"case {code} is closed")


def add_staff(settings: Settings, *, login: str, name: str, languages: str, disciplines: str) -> None:
    """Add a caseworker.

    Raises:
        ConfigurationError: the login is taken.
    """
    database = wiring.build_database(settings)
    organisation_id, vault = wiring.get_organisation(settings, database), wiring.build_vault(settings)
    added = database.run_sync(
        lambda session: add_caseworker(
            session, vault, organisation_id, login=login, name=name,
            languages=_words(languages), disciplines=_words(disciplines), now=wiring.utc_now(),
        )
    )  # fmt: skip
    database.close()
    if not added:
        raise ConfigurationError(f"there is a caseworker {login} already")
    print(f"caseworker {login} added")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
