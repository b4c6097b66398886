"""Tokens lie in files that only their owner reads."""

from pathlib import Path

import pytest

from bot.token_file import TokenFileError, read_token

TOKEN = "0123456789abcdef"


def token_file(folder: Path, *, content: str = TOKEN, mode: int = 0o600) -> Path:
    path = folder / "token"
    path.write_text(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_the_token_is_read_without_white_space(tmp_path: Path, mode: int) -> None:
    assert read_token(token_file(tmp_path, content=f"{TOKEN}\n", mode=mode)) == TOKEN


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(TokenFileError, match="chmod 600"):
        read_token(token_file(tmp_path, mode=mode))


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(TokenFileError, match="absent cannot be read"):
        read_token(tmp_path / "absent")


@pytest.mark.parametrize(("content", "rule"), [("", "fewer"), ("short", "fewer"), ("\u00f1" * 20, "ASCII")])
def test_an_unfit_token_is_refused_without_showing_it(tmp_path: Path, content: str, rule: str) -> None:
    with pytest.raises(TokenFileError, match=rule) as refusal:
        read_token(token_file(tmp_path, content=content))

    assert not content or content not in str(refusal.value)
