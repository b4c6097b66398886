"""Backups, and databases that a restore has replaced, go when they are too old: who was erased must leave them too."""

import asyncio
from datetime import timedelta
from pathlib import Path

from service import wiring
from service.settings import Settings
from store.backups import sealed_backup as backup
from store.backups.restoring import STAMP, drop_old


def expire(settings: Settings, *, folder: Path | None = None, keep_days: int | None = None) -> int:
    """Delete what is older than BACKUP_KEEP_DAYS; return how many. Safe to repeat.

    Raises:
        BrokenWorld: something cannot be deleted.
    """
    before = wiring.utc_now() - timedelta(days=keep_days or settings.backup_keep_days)
    gone = backup.expire(folder or settings.backups, before=before)
    return gone + drop_old(settings.database, before=before.strftime(STAMP))


async def expire_daily(settings: Settings) -> None:
    """The same as a sweep, also where nobody makes backups any more."""
    await asyncio.to_thread(expire, settings)
