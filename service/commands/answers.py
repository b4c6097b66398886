"""`puente answers`: how the wording stands, and what people said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from conversation.answers.catalogue import Catalogue, Wording
from service import wiring
from service.settings import Settings
from store.feedback import FeedbackLine, list_feedback

_HEAD = ("language", "entries", "missing", "draft", "reviewed", "expired")


@dataclass(frozen=True, slots=True)
class LanguageStatus:
    """The texts of one language.

    Attributes:
        missing: entries without a text in it.
        draft, reviewed: its texts, by whether each review that they need has a name.
        expired: its texts whose sources should have been read again by now.
    """

    language: str
    entries: int
    missing: int
    draft: int
    reviewed: int
    expired: int


def print_status(settings: Settings) -> None:
    """Print one line a language."""
    catalogue = wiring.build_rules(settings).catalogue
    print(render_table(count_texts(catalogue, wiring.utc_now().date())))


def print_feedback(settings: Settings) -> None:
    """Print one line a complaint, newest first; no words of the person."""
    database = wiring.build_database(settings)
    try:
        found = database.run_sync(list_feedback)
    finally:
        database.close()
    for line in found:
        print(_render_feedback(line))
    print(f"{len(found)} complaint{'' if len(found) == 1 else 's'} about answers")


def count_texts(catalogue: Catalogue, today: date) -> list[LanguageStatus]:
    """Return how the texts stand, the languages in the order of data/languages.yml."""
    return [_count_language(catalogue, tag, today) for tag in catalogue.languages.with_texts()]


def render_table(rows: Sequence[LanguageStatus]) -> str:
    """Return the table as text, numbers under their heads."""
    lines = ["  ".join(f"{head:>8}" for head in _HEAD)]
    for row in rows:
        cells = (row.language, row.entries, row.missing, row.draft, row.reviewed, row.expired)
        lines.append("  ".join(f"{cell:>8}" for cell in cells))
    return "\n".join(lines)


def _count_language(catalogue: Catalogue, tag: str, today: date) -> LanguageStatus:
    texts = [wording for (_, language), wording in catalogue.wordings.items() if language == tag]
    drafts = sum(catalogue.is_draft(text) for text in texts)
    return LanguageStatus(
        language=tag,
        entries=len(texts),
        missing=len(catalogue.entries) - len(texts),
        draft=drafts,
        reviewed=len(texts) - drafts,
        expired=sum(_is_expired(catalogue, text, today) for text in texts),
    )


def _is_expired(catalogue: Catalogue, text: Wording, today: date) -> bool:
    review_by = catalogue.entries[text.answer].review_by
    return review_by is not None and review_by < today


def _render_feedback(line: FeedbackLine) -> str:
    at = line.at.strftime("%Y-%m-%d %H:%M UTC")
    return f"{at}  {line.language:<4} {line.answer or '-':<40} case {line.case_code or '-'}"
