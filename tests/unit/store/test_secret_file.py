"""Files of keys and tokens: whole or not there."""

import os
from pathlib import Path

import pytest

from conversation.errors import ConfigurationError
from store.sealing import secret_file
from store.sealing.secret_file import changing, create_secret_file, replace_secret_file


def test_a_secret_is_written_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "token"

    made, again = create_secret_file(path, "one"), create_secret_file(path, "two")

    assert (made, again) == (True, False)
    assert path.read_text() == "one"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(secret_file.os, "fsync", full)

    with pytest.raises(ConfigurationError, match="No space left"):
        create_secret_file(tmp_path / "token", "one")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigurationError, match="cannot be written"):
        create_secret_file(tmp_path / "file" / "token", "one")


def test_a_loose_umask_does_not_open_a_secret_to_others(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_secret_file(tmp_path / "token", "one")
    finally:
        os.umask(before)

    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600


def test_a_secret_written_anew_replaces_the_old_one_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "token"
    create_secret_file(path, "one")

    replace_secret_file(path, "two")

    assert (path.read_text(), path.stat().st_mode & 0o777) == ("two", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_fills_up_leaves_the_old_secret_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "token"
    create_secret_file(path, "one")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(secret_file.os, "fsync", full)
    with pytest.raises(ConfigurationError, match="No space left"):
        replace_secret_file(path, "two")

    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_changed_by_one_command_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "token"

    with changing(path), pytest.raises(ConfigurationError, match="another command"), changing(path):
        pass

    with changing(path):
        pass
