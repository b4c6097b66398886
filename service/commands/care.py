"""`puente purge` and `puente erase`. A number is asked for, never taken from the command line, and never printed."""

import asyncio
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from conversation.errors import ConfigurationError
from service import wiring
from service.care.sweeps import build_purger
from service.settings import Settings
from store.database import Database
from store.forgetting import erasure, persons
from store.forgetting.persons import Kept
from store.people import find_number_key
from store.sql.reader import Reader
from store.sql.sqlite import empty_log

_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}|[A-Z]{2}\.[A-Za-z0-9.]{1,128}")  # or a WhatsApp id that hides it
_FILLING = re.compile(r"[\s().\-]")
_LONGEST_INPUT = 200

Ask = Callable[[str], str]


def purge(settings: Settings, *, dry_run: bool) -> None:
    """Delete what has expired, as the worker does every day; with dry_run count it only."""
    with _database(settings) as (database, reader):
        purger = build_purger(settings, database, reader)
        counts = asyncio.run(purger.count() if dry_run else purger.purge())
    _print_counts(counts, "would go" if dry_run else "gone")


def erase_number(settings: Settings, ask: Ask, *, confirmed: bool) -> None:
    """Forget a number that is asked for.

    Raises:
        ConfigurationError: it is no number, or nothing is stored of it, or the question was not answered with yes.
    """
    number = parse_number(ask("Number, with + and country code: "))
    with _database(settings) as (database, _):
        organisation_id = wiring.get_organisation(settings, database)
        vault = wiring.build_vault(settings)
        number_key = database.run_sync(lambda session: find_number_key(session, vault, organisation_id, number))
        _erase(database, organisation_id, number_key, ask, confirmed=confirmed)


def erase_case(settings: Settings, code: str, ask: Ask, *, confirmed: bool) -> None:
    """Forget the person of a case.

    Raises:
        ConfigurationError: no such case, or its person is forgotten already, or the answer was not yes.
    """
    with _database(settings) as (database, _):
        organisation_id = wiring.get_organisation(settings, database)
        number_key = database.run_sync(lambda session: persons.find_number_of_case(session, organisation_id, code))
        if number_key is None:
            raise ConfigurationError(f"no case is called {code}, or its person is forgotten already")
        _erase(database, organisation_id, number_key, ask, confirmed=confirmed)


def ask_input(question: str) -> str:
    """Ask on the terminal; from a pipe read one line. Nothing is echoed anywhere else."""
    if sys.stdin.isatty():
        print(question, end="", flush=True)
    return sys.stdin.readline(_LONGEST_INPUT).strip()


def parse_number(text: str) -> str:
    """Return a number in E.164, or a WhatsApp id, from what a person types.

    Raises:
        ConfigurationError: it is neither; it is not repeated.
    """
    plain = text.strip().removeprefix("whatsapp:")
    number = plain if plain[:1].isalpha() else _FILLING.sub("", plain)
    if not _NUMBER.fullmatch(number):
        raise ConfigurationError("that is no number: write it with + and country code, like +12025550123")
    return number


def _erase(database: Database, organisation_id: str, number_key: str, ask: Ask, *, confirmed: bool) -> None:
    kept = database.run_sync(lambda session: persons.count_kept(session, organisation_id, number_key))
    if kept == Kept():
        raise ConfigurationError("nothing is stored of this number")
    print(f"{kept.messages} messages in {kept.conversations} conversations, {kept.cases} cases, {kept.waiting} unsent")
    if not confirmed and ask("Erase all of it, for good? (yes): ").lower() != "yes":
        raise ConfigurationError("nothing was erased")
    now = wiring.utc_now()
    order_id = database.run_sync(
        lambda session: erasure.order_erasure(session, organisation_id, number_key, by="operator", now=now)
    )
    deleted = _delete_now(database, order_id, now)
    print(f"{deleted} messages are deleted; the order is {order_id}.")
    print("The running worker does the rest: the bot's memory, the carrier's copies, the address.")


def _delete_now(database: Database, order_id: str, now: datetime) -> int:
    """Do here what needs neither bot nor carrier; the worker finds the rest of the order."""
    order = database.run_sync(lambda session: erasure.find_order(session, order_id))
    deleted = 0
    while order and (count := database.run_sync(lambda session: erasure.erase_some(session, order, now))):
        deleted += count
    empty_log(database.engine)
    return deleted


def _print_counts(counts: Counter[str], what: str) -> None:
    for table, number in counts.items():
        print(f"{table:16} {number:>8} {what}")
    print(f"{'all':16} {counts.total():>8} {what}")


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[Database, Reader]]:
    database = wiring.build_database(settings)
    reader = Reader(settings.database)
    try:
        yield database, reader
    finally:
        reader.close()
        database.close()
