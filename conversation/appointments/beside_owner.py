"""While a person has the conversation nothing is asked: what is told of a date is noted for them to see. Pure."""

from dataclasses import replace

from conversation.appointments.form import Form
from conversation.appointments.hearing import Heard, add, is_question, listen, settle_zone, tells_day
from conversation.appointments.questions import DETAILS, REMINDER, pick, read_ids
from conversation.appointments.replies import find_said, is_asked, is_pressing
from conversation.appointments.values import Act, AppointmentAct, AppointmentStatus
from conversation.messages import Handoff, MessageKind, Urgency
from conversation.turn import Turn

LONGEST = 40  # words of a message in which a date is looked for
_WRITTEN = frozenset({MessageKind.TEXT, MessageKind.BUTTON})


def note_for_owner(turn: Turn) -> tuple[AppointmentAct, ...]:
    """Return what a message to a claimed case does to dates: the answer to a reminder, or a date for the owner to keep.

    An answer counts as what it is: who cannot go is not reminded on. A date is only a suggestion.
    """
    if turn.message.kind not in _WRITTEN:
        return ()
    return _note_reply(turn) or _note_date(turn)


def weigh(turn: Turn, acts: tuple[AppointmentAct, ...], joined: Handoff) -> Handoff:
    """Return the handoff of such a message: who cannot go so soon pages somebody, whoever has the case."""
    known = {one.id: one for one in turn.memory.appointments}
    told = ((known.get(act.appointment_id or ""), Act(act.act)) for act in acts)
    presses = any(one is not None and is_pressing(turn, one, act) for one, act in told)
    return replace(joined, urgency=Urgency.PAGE_NOW) if presses else joined


def _note_reply(turn: Turn) -> tuple[AppointmentAct, ...]:
    question = turn.memory.open_question
    if question is None or not is_asked(turn) or question.kind not in (REMINDER, DETAILS):
        return ()
    appointment_id, reminder_id = read_ids(question)
    picked = pick(turn.text, question, turn.now)
    answered = find_said(turn) or ("going" if question.kind == REMINDER and "yes" in turn.gist.whole else None)
    reply = (picked if question.kind == REMINDER else None) or answered
    if reply is None and picked is None:
        return ()
    # "the date changed" and a wish for details change nothing here: the owner answers them
    act = Act(reply) if reply in set(Act) else Act.ASKS
    return (AppointmentAct(act, appointment_id, reminder_id=reminder_id),)


def _note_date(turn: Turn) -> tuple[AppointmentAct, ...]:
    if len(turn.gist.words) > LONGEST or is_question(turn) or not tells_day(turn):
        return ()
    heard = listen(turn)
    form = settle_zone(turn, add(turn, Form(until=turn.now), heard))
    if form.day is None or form.is_past or not _is_clear(heard):
        return ()
    return (AppointmentAct(Act.SAID, values=form.as_appointment(AppointmentStatus.PLANNED)),)


def _is_clear(heard: Heard) -> bool:
    return heard.kind is not None and heard.reading.day is not None
