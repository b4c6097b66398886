"""Wishes about kept dates: to cancel one, to have reminders say more, or less, to have a calendar file. Pure."""

from dataclasses import replace

from conversation.appointments.hearing import find_upcoming, is_question, listen
from conversation.appointments.outcomes import answer_with, forget_question
from conversation.appointments.values import Act, AppointmentAct, CalendarLine, KnownAppointment
from conversation.appointments.wording import CALENDAR, LINK, Fill, name_kind, number, say, say_in_full, say_when
from conversation.dialogue import questions
from conversation.messages import Decision, Kind, OpenQuestion
from conversation.turn import Turn, be_silent

MOST_CANCEL = 12  # words of a wish to cancel
MOST_LINES = 9  # of a menu: one digit each
NO_CALENDAR = "reminder.no_calendar"
CANCEL = "reminder_cancel"  # choices are ids of appointments


def obey_wish(turn: Turn) -> Decision | None:
    """Cancel a date, or change how reminders are written; only where one is kept, or else the bot answers."""
    question = turn.memory.open_question
    if question is not None and question.kind == CANCEL and (item := _pick_cancelled(turn, question)):
        return _cancel(turn, item)
    upcoming = find_upcoming(turn)
    if wants_calendar(turn) and turn.memory.private:
        return _say_beside(turn, NO_CALENDAR)
    if upcoming and wants_calendar(turn):
        return _give_calendar(turn, upcoming)
    if not upcoming or is_question(turn):
        return None
    if "full_reminders" in turn.gist.whole and not turn.memory.private:
        return replace(answer_with(turn, "reminder.full_on"), appointments=(AppointmentAct(Act.FULL),))
    if "neutral_reminders" in turn.gist.whole:
        return replace(answer_with(turn, "reminder.neutral_on"), appointments=(AppointmentAct(Act.NEUTRAL),))
    return _cancel_meant(turn, upcoming) if _wants_cancel(turn) else None


def wants_calendar(turn: Turn) -> bool:
    """Tell whether the whole message asks for the calendar file."""
    return "calendar_file" in turn.gist.whole


def _give_calendar(turn: Turn, upcoming: tuple[KnownAppointment, ...]) -> Decision:
    """All that is to come in one file; its address is made by the store, with the text."""
    decision = _say_beside(turn, CALENDAR, lambda _tag: {"link": LINK})  # the place stays open
    texts = (
        replace(text, calendar=tuple(_write_line(turn, one, text.language) for one in upcoming))
        if text.answer == CALENDAR
        else text
        for text in decision.texts
    )
    return replace(decision, texts=tuple(texts))


def _write_line(turn: Turn, one: KnownAppointment, tag: str) -> CalendarLine:
    """Whoever chose full texts finds what it is and where; a calendar lights up by itself, too."""
    if turn.memory.full_reminders:
        return CalendarLine(one.id, name_kind(turn.rules, one.kind, tag), one.place)
    return CalendarLine(one.id, turn.rules.catalogue.find_title(CALENDAR, tag) or "")


def _say_beside(turn: Turn, answer: str, fill: Fill | None = None) -> Decision:
    """Say one entry; what was asked before stays open."""
    decision = say(turn, answer, Kind.ANSWER, fill)
    if decision.kind is not Kind.ANSWER:
        return decision
    return replace(decision, answer=answer, memory=replace(decision.memory, last_answer=answer, misunderstood=0))


def _cancel_meant(turn: Turn, upcoming: tuple[KnownAppointment, ...]) -> Decision:
    kind = listen(turn).kind
    meant = [one for one in upcoming if kind in (None, one.kind)]
    # nothing of the kind that was named is kept: ask, or who drops a doctor's date would drop the court's
    return _cancel(turn, meant[0].id) if len(meant) == 1 else _ask_which(turn, meant or list(upcoming))


def _wants_cancel(turn: Turn) -> bool:
    spans = turn.rules.phrasebook.find(turn.gist.words) if len(turn.gist.words) <= MOST_CANCEL else []
    return any(span.kind == "cancel_date" and span.first == 0 for span in spans)


def _ask_which(turn: Turn, meant: list[KnownAppointment]) -> Decision:
    shown = meant[:MOST_LINES]
    fill = number(lambda tag: [_line(turn, one, tag) for one in shown])
    decision = say(turn, "reminder.ask_cancel", Kind.ASK, fill)
    if decision.kind is not Kind.ASK:
        return decision
    ids = tuple(one.id for one in shown)
    question = questions.ask(CANCEL, ids, turn.now)
    memory = replace(decision.memory, open_question=question, last_answer="reminder.ask_cancel")
    return replace(decision, memory=memory, choices=ids)


def _line(turn: Turn, one: KnownAppointment, tag: str) -> str:
    if turn.memory.private:
        return say_when(turn.rules, one, tag)
    return f"{name_kind(turn.rules, one.kind, tag)}: {say_in_full(turn.rules, one, tag)}"


def _pick_cancelled(turn: Turn, question: OpenQuestion) -> str | None:
    choice = questions.find_choice(turn.text, question, turn.now)
    return choice.item if choice and choice.item != questions.PERSON else None


def _cancel(turn: Turn, appointment_id: str) -> Decision:
    one = next((known for known in turn.memory.appointments if known.id == appointment_id), None)
    if one is None:
        return be_silent(forget_question(turn))
    decision = answer_with(turn, "reminder.cancelled", lambda tag: {"when": say_when(turn.rules, one, tag)})
    return replace(decision, appointments=(AppointmentAct(Act.CANCEL, appointment_id),))
