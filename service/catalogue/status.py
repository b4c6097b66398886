"""How the texts of each language stand, what experts must see first, and which recordings are wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from conversation.answers.catalogue import FLOOR_SET, Catalogue
from conversation.answers.reviews import BASES, ReviewKind
from conversation.answers.standing import MOVING
from conversation.answers.wording import Entry, Wording
from conversation.messages import Urgency

_EXPERTS = (ReviewKind.LEGAL, ReviewKind.CLINICAL)
_URGENCIES = tuple(Urgency)  # most urgent first


@dataclass(frozen=True, slots=True)
class LanguageStatus:
    """The texts of one language.

    Attributes:
        missing: entries without a text in it.
        draft, reviewed: its texts, by whether each review that they need holds.
        language, legal, clinical: texts for which that review holds; `needs_…`: those that need it.
        short: texts of which only the short form goes now.
        expired: texts whose sources should have been read again by now.
        heard, recorded: texts with a recording, `heard` those whose recording is reviewed.
    """

    tag: str
    texts: int
    missing: int
    draft: int
    language: int
    legal: int
    needs_legal: int
    clinical: int
    needs_clinical: int
    reviewed: int
    short: int
    expired: int
    heard: int
    recorded: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """An entry that waits for a lawyer or clinician; `kinds`: whom it waits for."""

    entry: Entry
    kinds: tuple[ReviewKind, ...]

    @property
    def is_first(self) -> bool:
        """Whether it must be seen before the others."""
        return self.entry.first or self.entry.volatility == MOVING or self.entry.urgency is not Urgency.NORMAL

    @property
    def rank(self) -> tuple[bool, bool, int, str]:
        moves = self.entry.volatility == MOVING
        return not self.entry.first, not moves, _URGENCIES.index(self.entry.urgency), self.entry.id


def count_texts(catalogue: Catalogue, today: date) -> list[LanguageStatus]:
    """Return how the texts stand, the languages in the order of data/languages.yml."""
    return [_count_language(catalogue, tag, today) for tag in catalogue.languages.with_texts()]


def find_wanted(catalogue: Catalogue) -> list[Wanted]:
    """Return the entries that no lawyer or clinician has read in English or Spanish as they stand, first ones first."""
    waiting = (Wanted(entry, _find_waiting(catalogue, entry)) for entry in catalogue.entries.values())
    return sorted((one for one in waiting if one.kinds), key=lambda one: one.rank)


def find_recordings(catalogue: Catalogue) -> list[tuple[str, dict[str, str]]]:
    """Return the answers to be recorded first, floor set and safety, with the state of each language's recording."""
    wanted = [*FLOOR_SET, *(answer for answer in catalogue.entries if answer.startswith("safety."))]
    tags = catalogue.languages.with_texts()
    return [
        (answer, {tag: _tell_recording(catalogue, catalogue.wordings.get((answer, tag))) for tag in tags})
        for answer in wanted
    ]


def render_table(rows: Sequence[LanguageStatus]) -> str:
    """Return the table as text, numbers under their heads."""
    heads = (
        "", "texts", "missing", "draft", "language", "legal", "clinical", "reviewed", "short now", "expired", "audio",
    )  # fmt: skip
    lines = ["  ".join(f"{head:>9}" for head in heads)]
    for row in rows:
        cells = (
            row.tag, row.texts, row.missing, row.draft, f"{row.language}/{row.texts}",
            f"{row.legal}/{row.needs_legal}", f"{row.clinical}/{row.needs_clinical}", row.reviewed, row.short,
            row.expired, f"{row.heard}/{row.recorded}",
        )  # fmt: skip
        lines.append("  ".join(f"{cell:>9}" for cell in cells))
    return "\n".join(lines)


def _count_language(catalogue: Catalogue, tag: str, today: date) -> LanguageStatus:
    texts = [wording for (_, language), wording in catalogue.wordings.items() if language == tag]
    standing = catalogue.standing

    def count(kind: ReviewKind) -> int:
        needing = (text for text in texts if kind in (ReviewKind.AUDIO, *catalogue.entries[text.answer].reviews))
        return sum(standing.find_review(text, kind) is not None for text in needing)

    def count_needing(kind: ReviewKind) -> int:
        return sum(kind in catalogue.entries[text.answer].reviews for text in texts)

    drafts = sum(catalogue.is_draft(text) for text in texts)
    return LanguageStatus(
        tag=tag,
        texts=len(texts),
        missing=len(catalogue.entries) - len(texts),
        draft=drafts,
        language=count(ReviewKind.LANGUAGE),
        legal=count(ReviewKind.LEGAL),
        needs_legal=count_needing(ReviewKind.LEGAL),
        clinical=count(ReviewKind.CLINICAL),
        needs_clinical=count_needing(ReviewKind.CLINICAL),
        reviewed=len(texts) - drafts,
        short=sum(standing.must_shorten(text, today) for text in texts),
        expired=sum(standing.is_expired(catalogue.entries[text.answer], today) for text in texts),
        heard=count(ReviewKind.AUDIO),
        recorded=sum(text.audio is not None for text in texts),
    )


def _find_waiting(catalogue: Catalogue, entry: Entry) -> tuple[ReviewKind, ...]:
    """Return the expert reviews that hold in neither language; of a `first` entry without experts, the speaker's."""
    texts = [text for tag in BASES if (text := catalogue.wordings.get((entry.id, tag)))]
    kinds = [kind for kind in _EXPERTS if kind in entry.reviews]
    needed = kinds or ([ReviewKind.LANGUAGE] if entry.first else [])
    return tuple(kind for kind in needed if not any(catalogue.standing.find_review(text, kind) for text in texts))


def _tell_recording(catalogue: Catalogue, wording: Wording | None) -> str:
    if wording is None:
        return "no text"
    if wording.audio is None:
        return "wanted"
    return "reviewed" if catalogue.standing.find_review(wording, ReviewKind.AUDIO) else "recorded"
