"""Private mode: what lights up the phone tells nothing; the text itself comes when the person asks (I10). Pure."""

from dataclasses import replace

from conversation import questions
from conversation.messages import Decision, Kind
from conversation.turn import Turn, render

READ = "read"  # kind of the open question whose only choice is the answer that waits
_TELLING = frozenset({Kind.ANSWER, Kind.ASK, Kind.CHOOSE})


def keep_private(turn: Turn, decision: Decision) -> Decision:
    """Replace texts that tell something by one that tells nothing, unless the person has just asked to read them."""
    asked = turn.memory.open_question is not None and turn.memory.open_question.kind == READ
    if not turn.memory.private or decision.kind not in _TELLING or decision.answer is None:
        return decision
    if asked and questions.find_choice(turn.text, turn.memory.open_question, turn.now):
        return decision
    question = questions.ask(READ, (decision.answer,), turn.now)
    texts = render(turn, "system.private_waiting")
    return replace(decision, texts=texts, memory=replace(decision.memory, open_question=question))
