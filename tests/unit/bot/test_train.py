"""What training leaves behind. The training itself runs in tests/integration/test_bot.py."""

import os
from pathlib import Path

import pytest

from bot.train import TrainingError, card_of, forget_old, make_model
from bot.training_files import TrainingFiles


def archive(folder: Path, name: str, *, used_at: float) -> Path:
    path = folder / f"puente-{name}.tar.gz"
    path.write_bytes(b"")
    card_of(path).write_text("")
    os.utime(path, (used_at, used_at))
    return path


def test_the_two_archives_used_last_stay_with_their_cards_and_nothing_else_is_touched(tmp_path: Path) -> None:
    archive(tmp_path, "oldest", used_at=100)
    archive(tmp_path, "newest", used_at=300)
    archive(tmp_path, "middle", used_at=200)
    (tmp_path / "README.md").write_text("")

    forget_old(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "README.md",
        "puente-middle.md",
        "puente-middle.tar.gz",
        "puente-newest.md",
        "puente-newest.tar.gz",
    ]


def test_the_card_lies_beside_its_archive() -> None:
    assert card_of(Path("models/puente-0123456789ab.tar.gz")) == Path("models/puente-0123456789ab.md")


def test_without_utterances_nothing_is_trained(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no utterances"):
        make_model(TrainingFiles(nlu=tmp_path / "nlu", rules=tmp_path / "rules"), tmp_path)
