"""What a process sees of its machine: keys, disk, backups."""

import shutil
from dataclasses import dataclass
from datetime import datetime

from conversation.errors import PuenteError
from service.settings import Settings
from store.backups import sealed_backup as backup
from store.sealing.vault import read_keys


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One look. `backup_age_s`: seconds since the newest backup, None when there is none here."""

    keys_usable: bool
    disk_free_bytes: int
    backup_age_s: float | None


def look_around(settings: Settings, now: datetime) -> Surroundings:
    """Look; what cannot be read counts as not there."""
    return Surroundings(_can_use_keys(settings), _measure_disk(settings), _find_backup_age(settings, now))


def _can_use_keys(settings: Settings) -> bool:
    try:
        read_keys(settings.keys)
    except PuenteError:
        return False
    return True


def _measure_disk(settings: Settings) -> int:
    try:
        return shutil.disk_usage(settings.var).free
    except OSError:
        return 0


def _find_backup_age(settings: Settings, now: datetime) -> float | None:
    try:
        age = backup.find_age(settings.backups, now)
    except PuenteError:
        return None
    return age.total_seconds() if age is not None else None
