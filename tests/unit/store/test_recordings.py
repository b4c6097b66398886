"""Recordings: only a file that a phone can play, of a size that WhatsApp takes."""

from pathlib import Path

import pytest

from store.recordings import MOST_BYTES, find_recording


@pytest.mark.parametrize(
    ("name", "content"), [("one.ogg", b"OggS..."), ("two.mp3", b"ID3..."), ("three.mp3", b"\xff\xfb.")]
)
def test_a_recording_is_known_by_its_bytes(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    first = find_recording(tmp_path, name)
    (tmp_path / name).write_bytes(content + b"!")

    assert first.name == name
    assert find_recording(tmp_path, name).digest != first.digest


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("../one.ogg", "plain file name"),
        ("one.wav", "plain file name"),
        (".ogg", "plain file name"),
        (["one.ogg"], "plain file name"),
        ("none.ogg", "cannot be read"),
        ("folder.ogg", "not what its ending says"),
        ("text.ogg", "not what its ending says"),
        ("empty.mp3", "not what its ending says"),
        ("large.mp3", "larger than 16 MB"),
    ],
    ids=str,
)
def test_anything_else_is_refused(tmp_path: Path, name: object, told: str) -> None:
    (tmp_path / "folder.ogg").mkdir()
    (tmp_path / "text.ogg").write_bytes(b"RIFF")
    (tmp_path / "empty.mp3").touch()
    with (tmp_path / "large.mp3").open("wb") as file:
        file.truncate(MOST_BYTES + 1)

    with pytest.raises(ValueError, match=told):
        find_recording(tmp_path, name)
