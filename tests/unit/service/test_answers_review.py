"""`puente answers review`: what a named person approves is shown, asked, and written down; and what it opens (I5)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conversation.answers.catalogue import FLOOR_SET
from conversation.answers.reviews import Comparison, ReviewKind
from conversation.errors import ConfigurationError
from service.commands.answers_review import review
from service.running import serving
from store.review_ledger import append_reviews
from tests.desk import SETTINGS, Desk, lay_desk
from tests.talk import approve


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return lay_desk(tmp_path, monkeypatch)


def approve_text(answer: str = "system.help", language: str = "es", **more: Any) -> None:
    options = {"kind": "language", "by": "Ana López", "of": None, "confirmed": True, **more}
    review(SETTINGS, answer=answer, language=language, **options)


def test_an_approved_text_is_shown_and_stands_in_the_ledger(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    approve_text()

    catalogue, told = desk.read(), capsys.readouterr().out
    spanish, english = (catalogue.wordings["system.help", tag] for tag in ("es", "en"))
    (made,) = catalogue.ledger
    assert (made.reviewer, made.text, made.of) == ("Ana López", spanish.digest, Comparison("en", english.digest))
    assert not catalogue.is_draft(spanish)
    assert spanish.text in told
    assert english.text in told


@pytest.mark.parametrize(
    ("answer", "language", "of", "base"),
    [("system.help", "en", None, None), ("system.help", "en", "es", "es"), ("system.help", "quc", None, "es"),
     ("system.help", "quc", "en", "en"), ("system.help", "fr", None, "en")],
)  # fmt: skip
def test_a_translation_is_compared_with_the_text_that_stands_in_for_it(
    desk: Desk, answer: str, language: str, of: str | None, base: str | None
) -> None:
    approve_text(answer, language, of=of)

    (made,) = desk.read().ledger
    assert (made.of and made.of.language) == base


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"answer": "system.unknown"}, "no answer"),
        ({"language": "xx"}, "no language xx"),
        ({"language": "mam"}, "has no text in"),
        ({"kind": "legal"}, "needs no legal review"),
        ({"kind": "medical"}, "--as must be"),
        ({"kind": "audio"}, "has no recording"),
        ({"by": "Ana"}, "first and a last name"),
        ({"of": "fr"}, "--of must be"),
        ({"of": "es"}, "cannot be compared with es"),
        ({"kind": "legal", "of": "en"}, "--as language only"),
    ],
    ids=str,
)
def test_what_cannot_be_reviewed_is_told_and_not_written(desk: Desk, change: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        approve_text(**change)

    assert not desk.ledger.exists()


def test_the_same_review_is_not_written_twice_on_one_day(desk: Desk) -> None:
    approve_text()
    approve_text(by="Eva Ruiz")

    with pytest.raises(ConfigurationError, match="recorded today"):
        approve_text()

    assert len(desk.read().ledger) == 2


@pytest.mark.parametrize(("said", "recorded"), [("y", True), ("Yes ", True), ("", False), ("n", False)])
def test_nothing_is_written_before_somebody_says_yes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, said: str, recorded: bool
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: said)

    approve_text(confirmed=False)

    assert desk.ledger.exists() is recorded


def test_without_anybody_to_ask_nothing_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def end(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", end)

    approve_text(confirmed=False)

    assert not desk.ledger.exists()


def test_a_recording_is_reviewed_with_the_text_it_speaks(desk: Desk) -> None:
    (desk.answers / "quc" / "audio").mkdir()
    (desk.answers / "quc" / "audio" / "help.ogg").write_bytes(b"OggS")
    path = desk.answers / "quc" / "system.yml"
    path.write_text(path.read_text().replace("system.help:\n", "system.help:\n  audio: help.ogg\n"))

    approve_text(language="quc", kind="audio")

    catalogue = desk.read()
    wording = catalogue.wordings["system.help", "quc"]
    assert catalogue.standing.find_review(wording, ReviewKind.AUDIO)


# The floor set, from the ledger to the start of a process


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What gets past the look at the floor set; nothing is opened."""
    passed: list[str] = []
    monkeypatch.setattr(serving, "set_up_logs", lambda *_: None)
    monkeypatch.setattr(serving, "open_port", lambda *_, **__: None)
    monkeypatch.setattr(serving, "_listen", lambda *_: passed.append("web"))
    monkeypatch.setattr("service.web.build_web_app", lambda _: None)
    return passed


def review_floor(desk: Desk) -> None:
    catalogue = desk.read()
    for answer in FLOOR_SET:
        for tag in ("en", "es"):
            append_reviews(desk.ledger, approve(catalogue.entries[answer], catalogue.wordings[answer, tag]))


def test_a_reviewed_floor_set_lets_the_service_start_and_one_edit_stops_it(desk: Desk, started: list[str]) -> None:
    with pytest.raises(ConfigurationError) as unreviewed:
        serving.serve("web", SETTINGS)
    review_floor(desk)
    serving.serve("web", SETTINGS)
    desk.edit("es/system.yml", "\nsystem.stopped:\n  title: ", "\nsystem.stopped:\n  title: Otro # ")
    with pytest.raises(ConfigurationError) as edited:
        serving.serve("web", SETTINGS)

    assert str(unreviewed.value).count("(en)") == str(unreviewed.value).count("(es)") == len(FLOOR_SET)
    assert started == ["web"]
    assert "have no review: system.stopped (es). " in str(edited.value)


def test_a_ledger_that_cannot_be_read_stops_the_service(desk: Desk, started: list[str]) -> None:
    review_floor(desk)
    desk.ledger.write_text(desk.ledger.read_text().replace("Ana Reader", "Ana", 1))

    with pytest.raises(ConfigurationError, match=r"reviews\.csv line 2"):
        serving.serve("web", SETTINGS)

    assert started == []
