"""Whether a message by itself begins to tell an appointment, and whether more may be said in it. Pure."""

from conversation.appointments import replies
from conversation.appointments.form import read_form
from conversation.appointments.hearing import Heard, find_upcoming, is_question, listen, tells_day
from conversation.danger import crisis
from conversation.danger.safety_file import Grade
from conversation.turn import Turn

LONGEST = 40  # words of a message that begins a form by itself; longer ones are stories with a question in them


def hear_beginning(turn: Turn) -> Heard | None:
    """Return what a message tells that by itself begins an appointment, or moves one that is kept; else None."""
    if len(turn.gist.words) > LONGEST or is_question(turn) or not tells_day(turn):
        return None
    heard = listen(turn)
    moves = heard.reading.correction and bool(find_upcoming(turn))
    return heard if heard.kind is not None or moves else None


def needs_care(turn: Turn, *, begins: bool) -> bool:
    """Tell whether a message may say more than an answer to our question: then the bot looks for danger in it (I7)."""
    if not turn.has_words:
        return False
    under_way = begins or replies.is_asked(turn) or read_form(turn.memory, turn.now) is not None
    return under_way and (len(turn.gist.words) >= crisis.SHORTEST or turn.evidence.grade >= Grade.LIKELY)
