"""Backups as files: named, listed, checked, and gone in time."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conversation.errors import ConfigurationError
from store.backups import sealed_backup as backup
from store.backups.sealed_backup import Manifest
from store.sealing.vault import KeyRing, Vault

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
VAULT = Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32)))
CONTENT = b"rows " * 10_000


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    database = tmp_path / "database"
    database.write_bytes(CONTENT)

    def write(made_at: datetime = NOW, **changes: object) -> Path:
        size, digest = backup.measure(database)
        manifest = Manifest(made_at, "1.0", "sqlite", "0005", {"message": 7}, ("k1",), "abcd", size, digest)
        return backup.write_backup(tmp_path / "backups", database, replace(manifest, **changes), VAULT)

    return write


def read(path: Path) -> tuple[Manifest, bytes]:
    target = io.BytesIO()
    with backup.open_backup(path, VAULT) as (manifest, content):
        backup.copy_checked(content, manifest, target)
    return manifest, target.getvalue()


def test_a_backup_comes_back_with_what_its_manifest_tells(write: Callable[..., Path]) -> None:
    path = write()

    manifest, content = read(path)

    assert content == CONTENT
    assert (manifest.rows, manifest.made_at, manifest.key_ids) == ({"message": 7}, NOW, ("k1",))
    assert (path.name, path.stat().st_mode & 0o777) == ("puente-20260630T120000Z.backup", 0o600)
    assert path.stat().st_size < len(CONTENT)
    assert b"rows" not in path.read_bytes()


def test_content_that_is_not_what_the_manifest_tells_is_refused(write: Callable[..., Path]) -> None:
    path = write(sha256="0" * 64)

    with pytest.raises(ConfigurationError, match="not what its manifest tells"):
        read(path)


def test_a_backup_of_the_same_second_is_not_overwritten(write: Callable[..., Path]) -> None:
    path = write()
    before = path.read_bytes()

    with pytest.raises(ConfigurationError, match="there already"):
        write()

    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_old_backups_go_and_nothing_else(write: Callable[..., Path]) -> None:
    old, young = write(NOW - timedelta(days=31)), write(NOW - timedelta(days=29))
    strangers = [old.parent / name for name in ("puente.db", "puente-20200101T000000Z.backup.txt", "notes.txt")]
    for stranger in strangers:
        stranger.write_text("")

    gone = backup.expire(old.parent, before=NOW - timedelta(days=30))

    assert gone == 1
    assert sorted(old.parent.iterdir()) == sorted([young, *strangers])


def test_a_backup_that_cannot_be_read_expires_all_the_same(write: Callable[..., Path]) -> None:
    path = write(NOW - timedelta(days=31))
    path.write_bytes(b"")

    assert backup.list_backups(path.parent)[0].key_ids == ()
    assert backup.expire(path.parent, before=NOW) == 1


def test_the_age_is_that_of_the_newest(write: Callable[..., Path], tmp_path: Path) -> None:
    write(NOW - timedelta(days=3))
    path = write(NOW - timedelta(hours=5))

    assert backup.find_age(path.parent, NOW) == timedelta(hours=5)
    assert backup.find_age(tmp_path / "nowhere", NOW) is None


def test_what_a_backup_needs_is_told_without_a_key(write: Callable[..., Path]) -> None:
    path = write(key_ids=("k1", "k3"))

    assert backup.list_backups(path.parent)[0].key_ids == ("k1", "k3")
