"""Reviews: who has approved which wording, and when. Pure; store/review_ledger.py reads and writes the file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ReviewKind(StrEnum):
    LANGUAGE = "language"  # by a native speaker
    LEGAL = "legal"  # by a lawyer
    CLINICAL = "clinical"  # by a nurse, doctor or therapist
    AUDIO = "audio"  # of a recording, by somebody who has heard it to the end


BASES = ("en", "es")  # the languages that lawyers and clinicians read; a translation is compared with one of them


@dataclass(frozen=True, slots=True)
class Comparison:
    """The wording that a review compared its text with: a translation with its base, a recording with its text."""

    language: str
    digest: str


@dataclass(frozen=True, slots=True)
class Review:
    """One row of data/answers/reviews.csv: a named person has approved exactly this.

    Attributes:
        text: digest of the wording, or of the file of a recording.
        of: what it was compared with; None for a text that was read alone.
    """

    answer: str
    language: str
    kind: ReviewKind
    reviewer: str
    on: date
    text: str
    of: Comparison | None = None


class Ledger:
    """All reviews ever made. Of one kind for one text only the newest counts, fitting or not."""

    def __init__(self, reviews: Iterable[Review] = ()) -> None:
        self._all = tuple(reviews)
        self._newest: dict[tuple[str, str, ReviewKind], Review] = {}
        for review in self._all:
            key = (review.answer, review.language, review.kind)
            known = self._newest.get(key)
            if known is None or known.on <= review.on:  # of one day the later line
                self._newest[key] = review

    def __iter__(self) -> Iterator[Review]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def find(self, answer: str, language: str, kind: ReviewKind) -> Review | None:
        """Return the newest review of a kind, whether or not it still fits the text."""
        return self._newest.get((answer, language, kind))


def is_name(text: str) -> bool:
    """Tell whether this is a first and a last name, and nothing that a spreadsheet would calculate."""
    words = text.split()
    return (
        len(words) >= 2
        and " ".join(words) == text
        and len(text) <= 80
        and text.isprintable()
        and text[0].isalpha()
        and any(sum(map(str.isalpha, word)) >= 2 for word in words)
    )
