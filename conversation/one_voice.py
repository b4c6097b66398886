"""What may still go automatically after a stop and after a claim (I4, I9): the one list. Pure.

Once somebody has claimed a case of a conversation, only two kinds of text of ours go, both author SYSTEM and shown in
the timeline: crisis texts, and confirmations of commands, which a carrier or the law expects at once.
"""

from conversation.answers.wording import STAFF
from conversation.danger.safety_file import PAGING
from conversation.messages import Author
from conversation.staff_texts import BEFORE_CONFIRMATION, StaffText

KNOCK = "system.message_waiting"  # the template that goes when WhatsApp's window is closed; docs/decisions/0014
ERASURE_DONE = "system.erased"
_CRISIS = frozenset({*PAGING, "system.crisis", "system.last_resort"})
# Besides the crisis texts.
AFTER_STOP = frozenset({"system.stopped", "service.wrong_number", "system.help", ERASURE_DONE, StaffText.STOPPED})
CONFIRMATIONS = AFTER_STOP | {
    "system.started",
    "system.private_on",
    "system.private_off",
    "system.erase_confirm",
    "system.erase_kept",
    "system.language_changed",
    "system.language_unavailable",
    KNOCK,  # for a caseworker's own text, which is held
}


def is_crisis(answer: str | None) -> bool:
    """Return whether an answer is a crisis text: it goes after a stop and a claim, and waits for nobody."""
    return answer in _CRISIS


def may_follow_claim(author: Author, answer: str | None) -> bool:
    """Return whether a text may still go once a person has the conversation: theirs, a crisis text, a confirmation."""
    return author is Author.CASEWORKER or is_crisis(answer) or answer in CONFIRMATIONS


def may_follow_stop(answer: str | None) -> bool:
    """Return whether a text may still go after a stop, whoever wrote it."""
    return is_crisis(answer) or answer in AFTER_STOP


def may_reach(answer: str | None, *, to_staff: bool) -> bool:
    """Return whether a text is for this side: staff texts never reach a person, nor any other a caseworker's phone."""
    if to_staff:
        return answer is not None and answer.startswith(STAFF)
    return answer is None or not answer.startswith(STAFF) or answer in BEFORE_CONFIRMATION
