"""A person tells the date of a court, a check-in, a doctor, a school or a lawyer, in one message or step by step. Pure
but for the bot, which is asked for danger. docs/decisions/0050 says why this is ours and no form of the bot's.

    day (which of two? the weekday? in the past: did you go?) → kind → known already? → hour → place → right? → saved

Whatever else is asked in between is answered, and the open question comes once more under it.
"""

from dataclasses import replace
from datetime import date

from conversation.appointments import replies
from conversation.appointments.agreeing import find_agreement, says
from conversation.appointments.beginning import hear_beginning, needs_care
from conversation.appointments.form import FORM_LASTS, Form, Step, find_step, read_form, write_form
from conversation.appointments.hearing import (
    Heard,
    add,
    begin_later,
    find_later,
    find_twins,
    find_upcoming,
    guess_zone,
    is_question,
    listen,
    settle_day,
    settle_zone,
)  # fmt: skip
from conversation.appointments.outcomes import ask, drop, save, settle_past, tell_known
from conversation.appointments.questions import NO, TELLING, YES, pick
from conversation.appointments.values import KnownAppointment
from conversation.appointments.wishes import obey_wish, wants_calendar
from conversation.appointments.wording import list_appointments, render_filled
from conversation.danger import crisis
from conversation.dialogue import questions
from conversation.handoff import make_plain_handoff
from conversation.messages import CaseStatus, Decision, Kind, MessageKind
from conversation.ports import Bot
from conversation.turn import SURE, Turn, decide_answer, is_said

TELL, REMIND, FIND = "court.tell_date", "court.reminder", "court.date_find"
# What matters more than the date beside it: it is answered first.
_PRESSING = frozenset(
    {
        "court.missed", "court.removal_order", "court.no_lawyer_soon", "court.ice_risk", "court.venue_change",
        "legal.ice_checkin_go",
    }
)  # fmt: skip
# What the bot may hear in an answer to our questions.
_OF_DATES = frozenset({TELL, REMIND, FIND, "court.location", "court.hearing_notice", "court.checkin_difference"})
_WRITTEN = frozenset({MessageKind.TEXT, MessageKind.BUTTON})
_AGREEING = frozenset("👍👌✅")


async def take_appointment(turn: Turn, bot: Bot) -> Decision | None:
    """Return the decision of a message that tells of an appointment, or answers a question about one; else None.

    Nothing while a person has the conversation (I4), nor while somebody may be in danger (I7).
    """
    if turn.is_claimed or turn.is_in_danger or turn.message.kind not in _WRITTEN:
        return None
    form = read_form(turn.memory, turn.now)
    if (picked := _find_pick(turn)) is not None:
        return _join(turn, _settle(turn, form, picked)) if form else None
    told = None if form else hear_beginning(turn)
    intent: str | None = None
    if needs_care(turn, begins=told is not None):
        heard, danger = await crisis.hear_danger(turn, bot)
        if danger:
            return danger
        intent = heard.intent if heard and heard.confidence >= SURE else None
    decision = _take_new_date(turn, replies.answer(turn)) or obey_wish(turn)
    decision = decision or (_continue(turn, form, intent) if form else _begin(turn, told, intent))
    return _join(turn, decision) if decision else None


def carry_out(turn: Turn, answer: str) -> Decision | None:
    """Return the decision where the bot has understood that somebody wants a date noted, or looks for one."""
    if answer in (TELL, REMIND):
        return _start(turn, listen(turn), answer)
    upcoming = find_upcoming(turn)
    if answer != FIND or not upcoming:
        return None
    decision = decide_answer(turn, answer)
    texts = render_filled(turn, "reminder.list", lambda tag: {"dates": list_appointments(turn.rules, upcoming, tag)})
    return replace(decision, texts=texts + decision.texts)


def _take_new_date(turn: Turn, decision: Decision | None) -> Decision | None:
    """Whoever says with the new date that it has changed is asked only for what is missing."""
    form = read_form(decision.memory, turn.now) if decision else None
    if decision is None or form is None or form.step is not Step.CHANGE:
        return decision
    if not any(character.isalpha() for character in turn.text):
        return decision  # the digit of the menu is no day of the month
    heard = listen(replies.drop_digit(turn), form)
    return _go_on(replace(turn, memory=decision.memory), add(turn, form, heard)) if heard.is_dated else decision


def _begin(turn: Turn, heard: Heard | None, intent: str | None) -> Decision | None:
    if heard is None:
        # of the calendar file of what is not kept yet: the date is asked for
        return _start(turn, listen(turn), TELL) if wants_calendar(turn) else None
    if intent not in _PRESSING:
        return _start(turn, heard, TELL)
    if heard.reading.is_past or intent == "court.missed":
        return None  # it is answered as always, with the case that it opens
    first = decide_answer(turn, intent)
    if not is_said(first.texts, intent):
        return first
    told = _start(replace(turn, memory=first.memory), heard, TELL)
    return replace(first, texts=first.texts + told.texts, memory=told.memory) if told.kind is Kind.ASK else first


def _start(turn: Turn, heard: Heard, answer: str) -> Decision:
    form = add(turn, Form(until=turn.now + FORM_LASTS, later=find_later(turn, heard)), heard)
    upcoming = find_upcoming(turn)
    moved = [one for one in upcoming if form.kind in (None, one.kind)]
    moved = [one for one in moved if one.id == replies.find_asked(turn)] or moved
    if heard.reading.correction and len(moved) == 1:
        form = replace(form, **replies.copy_from(moved[0], form))
    decision = _go_on(turn, form)
    if decision.kind is not Kind.ASK:
        return decision
    decision = replace(decision, answer=answer, memory=replace(decision.memory, last_answer=answer, misunderstood=0))
    if heard.is_dated:
        return decision
    # nothing but the wish was told: the answer's own text asks for the day
    first = decide_answer(turn, answer)
    if not is_said(first.texts, answer):
        return first
    memory = replace(decision.memory, topic=first.memory.topic, topic_until=first.memory.topic_until)
    return replace(first, memory=memory)


def _continue(turn: Turn, form: Form, intent: str | None) -> Decision | None:
    """Return the next step after an answer in words, None when the message is about something else."""
    if not turn.has_words:
        agrees = form.step is Step.CONFIRM and bool(_AGREEING & set(turn.text))
        return _settle(turn, form, YES) if agrees else None
    if turn.gist.is_courtesy or is_question(turn):
        return None
    if "drop_date" in turn.gist.whole:
        return drop(turn)
    heard = listen(turn, form)
    if intent is not None and intent not in _OF_DATES and not heard.reading:
        return None
    told = add(turn, form, heard)
    if heard and told != form:
        return _go_on(turn, told)
    return _answer_plainly(turn, form, heard) or (_go_on(turn, told) if heard and form.step is Step.CONFIRM else None)


def _answer_plainly(turn: Turn, form: Form, heard: Heard) -> Decision | None:
    """Take "yes", "no" and "I do not know" as answers to the question that is open."""
    if "dont_know" in turn.gist.whole or (form.step is Step.TIME and says(turn, NO)):
        return _go_on_without(turn, form)
    if form.step in (Step.CONFIRM, Step.WENT):
        agreed = find_agreement(turn, form, heard)
        return _settle(turn, form, agreed) if agreed else None
    if form.step in (Step.DAY, Step.CHANGE) and "no" in turn.gist.whole:
        return drop(turn)
    return None


def _go_on_without(turn: Turn, form: Form) -> Decision | None:
    """Go on where the person does not know: the hour may be missing, the day is found at the court's own line."""
    match form.step:
        case Step.TIME:
            return _go_on(turn, replace(form, no_time=True))
        case Step.PLACE:
            return _go_on(turn, guess_zone(turn, form))
        case Step.DAY | Step.CHANGE | Step.WHICH | Step.WEEKDAY:
            found = decide_answer(turn, FIND)
            # said with it: the question stays open, and is not repeated under a text that answers it
            asked = replace(form, until=turn.now + FORM_LASTS, repeated=True)
            return replace(found, memory=write_form(found.memory, asked))
        case _:
            return None


def _settle(turn: Turn, form: Form, picked: str) -> Decision:
    """Follow what a digit, or a word for it, picks."""
    match form.step, picked:
        case ((Step.WHICH | Step.WEEKDAY), _):
            return _go_on(turn, settle_day(turn, form, date.fromisoformat(picked)))
        case Step.KIND, _:
            return _go_on(turn, replace(form, kind=picked))
        case Step.SAME, "change":
            twin = find_twins(turn, form)[:1]
            form = replace(form, child=form.child or (twin[0].child if twin else None))
            if twin and form.place is None:  # no other city was told: it stays where it was
                form = replace(form, zone=twin[0].zone, place=twin[0].place)
            return _go_on(turn, replace(form, changing=twin[0].id if twin else None, is_new=not twin))
        case Step.SAME, _:
            return _go_on(turn, replace(form, is_new=True))
        case Step.WENT, _:
            return settle_past(turn, form, went=picked == YES)
        case Step.CONFIRM, "yes":
            return _go_on_later(turn, form, save(turn, form))
        case _:
            return ask(turn, replace(form, step=Step.CHANGE, repeated=False), find_twin=None)


def _go_on(turn: Turn, form: Form) -> Decision:
    """Ask what is still missing; a date that is kept already is only said again."""
    form = settle_zone(turn, form)
    if same := _find_same(turn, form):
        return tell_known(turn, same)
    twins = find_twins(turn, form)
    return ask(turn, replace(form, step=find_step(form, twins), repeated=False), find_twin=twins[0] if twins else None)


def _go_on_later(turn: Turn, form: Form, saved: Decision) -> Decision:
    """Ask about the other day of the same message, once the first is kept."""
    if saved.kind is not Kind.ANSWER or not form.later:
        return saved
    asked = _go_on(replace(turn, memory=saved.memory), begin_later(form, turn.now + FORM_LASTS))
    if asked.kind is not Kind.ASK:
        return saved
    return replace(saved, texts=saved.texts + asked.texts, memory=asked.memory, choices=asked.choices)


def _find_same(turn: Turn, form: Form) -> KnownAppointment | None:
    """Return the appointment that is kept just so."""
    if form.day is None or form.changing or form.kind is None:
        return None
    return next((one for one in find_twins(turn, form) if one.day == form.day and form.at in (None, one.at)), None)


def _find_pick(turn: Turn) -> str | None:
    question = turn.memory.open_question
    if not questions.is_open(question, TELLING, turn.now) or question is None:
        return None
    return pick(turn.text, question, turn.now)


def _join(turn: Turn, decision: Decision) -> Decision:
    """Let the message also join the case that waits: its reader sees everything that was told."""
    case = turn.memory.case
    if case is None or case.status is not CaseStatus.WAITING or decision.handoff:
        return decision
    return replace(decision, handoff=make_plain_handoff(case.topic, "joined"))
