"""Two questions in one message get two answers. Pure but for the bot, which is asked for each part.

A message is split only where two parts look like questions of their own, so that a story with one question stays
whole; and two answers go only when the bot is sure of both and they differ.
"""

import re
from dataclasses import replace

from conversation.danger import crisis
from conversation.dialogue.answering import answer_with
from conversation.messages import Decision, Kind
from conversation.ports import Bot, BotSilence
from conversation.turn import NO_TOPIC, SURE, Turn

SHORTEST = 3  # words of a part
MOST_PARTS = 4  # a longer text is a story
_ENDS = re.compile(r"(?<=[?!.;\n])\s+|\n+|(?<=\?)(?=\S)")


async def answer_both(turn: Turn, bot: Bot) -> Decision | None:
    """Return both answers in the order of the questions, None when the message is one."""
    parts = find_questions(turn)
    if len(parts) != 2:
        return None
    answers: list[str] = []
    for part in parts:
        heard = await bot.understand(_drop_joiner(turn, part))
        if isinstance(heard, BotSilence):
            return None
        if danger := crisis.decide_model_danger(turn, heard):
            return danger
        if heard.confidence < SURE:
            return None
        answers.append(heard.intent or "")
    if len(set(answers)) != 2 or any(answer.startswith(NO_TOPIC) for answer in answers):
        return None
    return _join(turn, *answers)


def find_questions(turn: Turn) -> list[str]:
    """Return the parts of a message that look like questions of their own; the text as it is, not folded."""
    pieces = [piece.strip() for piece in _ENDS.split(turn.gist.core) if piece.strip()]
    split = [_split_at_joiner(turn, piece) for piece in pieces]
    if not 1 < sum(map(len, split)) <= MOST_PARTS:
        return []
    # what "and also" joins are two matters, whatever their form
    return [part for parts in split for part in parts if len(parts) > 1 or _is_question(turn, part)]


def _split_at_joiner(turn: Turn, text: str) -> list[str]:
    """Split at words such as "and also"; they go with what follows."""
    tokens = text.split()
    book = turn.rules.phrasebook
    for place in range(SHORTEST, len(tokens) - SHORTEST + 1):
        if book.begins_with(" ".join(tokens[place : place + 4]), "joiner"):
            return [" ".join(tokens[:place]), " ".join(tokens[place:])]
    return [text]


def _drop_joiner(turn: Turn, text: str) -> str:
    """Return a part without courtesy and without words such as "and also" before it."""
    tokens = turn.rules.phrasebook.read(text).core.split()
    for length in range(min(SHORTEST + 1, len(tokens) - 1), 0, -1):
        if "joiner" in turn.rules.phrasebook.read(" ".join(tokens[:length])).whole:
            return " ".join(tokens[length:])
    return " ".join(tokens)


def _is_question(turn: Turn, text: str) -> bool:
    if len(text.split()) < SHORTEST:
        return False
    core = turn.rules.phrasebook.read(text).core
    book = turn.rules.phrasebook
    return text.rstrip().endswith("?") or any(book.begins_with(core, kind) for kind in ("asks", "joiner"))


def _join(turn: Turn, first: str, second: str) -> Decision | None:
    one = answer_with(turn, first)
    if one is None or one.kind is not Kind.ANSWER:
        return None
    other = answer_with(replace(turn, memory=one.memory), second)
    if other is None or other.kind is not Kind.ANSWER:
        return None
    told = {text.body for text in one.texts}  # two short forms may say the same: ask a lawyer
    return replace(
        one,
        texts=one.texts + tuple(text for text in other.texts if text.body not in told),
        memory=other.memory,
        handoff=one.handoff or other.handoff,
        answers=(first, second),
        confidence=SURE,
    )
