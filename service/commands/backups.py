"""`puente backup` and `puente restore`: one sealed file out, and back in without a word said or sent twice."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from conversation.danger.safety import DangerRules
from conversation.errors import ConfigurationError, PuenteError
from service import wiring
from service.care.after_restore import Settled, settle
from service.care.backup_expiry import expire
from service.engine import prepare_engine_tables
from service.settings import Settings
from store.backups import sealed_backup as backup
from store.backups.restoring import STAMP, Place, holds_anything, new_place
from store.backups.sealed_backup import Manifest
from store.backups.snapshots import count_rows, take_snapshot
from store.database import Database, build_engine, parse_database_url
from store.forgetting import ledger
from store.forgetting.ledger import Line, Replayed
from store.forgetting.periods import WISHES_DAYS
from store.sealing.vault import KeyRing, Vault, read_keys
from store.sql.migrate import migrate, require_current, require_known

LEDGER = ledger.FILE_NAME


def make_backup(settings: Settings, folder: Path | None, keep_days: int | None) -> None:
    """Write a backup while the service runs, and delete those that are too old.

    Raises:
        ConfigurationError, BrokenWorld: what to mend; no half backup stays.
    """
    folder = folder or settings.backups
    vault, made_at = wiring.build_vault(settings), wiring.utc_now()
    wiring.build_database(settings).close()  # its tables must be those of this code
    with _draft_folder(settings) as drafts:
        draft = drafts / "database"
        draft.touch(mode=0o600)
        snapshot = take_snapshot(settings.database, draft, vault.keys)
        size, digest = backup.measure(draft)
        key_ids = tuple(sorted({*snapshot.key_ids, vault.keys.current}))
        manifest = Manifest(
            made_at=made_at, version=version("puente"), kind=snapshot.kind, revision=snapshot.revision,
            rows=snapshot.rows, key_ids=key_ids, lookup_id=vault.keys.lookup_id, size=size, sha256=digest,
        )  # fmt: skip
        path = backup.write_backup(folder, draft, manifest, vault)
    _refuse_retired(settings, path, manifest)
    _copy_ledger(settings, folder)
    gone = expire(settings, folder=folder, keep_days=keep_days)
    print(f"{path}: {sum(snapshot.rows.values())} rows, {path.stat().st_size} bytes, sealed with {vault.keys.current}")
    print(f"{gone} old backups and replaced databases deleted.")
    print(f"The keys are not in it: keep a copy of {settings.keys} somewhere else.")


def restore(settings: Settings, file: Path, *, ledger_file: Path | None, without_ledger: bool, replace: bool) -> None:
    """Bring a backup back: check it, replace the database, forget again whom it must forget, repeat nothing.

    Raises:
        ConfigurationError, BrokenWorld: what is in the way; the database is then as it was.
    """
    vault = wiring.build_vault(settings)
    if holds_anything(settings.database) and not replace:
        raise ConfigurationError("the database is not empty: --replace moves it aside and restores the backup")
    lines = _find_lines(settings, file, ledger_file)
    if not any(line.lookup == vault.keys.lookup_id for line in lines) and not without_ledger:
        raise ConfigurationError(
            "no ledger of these keys was found: people erased or stopped since the backup would be written to again. "
            "Give the newest one (--ledger FILE), or --without-ledger when nobody was"
        )
    with backup.open_backup(file, vault) as (manifest, content):
        _refuse_foreign(settings, manifest, vault.keys)
        stamp = wiring.utc_now().strftime(STAMP)
        with new_place(settings.database, stamp=stamp, drafts=settings.var) as place:
            place.load(lambda target: backup.copy_checked(content, manifest, target))
            _check_rows(place, manifest)
            replayed, settled = _bring_forward(settings, place, lines, vault)
    _tell(manifest, place, lines, replayed, settled)


def _bring_forward(settings: Settings, place: Place, lines: Sequence[Line], vault: Vault) -> tuple[Replayed, Settled]:
    """Migrate to this version, then settle and replay in one transaction: half of it is never seen."""
    prepare_engine_tables(place.database_url)
    database, now = Database(build_engine(place.database_url)), wiring.utc_now()
    rules = wiring.build_rules(settings)
    try:
        migrate(database.engine)
        return database.run_sync(lambda session: _forget_and_settle(session, lines, vault, rules.danger, now))
    finally:
        database.close()


def _forget_and_settle(
    session: Session, lines: Sequence[Line], vault: Vault, danger: DangerRules, now: datetime
) -> tuple[Replayed, Settled]:
    replayed = ledger.replay(session, lines, lookup_id=vault.keys.lookup_id, now=now)
    return replayed, settle(session, vault, is_danger=lambda text: danger.find_danger(text) is not None, now=now)


def _refuse_foreign(settings: Settings, manifest: Manifest, keys: KeyRing) -> None:
    kind = parse_database_url(settings.database).get_backend_name()
    if manifest.kind != kind:
        raise ConfigurationError(f"this is a backup of {manifest.kind}, and DATABASE_URL is {kind}")
    if missing := sorted(set(manifest.key_ids) - set(keys.sealing)):
        raise ConfigurationError(f"{settings.keys} lacks the keys {', '.join(missing)}, which this backup needs")
    if manifest.lookup_id != keys.lookup_id:
        raise ConfigurationError(f"{settings.keys} holds another look-up key than this backup needs")
    require_known(manifest.revision)


def _check_rows(place: Place, manifest: Manifest) -> None:
    found = count_rows(place.database_url)
    wrong = sorted(table for table, rows in manifest.rows.items() if found.get(table, -1) != rows)
    if wrong:
        raise ConfigurationError(f"the backup is damaged: other rows than it tells of in {', '.join(wrong)}")


def _find_lines(settings: Settings, file: Path, ledger_file: Path | None) -> list[Line]:
    """Return what every ledger at hand tells: the given one, the service's own, the one beside the backup, the old
    database's table.

    Raises:
        ConfigurationError: the given one is not there.
    """
    if ledger_file is not None and not ledger_file.is_file():
        raise ConfigurationError(f"there is no ledger {ledger_file}")
    files = [file.parent / LEDGER, settings.var / LEDGER, *([ledger_file] if ledger_file else [])]
    told = [line for one in files for line in ledger.read_lines(one)]
    return list({line.id: line for line in (*told, *_read_old_ledger(settings))}.values())


def _read_old_ledger(settings: Settings) -> list[Line]:
    """Return what the database tells that is about to be replaced, where it can still be read."""
    if not holds_anything(settings.database):
        return []
    database, lookup_id = Database(build_engine(settings.database)), read_keys(settings.keys).lookup_id
    known: list[Line] = []
    try:
        require_current(database.engine)
        while new := database.run_sync(partial(ledger.find_new, known=known, lookup_id=lookup_id)):
            known += new
    except PuenteError:
        print("the ledger of the database that is replaced cannot be read; the files are used")
    finally:
        database.close()
    return known


def _copy_ledger(settings: Settings, folder: Path) -> None:
    """Keep the newest ledger beside the backups, whole also where no worker keeps one: whoever has both can restore."""
    oldest = wiring.utc_now() - timedelta(days=WISHES_DAYS)
    lines = [line for line in _find_lines(settings, folder / LEDGER, None) if line.at >= oldest]
    if lines:
        ledger.replace_lines(folder / LEDGER, sorted(lines, key=lambda line: line.recorded_at))


def _refuse_retired(settings: Settings, path: Path, manifest: Manifest) -> None:
    """Take back a backup one of whose keys was retired while it was made: nobody could restore it."""
    if set(manifest.key_ids) - set(read_keys(settings.keys).sealing):
        path.unlink()
        raise ConfigurationError("a key was retired while the backup was made: make it once more")


@contextmanager
def _draft_folder(settings: Settings) -> Iterator[Path]:
    """Give a folder for what is not sealed yet: beside the database, not where the backups go."""
    try:
        with TemporaryDirectory(dir=settings.var, prefix=".backup-") as folder:
            yield Path(folder)
    except OSError as error:
        raise ConfigurationError(f"{settings.var} cannot be written: {error.strerror}") from None


def _tell(manifest: Manifest, place: Place, lines: Sequence[Line], replayed: Replayed, settled: Settled) -> None:
    print(f"restored: {sum(manifest.rows.values())} rows as of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC")
    newest = max((line.recorded_at for line in lines), default=None)
    print(f"ledger up to {newest:%Y-%m-%d %H:%M:%S} UTC: " if newest else "no ledger: ", end="")
    print(f"{replayed.erased} erased again, {replayed.stopped} stopped, {replayed.started} started", end="")
    print(f", {replayed.foreign} lines are not of this database" if replayed.foreign else "")
    print(f"{settled.looked_up} texts will be looked up at the carrier before they are sent")
    print(f"{settled.texts_for_people} older texts and {settled.messages_for_people} messages wait for a person")
    print("What came in after the backup is only in the carrier's log: read it there (docs/runbook.md).")
    if place.aside:
        print(f"the database as it was: {place.aside}. A later backup deletes it, as old as any backup may be.")
