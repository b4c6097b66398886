"""Short messages that only mean something after the answer before them: "and if I don't have it?", "where?", "more".

Pure but for the bot, which is asked for danger, and whether another topic is meant.
"""

from dataclasses import replace

from conversation.danger import crisis
from conversation.danger.safety_file import Grade
from conversation.dialogue.answering import answer_with, offer
from conversation.dialogue.gist import REPAIRS, TURNS
from conversation.messages import Decision, Kind, MessageKind
from conversation.ports import Bot, Understanding
from conversation.turn import Turn, decide_answer, fail_to_understand, is_said, render

WINS = 0.9  # confidence from which another topic is meant although every word of the message names none
SHORTEST = (
    6  # words of a message in which the model can see a topic at all; it is sure of shorter ones too, by their form
)
_SAY_AGAIN, _MENU = "system.say_again", "service.menu"


async def follow(turn: Turn, bot: Bot) -> Decision | None:
    """Answer a short message by what was answered before; None when it stands for itself."""
    if turn.message.kind not in (MessageKind.TEXT, MessageKind.BUTTON):
        return None  # "what does this mean?" is asked of the picture above it
    if decision := _repair(turn):
        return decision
    topic, kinds = turn.memory.topic, turn.gist.whole & frozenset(TURNS)
    if not topic or not kinds or _may_be_danger(turn):
        return None
    answer = turn.rules.follow_ups.find(topic, kinds)
    if len(turn.gist.words) >= SHORTEST:
        heard, danger = await crisis.hear_danger(turn, bot)
        if danger or (heard and _is_another_topic(turn, heard)):
            return danger
    decision = answer_with(turn, answer) if answer else _offer_follow_ups(turn, kinds)
    return replace(decision, confidence=1.0) if decision else None


def _offer_follow_ups(turn: Turn, kinds: frozenset[str]) -> Decision | None:
    """Offer what people ask next, where a short question leads to nothing known."""
    first = (turn.memory.topic or "",) if "other" in kinds else ()  # the same answer may hold for the other child
    return offer(turn, first + _find_follow_ups(turn))


def _may_be_danger(turn: Turn) -> bool:
    """Tell whether the rules find danger likely ("they don't let me go"): then the model is asked, as always (I7)."""
    return turn.evidence.grade >= Grade.LIKELY


def _repair(turn: Turn) -> Decision | None:
    """Mend what went wrong with what we said last; from somebody we said nothing to, the words mean something else."""
    if turn.memory.last_answer is None:
        return None
    kinds = turn.gist.whole & frozenset(REPAIRS)
    if "unclear" in kinds or _is_question_mark(turn):
        return _explain(turn)
    if "again" in kinds and turn.memory.topic:
        return _say_again(turn, turn.memory.topic)
    if "more" in kinds and turn.memory.topic:
        return offer(turn, _find_follow_ups(turn)) or decide_answer(turn, _MENU)
    return decide_answer(turn, _MENU) if "more" in kinds else None


def _explain(turn: Turn) -> Decision:
    """Say it again with the offer of a person; the second time in a row the person comes (I6)."""
    failed = fail_to_understand(turn)
    if failed.kind is Kind.HANDOFF:
        return failed
    said = _say_again(turn, turn.memory.topic or _MENU)
    more = render(turn, _SAY_AGAIN)
    texts = said.texts + more if is_said(more, _SAY_AGAIN) and said.kind is Kind.ANSWER else said.texts
    return replace(said, texts=texts, memory=replace(said.memory, misunderstood=failed.memory.misunderstood))


def _say_again(turn: Turn, answer: str) -> Decision:
    """Send an answer once more; what it opened is open."""
    return replace(decide_answer(turn, answer), handoff=None, confidence=1.0)


def _find_follow_ups(turn: Turn) -> tuple[str, ...]:
    entry = turn.rules.catalogue.entries.get(turn.memory.topic or "")
    return entry.follow_ups if entry else ()


def _is_question_mark(turn: Turn) -> bool:
    """A question mark alone asks what was meant by what we said last."""
    return not turn.has_words and turn.memory.topic is not None and any(sign in turn.text for sign in "?¿")


def _is_another_topic(turn: Turn, heard: Understanding) -> bool:
    intent = heard.intent or ""
    return heard.confidence >= WINS and intent != turn.memory.topic and not intent.startswith(("service.", "system."))
