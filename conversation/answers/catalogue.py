"""The catalogue of reviewed wording: which text goes out for which answer id. Pure; store/content.py reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from conversation.answers.reviews import Ledger, ReviewKind
from conversation.answers.standing import Standing
from conversation.answers.wording import STAFF, Entry, Recording, Source, Wording, fill_placeholders, find_placeholders
from conversation.errors import ContentError
from conversation.language.languages import Languages
from conversation.messages import Author, Channel, OutgoingText
from conversation.one_voice import CONFIRMATIONS, KNOCK

__all__ = ["FLOOR_SET", "KNOCK", "LAST_RESORT", "Catalogue", "Entry", "Recording", "Source", "Wording"]

REFERENCE = "staff.reference"  # a case's code and page, without words
LAST_RESORT = "911 · 988"  # the one text that needs no language (I5)
FLOOR_SET = (
    "system.way_on",
    "system.crisis",
    "system.stopped",
    "system.started",
    "system.help",
    "system.first_notice",
    "system.handoff",
    "system.language_question",
)
# Say, where an entry has no short form of its own, whom to ask instead.
ASK_LAWYER, ASK_PERSON = "system.ask_lawyer_first", "system.ask_person_first"
_FOR_LAWYERS = frozenset({"legal", "reunification", "safety"})  # disciplines
_NEEDED = frozenset({ReviewKind.LANGUAGE, ReviewKind.LEGAL, ReviewKind.CLINICAL})
_FILLED_LATER = frozenset({"code", "choices"})  # by the store, which alone knows the code, and by the maker of the menu
_OVERTAKING = frozenset({"system.crisis", "system.stopped", "system.started"})


@dataclass(frozen=True, slots=True)
class _Said:
    """What would be sent of an answer in one language: the wording it is taken from, and its words."""

    wording: Wording
    body: str
    short: bool = False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries and wordings, with the rule which may be sent.

    Attributes:
        drafts: True sends unreviewed texts, marked; False never does (production).
        ledger: who has reviewed what.
    """

    entries: Mapping[str, Entry]
    wordings: Mapping[tuple[str, str], Wording]
    languages: Languages
    drafts: bool
    ledger: Ledger = field(default_factory=Ledger)

    def __post_init__(self) -> None:
        for answer, language in self.wordings:
            if answer not in self.entries:
                raise ContentError(f"answers/{language}: {answer} is not listed in answers.yml")
        for entry in self.entries.values():
            if "language" not in entry.reviews:
                raise ContentError(f"answers.yml: {entry.id} needs a review by a speaker: reviews must hold language")
            if not set(entry.reviews) <= _NEEDED:
                raise ContentError(f"answers.yml: {entry.id}: reviews are {', '.join(sorted(_NEEDED))}")

    @property
    def standing(self) -> Standing:
        """How each wording stands by the ledger."""
        return Standing(self.entries, self.wordings, self.ledger)

    def get_entry(self, answer: str) -> Entry:
        """Return an entry; KeyError when absent: ids are checked where they enter."""
        return self.entries[answer]

    def is_draft(self, wording: Wording) -> bool:
        """True when any review the entry needs has not been done by a named person."""
        return bool(self.standing.find_missing(wording))

    def find_wording(self, answer: str, language: str) -> Wording | None:
        """Return the text that may be sent in exactly this language, if any."""
        wording = self.wordings.get((answer, language))
        if wording is None or (self.is_draft(wording) and not self.drafts):
            return None
        return wording

    def find_title(self, answer: str, language: str) -> str | None:
        """Return the menu line of an answer in the first language of the chain that may be sent, else in any."""
        tags = (*self.languages.chain(language), *self.languages.by_tag)
        found = (self.find_wording(answer, tag) for tag in tags)
        return next((wording.title for wording in found if wording), None)

    def render(
        self, answer: str, language: str, *, channel: Channel, today: date, values: Mapping[str, str] | None = None
    ) -> tuple[OutgoingText, ...]:
        """Return the texts to send for an answer: one, or a Mayan text with the text of its fallback.

        Empty when no text may be sent in any language of the chain: the caller then renders the way on. A text with a
        placeholder that nobody fills may not be sent. What may be wrong by `today` goes in its short form, under the
        same id (docs/decisions/0029); `today` is the day in UTC.
        """
        filled = frozenset(values or ()) | _FILLED_LATER
        said = (self._say(answer, tag, channel, today) for tag in self.languages.chain(language))
        found = (one for one in said if one and find_placeholders(one.body) <= filled)
        first = next(found, None)
        is_pair = first is not None and first.wording.language == language and self.languages.is_mayan(language)
        sent = (first, next(found, None)) if is_pair else (first,)
        return tuple(self._render_one(answer, one, values or {}) for one in sent if one)

    def render_or_way_on(
        self, answer: str, language: str, *, channel: Channel, today: date, values: Mapping[str, str] | None = None
    ) -> tuple[OutgoingText, ...]:
        """Like `render`, but never empty: the reviewed way on, else the last resort without language (I5)."""
        way_on = "system.crisis" if self.entries[answer].is_crisis else "system.way_on"
        return (
            self.render(answer, language, channel=channel, today=today, values=values)
            or self.render(way_on, language, channel=channel, today=today)
            or (
                OutgoingText(
                    answer="system.last_resort", language="und", body=LAST_RESORT, author=Author.SYSTEM, draft=False
                ),
            )
        )

    def missing_floor(self) -> list[tuple[str, str]]:
        """Return (answer, language) of the floor set that no named person has reviewed, for en and es (I5)."""
        pairs = ((answer, language) for answer in FLOOR_SET for language in ("en", "es"))
        return [pair for pair in pairs if pair not in self.wordings or self.is_draft(self.wordings[pair])]

    def _say(self, answer: str, language: str, channel: Channel, today: date) -> _Said | None:
        """Return the words that may be sent of an answer in exactly this language, if any."""
        wording = self.find_wording(answer, language)
        if wording is None:
            return None
        if not self.standing.must_shorten(wording, today):
            longer = wording.whatsapp if channel is Channel.WHATSAPP else None
            return _Said(wording, longer or wording.text)
        if wording.short:
            return _Said(wording, wording.short, short=True)
        ask = ASK_LAWYER if self.entries[answer].discipline in _FOR_LAWYERS else ASK_PERSON
        instead = self.find_wording(ask, language)
        return _Said(instead, instead.text, short=True) if instead else None

    def render_reference(self, code: str, link: str) -> OutgoingText:
        """Return what a caseworker gets when no text may be sent: the code of a case and its page need no language."""
        return OutgoingText(
            answer=REFERENCE, language="und", body=f"[{code}] {link}", author=Author.SYSTEM, draft=False
        )

    def _render_one(self, answer: str, said: _Said, values: Mapping[str, str]) -> OutgoingText:
        body = fill_placeholders(said.body, values)
        crisis = answer in _OVERTAKING or self.entries[answer].is_crisis
        return OutgoingText(
            answer=answer,
            language=said.wording.language,
            body=body,
            author=Author.SYSTEM if crisis or answer in CONFIRMATIONS or answer.startswith(STAFF) else Author.BOT,
            draft=self.is_draft(said.wording),
            overtakes=crisis,
            short=said.short,
        )
