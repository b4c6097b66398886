"""data/answers/reviews.csv: who has approved which wording. Lines are only ever added; docs/decisions/0029.

answer,language,review,reviewer,on,text,of
school.vaccines,es,language,Ana López,2026-11-22,0f3a…,en:9c1d…
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from conversation.answers.reviews import Comparison, Ledger, Review, ReviewKind, is_name
from conversation.errors import ContentError
from store.whole_file import replace_file

LEDGER = "reviews.csv"
COLUMNS = ("answer", "language", "review", "reviewer", "on", "text", "of")
_DIGEST = re.compile(r"[0-9a-f]{16}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EAST = timedelta(days=1)  # it is tomorrow in Asia already


def read_ledger(
    path: Path, *, answers: Collection[str], languages: Collection[str], today: date | None = None
) -> Ledger:
    """Read the ledger; without the file nothing is reviewed.

    Raises:
        ContentError: a line is not a review of something there is, or is dated after `today`; the message tells
            the line. One that stands twice counts once: git leaves both where two branches had added it.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")  # editors put the mark in
    except FileNotFoundError:
        return Ledger()
    except (OSError, UnicodeDecodeError):
        raise ContentError(f"{path.name} cannot be read as UTF-8 text") from None
    return Ledger(_read_rows(path.name, text, answers, languages, today))


def append_reviews(path: Path, reviews: Iterable[Review]) -> None:
    """Add lines, all or none; the file is begun where there is none.

    Raises:
        ContentError: the file cannot be written.
    """
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    try:
        before = path.read_bytes() if path.exists() else b""
        if not before:
            writer.writerow(COLUMNS)
        elif not before.endswith(b"\n"):
            lines.write("\n")
        for review in reviews:
            writer.writerow(_render(review))
        replace_file(path, before + lines.getvalue().encode())
    except OSError as error:
        raise ContentError(f"{path.name} cannot be written: {error.strerror}") from None


def _render(review: Review) -> tuple[str, ...]:
    of = f"{review.of.language}:{review.of.digest}" if review.of else ""
    on = review.on.isoformat()
    return (review.answer, review.language, review.kind.value, review.reviewer, on, review.text, of)


def _read_rows(
    name: str, text: str, answers: Collection[str], languages: Collection[str], today: date | None
) -> Iterator[Review]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    seen: set[Review] = set()
    try:
        if tuple(next(rows, ())) != COLUMNS:
            raise ContentError(f"{name} line 1: must be {','.join(COLUMNS)}")
        for row in rows:
            review = _read_row(row, answers, languages)
            if today and review.on > today + _EAST:
                raise ValueError(f"{review.on} is still to come")
            if review not in seen:
                yield review
            seen.add(review)
    except (ValueError, csv.Error) as error:
        raise ContentError(f"{name} line {rows.line_num}: {error}") from None


def _read_row(row: list[str], answers: Collection[str], languages: Collection[str]) -> Review:
    if len(row) != len(COLUMNS):
        raise ValueError(f"has {len(row)} cells, not {len(COLUMNS)}")
    answer, language, kind, reviewer, on, text, of = row
    if answer not in answers:
        raise ValueError(f"{answer} is not listed in answers.yml")
    if language not in languages:
        raise ValueError(f"{language} is not listed in languages.yml")
    if kind not in tuple(ReviewKind):
        raise ValueError(f"review must be {', '.join(ReviewKind)}")
    if not is_name(reviewer):
        raise ValueError("reviewer must be a first and a last name")
    if not _DIGEST.fullmatch(text):
        raise ValueError("text must be the 16 digits of a wording")
    return Review(answer, language, ReviewKind(kind), reviewer, _read_day(on), text, _read_comparison(of, languages))


def _read_day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError("on must be a day such as 2026-11-22")
    return date.fromisoformat(text)


def _read_comparison(text: str, languages: Collection[str]) -> Comparison | None:
    if not text:
        return None
    language, _, digest = text.partition(":")
    if language not in languages or not _DIGEST.fullmatch(digest):
        raise ValueError("of must be empty, or a language and the 16 digits of its wording, as in en:0123456789abcdef")
    return Comparison(language, digest)
