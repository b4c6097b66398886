"""The bot's part: answers to our open question, and turns of dialogue with it. Pure but for the bot itself."""

import secrets
from dataclasses import replace
from datetime import timedelta

from conversation import crisis, questions
from conversation.commands import change_language
from conversation.handoff import BOT_DOWN, NOT_UNDERSTOOD, TALK_TO_PERSON, make_handoff, make_plain_handoff
from conversation.messages import BotSession, Command, Decision, Kind
from conversation.ports import AnswerKey, AskKey, Bot, BotKey, BotReply, BotSilence, ChooseKey, HandoffKey
from conversation.turn import Turn, decide_answer, decide_choices, decide_handoff, decide_text

SESSION_TURNS = 20  # the bot's cost grows with every turn of a session
SESSION_LASTS = timedelta(minutes=25)  # below the 30 minutes after which the bot itself forgets
MISUNDERSTOOD_TWICE = 2


def answer_open_question(turn: Turn) -> Decision | None:
    """A digit picks from the question we asked; anything else leaves the question to be asked again."""
    choice = questions.find_choice(turn.text, turn.memory.open_question, turn.now)
    question = turn.memory.open_question
    if choice is None or question is None:
        return None
    if choice.item == questions.PERSON:
        entry = turn.rules.catalogue.get_entry(TALK_TO_PERSON)
        return replace(decide_handoff(turn, make_handoff(entry, "request")), command=Command.PERSON)
    if question.kind == "language":
        return change_language(turn, choice.item)
    return replace(decide_answer(turn, choice.item), confidence=1.0)


async def converse(turn: Turn, bot: Bot) -> Decision:
    """One turn of dialogue: the bot's keys become answers, menus, questions or a person."""
    session = _session(turn)
    reply = await bot.converse(turn.text, session=session, language=turn.language, slots=turn.memory.slots)
    if isinstance(reply, BotSilence):
        entry = turn.rules.catalogue.get_entry(BOT_DOWN)
        return decide_handoff(turn, make_handoff(entry, "bot_" + reply.reason), says=BOT_DOWN)
    memory = replace(turn.memory, slots=dict(reply.slots), bot_session=replace(session, turns=session.turns + 1))
    return _follow(replace(turn, memory=memory), reply)


def _session(turn: Turn) -> BotSession:
    session = turn.memory.bot_session
    if session and session.turns < SESSION_TURNS and turn.now - session.started_at < SESSION_LASTS:
        return session
    return BotSession(id=secrets.token_hex(16), turns=0, started_at=turn.now)


def _follow(turn: Turn, reply: BotReply) -> Decision:
    heard = reply.understanding
    if danger := crisis.find_model_danger(heard):
        return crisis.decide_crisis(turn, danger, heard.confidence)
    for key in reply.keys:
        if decision := _follow_key(turn, key):
            return replace(decision, confidence=heard.confidence)
    return replace(_not_understood(turn), confidence=heard.confidence)


def _follow_key(turn: Turn, key: BotKey) -> Decision | None:
    known = turn.rules.catalogue.entries
    match key:
        case AnswerKey(answer) if answer == TALK_TO_PERSON:
            return replace(decide_handoff(turn, make_handoff(known[answer], "request")), answer=answer)
        case AnswerKey(answer) if answer in known:
            return decide_answer(turn, answer)
        case ChooseKey(answers) if choices := tuple(answer for answer in answers if answer in known):
            return decide_choices(turn, choices)
        case AskKey(slot) if f"system.ask_{slot}" in known:
            return decide_text(turn, f"system.ask_{slot}", Kind.ASK)
        case HandoffKey(topic) if topic in known and topic != NOT_UNDERSTOOD:
            return decide_handoff(turn, make_handoff(known[topic], "answer"))
        case _:
            return None


def _not_understood(turn: Turn) -> Decision:
    """Ask once for other words; the second time in a row a person is brought (I6)."""
    if turn.memory.misunderstood + 1 < MISUNDERSTOOD_TWICE:
        decision = decide_text(turn, NOT_UNDERSTOOD, Kind.FALLBACK)
        return replace(decision, memory=replace(turn.memory, misunderstood=turn.memory.misunderstood + 1))
    return decide_handoff(turn, make_plain_handoff(NOT_UNDERSTOOD, "misunderstood"))
