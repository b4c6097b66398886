"""What is no question: thanks, greetings, "ok", "yes", laughter, a heart. Short, and it restarts nothing. Pure.

It keeps the open question and the topic, counts as no misunderstanding and opens no case. The same short text never
goes twice in a row: then we are silent, so that no two machines talk to each other for ever.
"""

import unicodedata
from dataclasses import replace

from conversation.dialogue import questions
from conversation.dialogue.answering import answer_with, offer
from conversation.messages import Decision, Kind, MessageKind
from conversation.turn import Turn, be_silent, decide_answer, decide_text, fail_to_understand, is_said

ACKNOWLEDGED, OUT_OF_SCOPE = "system.acknowledged", "system.out_of_scope"
_GREETING, _THANKS, _GOODBYE = "service.greeting", "service.thanks", "service.goodbye"
_MENU = "service.menu"  # for "I have a question" and "please"
_ALWAYS = frozenset({_GREETING, _MENU})  # who begins a conversation is answered however often
_WORDLESS = "system.empty_message"
_AGREEING = frozenset("👍👌🙏✅👏🙌🤝💪💯🎉❤♥💙💚💛💜🧡🤍🥰😍😊🙂😀😃😄😁😂🤣😅😆🤗😇☺")
_REPLIES = frozenset({"yes", "no", "none"})
_ACKNOWLEDGING = frozenset({"okay", "laugh", "yes", "no"})


def reply(turn: Turn) -> Decision | None:
    """Return the answer to small talk; None when the message says more."""
    gist = turn.gist
    if not turn.has_words:
        return _answer_picture(turn)
    if gist.is_courtesy:
        # "plis" is please in one language and more in another
        return None if "more" in gist.whole and turn.memory.topic else _answer_courtesy(turn)
    if gist.whole & _REPLIES and "thanks" not in gist.courtesies and (decision := _answer_question(turn)):
        return decision
    if not gist.whole & _ACKNOWLEDGING:
        return None
    return _answer_courtesy(turn) if "thanks" in gist.courtesies else _say(turn, ACKNOWLEDGED, Kind.FALLBACK)


def leave_out_of_scope(turn: Turn) -> Decision:
    """Say what we can help with. From the third time in a row it counts as not understood, and a person comes (I6)."""
    again = turn.memory.last_answer == OUT_OF_SCOPE
    decision = decide_text(turn, OUT_OF_SCOPE, Kind.FALLBACK)
    misunderstood = turn.memory.misunderstood + again
    memory = replace(decision.memory, last_answer=OUT_OF_SCOPE, misunderstood=misunderstood)
    return replace(decision, memory=memory, answer=OUT_OF_SCOPE)


def _answer_picture(turn: Turn) -> Decision | None:
    """A heart is a yes to what we said; any other emoji or sticker is asked for in words, gently and once."""
    pictures = {character for character in turn.text if unicodedata.category(character) == "So"}
    if not pictures and turn.message.kind is not MessageKind.STICKER:
        return None
    return _say(turn, ACKNOWLEDGED if pictures and pictures <= _AGREEING else _WORDLESS, Kind.FALLBACK)


def _answer_courtesy(turn: Turn) -> Decision:
    """Thanks before a good-bye, and a good-bye before a greeting: what was said last and weighs most."""
    courtesies = turn.gist.courtesies
    if "thanks" in courtesies:
        return _say(turn, _THANKS, Kind.ANSWER)
    if "goodbye" in courtesies:
        return _say(turn, _GOODBYE, Kind.ANSWER)
    greets = {"greeting", "pleasantry", "name"} & set(courtesies)
    return _say(turn, _GREETING if greets else _MENU, Kind.ANSWER)


def _say(turn: Turn, answer: str, kind: Kind) -> Decision:
    if turn.memory.last_answer == answer and answer not in _ALWAYS:
        return be_silent(turn)
    said = decide_answer(turn, answer) if kind is Kind.ANSWER else decide_text(turn, answer, kind)
    if not is_said(said.texts, answer):
        # where drafts are refused (I5): a way on is too much for a thank-you, and nothing too little for who is new
        return be_silent(turn) if turn.memory.noticed and answer not in _ALWAYS else said
    memory = replace(turn.memory, last_answer=answer)
    return replace(said, memory=memory, answer=answer, confidence=1.0, handoff=None)


def _answer_question(turn: Turn) -> Decision | None:
    """Take yes and no as answers to the menu that is open; None when they answer nothing."""
    question = turn.memory.open_question
    if question is None or turn.now >= question.expires_at or question.kind not in (questions.CHOOSE, questions.READ):
        return None
    if "yes" not in turn.gist.whole:
        return fail_to_understand(replace(turn, memory=replace(turn.memory, open_question=None)))
    if len(question.choices) == 1:
        return answer_with(turn, question.choices[0])
    # the same menu once more: a yes does not say which, and is no misunderstanding
    return offer(replace(turn, memory=replace(turn.memory, open_question=None)), question.choices)
