"""The texts that go to caseworkers' own phones: their ids, and how much of a person's words they may hold. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum

from conversation.messages import Urgency

MOST_TOPIC = 24  # characters of a topic's title
_MOST_WORDS_OF_CASE, _MOST_WORDS = 100, 300  # characters of a person's words; the rest is in the inbox
# Whose words are not for a lock screen, unless the organisation says so (STAFF_TEXT_BODIES).
_KEPT_OFF_PHONES = frozenset({"safety", "legal"})


class StaffText(StrEnum):
    """Ids of data/answers/<language>/staff.yml, which says what each is for. Only en and es have them."""

    CASE = "staff.case"
    CASE_URGENT = "staff.case_urgent"
    CASE_BARE = "staff.case_bare"
    CASE_BARE_URGENT = "staff.case_bare_urgent"
    WORDS = "staff.words"
    WORDS_URGENT = "staff.words_urgent"
    WORDS_BARE = "staff.words_bare"
    WORDS_BARE_URGENT = "staff.words_bare_urgent"
    OFFERED = "staff.offered"
    REMIND = "staff.remind"
    MOVED = "staff.moved"
    ESCALATED = "staff.escalated"
    PHONE_CODE = "staff.phone_code"
    PHONE_CONFIRMED = "staff.phone_confirmed"
    PHONE_ENTER = "staff.phone_enter"
    PHONE_UNKNOWN = "staff.phone_unknown"
    HELP = "staff.help"
    LIST = "staff.list"
    LIST_NONE = "staff.list_none"
    ON = "staff.on"
    OFF = "staff.off"
    STOPPED = "staff.stopped"
    SENT = "staff.sent"
    SENT_LATER = "staff.sent_later"
    SENT_AT_HOURS = "staff.sent_at_hours"
    TAKEN = "staff.taken"
    TAKEN_BY_OTHER = "staff.taken_by_other"
    CLOSED = "staff.closed"
    PASSED = "staff.passed"
    NOTED = "staff.noted"
    NOTE_EMPTY = "staff.note_empty"
    NOT_YOURS = "staff.not_yours"
    CLAIM_FIRST = "staff.claim_first"
    NOT_ALLOWED = "staff.not_allowed"
    OPENING = "staff.opening"
    WHICH = "staff.which"
    WHICH_DROPPED = "staff.which_dropped"
    SAY_WHICH = "staff.say_which"
    NEEDS_TAG = "staff.needs_tag"
    NO_QUESTION = "staff.no_question"
    NO_MEDIA = "staff.no_media"
    HAS_NUMBER = "staff.has_number"
    NO_CASE = "staff.no_case"
    PERSON_STOPPED = "staff.person_stopped"
    TOO_LONG = "staff.too_long"
    FAILED = "staff.failed"


# A number that is not confirmed yet is nobody's of the team: these alone may go to it.
BEFORE_CONFIRMATION = frozenset({StaffText.PHONE_CODE, StaffText.PHONE_ENTER})


@dataclass(frozen=True, slots=True)
class CaseNews:
    """What a text to a caseworker tells of a case.

    Attributes:
        is_claimed: it has an owner, and this is a new message for them; else somebody is asked to take it.
        words: what the person wrote last, masked; None when there are none.
    """

    code: str
    discipline: str
    urgency: Urgency
    is_claimed: bool
    words: str | None = field(default=None, repr=False)


def choose_text(news: CaseNews, *, bodies: bool) -> StaffText:
    """Return the text for a piece of news: without the person's words where a lock screen must not show them.

    Args:
        bodies: the organisation allows the words of safety and legal cases in texts.
    """
    bare = not news.words or is_kept_off_phones(news.discipline, bodies=bodies)
    kind = ("words" if news.is_claimed else "case") + ("_bare" if bare else "")
    return StaffText(f"staff.{kind}{'_urgent' if news.urgency is Urgency.PAGE_NOW else ''}")


def is_kept_off_phones(discipline: str, *, bodies: bool) -> bool:
    """Return whether nothing that tells what a case is about may stand in a text."""
    return discipline in _KEPT_OFF_PHONES and not bodies


def most_words(text: StaffText) -> int:
    """Return how many characters of a person's words a text may hold."""
    return _MOST_WORDS_OF_CASE if text in (StaffText.CASE, StaffText.CASE_URGENT) else _MOST_WORDS


def cut(words: str, most: int) -> str:
    """Return words on one line, the end left out where they are too long."""
    line = " ".join(words.split())
    return line if len(line) <= most else line[: most - 3].rstrip() + "..."
