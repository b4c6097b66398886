"""The open questions about appointments: while one is told, under a reminder, and behind a neutral one. Pure.

The choices of a question under a reminder end with the ids of the appointment and of the reminder: no digit picks them.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from conversation.appointments.values import Act
from conversation.dialogue import questions
from conversation.messages import OpenQuestion

TELLING = "appointment"  # choices are the step, then what a digit picks there
REMINDER = "reminder"  # 1 I will go … 5 I am afraid
DETAILS = "reminder_details"  # "1" shows what a neutral reminder is about
RECONFIRM = "reconfirm"  # "1" this is still the same person's phone, "2" it is not
KEPT_OPEN = frozenset({REMINDER, DETAILS, RECONFIRM})  # another answer in between does not close them
REPLIES = (Act.GOING, Act.CANNOT, "changed", Act.HELP, Act.AFRAID)  # by digit, 1 first
YES, NO = "yes", "no"
REMINDER_LASTS = timedelta(days=3)
_IDS = 2  # at the end of the choices


def ask_going(appointment_id: str, reminder_id: str, now: datetime) -> OpenQuestion:
    """Return the question under a reminder that says what it is about, or under its text of choices."""
    return _ask(REMINDER, REPLIES, appointment_id, reminder_id, now)


def ask_details(appointment_id: str, reminder_id: str, now: datetime) -> OpenQuestion:
    """Return the question under a neutral reminder: "1" shows the rest."""
    return _ask(DETAILS, ("details",), appointment_id, reminder_id, now)


def ask_same_phone(appointment_id: str, reminder_id: str, now: datetime) -> OpenQuestion:
    """Return the question whether a silent number is still that of the person."""
    return _ask(RECONFIRM, (YES, NO), appointment_id, reminder_id, now)


def read_ids(question: OpenQuestion) -> tuple[str, str]:
    """Return the ids of the appointment and of the reminder that a question under a reminder is about."""
    appointment_id, reminder_id = question.choices[-_IDS:]
    return appointment_id, reminder_id


def pick(text: str, question: OpenQuestion, now: datetime) -> str | None:
    """Return what a digit picks, None for no digit or one out of range; never a step, an id, or a person."""
    items = question.choices[1:] if question.kind == TELLING else question.choices[:-_IDS]
    choice = questions.find_choice(text, replace(question, choices=items), now)
    return choice.item if choice and choice.item != questions.PERSON else None


def _ask(kind: str, choices: tuple[str, ...], appointment_id: str, reminder_id: str, now: datetime) -> OpenQuestion:
    return questions.ask(kind, (*map(str, choices), appointment_id, reminder_id), now, lasts=REMINDER_LASTS)
