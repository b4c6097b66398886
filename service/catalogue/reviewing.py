"""Making a review: whether it may be made, what it holds on to, and what the reviewer is shown."""

from dataclasses import dataclass, replace
from datetime import date

from conversation.answers.catalogue import Catalogue
from conversation.answers.reviews import BASES, Comparison, Review, ReviewKind, is_name
from conversation.answers.wording import Wording
from conversation.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who reviews, and as what; `of`: the language that translations were compared with, None for the usual one.

    Raises:
        ConfigurationError: no full name, or a kind or base that there is not.
    """

    name: str
    kind: ReviewKind
    of: str | None = None

    @classmethod
    def from_words(cls, name: str, kind: str, of: str | None = None) -> "Reviewer":
        if not is_name(name):
            raise ConfigurationError("--by must be a first and a last name, as people know the reviewer")
        if kind not in tuple(ReviewKind):
            raise ConfigurationError(f"--as must be {', '.join(ReviewKind)}")
        if of is not None and (of not in BASES or kind != ReviewKind.LANGUAGE):
            raise ConfigurationError(f"--of must be {' or '.join(BASES)}, and goes with --as language only")
        return cls(name, ReviewKind(kind), of)


def get_wording(catalogue: Catalogue, answer: str, language: str) -> Wording:
    """Return the wording to review.

    Raises:
        ConfigurationError: no such answer or language, or no text of it.
    """
    if answer not in catalogue.entries:
        raise ConfigurationError(f"there is no answer {answer}")
    if language not in catalogue.languages.by_tag:
        raise ConfigurationError(f"there is no language {language} in languages.yml")
    wording = catalogue.wordings.get((answer, language))
    if wording is None:
        raise ConfigurationError(f"{answer} has no text in {catalogue.languages.name_of(language)} ({language})")
    return wording


def make_review(catalogue: Catalogue, wording: Wording, reviewer: Reviewer, today: date) -> Review:
    """Return the review of a wording as it stands.

    Raises:
        ConfigurationError: the entry does not need it, there is nothing to compare or hear, or it was recorded today.
    """
    kind, needed = reviewer.kind, catalogue.entries[wording.answer].reviews
    review = Review(wording.answer, wording.language, kind, reviewer.name, today, wording.digest)
    if kind is ReviewKind.AUDIO:
        if wording.audio is None:
            raise ConfigurationError(f"{wording.answer} ({wording.language}) has no recording")
        review = replace(review, text=wording.audio.digest, of=Comparison(wording.language, wording.digest))
    elif kind not in needed:
        raise ConfigurationError(f"{wording.answer} needs no {kind} review, only: {', '.join(needed)}")
    elif kind is ReviewKind.LANGUAGE and (base := find_base(catalogue, wording, reviewer.of)):
        review = replace(review, of=Comparison(base.language, base.digest))
    if review in catalogue.ledger:
        raise ConfigurationError(f"this review of {wording.answer} ({wording.language}) has been recorded today")
    return review


def find_base(catalogue: Catalogue, wording: Wording, of: str | None) -> Wording | None:
    """Return the wording that a translation is compared with: `of`, else what stands in for its language, else English.

    Raises:
        ConfigurationError: `of` is the language itself, or has no text.
    """
    if of is not None:
        if of == wording.language or (wording.answer, of) not in catalogue.wordings:
            raise ConfigurationError(f"{wording.answer} ({wording.language}) cannot be compared with {of}")
        return catalogue.wordings[wording.answer, of]
    chain = [tag for tag in catalogue.languages.chain(wording.language)[1:] if tag in BASES]
    return next((base for tag in chain if (base := catalogue.wordings.get((wording.answer, tag)))), None)


def show(catalogue: Catalogue, review: Review) -> str:
    """Return all that the review is about, for the reviewer's eyes: text, what it is compared with, doubts, sources."""
    entry, wording = catalogue.entries[review.answer], catalogue.wordings[review.answer, review.language]
    parts = [f"{review.answer} in {catalogue.languages.name_of(review.language)}", render_whole(wording)]
    if wording.audio:
        parts.append(f"Recording: {review.language}/audio/{wording.audio.name}")
    if review.of and review.of.language != review.language:
        base = catalogue.wordings[review.answer, review.of.language]
        parts += [f"Compared with {catalogue.languages.name_of(review.of.language)}", render_whole(base)]
    parts += [f"Doubt: {doubt}" for doubt in wording.doubts]
    parts += [f"Source ({source.read}): {source.title}  {source.url or ''}".rstrip() for source in entry.sources]
    return "\n\n".join(parts)


def render_whole(wording: Wording) -> str:
    """Return everything that is said in one language: all that a review of the text approves."""
    parts = [wording.title, wording.text]
    parts += [f"WhatsApp: {wording.whatsapp}"] if wording.whatsapp else []
    parts += [f"Short form: {wording.short}"] if wording.short else []
    return "\n\n".join(parts)
