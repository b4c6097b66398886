"""Answers to a reminder: going, cannot, the date changed, help, afraid. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from conversation.appointments.form import FORM_LASTS, Form, Step
from conversation.appointments.hearing import is_made_of, is_question
from conversation.appointments.outcomes import answer_with, ask, forget_question
from conversation.appointments.questions import (
    DETAILS,
    KEPT_OPEN,
    NO,
    RECONFIRM,
    REMINDER,
    REPLIES,
    YES,
    ask_going,
    pick,
    read_ids,
)  # fmt: skip
from conversation.appointments.values import Act, AppointmentAct, AppointmentKind, KnownAppointment
from conversation.appointments.wording import (
    CHOICES,
    Fill,
    find_full_text,
    render_filled,
    say,
    say_in_full,
)  # fmt: skip
from conversation.dialogue import effects
from conversation.dialogue.gist import Span
from conversation.handoff import make_handoff
from conversation.messages import Decision, Handoff, Kind, OpenQuestion, Urgency
from conversation.turn import Turn, decide_handoff

NEAR_DAYS = 2  # before a court or check-in: who cannot go needs somebody at once
LONGEST = 40  # words of an answer that are read
_LINE = re.compile(r"\s*([1-5])[\s.,:)-]+(\D.*)", re.DOTALL)
_ACKNOWLEDGED = "system.acknowledged"
_OF_LAW = frozenset({AppointmentKind.COURT, AppointmentKind.ICE})
# By the kind of phrase that says it, the weightiest first.
_SAID = {
    "afraid_to_go": Act.AFRAID,
    "cannot_go": Act.CANNOT,
    "need_ride": Act.HELP,
    "date_changed": "changed",
}
_GOING = ("will_go", "yes", "okay", "thanks")
# Texts that a private phone may show at once.
NEUTRAL = frozenset(
    {
        "reminder.saved", "reminder.dropped", "reminder.known", "reminder.cancelled", "reminder.going",
        "reminder.help", "reminder.past_gone", "reminder.past_missed", "reminder.neutral_on", "reminder.cannot_other",
        "reminder.no_calendar",
    }
)  # fmt: skip


def is_asked(turn: Turn) -> bool:
    """Tell whether a reminder waits for its answer."""
    question = turn.memory.open_question
    return question is not None and question.kind in KEPT_OPEN and turn.now < question.expires_at


def find_asked(turn: Turn) -> str | None:
    """Return the id of the appointment whose reminder waits for its answer."""
    question = turn.memory.open_question
    return read_ids(question)[0] if question is not None and is_asked(turn) else None


def answer(turn: Turn) -> Decision | None:
    """Return the decision of an answer to a reminder; None for anything else."""
    question = turn.memory.open_question
    return _answer_reminder(turn, question) if question is not None and is_asked(turn) else None


def copy_from(one: KnownAppointment, form: Form) -> Mapping[str, Any]:
    """Return what a new date takes over from the appointment that it moves."""
    return {
        "changing": one.id,
        "kind": form.kind or one.kind,
        "zone": form.zone or one.zone,
        "place": form.place or one.place,
        "child": form.child or one.child,
    }


def _answer_reminder(turn: Turn, question: OpenQuestion) -> Decision | None:
    picked = pick(turn.text, question, turn.now)
    appointment_id, reminder_id = read_ids(question)
    if question.kind == RECONFIRM:
        return _answer_reconfirm(turn, picked, appointment_id, reminder_id)
    one = next((known for known in turn.memory.appointments if known.id == appointment_id), None)
    if one is None or one.status == "cancelled":
        return None
    said = find_said(turn)
    if one.is_over(turn.now) and (picked or said or _find_plain(turn)):
        return _ask_whether_went(turn, one)
    if question.kind == DETAILS and (picked or (not said and "yes" in turn.gist.whole)):
        return _tell_details(turn, one, reminder_id)
    if question.kind == REMINDER and not picked and "no" in turn.gist.whole:
        return _ask_again(turn, one, reminder_id)
    choice = (picked or _pick_line(turn)) if question.kind == REMINDER else None
    reply = choice or said or (_find_plain(turn) if question.kind == REMINDER else None)
    if reply is None:
        return None
    act = None if reply == "changed" else Act(reply)
    return _act(turn, one, act, reminder_id, picked=choice is not None)


def drop_digit(turn: Turn) -> Turn:
    """Return the turn without the digit of a line of the menu that was written off: no day of the month."""
    line = _LINE.match(turn.text)
    return replace(turn, text=line[2]) if line and _pick_line(turn) else turn


def _pick_line(turn: Turn) -> str | None:
    """Return what a line of the menu picks that was written off, "2 I cannot go": digit and words must agree."""
    line = _LINE.match(turn.text)
    if line is None:
        return None
    reply = str(REPLIES[int(line[1]) - 1])
    worded = replace(turn, gist=turn.rules.phrasebook.read(line[2]))
    return reply if reply in (find_said(worded), _find_plain(worded)) else None


def find_said(turn: Turn) -> str | None:
    """Return which answer the words are: going as a whole, else what the longest phrase says, the weightier first."""
    if is_question(turn):
        return None
    found = turn.rules.phrasebook.find(turn.gist.words[:LONGEST])
    going = [span for span in found if span.kind == "will_go"]  # "I am not going" within "I am not going to miss it"
    if "will_go" in turn.gist.whole or (going and is_made_of(turn, _GOING)):  # of a longer text it is too little
        return str(Act.GOING)
    if "cannot_bare" in turn.gist.whole:  # in a longer text "I cannot" is about anything: "I cannot pay the rent"
        return str(Act.CANNOT)
    spans = [span for span in found if span.kind in _SAID and not any(_is_within(span, one) for one in going)]
    order = list(_SAID)
    best = max(spans, key=lambda span: (span.last - span.first, -order.index(span.kind)), default=None)
    return str(_SAID[best.kind]) if best else None


def _is_within(span: Span, longer: Span) -> bool:
    return longer.first <= span.first and span.last <= longer.last


def _find_plain(turn: Turn) -> str | None:
    """A bare yes answers "will you go?"; a bare no may be to something else, and would end all reminders."""
    return str(Act.GOING) if "yes" in turn.gist.whole else None


def _act(turn: Turn, one: KnownAppointment, act: Act | None, reminder_id: str, *, picked: bool) -> Decision:
    """Return what an answer to a reminder leads to; None stands for "the date changed"."""
    if act is None:
        return _ask_new_date(turn, one)
    done = AppointmentAct(act, one.id, reminder_id=reminder_id)
    says, handoff = _find_reply(turn, one, act)
    if turn.memory.private and not picked and says not in NEUTRAL and handoff:
        decision = decide_handoff(forget_question(turn), handoff)  # its text names nothing
    else:
        decision = answer_with(turn, says)
        # where nobody may send it yet (I5) the person that comes has the very same case
        decision = replace(decision, handoff=handoff or (decision.handoff if decision.kind is Kind.HANDOFF else None))
    return replace(decision, appointments=(done,))


def _find_reply(turn: Turn, one: KnownAppointment, act: Act) -> tuple[str, Handoff | None]:
    """Return what is said and which case is opened."""
    if act is Act.GOING:
        return "reminder.going", None
    if act is Act.AFRAID and one.kind in _OF_LAW:
        return "reminder.afraid", _open(turn, "reminder.afraid")
    if is_pressing(turn, one, act):
        return "reminder.cannot_soon", _open(turn, "reminder.cannot", Urgency.PAGE_NOW)
    if act is Act.CANNOT and one.kind in _OF_LAW:
        return "reminder.cannot", _open(turn, "reminder.cannot")
    if act is Act.CANNOT:
        return "reminder.cannot_other", _open(turn, "reminder.cannot_other")
    return "reminder.help", _open(turn, "reminder.help")


def _open(turn: Turn, topic: str, urgency: Urgency | None = None) -> Handoff:
    handoff = make_handoff(turn.rules.catalogue.get_entry(topic), "reminder")
    return replace(handoff, urgency=urgency) if urgency else handoff


def is_pressing(turn: Turn, one: KnownAppointment, act: Act) -> bool:
    """Tell whether somebody says so shortly before a court or a check-in that they cannot go that it cannot wait."""
    return act is Act.CANNOT and one.kind in _OF_LAW and _count_days(turn, one) <= NEAR_DAYS


def _count_days(turn: Turn, one: KnownAppointment) -> int:
    return (one.day - turn.now.astimezone(ZoneInfo(one.zone)).date()).days


def _ask_new_date(turn: Turn, one: KnownAppointment) -> Decision:
    """Begin to tell the new date; whoever has named it already is asked what is missing."""
    form = Form(until=turn.now + FORM_LASTS, step=Step.CHANGE)
    form = replace(form, **copy_from(one, form))
    return ask(forget_question(turn), form, find_twin=None)


def _ask_whether_went(turn: Turn, one: KnownAppointment) -> Decision:
    """An answer that comes when the date has been: "I will go" is no answer any more."""
    form = Form(until=turn.now + FORM_LASTS, step=Step.WENT, day=one.day, at=one.at, is_past=True)
    return ask(forget_question(turn), replace(form, **copy_from(one, form)), find_twin=None)


def _tell_details(turn: Turn, one: KnownAppointment, reminder_id: str) -> Decision:
    """Say in full what a neutral reminder was about, and ask whether the person will go."""
    fill: Fill = lambda tag: {"when": say_in_full(turn.rules, one, tag)}  # noqa: E731
    decision = say(turn, find_full_text(one.kind, days_left=_count_days(turn, one)), Kind.ASK, fill)
    if decision.kind is not Kind.ASK:
        return decision
    return _open_choices(turn, replace(decision, texts=decision.texts + render_filled(turn, CHOICES)), one, reminder_id)


def _ask_again(turn: Turn, one: KnownAppointment, reminder_id: str) -> Decision:
    """Ask with the five answers what a bare "no" means."""
    decision = say(turn, CHOICES, Kind.ASK)
    return _open_choices(turn, decision, one, reminder_id) if decision.kind is Kind.ASK else decision


def _open_choices(turn: Turn, decision: Decision, one: KnownAppointment, reminder_id: str) -> Decision:
    question = ask_going(one.id, reminder_id, turn.now)
    memory = replace(decision.memory, open_question=question, last_answer=CHOICES, misunderstood=0)
    return replace(decision, memory=memory, choices=tuple(map(str, REPLIES)))


def _answer_reconfirm(turn: Turn, picked: str | None, appointment_id: str, reminder_id: str) -> Decision | None:
    """A number that was silent for long says whether it is still the person's; if not, it is left alone (I9)."""
    answered = picked or next((word for word in (YES, NO) if word in turn.gist.whole), None)
    if answered is None:
        return None
    if answered == NO:
        return effects.stop_number(turn)
    act = AppointmentAct(Act.RECONFIRMED, appointment_id, reminder_id=reminder_id)
    return replace(answer_with(turn, _ACKNOWLEDGED), appointments=(act,))
