"""The catalogue of reviewed wording: which text goes out for which answer id. Pure; store/content.py reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from conversation.errors import ContentError
from conversation.language.languages import Languages
from conversation.messages import Author, Channel, OutgoingText, Urgency

KNOCK = "system.message_waiting"  # the template that goes when WhatsApp's window is closed; docs/decisions/0014
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
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FILLED_LATER = frozenset({"code", "choices"})  # by the store, which alone knows the code, and by the maker of the menu
_OVERTAKING = frozenset({"system.crisis", "system.stopped", "system.started"})
# What may go although a person has taken over: author SYSTEM (I4). Everything else is the bot's own talk.
_CONFIRMATIONS = frozenset(
    f"system.{name}"
    for name in (
        "stopped",
        "started",
        "help",
        "private_on",
        "private_off",
        "erase_confirm",
        "erase_kept",
        "erased",
        "language_changed",
        "language_unavailable",
        "handoff",
        "handoff_waiting",
        "message_waiting",
    )
)


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    url: str | None
    read: date


@dataclass(frozen=True, slots=True)
class Entry:
    """What is true of an answer in every language: one row of data/answers/answers.yml."""

    id: str
    audience: str
    discipline: str
    urgency: Urgency
    varies_by: tuple[str, ...]
    handoff: str | None
    sources: tuple[Source, ...]
    volatility: str
    review_by: date | None
    reviews: tuple[str, ...]
    follow_ups: tuple[str, ...]
    template: bool = False  # laid down at the carrier for approval

    @property
    def is_crisis(self) -> bool:
        """True for the answers for which a person is paged: they go at once, to everybody, before all else (I7)."""
        return self.urgency is Urgency.PAGE_NOW


@dataclass(frozen=True, slots=True)
class Wording:
    """One entry in one language. `reviews` maps a kind of review to "draft" or to a named reviewer."""

    answer: str
    language: str
    title: str
    text: str
    whatsapp: str | None
    reviews: Mapping[str, str] = field(default_factory=dict)

    @property
    def placeholders(self) -> frozenset[str]:
        return frozenset(_PLACEHOLDER.findall(self.text + (self.whatsapp or "")))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries and wordings, with the rule which may be sent.

    Attributes:
        drafts: True sends unreviewed texts, marked; False never does (production).
    """

    entries: Mapping[str, Entry]
    wordings: Mapping[tuple[str, str], Wording]
    languages: Languages
    drafts: bool

    def __post_init__(self) -> None:
        for answer, language in self.wordings:
            if answer not in self.entries:
                raise ContentError(f"answers/{language}: {answer} is not listed in answers.yml")
        for entry in self.entries.values():
            if "language" not in entry.reviews:
                raise ContentError(f"answers.yml: {entry.id} needs a review by a speaker: reviews must hold language")

    def get_entry(self, answer: str) -> Entry:
        """Return an entry; KeyError when absent: ids are checked where they enter."""
        return self.entries[answer]

    def is_draft(self, wording: Wording) -> bool:
        """True when any review the entry needs has not been done by a named person."""
        needed = self.entries[wording.answer].reviews
        return not all(_is_name(wording.reviews.get(kind)) for kind in needed)

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
        self, answer: str, language: str, *, channel: Channel, values: Mapping[str, str] | None = None
    ) -> tuple[OutgoingText, ...]:
        """Return the texts to send for an answer: one, or a Mayan text with the text of its fallback.

        Empty when no text may be sent in any language of the chain: the caller then renders the way on. A text with a
        placeholder that nobody fills may not be sent.
        """
        filled = frozenset(values or ()) | _FILLED_LATER
        wordings = (self.find_wording(answer, tag) for tag in self.languages.chain(language))
        found = [wording for wording in wordings if wording and wording.placeholders <= filled]
        pair = bool(found) and found[0].language == language and self.languages.is_mayan(language)
        return tuple(self._render_one(wording, channel, values or {}) for wording in found[: 2 if pair else 1])

    def render_or_way_on(
        self, answer: str, language: str, *, channel: Channel, values: Mapping[str, str] | None = None
    ) -> tuple[OutgoingText, ...]:
        """Like `render`, but never empty: the reviewed way on, else the last resort without language (I5)."""
        return (
            self.render(answer, language, channel=channel, values=values)
            or self.render(
                "system.crisis" if self.entries[answer].is_crisis else "system.way_on", language, channel=channel
            )
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

    def _render_one(self, wording: Wording, channel: Channel, values: Mapping[str, str]) -> OutgoingText:
        text = wording.whatsapp if channel is Channel.WHATSAPP and wording.whatsapp else wording.text
        body = _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
        crisis = wording.answer in _OVERTAKING or self.entries[wording.answer].is_crisis
        return OutgoingText(
            answer=wording.answer,
            language=wording.language,
            body=body,
            author=Author.SYSTEM if crisis or wording.answer in _CONFIRMATIONS else Author.BOT,
            draft=self.is_draft(wording),
            overtakes=crisis,
        )


def _is_name(review: object) -> bool:
    """A review is done when somebody put a name to it; YAML may hold anything else."""
    return isinstance(review, str) and review.strip().casefold() not in ("", "draft")
