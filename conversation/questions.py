"""Open questions: whether a message answers the numbered question we asked before. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from conversation.messages import OpenQuestion

PERSON = "0"  # the digit that always means a person
QUESTION_LASTS = timedelta(hours=24)
_NUMBER = re.compile(
    r"^\W*(?:op[cç][iíã][oó]n|opcao|option|opcion|no\.?|n[uú]mero|number|#)?\s*([0-9])\W*$", re.IGNORECASE
)
_WORDS = {
    "cero": "0", "zero": "0", "uno": "1", "una": "1", "one": "1", "dos": "2", "two": "2", "tres": "3", "three": "3",
    "cuatro": "4", "four": "4", "cinco": "5", "five": "5", "jun": "1", "keb": "2", "oxib": "3",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen from an open question: an item of its choices, or PERSON."""

    item: str


def ask(kind: str, choices: tuple[str, ...], now: datetime) -> OpenQuestion:
    return OpenQuestion(kind=kind, choices=choices, expires_at=now + QUESTION_LASTS)


def find_choice(text: str, question: OpenQuestion | None, now: datetime) -> Choice | None:
    """Return what a message picks from an open question, else None: not a number, out of range, or expired."""
    if question is None or now >= question.expires_at:
        return None
    digit = _read_digit(text)
    if digit is None:
        return None
    if digit == PERSON:
        return Choice(PERSON)
    place = int(digit) - 1
    return Choice(question.choices[place]) if place < len(question.choices) else None


def render_choices(titles: list[str]) -> str:
    """Return the numbered lines of a menu, "1 …" to "9 …"."""
    return "\n".join(f"{number} {title}" for number, title in enumerate(titles, start=1))


def _read_digit(text: str) -> str | None:
    word = text.strip().strip(".!)").casefold()
    if word in _WORDS:
        return _WORDS[word]
    match = _NUMBER.match(text)
    return match[1] if match else None
