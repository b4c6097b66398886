"""ERASE: a person wants everything of theirs gone. Asked once, then done; docs/decisions/0016 says why so. Pure.

The question holds for the very next message and for an hour, so that no "1" meant for somebody else erases anything;
and only a clear 1 erases.
While somebody may be in danger a person does it: whoever hurts a child may have the phone in hand (I7, I10).
"""

import re
from dataclasses import replace
from datetime import timedelta

from conversation.dialogue import questions
from conversation.folding import fold
from conversation.handoff import DELETE_MY_DATA
from conversation.messages import Command, Decision, Kind, Memory
from conversation.turn import Turn, decide_answer, decide_text, is_said, render

QUESTION_LASTS = timedelta(hours=1)
_ERASE, _KEEP = "erase", "keep"
# A menu takes these as a 1, but they may as well be a no ("No, 1 …"), a hesitation ("Umm") or the start of a sentence.
_NO_CLEAR_ONE = re.compile(r"no? ?1.*|um|first.*|primer[oa].*")


def ask_to_erase(turn: Turn) -> Decision:
    """Ask whether to erase. After a stop nothing is asked, since a carrier may let no question through: it is done.

    A person does it where somebody may be in danger, and where nobody may ask yet because the texts are no more than
    drafts (I5).
    """
    if turn.is_in_danger:
        return _leave_to_person(turn)
    if turn.memory.stopped:
        return _erase(turn)
    if not is_said(render(turn, "system.erase_confirm"), "system.erase_confirm"):
        return _leave_to_person(turn)
    decision = decide_text(turn, "system.erase_confirm", Kind.COMMAND)
    question = questions.ask(questions.ERASE, (_ERASE, _KEEP), turn.now, lasts=QUESTION_LASTS)
    return replace(decision, memory=replace(decision.memory, open_question=question))


def settle(turn: Turn) -> Decision | None:
    """Return the decision of who answers the question; None when it is not open or not answered."""
    item = _find_answer(turn)
    if item is None:
        return replace(ask_to_erase(turn), command=Command.ERASE) if _is_yes(turn) else None
    if item == _ERASE:
        done = _leave_to_person(forget_question(turn)) if turn.is_in_danger else _erase(turn)
        return replace(done, command=Command.ERASE)
    kept = decide_text(forget_question(turn), "system.erase_kept", Kind.COMMAND)
    return replace(kept, command=Command.ERASE)


def drop_unanswered(turn: Turn) -> Turn:
    """Return the turn without a question about erasing that this message does not answer."""
    return turn if _find_answer(turn) or _is_yes(turn) else forget_question(turn)


def forget_question(turn: Turn) -> Turn:
    """Return the turn without the question about erasing; other questions stay open."""
    question = turn.memory.open_question
    if question is None or question.kind != questions.ERASE:
        return turn
    return replace(turn, memory=replace(turn.memory, open_question=None))


def _find_answer(turn: Turn) -> str | None:
    question = turn.memory.open_question
    if question is None or question.kind != questions.ERASE or turn.message.carrier_command:
        return None
    choice = questions.find_choice(turn.text, question, turn.now)
    if choice is None or choice.item == questions.PERSON:
        return None
    return None if choice.item == _ERASE and _NO_CLEAR_ONE.fullmatch(fold(turn.text)) else choice.item


def _is_yes(turn: Turn) -> bool:
    """A yes erases nothing, and whoever writes it must not believe that it did: the question comes once more."""
    is_open = questions.is_open(turn.memory.open_question, questions.ERASE, turn.now)
    return is_open and "yes" in turn.gist.whole and not turn.memory.stopped and not turn.message.carrier_command


def _leave_to_person(turn: Turn) -> Decision:
    decision = decide_answer(turn, DELETE_MY_DATA)
    return replace(decision, texts=()) if turn.memory.stopped else decision


def _erase(turn: Turn) -> Decision:
    """Say that it is done, in no other words than its own, and remember nothing but what protects the person."""
    said = decide_text(turn, "system.erased", Kind.COMMAND).texts
    texts = said if is_said(said, "system.erased") else ()
    memory = Memory(
        language=turn.memory.language,
        noticed=True,
        private=turn.memory.private,
        stopped=turn.memory.stopped,
        crisis_after_stop=turn.memory.crisis_after_stop,
        case=turn.memory.case,
    )
    return Decision(kind=Kind.COMMAND, language=turn.language, texts=texts, memory=memory, erase=True)
