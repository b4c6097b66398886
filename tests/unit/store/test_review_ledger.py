"""The ledger of reviews: only added to, and every line that is wrong is told with its number."""

import errno
import os
from datetime import date
from pathlib import Path

import pytest

from conversation.answers.reviews import Comparison, Ledger, Review, ReviewKind
from conversation.errors import ContentError
from store.review_ledger import COLUMNS, LEDGER, append_reviews, read_ledger

HEAD = ",".join(COLUMNS) + "\n"
ROW = "school.vaccines,es,language,Ana López,2026-06-01,0123456789abcdef,en:fedcba9876543210\n"
REVIEW = Review(
    "school.vaccines", "es", ReviewKind.LANGUAGE, "Ana López", date(2026, 6, 1), "0123456789abcdef",
    Comparison("en", "fedcba9876543210"),
)  # fmt: skip
TODAY = date(2026, 6, 1)


def read(folder: Path, content: str | bytes) -> Ledger:
    path = folder / LEDGER
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_ledger(path, answers={"school.vaccines"}, languages={"en", "es"}, today=TODAY)


def test_a_line_is_a_review(tmp_path: Path) -> None:
    assert list(read(tmp_path, HEAD + ROW)) == [REVIEW]


def test_without_a_file_nothing_is_reviewed(tmp_path: Path) -> None:
    assert len(read_ledger(tmp_path / LEDGER, answers=(), languages=())) == 0


def test_what_is_added_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / LEDGER

    append_reviews(path, [REVIEW])
    path.write_bytes(path.read_bytes().rstrip(b"\n"))  # as an editor may leave it
    append_reviews(path, [Review("school.vaccines", "en", ReviewKind.LEGAL, "Ana López", TODAY, "0" * 16)])

    assert path.read_text(encoding="utf-8") == (
        HEAD + ROW + "school.vaccines,en,legal,Ana López,2026-06-01,0000000000000000,\n"
    )
    assert len(read(tmp_path, path.read_bytes())) == 2


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="cannot be written"):
        append_reviews(tmp_path, [REVIEW])


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (ROW.replace("school.vaccines", "school.unknown"), r"line 2: school\.unknown is not listed"),
        (ROW.replace(",es,", ",xx,"), "line 2: xx is not listed"),
        (ROW.replace(",language,", ",medical,"), "line 2: review must be language, legal, clinical, audio"),
        (ROW.replace("Ana López", "Ana"), "line 2: reviewer must be a first and a last name"),
        (ROW.replace("2026-06-01", "2026-06-03"), "line 2: 2026-06-03 is still to come"),
        (ROW.replace("2026-06-01", "01/06/2026"), "line 2: on must be a day"),
        (ROW.replace("2026-06-01", "2026-02-30"), "line 2: day"),
        (ROW.replace("0123456789abcdef", "0123"), "line 2: text must be"),
        (ROW.replace("en:fed", "xx:fed"), "line 2: of must be"),
        (ROW.replace("en:fed", "fed"), "line 2: of must be"),
        (ROW.replace(",en:", ",more,en:"), "line 2: has 8 cells"),
        ("\n" + ROW, "line 2: has 0 cells"),
        (ROW.replace("Ana López", '"Ana López'), "line 2: unexpected end"),
    ],
)
def test_a_line_that_is_no_review_is_told(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(ContentError, match=f"{LEDGER} {told}"):
        read(tmp_path, HEAD + row)


@pytest.mark.parametrize(
    ("content", "told"),
    [("", "line 1"), (ROW, "line 1"), (HEAD.encode() + b"\xff", "UTF-8")],
    ids=["empty", "no head", "bytes"],
)
def test_a_file_that_is_no_ledger_is_told(tmp_path: Path, content: str | bytes, told: str) -> None:
    with pytest.raises(ContentError, match=told):
        read(tmp_path, content)


def test_a_line_that_two_branches_have_added_counts_once(tmp_path: Path) -> None:
    assert list(read(tmp_path, HEAD + ROW + ROW)) == [REVIEW]


def test_a_file_that_an_editor_has_marked_and_given_other_line_ends_is_read(tmp_path: Path) -> None:
    assert list(read(tmp_path, ("\ufeff" + HEAD + ROW).replace("\n", "\r\n"))) == [REVIEW]


def test_what_breaks_off_while_it_is_written_leaves_the_ledger_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(tmp_path, HEAD + ROW)
    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(ContentError, match=r"reviews\.csv cannot be written: No space left"):
        append_reviews(tmp_path / LEDGER, [REVIEW])

    assert [path.name for path in tmp_path.iterdir()] == [LEDGER]
    assert (tmp_path / LEDGER).read_text(encoding="utf-8") == HEAD + ROW


def fail(_: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_tomorrow_has_begun_in_the_east(tmp_path: Path) -> None:
    assert len(read(tmp_path, HEAD + ROW.replace("2026-06-01", "2026-06-02"))) == 1
