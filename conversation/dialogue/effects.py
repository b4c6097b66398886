"""Answers that do something: privacy, a call instead of texts, another number, a wrong number, a complaint. Pure.

What is told here by a model alone is done only where it harms nobody if it was wrong: privacy may be switched on, a
case may be opened. A number is stopped by the person's own clear words, or by the digit under our question (I9).
"""

import re
from collections.abc import Callable
from dataclasses import replace

from conversation.dialogue import questions
from conversation.handoff import make_handoff, make_plain_handoff
from conversation.messages import Decision, Kind, Memory
from conversation.turn import Turn, decide_answer, decide_text, is_said, render, speak

WRONG_NUMBER = "service.wrong_number"
STOP, KEEP = "stop", "keep"
_STOPPED, _CONFIRM = "system.stopped", "system.wrong_number_confirm"
_NUMBER = re.compile(r"(?:\d[\s().-]*){10,15}")
_SAME_DIGITS = 10  # of two ways to write one number of the US, with and without +1


def carry_out(turn: Turn, answer: str) -> Decision | None:
    """Return the decision of an answer that does something, None for all others."""
    act = _ACTS.get(answer)
    return act(turn, answer) if act else None


def leave_wrong_number(turn: Turn) -> Decision | None:
    """Stop at once when the whole message says that this is the wrong number, also while a person has the case."""
    return stop_number(turn) if "wrong_number" in turn.gist.whole else None


def stop_number(turn: Turn) -> Decision:
    """Send nothing more to this number and forget what it told, which is not our person's; the case hears of it."""
    says = _choose(turn, WRONG_NUMBER, _STOPPED)
    texts = render(speak(turn, turn.language), says)
    memory = Memory(
        language=turn.memory.language, noticed=True, private=turn.memory.private, stopped=True,
        crisis_after_stop=turn.memory.crisis_after_stop, case=turn.memory.case,
    )  # fmt: skip
    case = turn.memory.case
    return Decision(
        kind=Kind.ANSWER,
        language=turn.language,
        texts=texts if is_said(texts, says) else (),
        memory=memory,
        answer=WRONG_NUMBER,
        handoff=make_plain_handoff(case.topic, "wrong_number") if case else None,
        stop=True,
    )


def keep_number(turn: Turn) -> Decision:
    """Go on as before: the number is right after all."""
    memory = replace(turn.memory, open_question=None)
    return decide_text(replace(turn, memory=memory), "system.acknowledged", Kind.FALLBACK)


def _ask_wrong_number(turn: Turn, answer: str) -> Decision:
    """Ask before anything is stopped: the model alone has understood it."""
    decision = decide_text(turn, _CONFIRM, Kind.ANSWER)
    if not is_said(decision.texts, _CONFIRM):
        return decision
    question = questions.ask(questions.STOP, (STOP, KEEP), turn.now)
    return replace(decision, answer=answer, memory=replace(decision.memory, open_question=question))


def _make_private(turn: Turn, answer: str) -> Decision:
    """Write neutral texts from now on; the confirmation itself names nothing."""
    decision = decide_text(turn, _choose(turn, answer, "system.private_on"), Kind.COMMAND)
    memory = replace(decision.memory, private=True, last_answer=answer, misunderstood=0)
    return replace(decision, kind=Kind.ANSWER, answer=answer, memory=memory)


def _choose(turn: Turn, answer: str, plain: str) -> str:
    """Return the entry to say it with: the answer's own text where there is one in the person's language."""
    return answer if turn.rules.catalogue.find_wording(answer, turn.language) else plain


def _note_wish_for_voice(turn: Turn, answer: str) -> Decision:
    return _open_case(turn, answer, "wish_for_voice")


def _change_number(turn: Turn, answer: str) -> Decision:
    """A person looks; nothing moves by itself. Whoever tells another number may leave this phone to somebody else."""
    decision = _open_case(turn, answer, "new_number")
    if not _tells_other_number(turn):
        return decision
    return replace(decision, memory=replace(decision.memory, private=True))


def _take_complaint(turn: Turn, answer: str) -> Decision:
    return replace(_open_case(turn, answer, "complaint"), complaint=True)


def _open_case(turn: Turn, answer: str, reason: str) -> Decision:
    decision = decide_answer(turn, answer)
    handoff = make_handoff(turn.rules.catalogue.get_entry(answer), reason)
    memory = replace(decision.memory, topic=turn.memory.topic)
    return replace(decision, handoff=handoff, memory=memory)


def _tells_other_number(turn: Turn) -> bool:
    """Tell whether a text holds a telephone number that is not the one it comes from."""
    own = re.sub(r"\D", "", turn.message.sender.value)[-_SAME_DIGITS:]
    told = (re.sub(r"\D", "", found[0])[-_SAME_DIGITS:] for found in _NUMBER.finditer(turn.text))
    return any(number != own for number in told)


_ACTS: dict[str, Callable[[Turn, str], Decision]] = {
    "service.phone_not_safe": _make_private,
    "service.cannot_read": _note_wish_for_voice,
    "service.new_number": _change_number,
    "service.complaint": _take_complaint,
    WRONG_NUMBER: _ask_wrong_number,
}
