"""Private mode: what lights up the phone tells nothing; the text itself comes when the person asks (I10). Pure."""

from dataclasses import replace

from conversation.appointments.replies import NEUTRAL
from conversation.check_ins import wording as check_ins
from conversation.dialogue import questions
from conversation.messages import Decision, Kind
from conversation.turn import Turn, decide_text

# Their texts name nothing.
_NEUTRAL = NEUTRAL | check_ins.NEUTRAL | {"service.phone_not_safe", "service.wrong_number", "service.thanks"}
_ACKNOWLEDGED, _MENU = "system.acknowledged", "service.menu"
_NAMING = frozenset({"system.not_understood", "system.out_of_scope"})  # they say what we can help with
_TELLING = frozenset({Kind.ANSWER, Kind.CHOOSE})


def keep_private(turn: Turn, decision: Decision) -> Decision:
    """Replace texts that tell something by one that tells nothing, unless the person has just asked to read them.

    "1" then brings the answer, or the menu. Crisis texts are never held back (I7).
    """
    names = decision.kind is Kind.FALLBACK and any(text.answer in _NAMING for text in decision.texts)
    tells = names or decision.kind in _TELLING
    if not turn.memory.private or not tells or decision.answer in _NEUTRAL or _has_asked(turn):
        return decision
    choices = _find_readable(decision, names=names)
    if not choices:
        return replace(decision, texts=decide_text(turn, _ACKNOWLEDGED, decision.kind).texts)
    neutral = decide_text(turn, "system.private_waiting", decision.kind)
    if neutral.kind is not decision.kind:
        return replace(neutral, handoff=decision.handoff or neutral.handoff)
    question = questions.ask(questions.READ, choices, turn.now)
    return replace(decision, texts=neutral.texts, memory=replace(decision.memory, open_question=question))


def _find_readable(decision: Decision, *, names: bool) -> tuple[str, ...]:
    """Return what "1" brings; nothing for what is no answer, such as a state that we have noted."""
    if names:
        return (_MENU,)
    return decision.choices or decision.answers or ((decision.answer,) if decision.answer else ())


def _has_asked(turn: Turn) -> bool:
    """A digit that answers our question, or a button, asks to read what follows."""
    chosen = questions.find_choice(turn.text, turn.memory.open_question, turn.now)
    return chosen is not None or turn.message.button is not None
