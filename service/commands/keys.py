"""`puente keys`: what keys there are and what needs them; a new one, everything sealed anew, an old one taken away."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from conversation.errors import ConfigurationError, PuenteError
from service import wiring
from service.settings import Settings
from store.backups import sealed_backup as backup
from store.database import Database
from store.sealing.key_changes import add_key, drop_key, prepare_key
from store.sealing.rotation import UNKNOWN, count_by_key, rewrap
from store.sealing.vault import LOOK_S, KeyRing, read_keys
from store.sql.reader import Reader
from store.sql.sqlite import empty_log

SETTLED_S = 4 * LOOK_S  # after it every running process has looked at the key file and seals with the current key
PAUSE_S = 0.02  # between two batches: messages come first
_SHOW_EVERY = 20  # batches

_KEEP = "Copy {path} to a safe place, apart from the backups: without it nothing that is stored can be read."


def print_keys(settings: Settings) -> None:
    """List the keys, and how many stored values and backups need each."""
    ring = read_keys(settings.keys)
    with _reading(settings) as reader:
        counts = reader.run_sync(lambda session: count_by_key(session, ring))
    kept = _count_backups(settings)
    for key_id in sorted(ring.sealing):
        mark = {ring.current: "current", ring.prepared: "prepared"}.get(key_id, "")
        print(f"{key_id:10} {mark:8} {counts[key_id]:>9} values  {kept[key_id]:>4} backups")
    if counts[UNKNOWN]:
        print(f"{'?':10} {'':8} {counts[UNKNOWN]:>9} values of keys that are not in {settings.keys}")
    if ring.changed_at:
        print(f"current since {datetime.fromtimestamp(ring.changed_at, UTC):%Y-%m-%d %H:%M} UTC")


def prepare(settings: Settings) -> None:
    """Make a key that seals nothing yet, to be copied to other machines before `rotate`."""
    ring = prepare_key(settings.keys)
    print(f"{ring.prepared} is in {settings.keys} and seals nothing yet.")
    print("Copy that file to every machine, then `puente keys rotate` on one, and copy it again.")


def rotate(settings: Settings) -> None:
    """Make a new key the current one; running processes take it up by themselves."""
    ring = add_key(settings.keys, now_s=time.time())
    print(f"{ring.current} seals from now on; running processes take it up within {LOOK_S:.0f} seconds.")
    print(_KEEP.format(path=settings.keys))
    print("Next: `puente keys rewrap` seals what is stored with the new key, while the service goes on.")


def seal_anew(settings: Settings) -> None:
    """Seal everything with the current key, showing progress; safe to interrupt and repeat.

    Raises:
        ConfigurationError: some values cannot be opened: their key is missing.
    """
    database = wiring.build_database(settings)
    try:
        unreadable = _seal_all(settings, database)
    finally:
        database.close()
    if unreadable:
        listed = ", ".join(f"{context} {count}" for context, count in sorted(unreadable.items()))
        raise ConfigurationError(f"these values cannot be opened, is their key in {settings.keys}? {listed}")


def retire(settings: Settings, key_id: str) -> None:
    """Take an old key away, when nothing needs it.

    Raises:
        ConfigurationError: what still needs it.
    """
    ring = read_keys(settings.keys)
    if key_id not in ring.sealing or key_id == ring.current:
        drop_key(settings.keys, key_id)  # says why not
    if time.time() - ring.changed_at < SETTLED_S:
        raise ConfigurationError(f"wait {SETTLED_S:.0f} seconds after a rotation, until no process uses {key_id}")
    _refuse_needed(settings, ring, key_id)
    drop_key(settings.keys, key_id)
    print(f"{key_id} is gone from {settings.keys}. Remove it from every copy of that file too.")


def _seal_all(settings: Settings, database: Database) -> Counter[str]:
    vault = wiring.build_vault(settings)
    with _reading(settings) as reader:
        counts = reader.run_sync(lambda session: count_by_key(session, vault.keys))
        old = counts.total() - counts[vault.keys.current]
        print(f"{old} values to seal with {vault.keys.current} …", flush=True)
        done, unreadable = 0, Counter[str]()
        for number, sums in enumerate(rewrap(database, reader, vault), start=1):
            done, unreadable = sums.done, sums.unreadable
            if number % _SHOW_EVERY == 0:
                print(f"{done} of {old} …", flush=True)
            time.sleep(PAUSE_S)
    empty_log(database.engine)  # values of the old key still stand in it
    print(f"{done} values are sealed with {vault.keys.current} now.")
    if (rest_s := vault.keys.changed_at + LOOK_S - time.time()) > 0:
        print(f"Processes may still seal with an older key for {rest_s:.0f} seconds: rewrap once more after that.")
    return unreadable


def _refuse_needed(settings: Settings, ring: KeyRing, key_id: str) -> None:
    with _reading(settings) as reader:
        needed = reader.run_sync(lambda session: count_by_key(session, ring))[key_id]
    if needed:
        raise ConfigurationError(f"{needed} stored values are sealed with {key_id}: `puente keys rewrap` first")
    if kept := _count_backups(settings)[key_id]:
        raise ConfigurationError(
            f"{kept} backups in {settings.backups} need {key_id}: wait until they have expired, or delete them"
        )


def _count_backups(settings: Settings) -> Counter[str]:
    found = backup.list_backups(settings.backups)
    return Counter(key_id for one in found for key_id in one.key_ids)


@contextmanager
def _reading(settings: Settings) -> Iterator[Reader]:
    """Open the database for reading; its tables must be those of this code."""
    try:
        wiring.build_database(settings).close()
    except PuenteError as error:
        raise ConfigurationError(f"the keys' use cannot be counted: {error}") from None
    reader = Reader(settings.database)
    try:
        yield reader
    finally:
        reader.close()
