"""Backups, and databases that a restore has replaced, go when they are too old: who was erased must leave them too."""

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

from service import wiring
from service.settings import Settings
from store.backups import sealed_backup as backup
from store.backups.restoring import STAMP, drop_old
from store.database import parse_database_url

_LONGEST_RUN = timedelta(days=1)  # of a backup or a restore that is still at work


def expire(settings: Settings, *, folder: Path | None = None, keep_days: int | None = None) -> int:
    """Delete what is older than BACKUP_KEEP_DAYS; return how many. Safe to repeat.

    Raises:
        BrokenWorld: something cannot be deleted.
    """
    before = wiring.utc_now() - timedelta(days=keep_days or settings.backup_keep_days)
    folder = folder or settings.backups
    gone = backup.expire(folder, before=before) + _drop_drafts(settings, folder)
    return gone + drop_old(settings.database, before=before.strftime(STAMP))


def _drop_drafts(settings: Settings, folder: Path) -> int:
    """Delete what a backup or restore that was killed has left: whole databases, some of them not sealed as a whole."""
    before = (wiring.utc_now() - _LONGEST_RUN).timestamp()
    places = [(settings.var, ".backup-*"), (settings.var, ".restoring-*"), (folder, ".puente-*.backup.*")]
    if (url := parse_database_url(settings.database)).get_backend_name() == "sqlite":
        path = Path(str(url.database))
        places.append((path.parent, f".{path.name}.restored-*"))
    left = [one for place, name in places for one in place.glob(name)]
    old = [one for one in left if _changed_at(one) < before]
    for one in old:
        shutil.rmtree(one, ignore_errors=True) if one.is_dir() else one.unlink(missing_ok=True)
    return len(old)


def _changed_at(path: Path) -> float:
    """Return when a file, or anything in a folder, was last written; never when it is gone meanwhile."""
    try:
        return max(one.lstat().st_mtime for one in (path, *path.glob("*")))
    except OSError:
        return float("inf")


async def expire_daily(settings: Settings) -> None:
    """The same as a sweep, also where nobody makes backups any more."""
    await asyncio.to_thread(expire, settings)
