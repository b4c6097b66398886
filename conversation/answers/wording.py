"""What an answer is in every language, and how it is said in one. Pure values; store/content.py reads them."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from conversation.messages import Urgency

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_DANGER = "safety."
# Beginnings of the ids that talk about Puente, which it knows best itself.
_OWN_TEXTS = ("service.", "staff.", "system.")
WEEKDAYS = "system.weekdays"  # seven names with commas between, Monday first: words of other texts, sent in none alone
_ABOUT_PEOPLE = ("reminder.", "checkin.")  # of them those are that say nothing of law
STAFF = "staff."  # texts to caseworkers' own phones
STAFF_LANGUAGES = ("en", "es")  # what those are written in, as the caseworkers' pages are; no other language lacks them


def find_placeholders(text: str) -> frozenset[str]:
    """Return the names in braces."""
    return frozenset(_PLACEHOLDER.findall(text))


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Return a text with the values of its placeholders; one without a value stays as it is."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    url: str | None
    read: date


@dataclass(frozen=True, slots=True)
class Entry:
    """What is true of an answer in every language: one row of data/answers/answers.yml.

    Attributes:
        reviews: kinds of review its texts need: language always, legal and clinical where it says so.
        template: laid down at the carrier for approval.
        first: a lawyer or clinician must see it before the others.
    """

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
    template: bool = False
    first: bool = False

    @property
    def is_crisis(self) -> bool:
        """True for the answers for which a person is paged: they go at once, to everybody, before all else (I7)."""
        return self.urgency is Urgency.PAGE_NOW

    @property
    def may_shorten(self) -> bool:
        """False for what must be said whole whatever its age: danger, and talk about the service itself."""
        return not self.is_crisis and not self.is_of_service and not self.id.startswith(_DANGER)

    @property
    def is_of_service(self) -> bool:
        """True for talk about Puente itself."""
        return self.id.startswith(_OWN_TEXTS) or (self.id.startswith(_ABOUT_PEOPLE) and self.discipline != "legal")

    @property
    def is_for_staff(self) -> bool:
        """True for what is sent to caseworkers alone, never to a person."""
        return self.id.startswith(STAFF)

    def is_wanted_in(self, language: str) -> bool:
        """True where a complete language must have a text of it: the one place that says whom staff texts are for."""
        return not self.is_for_staff or language in STAFF_LANGUAGES


@dataclass(frozen=True, slots=True)
class Recording:
    """A text read aloud: the name of its file in <language>/audio/, and the file's digest."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One entry in one language.

    Attributes:
        short: goes instead of `text` while nobody has looked lately whether that still holds; docs/decisions/0029.
        doubts: words that a speaker or reviewer must check.
    """

    answer: str
    language: str
    title: str
    text: str
    whatsapp: str | None
    short: str | None = None
    audio: Recording | None = None
    doubts: tuple[str, ...] = ()

    @property
    def placeholders(self) -> frozenset[str]:
        return find_placeholders(self.text + (self.whatsapp or ""))

    @property
    def digest(self) -> str:
        """What a review holds on to: any change of a word, or of a sign, changes it; another line break does not."""
        return make_digest("\x1f".join((self.title, self.text, self.whatsapp or "", self.short or "")))


def make_digest(content: str | bytes) -> str:
    """Return the first 16 hexadecimal digits of SHA-256; of a text as composed Unicode."""
    return _digest_text(content) if isinstance(content, str) else hashlib.sha256(content).hexdigest()[:16]


@lru_cache(maxsize=4096)  # every answer to everybody asks for the digests of a few texts
def _digest_text(text: str) -> str:
    return make_digest(unicodedata.normalize("NFC", text).encode())
