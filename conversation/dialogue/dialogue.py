"""The bot's part: answers to our open question, and turns of dialogue with it. Pure but for the bot itself."""

import secrets
from dataclasses import replace
from datetime import timedelta

from conversation.appointments import form
from conversation.commands.commands import ask_for_person, change_language
from conversation.danger import crisis
from conversation.danger.safety_file import PAGING
from conversation.dialogue import effects, questions
from conversation.dialogue.answering import answer_with, bring_person, offer
from conversation.dialogue.smalltalk import OUT_OF_SCOPE, leave_out_of_scope
from conversation.handoff import BOT_DOWN, NOT_UNDERSTOOD, make_handoff
from conversation.messages import BotSession, Command, Decision, OpenQuestion
from conversation.places.nearby import ask_state, settle_place
from conversation.places.place import Place
from conversation.ports import AnswerKey, AskKey, Bot, BotKey, BotReply, BotSilence, ChooseKey, HandoffKey
from conversation.turn import Turn, decide_handoff, fail_to_understand

SESSION_TURNS = 20  # the bot's cost grows with every turn of a session
LONGEST_WORD = 40  # Latin letters
SESSION_LASTS = timedelta(minutes=25)  # below the 30 minutes after which the bot itself forgets


def answer_open_question(turn: Turn) -> Decision | None:
    """A digit picks from the question we asked, a button is its own answer; anything else is not an answer to it.

    While a person has the conversation, digits are for that person (I4).
    """
    if turn.is_claimed:
        return None
    if pressed := answer_with(turn, turn.message.button or ""):
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
            return offer(turn, question.choices) if item == question.choices[0] else None
        case questions.READ | questions.CHOOSE:
            return answer_with(turn, item)
        case questions.STATE:
            return settle_place(turn, Place(item))
        case questions.STOP:
            return effects.stop_number(turn) if item == effects.STOP else effects.keep_number(turn)
        case _:
            return None


async def converse(turn: Turn, bot: Bot) -> Decision:
    """One turn of dialogue: the bot's keys become answers, menus, questions or a person."""
    if not _has_a_word(turn):
        return fail_to_understand(turn)
    session = _session(turn)
    slots = form.leave_out(turn.memory.slots)
    reply = await bot.converse(turn.gist.core, session=session, language=turn.language, slots=slots)
    if isinstance(reply, BotSilence):
        if danger := crisis.decide_without_model(turn):
            return danger
        entry = turn.rules.catalogue.get_entry(BOT_DOWN)
        return decide_handoff(turn, make_handoff(entry, "bot_" + reply.reason), says=BOT_DOWN)
    kept = form.keep(reply.slots, turn.memory)
    memory = replace(turn.memory, slots=kept, bot_session=replace(session, turns=session.turns + 1))
    return _follow(replace(turn, memory=memory), reply)


def _has_a_word(turn: Turn) -> bool:
    """Tell whether there is anything to understand: "aaaa", "x" and a hundred letters without a space have no topic."""
    # scripts without spaces between words have long ones
    return any(len(word) > 1 and (len(word) <= LONGEST_WORD or not word.isascii()) for word in turn.gist.words)


def _session(turn: Turn) -> BotSession:
    session = turn.memory.bot_session
    if session and session.turns < SESSION_TURNS and turn.now - session.started_at < SESSION_LASTS:
        return session
    return BotSession(id=secrets.token_hex(16), turns=0, started_at=turn.now)


def _follow(turn: Turn, reply: BotReply) -> Decision:
    heard = reply.understanding
    if danger := crisis.decide_model_danger(turn, heard):
        return danger
    for key in reply.keys:
        if decision := _follow_key(turn, key):
            return replace(decision, confidence=heard.confidence)
    decision = crisis.decide_doubt(turn, heard) or fail_to_understand(turn)
    return replace(decision, confidence=heard.confidence)


def _follow_key(turn: Turn, key: BotKey) -> Decision | None:
    match key:
        case AnswerKey(answer) if answer == OUT_OF_SCOPE:
            return leave_out_of_scope(turn)
        case AnswerKey(answer) if answer in PAGING:
            return None  # crisis.py did not believe it: a person reads it
        case AnswerKey(answer, values):
            return answer_with(turn, answer, values)
        case ChooseKey(answers):
            return offer(turn, answers)
        case AskKey(slot) if slot == questions.STATE:
            return ask_state(turn)
        case HandoffKey(topic) if topic != NOT_UNDERSTOOD:
            return bring_person(turn, topic)
        case _:
            return None
