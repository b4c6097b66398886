"""How a wording stands: what is reviewed, whether anybody has looked lately, whether it goes whole. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from conversation.answers.reviews import BASES, Comparison, Ledger, Review, ReviewKind
from conversation.answers.wording import Entry, Wording

MOVING = "very_high"
FRESH_DAYS = {MOVING: 31, "high": 62, "medium": 93, "low": 186}  # of a recent review; data/answers/README.md
_CLOCKS_DIFFER = timedelta(days=1)  # a reviewer east of us writes tomorrow's date


@dataclass(frozen=True, slots=True)
class Standing:
    """Judges wordings by the ledger."""

    entries: Mapping[str, Entry]
    wordings: Mapping[tuple[str, str], Wording]
    ledger: Ledger

    def find_review(self, wording: Wording, kind: ReviewKind) -> Review | None:
        """Return the review of a kind that holds for this wording as it stands now.

        A lawyer or clinician may have read the text itself, or the English or Spanish one with which the language
        review of this translation compared it, provided that one still stands as both have read it; who has read
        both, the later time counts.
        """
        if kind is ReviewKind.AUDIO:
            return self._find_hearing(wording)
        own = self.ledger.find(wording.answer, wording.language, kind)
        if own and own.text != wording.digest:
            own = None
        base = self._find_in_base(wording, kind) if kind is not ReviewKind.LANGUAGE else None
        return max((review for review in (own, base) if review), key=lambda review: review.on, default=None)

    def find_missing(self, wording: Wording) -> tuple[ReviewKind, ...]:
        """Return the kinds of review that the entry needs and this wording lacks."""
        kinds = map(ReviewKind, self.entries[wording.answer].reviews)
        return tuple(kind for kind in kinds if self.find_review(wording, kind) is None)

    def find_older_base(self, wording: Wording) -> str | None:
        """Return the language of the wording that a translation was compared with, if that one has changed since."""
        review = self.find_review(wording, ReviewKind.LANGUAGE)
        if review is None or review.of is None:
            return None
        base = self.wordings.get((wording.answer, review.of.language))
        return None if base and base.digest == review.of.digest else review.of.language

    def is_expired(self, entry: Entry, today: date) -> bool:
        """Tell whether the entry's sources should have been read again by now."""
        return entry.review_by is not None and today > entry.review_by

    def must_shorten(self, wording: Wording, today: date) -> bool:
        """Tell whether only the short form may go: it moves fast or is past its day, and nobody has looked lately."""
        entry = self.entries[wording.answer]
        is_doubtful = entry.volatility == MOVING or self.is_expired(entry, today)
        return entry.may_shorten and is_doubtful and not self._is_fresh(wording, today)

    def _is_fresh(self, wording: Wording, today: date) -> bool:
        """Tell whether those who know the matter have looked lately: lawyer and clinician, else the speaker."""
        entry = self.entries[wording.answer]
        needed = [ReviewKind(kind) for kind in entry.reviews]
        kinds = [kind for kind in needed if kind is not ReviewKind.LANGUAGE] or needed
        window = timedelta(days=FRESH_DAYS.get(entry.volatility, FRESH_DAYS[MOVING]))
        found = [self.find_review(wording, kind) for kind in kinds]
        return all(review and -_CLOCKS_DIFFER <= today - review.on <= window for review in found)

    def _find_in_base(self, wording: Wording, kind: ReviewKind) -> Review | None:
        compared = self.find_review(wording, ReviewKind.LANGUAGE)
        of = compared.of if compared else None
        if of is None or of.language not in BASES or of.language == wording.language:
            return None
        base = self.wordings.get((wording.answer, of.language))
        review = self.ledger.find(wording.answer, of.language, kind)
        return review if base and review and base.digest == review.text == of.digest else None

    def _find_hearing(self, wording: Wording) -> Review | None:
        """Return the review of the recording, if it speaks the text as it stands now."""
        review = self.ledger.find(wording.answer, wording.language, ReviewKind.AUDIO)
        if review is None or wording.audio is None or review.text != wording.audio.digest:
            return None
        return review if review.of == Comparison(wording.language, wording.digest) else None
