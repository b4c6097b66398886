"""What is said at each step of telling an appointment, and how the telling ends. Pure."""

from dataclasses import replace

from conversation.appointments.form import (
    FORM_LASTS,
    Form,
    Step,
    end_form,
    is_courtesy_said,
    note_courtesy,
    write_form,
)  # fmt: skip
from conversation.appointments.questions import NO, TELLING, YES
from conversation.appointments.values import Act, AppointmentAct, AppointmentKind, AppointmentStatus, KnownAppointment
from conversation.appointments.wording import (
    COURTESY,
    Fill,
    name_kind,
    number,
    render_filled,
    say,
    say_day,
    say_in_full,
    say_when,
)  # fmt: skip
from conversation.dialogue import questions
from conversation.messages import Channel, Decision, Kind
from conversation.turn import Turn, decide_answer

CONFIRM = "reminder.confirm"
_TEXTS = {
    Step.DAY: "reminder.ask_date",
    Step.WHICH: "reminder.ask_which",
    Step.WEEKDAY: "reminder.ask_weekday",
    Step.KIND: "reminder.ask_kind",
    Step.WENT: "reminder.did_you_go",
    Step.TIME: "reminder.ask_time",
    Step.PLACE: "reminder.ask_place",
    Step.SAME: "reminder.ask_same",
    Step.CONFIRM: CONFIRM,
    Step.CHANGE: "reminder.ask_change",
}
# What is answered to "I did not go", besides the court: there are no rules for a doctor.
_MISSED = {AppointmentKind.COURT: "court.missed", AppointmentKind.ICE: "legal.ice_checkin_go"}


def ask(turn: Turn, form: Form, *, find_twin: KnownAppointment | None) -> Decision:
    """Return the decision to ask what a form's step wants; the memory holds form and question.

    `find_twin`: the kept appointment that Step.SAME asks about.
    """
    answer, options, fill = _TEXTS[form.step], _find_options(form), _find_fill(turn, form, find_twin)
    if form.step is Step.KIND and turn.memory.private:
        answer, options, fill = "reminder.ask_kind_private", (), None  # a menu would name courts on a private phone
    decision = say(turn, answer, Kind.ASK, fill)
    if decision.kind is not Kind.ASK:
        return replace(decision, memory=end_form(decision.memory))
    question = questions.ask(TELLING, (form.step.value, *options), turn.now, lasts=FORM_LASTS)
    kept = write_form(decision.memory, replace(form, until=question.expires_at))
    memory = replace(kept, open_question=question, last_answer=answer, misunderstood=0)
    return replace(decision, answer=answer, memory=memory, choices=options)


def save(turn: Turn, form: Form) -> Decision:
    """Keep what was confirmed, with the person's consent to be reminded; once say what a reminder is worth."""
    act = Act.CHANGE if form.changing else Act.ADD
    values = form.as_appointment(AppointmentStatus.PLANNED)
    decision = answer_with(_without_offer(turn) if turn.memory.private else turn, "reminder.saved")
    if decision.kind is not Kind.ANSWER:
        return decision
    if not is_courtesy_said(turn.memory) and (more := render_filled(turn, COURTESY)):
        decision = replace(decision, texts=decision.texts + more, memory=note_courtesy(decision.memory))
    return replace(decision, appointments=(AppointmentAct(act, form.changing, values, consent=CONFIRM),))


def _without_offer(turn: Turn) -> Turn:
    """Return the turn as one by SMS: only the text for WhatsApp offers the calendar file, which private phones lack."""
    sender = replace(turn.message.sender, channel=Channel.SMS)
    return replace(turn, message=replace(turn.message, sender=sender))


def drop(turn: Turn) -> Decision:
    """Forget what was told: it is not wanted."""
    return answer_with(turn, "reminder.dropped")


def tell_known(turn: Turn, one: KnownAppointment) -> Decision:
    """Say that this date is kept already."""
    return answer_with(turn, "reminder.known", lambda tag: {"when": _name_day(turn, one, tag)})


def settle_past(turn: Turn, form: Form, *, went: bool) -> Decision:
    """Note whether somebody went; a court or check-in that was missed brings a person the same day."""
    known = _find_kept(turn, form)
    told = form.as_appointment(AppointmentStatus.GONE if went else AppointmentStatus.MISSED)
    act = AppointmentAct(Act.GONE if went else Act.MISSED, known.id if known else None, None if known else told)
    if went:
        return replace(answer_with(turn, "reminder.past_gone"), appointments=(act,))
    answer = _MISSED.get(AppointmentKind(told.kind))
    if answer is None:
        return replace(answer_with(turn, "reminder.past_missed"), appointments=(act,))
    decision = decide_answer(turn, answer)
    return replace(decision, memory=end_form(decision.memory), appointments=(act,))


def answer_with(turn: Turn, answer: str, fill: Fill | None = None) -> Decision:
    """Return the decision to say one entry, with which whatever was asked or told is settled."""
    decision = say(turn, answer, Kind.ANSWER, fill)
    memory = replace(end_form(decision.memory), open_question=None)
    if decision.kind is not Kind.ANSWER:  # nobody may send it yet: a person has the message (I5)
        return replace(decision, memory=memory)
    return replace(decision, answer=answer, memory=replace(memory, last_answer=answer, misunderstood=0))


def forget_question(turn: Turn) -> Turn:
    """Return the turn without an open question."""
    return replace(turn, memory=replace(turn.memory, open_question=None))


def _find_kept(turn: Turn, form: Form) -> KnownAppointment | None:
    """Return the kept appointment of that day."""
    known = [one for one in turn.memory.appointments if one.day == form.day and one.kind == form.kind]
    return next((one for one in known if one.id == form.changing), known[0] if known else None)


def _find_options(form: Form) -> tuple[str, ...]:
    match form.step:
        case Step.WHICH | Step.WEEKDAY:
            return tuple(day.isoformat() for day in form.days)
        case Step.KIND:
            return tuple(map(str, AppointmentKind))
        case Step.WENT:
            return YES, NO
        case Step.SAME:
            return "change", "new"
        case Step.CONFIRM:
            return YES, "change"
        case _:
            return ()


def _find_fill(turn: Turn, form: Form, twin: KnownAppointment | None) -> Fill | None:
    """Return what fills the places of a step's text."""
    rules = turn.rules
    match form.step:
        case Step.WHICH | Step.WEEKDAY:
            return number(lambda tag: [say_day(rules, day, form.at, tag) for day in form.days])
        case Step.KIND:
            return number(lambda tag: [name_kind(rules, kind, tag) for kind in AppointmentKind])
        case Step.SAME if twin:
            return lambda tag: {"when": _name_day(turn, twin, tag)}
        case Step.WENT | Step.CONFIRM:
            told = form.as_appointment(AppointmentStatus.PLANNED)
            return lambda tag: {"when": _name_day(turn, told, tag)}
        case _:
            return None


def _name_day(turn: Turn, one: KnownAppointment, tag: str) -> str:
    """Return when it is, and whose where the phone is not private; never what it is."""
    return (say_when if turn.memory.private else say_in_full)(turn.rules, one, tag)
