"""Danger: seen by rules before anything else, by the model where the rules were blind. Pure but for the bot itself."""

from dataclasses import replace

from conversation.handoff import NOT_UNDERSTOOD, make_handoff
from conversation.messages import Decision, Handoff, Kind, Urgency
from conversation.ports import Bot, BotSilence, Understanding
from conversation.turn import Turn, decide_answer, decide_handoff

BELIEVED = 0.5  # share of the probability on safety intents from which the model is believed
SUSPECTED = 0.2  # probability of the best guess from which a danger that nobody believes is read by a person
_LAST_KNOWN = "safety.emergency"  # says what to do in any danger


def answer_danger(turn: Turn) -> Decision | None:
    """Danger by rule, in all languages at once: the crisis text now, an urgent case, even while a case is open (I7)."""
    danger = turn.rules.danger.find_danger(turn.text)
    answer = danger.answer if danger else _find_pressed_danger(turn)
    return decide_crisis(turn, answer, 1.0) if answer else None


async def hear_danger(turn: Turn, bot: Bot) -> tuple[Understanding | None, Decision | None]:
    """Ask the NLU alone, where the bot must not speak: what it understood, if anything, and the danger it saw."""
    heard = await bot.understand(turn.text) if turn.has_words else BotSilence("no_words")
    if isinstance(heard, BotSilence):
        return None, None
    danger = find_model_danger(heard)
    return heard, decide_crisis(turn, danger, heard.confidence) if danger else None


def find_model_danger(heard: Understanding) -> str | None:
    """Return the likeliest safety answer when the safety intents together are believed; recall comes first (I7)."""
    dangers = [(intent, confidence) for intent, confidence in heard.ranking if intent.startswith("safety.")]
    if not dangers or sum(confidence for _, confidence in dangers) < BELIEVED:
        return None
    return max(dangers, key=lambda danger: danger[1])[0]


def decide_doubt(turn: Turn, heard: Understanding) -> Decision | None:
    """Danger is the best guess and nobody believes it: no crisis text, but a person reads it the same day (I7)."""
    if not (heard.intent or "").startswith("safety.") or heard.confidence < SUSPECTED:
        return None
    handoff = Handoff(topic=NOT_UNDERSTOOD, discipline="safety", urgency=Urgency.SAME_DAY, reason="doubtful_danger")
    return decide_handoff(turn, handoff)


def decide_crisis(turn: Turn, answer: str, confidence: float) -> Decision:
    """Return the crisis text and the urgent case; after a stop the text goes out once, the case every time (I9)."""
    known = answer if answer in turn.rules.catalogue.entries else _LAST_KNOWN
    decision = decide_answer(turn, known)
    # a danger without a text of its own is still named to the person who is paged
    handoff = replace(make_handoff(turn.rules.catalogue.get_entry(known), "danger"), topic=answer)
    memory = replace(decision.memory, last_answer=known)
    decision = replace(decision, kind=Kind.CRISIS, confidence=confidence, handoff=handoff, memory=memory)
    if not turn.memory.stopped:
        return decision
    texts = () if turn.memory.crisis_after_stop else decision.texts
    return replace(decision, texts=texts, memory=replace(memory, crisis_after_stop=True))


def _find_pressed_danger(turn: Turn) -> str | None:
    entry = turn.rules.catalogue.entries.get(turn.message.button or "")
    return entry.id if entry and entry.is_crisis and not entry.id.startswith("system.") else None
