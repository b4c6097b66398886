"""Files of data/: replaced whole, and by one command at a time."""

import stat
from pathlib import Path
from threading import Event, Thread

import pytest

from conversation.errors import ContentError
from store.whole_file import changing_alone, replace_file


def test_a_file_is_replaced_with_the_rights_it_had(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("old")
    path.chmod(0o640)

    replace_file(path, b"new")

    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o640)
    assert list(tmp_path.iterdir()) == [path]


def test_a_second_command_waits_until_the_first_has_ended(tmp_path: Path) -> None:
    begun, seen = Event(), list[str]()

    def change() -> None:
        begun.set()
        with changing_alone(tmp_path):
            seen.append("second")

    second = Thread(target=change)
    with changing_alone(tmp_path):
        second.start()
        begun.wait(10)
        second.join(0.1)
        seen.append("first")
    second.join(10)

    assert seen == ["first", "second"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="none/ cannot be locked"), changing_alone(tmp_path / "none"):
        pass
