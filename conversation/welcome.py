"""What a decision carries besides its own texts: the first notice, and the question which language is best. Pure."""

from dataclasses import replace

from conversation import questions
from conversation.messages import CaseStatus, Command, Decision, Kind
from conversation.turn import Turn, render


def welcome(turn: Turn, decision: Decision) -> Decision:
    """Add the first notice to the first reply of all, and the language question once; else change nothing."""
    if not decision.texts or decision.memory.stopped or _claimed(turn):
        return decision
    return _ask_language(turn, _notice(turn, decision))


def _claimed(turn: Turn) -> bool:
    return turn.memory.case is not None and turn.memory.case.status is CaseStatus.CLAIMED


def _notice(turn: Turn, decision: Decision) -> Decision:
    """Say once who writes and how to stop it; behind the answer, which is what the person waits for."""
    if turn.memory.noticed or decision.kind is Kind.CRISIS or decision.command is Command.START:
        return decision
    texts = decision.texts + render(turn, "system.first_notice", tag=decision.language)[-1:]
    return replace(decision, texts=texts, memory=replace(decision.memory, noticed=True))


def _ask_language(turn: Turn, decision: Decision) -> Decision:
    """Ask once, with numbers, when the language is not sure; never on top of another question or a crisis text."""
    memory = decision.memory
    busy = memory.open_question is not None or decision.kind in (Kind.CRISIS, Kind.COMMAND, Kind.HANDOFF)
    if not turn.choice.ask or memory.language_asked or memory.language or busy:
        return decision
    choices = turn.choice.candidates
    names = [turn.rules.languages.by_tag[tag].name for tag in choices]
    texts = render(turn, "system.language_question", choices=questions.render_choices(names))
    memory = replace(memory, language_asked=True, open_question=questions.ask("language", choices, turn.now))
    return replace(decision, texts=decision.texts + texts[:1], memory=memory)
