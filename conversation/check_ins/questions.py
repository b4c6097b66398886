"""The open questions of check-ins. Pure.

Their choices end with the ids of the release and of the reminder: no digit picks them.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from conversation.check_ins.values import Answer
from conversation.dialogue import questions
from conversation.messages import OpenQuestion

INVITE = "check_in_invite"  # 1 may be asked, 2 not
READY = "check_in_ready"  # 1 it is a good time, 2 it is not
ASKED = "check_in"  # 1 yes, 2 no, 3 not sure, 4 no more questions; then stands what was asked
KINDS = frozenset({INVITE, READY, ASKED})
END = "end"
LASTS = timedelta(days=4)  # two days, then it is asked once more, and two again
_CHOICES = (Answer.YES, Answer.NO, Answer.UNSURE, END)
_IDS = 2  # at the end of the choices


def ask_consent(release_id: str, reminder_id: str, now: datetime) -> OpenQuestion:
    return _ask(INVITE, (Answer.YES, Answer.NO), release_id, reminder_id, now)


def ask_ready(release_id: str, reminder_id: str, now: datetime) -> OpenQuestion:
    return _ask(READY, (Answer.YES, Answer.NO), release_id, reminder_id, now)


def ask_one(question: str, release_id: str, reminder_id: str, now: datetime) -> OpenQuestion:
    return _ask(ASKED, (*_CHOICES, question), release_id, reminder_id, now)


def read_ids(question: OpenQuestion) -> tuple[str, str]:
    """Return the ids of the release and of the reminder."""
    release_id, reminder_id = question.choices[-_IDS:]
    return release_id, reminder_id


def read_asked(question: OpenQuestion) -> str | None:
    """Return which question is open; None where it is only whether to begin."""
    return question.choices[len(_CHOICES)] if question.kind == ASKED else None


def pick(text: str, question: OpenQuestion, now: datetime) -> str | None:
    """Return what a digit picks; None for no digit, one out of range, or a person."""
    items = _CHOICES if question.kind == ASKED else question.choices[:-_IDS]
    choice = questions.find_choice(text, replace(question, choices=tuple(map(str, items))), now)
    return choice.item if choice and choice.item != questions.PERSON else None


def _ask(kind: str, choices: tuple[str, ...], release_id: str, reminder_id: str, now: datetime) -> OpenQuestion:
    return questions.ask(kind, (*map(str, choices), release_id, reminder_id), now, lasts=LASTS)
