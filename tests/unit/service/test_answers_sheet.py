"""The page of answers while somebody is at work on the texts."""

from pathlib import Path

import pytest
import requests
from starlette.applications import Starlette

from service.answers_page import SheetReader, build_answers_page
from simulator.loopback_server import serve_on_loopback
from tests.desk import SETTINGS, Desk, lay_desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return lay_desk(tmp_path, monkeypatch)


def test_a_file_that_is_half_written_is_told_until_it_is_mended(desk: Desk) -> None:
    path = desk.answers / "en" / "legal.yml"
    sound = path.read_text(encoding="utf-8")

    with serve_on_loopback(Starlette(routes=build_answers_page(SETTINGS))) as url:
        path.write_text(sound + "legal.asylum: [", encoding="utf-8")
        broken = requests.get(f"{url}/answers?topic=legal", timeout=30)
        path.write_text(sound, encoding="utf-8")
        mended = requests.get(f"{url}/answers?topic=legal", timeout=30)

    assert (broken.status_code, mended.status_code) == (503, 200)
    assert "en/legal.yml line" in broken.text
    assert "legal.asylum" in mended.text


def test_a_text_that_was_changed_or_taken_away_is_seen_at_once(desk: Desk) -> None:
    read = SheetReader(SETTINGS).read
    before = read()

    desk.edit("en/legal.yml", "legal.notario:\n  title: ", "legal.notario:\n  title: Changed # ")
    changed = read()
    (desk.answers / "en" / "legal.yml").unlink()
    gone = read()

    assert before.rules.catalogue.wordings["legal.notario", "en"].title != "Changed"
    assert changed.rules.catalogue.wordings["legal.notario", "en"].title == "Changed"
    assert ("legal.notario", "en") not in gone.rules.catalogue.wordings
    assert read() is gone
