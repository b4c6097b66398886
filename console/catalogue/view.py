"""What the page of answers shows: entries that a reader asked for, each with its texts side by side. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from conversation.answers.reviews import Review, ReviewKind
from conversation.answers.wording import Entry, Wording
from conversation.folding import fold
from conversation.language.languages import Language
from conversation.turn import Rules

ALL = "all"
STATES = ("draft", "reviewed", "short", "expired", "missing", "first")
MOST_SEARCH = 100  # characters of what is looked for


@dataclass(frozen=True, slots=True)
class Price:
    """A text as it goes out by SMS, with the longest values of its places."""

    body: str
    segments: int
    gsm7: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything there is to show; `prices` by answer and language."""

    rules: Rules
    prices: Mapping[tuple[str, str], Price]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asked for; "" and empty `languages` mean everything. An unknown state means any."""

    topic: str = ALL
    search: str = ""
    state: str = ""
    discipline: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextView:
    """One text in one language.

    Attributes:
        reviews: each kind that the entry needs, with the review that holds, or None.
        is_short: only the short form is sent at present.
        draft: a review is missing.
    """

    wording: Wording
    price: Price
    reviews: tuple[tuple[ReviewKind, Review | None], ...]
    is_short: bool
    draft: bool


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One entry; `texts` has each shown language in order, None where the fallback speaks."""

    entry: Entry
    expired: bool
    texts: tuple[tuple[Language, TextView | None], ...]


@dataclass(frozen=True, slots=True)
class CatalogueView:
    """The page: what was asked for, what there is to choose from, and what was found."""

    wanted: Wanted
    topics: Sequence[str]
    disciplines: Sequence[str]
    languages: Sequence[Language]
    answers: Sequence[AnswerView]
    total: int

    @property
    def shown(self) -> Sequence[Language]:
        """The languages of the columns."""
        return [one for one in self.languages if not self.wanted.languages or one.tag in self.wanted.languages]


def view_catalogue(sheet: Sheet, wanted: Wanted, today: date) -> CatalogueView:
    """Find what was asked for, in the order of answers.yml."""
    catalogue, languages = sheet.rules.catalogue, sheet.rules.languages
    columns = [languages.by_tag[tag] for tag in languages.with_texts()]
    view = CatalogueView(
        wanted=wanted,
        topics=list(dict.fromkeys(answer.partition(".")[0] for answer in catalogue.entries)),
        disciplines=sorted({entry.discipline for entry in catalogue.entries.values()}),
        languages=columns,
        answers=(),
        total=len(catalogue.entries),
    )
    found = (_view_answer(sheet, entry, view.shown, today) for entry in catalogue.entries.values())
    answers = [answer for answer in found if _is_wanted(answer, wanted)]
    return replace(view, answers=answers)


def _view_answer(sheet: Sheet, entry: Entry, columns: Sequence[Language], today: date) -> AnswerView:
    texts = tuple((column, _view_text(sheet, entry, column.tag, today)) for column in columns)
    return AnswerView(entry, sheet.rules.catalogue.standing.is_expired(entry, today), texts)


def _view_text(sheet: Sheet, entry: Entry, language: str, today: date) -> TextView | None:
    catalogue = sheet.rules.catalogue
    wording = catalogue.wordings.get((entry.id, language))
    if wording is None:
        return None
    kinds = [ReviewKind(kind) for kind in entry.reviews] + [ReviewKind.AUDIO] * (wording.audio is not None)
    reviews = tuple((kind, catalogue.standing.find_review(wording, kind)) for kind in kinds)
    return TextView(
        wording=wording,
        price=sheet.prices[entry.id, language],
        reviews=reviews,
        is_short=catalogue.standing.must_shorten(wording, today),
        draft=catalogue.is_draft(wording),
    )


def _is_wanted(answer: AnswerView, wanted: Wanted) -> bool:
    entry = answer.entry
    if wanted.topic not in (ALL, entry.id.partition(".")[0]) or wanted.discipline not in ("", entry.discipline):
        return False
    return _has_state(answer, wanted.state) and _says(answer, wanted.search)


def _has_state(answer: AnswerView, state: str) -> bool:
    texts = [text for _, text in answer.texts if text]
    match state:
        case "draft":
            return any(text.draft for text in texts)
        case "reviewed":
            return any(not text.draft for text in texts)
        case "short":
            return any(text.is_short for text in texts)
        case "missing":
            return len(texts) < len(answer.texts)
        case "expired":
            return answer.expired
        case "first":
            return answer.entry.first
        case _:
            return True


def _says(answer: AnswerView, search: str) -> bool:
    """Tell whether every word looked for stands in the id, a title, a text or a source."""
    said = fold("\n".join(_said_in(answer))) if search else ""
    return all(word in said for word in fold(search).split())


def _said_in(answer: AnswerView) -> Iterator[str]:
    yield answer.entry.id.replace(".", " ").replace("_", " ")
    yield from (source.title for source in answer.entry.sources)
    for _, text in answer.texts:
        if text:
            yield from filter(None, (text.wording.title, text.wording.text, text.wording.short, text.wording.whatsapp))
