"""On the way out: what is being told, and a reminder that waits for its answer, outlive other answers. Pure."""

from dataclasses import replace

from conversation.appointments.form import Step, end_form, find_step, read_form
from conversation.appointments.hearing import find_twins
from conversation.appointments.outcomes import ask
from conversation.appointments.questions import TELLING
from conversation.appointments.replies import is_asked
from conversation.messages import Decision, Kind
from conversation.turn import Turn


def keep_open(turn: Turn, decision: Decision) -> Decision:
    """Keep the open question of a form, said once more under another answer, or that of a reminder."""
    return _keep_reminder(turn, _repeat(turn, decision))


def _repeat(turn: Turn, decision: Decision) -> Decision:
    form = read_form(decision.memory, turn.now)
    question = decision.memory.open_question
    is_ours = question is not None and question.kind == TELLING
    if form is None or (question is not None and not (is_ours and decision.kind is Kind.FALLBACK)):
        return decision
    if _is_end(decision):
        return replace(decision, memory=end_form(decision.memory))
    twins = find_twins(turn, form)
    if form.step is Step.SAME and not twins:
        form = replace(form, step=find_step(form, twins))
    again = ask(
        replace(turn, memory=decision.memory), replace(form, repeated=True), find_twin=twins[0] if twins else None
    )
    if again.kind is not Kind.ASK:
        return decision
    says = () if form.repeated or not decision.texts or decision.kind is Kind.COMMAND else again.texts
    said = decision.memory
    memory = replace(again.memory, last_answer=said.last_answer, misunderstood=said.misunderstood)
    return replace(decision, texts=decision.texts + says, memory=memory)


def _keep_reminder(turn: Turn, decision: Decision) -> Decision:
    memory = decision.memory
    if not is_asked(turn) or memory.open_question is not None or decision.appointments or _is_end(decision):
        return decision
    return replace(decision, memory=replace(memory, open_question=turn.memory.open_question))


def _is_end(decision: Decision) -> bool:
    """Tell whether a person, danger or a stop ends what we have asked."""
    return decision.kind in (Kind.CRISIS, Kind.HANDOFF) or decision.memory.stopped or decision.erase
