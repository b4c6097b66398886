"""What is asked after a release, and what a message does to it. Pure values; imports nothing of ours.

Source of the four questions: the safety and well-being call of the Office of Refugee Resettlement, about 30 days after
a release (does the child still live with the sponsor, go to school, know the court dates, is the child safe). Ours are
no such call and replace none.
"""

from dataclasses import dataclass
from enum import StrEnum

KIND = "check_in"  # of the kept date whose reminders the rounds are
DAYS_AFTER = (3, 7, 30, 60, 90)  # a release


class Question(StrEnum):
    """What is asked, in this order."""

    HOME = "home"
    SCHOOL = "school"
    COURT = "court"
    SAFE = "safe"  # only at the youth's own address


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    ASKED = "asked"  # stands for "yes, I am safe": that is never kept, as it proves nothing


class Deed(StrEnum):
    """What a message does: agrees to be asked, does not, answers a question, wants no more of them."""

    AGREE = "agree"
    DECLINE = "decline"
    ANSWER = "answer"
    END = "end"


@dataclass(frozen=True, slots=True)
class KnownRound:
    """The round of questions that is open in a conversation.

    Attributes:
        release_id: of the kept release; `reminder_id`: of the text that opened the round.
        days: after the release.
        is_own: the phone is known to be the youth's own, and nobody else's.
        remaining: values of Question still to be asked, in order; SAFE only where `is_own`.
    """

    release_id: str
    reminder_id: str
    days: int
    is_own: bool
    remaining: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckInAct:
    """What the store does, in the transaction of the decision. `question` and `answer` only of Deed.ANSWER.

    `wording`: id of the text that the person has answered.
    """

    deed: str
    release_id: str
    reminder_id: str
    days: int = 0
    question: str | None = None
    answer: str | None = None
    wording: str | None = None


def list_questions(*, is_own: bool) -> tuple[str, ...]:
    """Return what is asked at an address; whether somebody is safe is never asked on another's phone (I10)."""
    return tuple(str(one) for one in Question if is_own or one is not Question.SAFE)


def to_kept(question: str, answer: str) -> str:
    """Return what is kept of an answer: of "are you safe" a yes only as that it was asked."""
    return str(Answer.ASKED) if (question, answer) == (Question.SAFE, Answer.YES) else answer
