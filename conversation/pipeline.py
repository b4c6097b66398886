"""From one message to one decision. THE PAGE TO READ FIRST: each step below is one plain function.

    mask, language, state → to be erased? → commands → danger → stopped? → wrong number → open question → a check-in
    → a date → a place → open case? → small talk → short question after an answer → unreadable → two questions → bot
    … and on the way out: private mode, media we cannot read, the state, the first notice, the language question

A digit that answers our own question comes before the open case: until somebody has claimed it, what we have
offered still holds. After the claim every message is that person's.

A step returns a Decision and ends the way, or None and the next one is asked. The bot is the only step that
waits for anything. Nothing here stores or sends: the store writes the whole decision in one transaction.
"""

from dataclasses import replace
from datetime import datetime

from conversation.appointments.beside_owner import note_for_owner, weigh
from conversation.appointments.keeping import keep_open
from conversation.appointments.telling import take_appointment
from conversation.check_ins import replies as check_ins
from conversation.commands import commands, erasure
from conversation.commands.privacy import keep_private
from conversation.danger import crisis
from conversation.dialogue import dialogue, effects, elliptic, several, smalltalk
from conversation.dialogue.welcome import welcome
from conversation.handoff import MEDIA, make_handoff, make_plain_handoff
from conversation.messages import Decision, InboundMessage, Kind, Memory, MessageKind, OutgoingText
from conversation.places.nearby import add_state, receive_place
from conversation.ports import Bot
from conversation.staffing.telling_hours import WAITING
from conversation.turn import (
    SURE,
    Rules,
    Turn,
    be_silent,
    decide_answer,
    decide_handoff,
    fail_to_understand,
    is_said,
    read_turn,
    render,
)  # fmt: skip

_READABLE = frozenset({MessageKind.TEXT, MessageKind.BUTTON, MessageKind.EMPTY})
_BOT_SPEAKS = frozenset({Kind.ANSWER, Kind.ASK, Kind.CHOOSE, Kind.FALLBACK})
_ANSWERED_WHILE_WAITING = frozenset({"service.menu", "service.case_status"})


async def decide(message: InboundMessage, memory: Memory, *, rules: Rules, bot: Bot, now: datetime) -> Decision:
    """Decide what one message leads to.

    Args:
        message: as the carrier delivered it; masked here again, in case it was not before.
        memory: what we remember of this conversation; the decision carries the next one.
        now: aware time, for questions that expire.

    Returns:
        A decision that is complete in itself. Never raises for what a person can write or the bot can fail.
    """
    turn = erasure.drop_unanswered(read_turn(message, memory, rules=rules, now=now))
    decision = (
        erasure.settle(turn)
        or commands.obey(turn)
        or crisis.answer_danger(turn)
        or await respect_stop(turn, bot)
        or effects.leave_wrong_number(turn)
        or dialogue.answer_open_question(turn)
        or await check_ins.take_check_in(turn, bot)
        or await take_appointment(turn, bot)
        or receive_place(turn)
        or await join_case(turn, bot)
        or smalltalk.reply(turn)
        or await elliptic.follow(turn, bot)
        or receive_unreadable(turn)
        or await several.answer_both(turn, bot)
        or await dialogue.converse(turn, bot)
    )
    said = mention_media(turn, keep_private(turn, decision))
    return welcome(turn, add_state(turn, keep_open(turn, check_ins.keep_open(turn, check_ins.keep_end(turn, said)))))


async def respect_stop(turn: Turn, bot: Bot) -> Decision | None:
    """After STOP nothing is answered but danger (I9); the message is kept and waits where people can see it."""
    if not turn.memory.stopped:
        return None
    _, danger = await crisis.hear_danger(turn, bot)
    return danger or be_silent(turn)


async def join_case(turn: Turn, bot: Bot) -> Decision | None:
    """With an open case the message joins it; of the NLU only danger counts, and a claim silences the bot (I4)."""
    case = turn.memory.case
    if case is None:
        return None
    heard, danger = await crisis.hear_danger(turn, bot)
    if danger:
        return danger
    if heard and heard.intent in _ANSWERED_WHILE_WAITING and heard.confidence >= SURE and not turn.is_claimed:
        return replace(decide_answer(turn, heard.intent), confidence=heard.confidence)
    joined = make_plain_handoff(case.topic, "joined")
    if turn.is_claimed:
        noted = note_for_owner(turn)
        return replace(be_silent(turn, weigh(turn, noted, joined)), appointments=noted)
    if turn.gist.is_courtesy or turn.memory.last_answer in WAITING:
        return be_silent(turn, joined)
    return decide_handoff(turn, joined)


def receive_unreadable(turn: Turn) -> Decision | None:
    """Media a program cannot read goes to a person; a message without a word in it gets a way on."""
    if turn.has_words:
        return None
    if turn.message.kind in _READABLE:
        return fail_to_understand(turn, "system.empty_message")
    entry = turn.rules.catalogue.get_entry(MEDIA)
    decision = decide_handoff(turn, make_handoff(entry, "media"))
    return replace(decision, texts=_say_media_unread(turn) + decision.texts, answer=MEDIA)


def mention_media(turn: Turn, decision: Decision) -> Decision:
    """When only the words under a picture were understood, say that nobody has seen the picture."""
    if turn.message.kind in _READABLE or not turn.has_words or decision.kind not in _BOT_SPEAKS:
        return decision
    return replace(decision, texts=decision.texts + _say_media_unread(turn))


def _say_media_unread(turn: Turn) -> tuple[OutgoingText, ...]:
    texts = render(turn, MEDIA)
    return texts if is_said(texts, MEDIA) else ()
