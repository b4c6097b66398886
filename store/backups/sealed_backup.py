"""Backups: one sealed file with the whole database in it and no key. They expire, since who was erased must leave them.

puente-20261122T061359Z.backup   header in the clear: time, kind, which keys it needs; then, sealed and compressed,
                                 one line of JSON (`Manifest`) and the database as `store/backups/snapshots.py` wrote it
ledger.jsonl                     the newest ledger, beside them (store/forgetting/ledger.py)
"""

import contextlib
import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from conversation.errors import BrokenWorld, ConfigurationError
from store.sealing.sealed_stream import SealedReader, SealingWriter, read_header
from store.sealing.secret_file import new_draft
from store.sealing.vault import Vault

MAGIC = b"PUENTE-BACKUP-1\n"
_NAME = re.compile(r"puente-(\d{8}T\d{6}Z)\.backup")
_TIME = "%Y%m%dT%H%M%SZ"
_LONGEST_MANIFEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Attributes:
        kind: "sqlite" or "postgresql"; one does not restore into the other.
        revision: of the tables (Alembic).
        rows: by table of ours.
        key_ids: sealing keys without which some values do not open; `lookup_id`: the look-up key (`KeyRing.lookup_id`).
        size, sha256: of the database file inside.
    """

    made_at: datetime
    version: str
    kind: str
    revision: str
    rows: Mapping[str, int]
    key_ids: tuple[str, ...]
    lookup_id: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Found:
    """A backup in a folder. `key_ids` is empty when its header cannot be read."""

    path: Path
    made_at: datetime
    key_ids: tuple[str, ...]


def write_backup(folder: Path, database_file: Path, manifest: Manifest, vault: Vault) -> Path:
    """Seal a database file into a folder; return the backup's path. Half a backup never has a backup's name.

    Raises:
        ConfigurationError: the folder cannot be written, or there is a backup of this second.
    """
    path = folder / f"puente-{manifest.made_at.astimezone(UTC).strftime(_TIME)}.backup"
    with new_draft(path) as draft, draft.open("r+b") as file, database_file.open("rb") as content:
        sealed = SealingWriter(file, vault, magic=MAGIC, header=_header(manifest))
        with gzip.GzipFile(fileobj=sealed, mode="wb", compresslevel=6, filename="", mtime=0) as packed:
            packed.write(_render(manifest) + b"\n")
            shutil.copyfileobj(content, packed, 1024 * 1024)
        sealed.finish()
    return path


@contextlib.contextmanager
def open_backup(path: Path, vault: Vault) -> Iterator[tuple[Manifest, BinaryIO]]:
    """Open a backup: what it holds, and the database file inside as a stream; `copy_checked` reads it.

    Raises:
        ConfigurationError: there is no such file, it is damaged, or its key is not at hand.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    with file:
        sealed = SealedReader(file, vault, magic=MAGIC)
        with gzip.GzipFile(fileobj=cast(BinaryIO, sealed), mode="rb") as unpacked:
            yield _parse(unpacked.readline(_LONGEST_MANIFEST)), cast(BinaryIO, unpacked)


def copy_checked(content: BinaryIO, manifest: Manifest, target: BinaryIO) -> None:
    """Write the database file that a backup holds, and see that it is the one its manifest tells of.

    Raises:
        ConfigurationError: it is not.
    """
    digest, size = hashlib.sha256(), 0
    try:
        while chunk := content.read(1024 * 1024):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    except (EOFError, gzip.BadGzipFile):
        size = -1
    if (size, digest.hexdigest()) != (manifest.size, manifest.sha256):
        raise ConfigurationError("the backup is damaged: its content is not what its manifest tells of")


def measure(path: Path) -> tuple[int, str]:
    """Return size and SHA-256 of a file."""
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def list_backups(folder: Path) -> list[Found]:
    """Return the backups of a folder, oldest first; what has no backup's name is not ours to look at.

    Raises:
        BrokenWorld: the folder is there and cannot be read.
    """
    try:
        paths = sorted(folder.iterdir()) if folder.exists() else []
    except OSError as error:
        raise BrokenWorld(f"the folder of backups cannot be read: {error.strerror}") from None
    named = ((path, made_at) for path in paths if (made_at := _parse_name(path.name)))
    return [Found(path, made_at, _read_key_ids(path)) for path, made_at in named]


def expire(folder: Path, *, before: datetime) -> int:
    """Delete the backups made before a time; return how many.

    Raises:
        BrokenWorld: one cannot be deleted.
    """
    old = [found for found in list_backups(folder) if found.made_at < before]
    for found in old:
        try:
            found.path.unlink(missing_ok=True)
        except OSError as error:
            raise BrokenWorld(f"an old backup cannot be deleted: {error.strerror}") from None
    return len(old)


def find_age(folder: Path, now: datetime) -> timedelta | None:
    """Return the age of the newest backup; None when there is none."""
    found = list_backups(folder)
    return now - found[-1].made_at if found else None


def _header(manifest: Manifest) -> dict[str, Any]:
    told = {"kind": manifest.kind, "revision": manifest.revision, "version": manifest.version}
    return {"made_at": manifest.made_at.isoformat(), **told, "keys": list(manifest.key_ids)}


def _read_key_ids(path: Path) -> tuple[str, ...]:
    try:
        with path.open("rb") as file:
            return tuple(map(str, read_header(file, magic=MAGIC).get("keys", ())))
    except (OSError, ConfigurationError, TypeError):
        return ()


def _parse_name(name: str) -> datetime | None:
    match = _NAME.fullmatch(name)
    try:
        return datetime.strptime(match[1], _TIME).replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def _render(manifest: Manifest) -> bytes:
    return json.dumps({**asdict(manifest), "made_at": manifest.made_at.isoformat()}).encode()


def _parse(line: bytes) -> Manifest:
    try:
        data = json.loads(line)
        fixed = {"made_at": datetime.fromisoformat(data["made_at"]), "key_ids": tuple(data["key_ids"])}
        return Manifest(**{**data, **fixed})
    except (ValueError, TypeError, KeyError):
        raise ConfigurationError("the backup is of a version that this one cannot read") from None
