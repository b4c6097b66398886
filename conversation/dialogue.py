"""The bot's part: answers to our open question, and turns of dialogue with it. Pure but for the bot itself."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from conversation import crisis, questions
from conversation.commands import ask_for_person, change_language
from conversation.erasure import ask_to_erase
from conversation.handoff import (
    BOT_DOWN,
    DELETE_MY_DATA,
    NOT_UNDERSTOOD,
    TALK_TO_PERSON,
    make_handoff,
    make_plain_handoff,
)
from conversation.messages import BotSession, Command, Decision, Kind, OpenQuestion
from conversation.ports import AnswerKey, AskKey, Bot, BotKey, BotReply, BotSilence, ChooseKey, HandoffKey
from conversation.turn import (
    MISUNDERSTOOD_TWICE,
    Turn,
    decide_answer,
    decide_choices,
    decide_handoff,
    decide_text,
)

SESSION_TURNS = 20  # the bot's cost grows with every turn of a session
SESSION_LASTS = timedelta(minutes=25)  # below the 30 minutes after which the bot itself forgets
MAX_CHOICES = 3  # lines of a menu; more are not read on a small screen


def answer_open_question(turn: Turn) -> Decision | None:
    """A digit picks from the question we asked, a button is its own answer; anything else is not an answer to it.

    While a person has the conversation, digits are for that person (I4).
    """
    if turn.is_claimed:
        return None
    if pressed := _answer(turn, turn.message.button or ""):
        return replace(pressed, confidence=1.0)
    question = turn.memory.open_question
    button = questions.find_choice(turn.message.button or "", question, turn.now)
    choice = button or questions.find_choice(turn.text, question, turn.now)
    if choice is None:
        return None
    if choice.item == questions.PERSON:
        return replace(ask_for_person(turn), command=Command.PERSON)
    decision = _follow_choice(turn, choice.item, question) if question else None
    return replace(decision, confidence=1.0) if decision else None


def _follow_choice(turn: Turn, item: str, question: OpenQuestion) -> Decision | None:
    """Follow what was chosen; None for a choice that leads nowhere any more, and for what the bot itself has asked."""
    match question.kind:
        case questions.LANGUAGE:
            return change_language(turn, item)
        case questions.READ if len(question.choices) > 1:
            return _offer(turn, question.choices) if item == question.choices[0] else None
        case questions.READ | questions.CHOOSE:
            return _answer(turn, item)
        case _:
            return None


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
    decision = crisis.decide_doubt(turn, heard) or fail_to_understand(turn)
    return replace(decision, confidence=heard.confidence)


def _follow_key(turn: Turn, key: BotKey) -> Decision | None:
    match key:
        case AnswerKey(answer, values):
            return _answer(turn, answer, values)
        case ChooseKey(answers):
            return _offer(turn, answers)
        case AskKey(slot) if f"system.ask_{slot}" in turn.rules.catalogue.entries:
            return decide_text(turn, f"system.ask_{slot}", Kind.ASK)
        case HandoffKey(topic) if topic != NOT_UNDERSTOOD:
            return _bring_person(turn, topic)
        case _:
            return None


def _answer(turn: Turn, answer: str, values: Mapping[str, str] | None = None) -> Decision | None:
    """Send an answer by its id; None for an id that is not one, and for our own texts, which nobody may ask for."""
    entry = turn.rules.catalogue.entries.get(answer)
    if entry is None or _is_ours(answer):
        return None
    if entry.is_crisis:
        return crisis.decide_crisis(turn, answer, 1.0)
    if answer == TALK_TO_PERSON:
        return ask_for_person(turn)
    if answer == DELETE_MY_DATA:
        return replace(ask_to_erase(turn), answer=answer)
    return decide_answer(turn, answer, values)


def _offer(turn: Turn, answers: tuple[str, ...]) -> Decision | None:
    """Offer what can be offered: never danger, which a shared phone would show, and never a line without words."""
    catalogue = turn.rules.catalogue
    known = [answer for answer in dict.fromkeys(answers) if answer in catalogue.entries and not _is_ours(answer)]
    safe = [answer for answer in known if not catalogue.entries[answer].is_crisis]
    choices = tuple(answer for answer in safe if catalogue.find_title(answer, turn.language))[:MAX_CHOICES]
    return decide_choices(turn, choices) if choices else None


def _is_ours(answer: str) -> bool:
    return answer.startswith("system.")


def _bring_person(turn: Turn, topic: str) -> Decision:
    entry = turn.rules.catalogue.entries.get(topic)
    if entry is None:
        return decide_handoff(turn, make_plain_handoff(topic, "answer"))
    if entry.is_crisis and not _is_ours(topic):
        return crisis.decide_crisis(turn, topic, 1.0)
    return decide_handoff(turn, make_handoff(entry, "answer"))


def fail_to_understand(turn: Turn, answer: str = NOT_UNDERSTOOD) -> Decision:
    """Ask once for other words; the second time in a row a person is brought (I6)."""
    misunderstood = turn.memory.misunderstood + 1
    if misunderstood >= MISUNDERSTOOD_TWICE:
        return decide_handoff(turn, make_plain_handoff(NOT_UNDERSTOOD, "misunderstood"))
    decision = decide_text(turn, answer, Kind.FALLBACK)
    if decision.kind is not Kind.FALLBACK:
        return decision
    return replace(decision, memory=replace(turn.memory, misunderstood=misunderstood))
