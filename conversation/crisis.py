"""Danger: seen by rules before anything else, by the model where the rules were blind. Pure."""

from dataclasses import replace

from conversation.messages import Decision, Kind
from conversation.ports import Understanding
from conversation.turn import Turn, decide_answer

BELIEVED = 0.5  # share of the probability on safety intents from which the model is believed


def answer_danger(turn: Turn) -> Decision | None:
    """Danger by rule, in all languages at once: the crisis text now, an urgent case, even while a case is open (I7)."""
    danger = turn.rules.danger.find_danger(turn.text)
    if danger is None:
        return None
    return decide_crisis(turn, danger.answer, 1.0)


def find_model_danger(heard: Understanding) -> str | None:
    """Return the likeliest safety answer when the safety intents together are believed; recall comes first (I7)."""
    dangers = [(intent, confidence) for intent, confidence in heard.ranking if intent.startswith("safety.")]
    return dangers[0][0] if sum(confidence for _, confidence in dangers) >= BELIEVED else None


def decide_crisis(turn: Turn, answer: str, confidence: float) -> Decision:
    """Return the crisis text and the urgent case; after a stop the text goes out once, the case every time (I9)."""
    known = answer if answer in turn.rules.catalogue.entries else "safety.emergency"
    decision = replace(decide_answer(turn, known), kind=Kind.CRISIS, confidence=confidence)
    if not turn.memory.stopped:
        return decision
    texts = () if turn.memory.crisis_after_stop else decision.texts[:1]
    return replace(decision, texts=texts, memory=replace(decision.memory, crisis_after_stop=True))
