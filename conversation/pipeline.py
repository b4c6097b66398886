"""From one message to one decision. THE PAGE TO READ FIRST: each step below is one plain function.

    mask → language → commands → danger → stopped? → open case? → things we cannot read → open question → bot
    … and on the way out: private mode, the first notice, the language question

A step returns a Decision and ends the way, or None and the next one is asked. The bot is the only step that
waits for anything. Nothing here stores or sends: the store writes the whole decision in one transaction.
"""

from dataclasses import replace
from datetime import datetime

from conversation import commands, crisis, dialogue
from conversation.handoff import MEDIA, make_handoff, make_plain_handoff
from conversation.messages import CaseStatus, Decision, InboundMessage, Kind, Memory, MessageKind
from conversation.ports import Bot, BotSilence
from conversation.privacy import keep_private
from conversation.turn import Rules, Turn, be_silent, decide_answer, decide_handoff, decide_text, read_turn
from conversation.welcome import welcome

_UNREADABLE = frozenset(
    {
        MessageKind.AUDIO,
        MessageKind.IMAGE,
        MessageKind.VIDEO,
        MessageKind.DOCUMENT,
        MessageKind.CONTACTS,
        MessageKind.LOCATION,
        MessageKind.STICKER,
    }
)
_ANSWERED_WHILE_WAITING = frozenset({"service.menu", "service.case_status"})
SURE = 0.4  # confidence from which an intent counts; docs/understanding.md


async def decide(message: InboundMessage, memory: Memory, *, rules: Rules, bot: Bot, now: datetime) -> Decision:
    """Decide what one message leads to.

    Args:
        message: as the carrier delivered it; masked here again, in case it was not before.
        memory: what we remember of this conversation; the decision carries the next one.
        now: aware time, for questions that expire.

    Returns:
        A decision that is complete in itself. Never raises for what a person can write or the bot can fail.
    """
    turn = read_turn(message, memory, rules=rules, now=now)
    decision = (
        commands.obey(turn)
        or crisis.answer_danger(turn)
        or respect_stop(turn)
        or await join_case(turn, bot)
        or receive_unreadable(turn)
        or dialogue.answer_open_question(turn)
        or await dialogue.converse(turn, bot)
    )
    return welcome(turn, keep_private(turn, decision))


def respect_stop(turn: Turn) -> Decision | None:
    """After STOP nothing is answered (I9); the message is kept and waits where people can see it."""
    return be_silent(turn) if turn.memory.stopped else None


async def join_case(turn: Turn, bot: Bot) -> Decision | None:
    """With an open case the message joins it; of the NLU only danger counts, and a claim silences the bot (I4)."""
    case = turn.memory.case
    if case is None:
        return None
    heard = await bot.understand(turn.text) if turn.text else BotSilence("empty")
    if not isinstance(heard, BotSilence):
        if danger := crisis.find_model_danger(heard):
            return crisis.decide_crisis(turn, danger, heard.confidence)
        if case.status is CaseStatus.WAITING and heard.confidence >= SURE and heard.intent in _ANSWERED_WHILE_WAITING:
            return decide_answer(turn, heard.intent or "")
    joined = make_plain_handoff(case.topic, "joined")
    if case.status is CaseStatus.CLAIMED or turn.memory.last_answer == "system.handoff_waiting":
        return be_silent(turn, joined)
    decision = decide_handoff(turn, joined)
    return replace(decision, memory=replace(decision.memory, last_answer="system.handoff_waiting"))


def receive_unreadable(turn: Turn) -> Decision | None:
    """Media a program cannot read goes to a person; a message with nothing in it gets a way on."""
    if turn.text:
        return None
    if turn.message.kind not in _UNREADABLE:
        return decide_text(turn, "system.empty_message", Kind.FALLBACK)
    entry = turn.rules.catalogue.get_entry(MEDIA)
    decision = decide_handoff(turn, make_handoff(entry, "media"))
    return replace(decision, texts=decide_text(turn, MEDIA, Kind.HANDOFF).texts + decision.texts, answer=MEDIA)
