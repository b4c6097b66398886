"""Open questions: whether a message answers the numbered question we asked before. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from conversation.folding import fold
from conversation.messages import OpenQuestion

CHOOSE = "choose"  # choices are answer ids
LANGUAGE = "language"  # choices are tags
READ = "read"  # "1" shows what waits behind a neutral text: an answer, or a menu of several
ERASE = "erase"  # "1" erases everything, "2" keeps it
STATE = "state"  # answered in words; choices are letters of states where several may be meant
STOP = "stop"  # "1" stops all texts to this number, "2" keeps them
PERSON = "0"  # the digit that always means a person, also when nothing was asked
QUESTION_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen from an open question: an item of its choices, or PERSON."""

    item: str


def ask(kind: str, choices: tuple[str, ...], now: datetime, *, lasts: timedelta = QUESTION_LASTS) -> OpenQuestion:
    return OpenQuestion(kind=kind, choices=choices, expires_at=now + lasts)


def is_open(question: OpenQuestion | None, kind: str, now: datetime) -> bool:
    """Tell whether a question of this kind waits for its answer."""
    return question is not None and question.kind == kind and now < question.expires_at


def find_choice(text: str, question: OpenQuestion | None, now: datetime) -> Choice | None:
    """Return what a message picks from an open question, else None: not a number, out of range, or expired.

    "0" alone is PERSON whether or not a question is open (I6).
    """
    digit = _read_digit(text)
    if digit == PERSON:
        return Choice(PERSON)
    if digit is None or question is None or now >= question.expires_at:
        return None
    place = int(digit) - 1
    return Choice(question.choices[place]) if place < len(question.choices) else None


def render_choices(titles: list[str]) -> str:
    """Return the numbered lines of a menu, "1 …" to "9 …"."""
    return "\n".join(f"{number} {title}" for number, title in enumerate(titles, start=1))


def _read_digit(text: str) -> str | None:
    """Return "0" to "9" when a whole message is one number: "2", "2️⃣", "la 2 por favor", "opción dos"."""
    if len(text) > _LONGEST or _NO_PICK.search(text):
        return None
    match = _PICK.fullmatch(fold(text))
    if match is None:
        return None
    return _WORDS.get(match["number"], match["number"])


_LONGEST = 60  # characters
_NO_PICK = re.compile(r"^\s*[<>:;=xX-]+\s?[0-9]|[%$€]")  # faces (":0", "<3"), minus signs, prices
_NUMBERS = {
    "0": "cero zero",
    "1": "uno una one primera primero first jun um uma un youn",
    "2": "dos two segunda segundo second keb kieb dois duas deux de",
    "3": "tres three tercera tercero third oxib trois twa",
}
_WORDS = {fold(word): digit for digit, words in _NUMBERS.items() for word in words.split()}
_PICK = re.compile(
    r"(?:es |is )?(?:la |el |the )?(?:(?:opcion|option|opcao|opsyon|numero|number|num|nro|nimewo) ?|no? ?(?=[0-9]))?"
    rf"(?P<number>[0-9]|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
    r"(?: (?:por favor|porfavor|porfa|please|pls|gracias|thanks|thank you|tanpri))?"
)
