"""A reviewer's desk: a copy of a few answers, on which the commands work as on the project's own data.

desk = lay_desk(tmp_path, monkeypatch)
review(SETTINGS, answer="system.help", ...)
desk.ledger.read_text()
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from conversation.answers.catalogue import FLOOR_SET, Catalogue
from service import wiring
from service.settings import Settings
from store.review_ledger import LEDGER
from tests.talk import ROOT

SETTINGS = Settings(drafts=False)
OTHERS = ("legal.asylum", "legal.notario", "safety.abuse", "system.choose")
KEPT = (*FLOOR_SET, *OTHERS)
# What these need here, whatever the project asks for one day.
NEEDED = {"system.help": "[language]", "legal.asylum": "[language, legal]"}
_BLOCK = re.compile(r"^([a-z_.]+):\n(?:(?: .*)?\n)*", re.MULTILINE)


@dataclass(frozen=True)
class Desk:
    answers: Path

    @property
    def ledger(self) -> Path:
        return self.answers / LEDGER

    def read(self) -> Catalogue:
        return wiring.build_catalogue(SETTINGS)

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a text by hand; the old words must be there once."""
        path = self.answers / file
        content = path.read_text(encoding="utf-8")
        assert content.count(old) == 1
        path.write_text(content.replace(old, new), encoding="utf-8")


def lay_desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Copy a few answers, without anybody's reviews, and have the commands read them."""
    data = folder / "data"
    for path in (ROOT / "data" / "answers").rglob("*.yml"):
        place = data / path.relative_to(ROOT / "data")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(_keep(path.read_text(encoding="utf-8")), encoding="utf-8")
        if len(place.read_text()) == 0:
            place.unlink()
    shutil.copy(ROOT / "data" / "languages.yml", data)
    for name in ("dialogue", "safety", "reference"):
        (data / name).symlink_to(ROOT / "data" / name)
    monkeypatch.setattr(wiring, "DATA", data)
    return Desk(data / "answers")


def _keep(content: str) -> str:
    blocks = ((block[1], block[0]) for block in _BLOCK.finditer(content) if block[1] in KEPT)
    return "".join(
        re.sub(r"(?m)^  reviews: .*", f"  reviews: {NEEDED[answer]}", block) if answer in NEEDED else block
        for answer, block in blocks
    )
