"""Private mode: what lights up the phone tells nothing; the text itself comes when the person asks (I10). Pure."""

from dataclasses import replace

from conversation import questions
from conversation.messages import Decision, Kind
from conversation.turn import Turn, decide_text

_TELLING = frozenset({Kind.ANSWER, Kind.CHOOSE})


def keep_private(turn: Turn, decision: Decision) -> Decision:
    """Replace texts that tell something by one that tells nothing, unless the person has just asked to read them.

    "1" then brings the answer, or the menu. Crisis texts are never held back (I7).
    """
    if not turn.memory.private or decision.kind not in _TELLING or _has_asked(turn):
        return decision
    choices = decision.choices or (decision.answer or "",)
    neutral = decide_text(turn, "system.private_waiting", decision.kind)
    if neutral.kind is not decision.kind:
        return replace(neutral, handoff=decision.handoff or neutral.handoff)
    question = questions.ask(questions.READ, choices, turn.now)
    return replace(decision, texts=neutral.texts, memory=replace(decision.memory, open_question=question))


def _has_asked(turn: Turn) -> bool:
    """A digit that answers our question, or a button, asks to read what follows."""
    chosen = questions.find_choice(turn.text, turn.memory.open_question, turn.now)
    return chosen is not None or turn.message.button is not None
