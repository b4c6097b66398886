"""Answers to a check-in: by digit, yes or no, or in words. Pure but for the bot, which is asked for danger.

A person is brought by every "no", by "not sure whether I am safe", and by words that nobody here understands. What is
asked in between is answered, and the question stays open.
"""

from dataclasses import replace

from conversation.appointments.hearing import is_question
from conversation.check_ins import questions
from conversation.check_ins.values import Answer, CheckInAct, Deed, KnownRound, Question
from conversation.check_ins.wording import (
    AGREED,
    DECLINED,
    DONE,
    ENDED,
    INVITE,
    LATER,
    READY,
    find_told,
    name_question,
)  # fmt: skip
from conversation.danger import crisis
from conversation.danger.safety_file import Grade
from conversation.handoff import make_handoff
from conversation.messages import Decision, Handoff, Kind, MessageKind, OpenQuestion, OutgoingText
from conversation.ports import Bot
from conversation.turn import Turn, decide_handoff, decide_text, is_said, render

REASON = "check_in"  # of the cases it opens
_WRITTEN = frozenset({MessageKind.TEXT, MessageKind.BUTTON})
_UNSAFE = "safety.emergency"  # says what to do in any danger
_SAID = ("yes", "no", "dont_know")  # kinds of phrases
_MEANT = {"yes": Answer.YES, "no": Answer.NO, "dont_know": Answer.UNSURE}


async def take_check_in(turn: Turn, bot: Bot) -> Decision | None:
    """Return the decision of an answer to a check-in; None for anything else, while a person has the conversation
    (I4) and while somebody may be in danger (I7)."""
    question = find_open(turn)
    if turn.is_claimed or turn.is_in_danger or turn.message.kind not in _WRITTEN:
        return None
    if question is None:
        return _end_between(turn)
    picked = questions.pick(turn.message.button or turn.text, question, turn.now)
    if picked is None and _may_say_more(turn):
        _, danger = await crisis.hear_danger(turn, bot)
        if danger:
            return danger
    answer = picked or _find_said(turn)
    if answer is None:
        return None
    if answer == questions.END:
        return _end(turn, question)
    if question.kind == questions.INVITE:
        return _settle_consent(turn, question, answer)
    known = turn.memory.check_in
    if known is None:  # it was ended or changed meanwhile
        return None
    return _begin(turn, known, answer) if question.kind == questions.READY else _note(turn, question, known, answer)


def keep_open(turn: Turn, decision: Decision) -> Decision:
    """Keep the open question under another answer; words that were not understood go to a person who has its topic."""
    question = find_open(turn)
    if question is None or decision.check_ins or decision.memory.stopped or decision.erase:
        return decision
    if decision.kind is Kind.FALLBACK and question.kind == questions.ASKED and turn.memory.check_in:
        decision = _bring_person(turn, question, turn.memory.check_in)
    is_over = decision.kind is Kind.CRISIS or (decision.kind is Kind.HANDOFF and not _is_ours(decision))
    if is_over or decision.memory.open_question is not None:
        return decision
    return replace(decision, memory=replace(decision.memory, open_question=question))


def keep_end(turn: Turn, decision: Decision) -> Decision:
    """End the questions also where nothing is said to it: a person has the conversation, or somebody is in danger."""
    told = _find_end(turn)
    if told is None or decision.check_ins or decision.erase:
        return decision
    return replace(decision, check_ins=(told,))


def find_open(turn: Turn) -> OpenQuestion | None:
    """Return the question of a check-in that waits for its answer."""
    question = turn.memory.open_question
    is_ours = question is not None and question.kind in questions.KINDS and turn.now < question.expires_at
    return question if is_ours else None


def _is_ours(decision: Decision) -> bool:
    return decision.handoff is not None and decision.handoff.reason in (REASON, "joined")


def _may_say_more(turn: Turn) -> bool:
    return turn.has_words and (len(turn.gist.words) >= crisis.SHORTEST or turn.evidence.grade >= Grade.LIKELY)


def _find_said(turn: Turn) -> str | None:
    """Return what the words are: an answer as a whole, or a "no" with its reason, which a person then reads."""
    if "no_more_questions" in turn.gist.whole:
        return questions.END
    if is_question(turn):
        return None
    whole = next((kind for kind in reversed(_SAID) if kind in turn.gist.whole), None)
    if whole is not None:
        return str(_MEANT[whole])
    return str(Answer.NO) if turn.rules.phrasebook.begins_with(turn.gist.core, "no") else None


def _settle_consent(turn: Turn, question: OpenQuestion, answer: str) -> Decision | None:
    if answer == Answer.UNSURE:
        return None
    agrees = answer == Answer.YES
    ids = questions.read_ids(question)
    act = CheckInAct(Deed.AGREE if agrees else Deed.DECLINE, *ids, wording=INVITE)
    return _say(turn, AGREED if agrees else DECLINED, (act,))


def _end(turn: Turn, question: OpenQuestion) -> Decision:
    deed = Deed.DECLINE if question.kind == questions.INVITE else Deed.END
    wording = INVITE if deed is Deed.DECLINE else READY
    return _say(turn, ENDED, (CheckInAct(deed, *questions.read_ids(question), wording=wording),))


def _end_between(turn: Turn) -> Decision | None:
    """End the questions while none is open: our texts promise that the words are heard at any time."""
    told = _find_end(turn)
    if told is None:
        return None
    decision = _say(turn, ENDED, (told,))
    # a question about something else still waits for its answer
    return replace(decision, memory=replace(decision.memory, open_question=turn.memory.open_question))


def _find_end(turn: Turn) -> CheckInAct | None:
    """Return the end of the questions where the whole message says so and some would still come."""
    release_id = turn.memory.release_id
    if release_id is None or "no_more_questions" not in turn.gist.whole:
        return None
    return CheckInAct(Deed.END, release_id, reminder_id="", wording=READY)


def _begin(turn: Turn, known: KnownRound, answer: str) -> Decision | None:
    if answer == Answer.YES:
        return _go_on(turn, known, known.remaining, (), ())
    return _say(turn, LATER, ()) if answer == Answer.NO else None


def _note(turn: Turn, question: OpenQuestion, known: KnownRound, answer: str) -> Decision | None:
    """Note an answer, say what follows from it, and ask the next question."""
    asked = questions.read_asked(question)
    if asked is None or asked not in known.remaining:  # by now known, or not to be asked of this phone any more
        return None
    act = CheckInAct(
        Deed.ANSWER, known.release_id, known.reminder_id, known.days, asked, answer, name_question(asked, known)
    )
    if (asked, answer) == (Question.SAFE, Answer.NO):
        return _leave_for_danger(turn, act)
    told = find_told(asked, answer, known)
    texts = render(turn, told) if told else ()
    handoff = make_handoff(turn.rules.catalogue.get_entry(told), REASON) if told else None
    rest = known.remaining[known.remaining.index(asked) + 1 :]
    if told and not is_said(texts, told):  # nobody may send it yet: a person has the very same case (I5)
        rest = ()
    decision = _go_on(turn, known, rest, texts, (act,))
    return replace(decision, handoff=handoff or decision.handoff)


def _leave_for_danger(turn: Turn, act: CheckInAct) -> Decision:
    """Somebody says that they are not safe: the crisis text first, somebody is paged, and nothing more is asked."""
    decision = crisis.decide_crisis(turn, _UNSAFE, 1.0)
    handoff = replace(decision.handoff, reason=REASON) if decision.handoff else None
    return replace(decision, handoff=handoff, check_ins=(act,))


def _go_on(
    turn: Turn, known: KnownRound, rest: tuple[str, ...], before: tuple[OutgoingText, ...], acts: tuple[CheckInAct, ...]
) -> Decision:
    """Ask the next question, or say that it was the last."""
    if not rest:
        return replace(_close(turn, before), check_ins=acts)
    says = name_question(rest[0], known)
    decision = decide_text(turn, says, Kind.ASK)
    if decision.kind is not Kind.ASK:
        return replace(decision, check_ins=acts)
    question = questions.ask_one(rest[0], known.release_id, known.reminder_id, turn.now)
    memory = replace(decision.memory, open_question=question, last_answer=says, misunderstood=0)
    return replace(decision, answer=says, texts=before + decision.texts, memory=memory, check_ins=acts)


def _close(turn: Turn, before: tuple[OutgoingText, ...]) -> Decision:
    """After the last question: what follows from its answer, or thanks."""
    decision = _say(turn, DONE, ())
    return replace(decision, texts=before) if before else decision


def _say(turn: Turn, answer: str, acts: tuple[CheckInAct, ...]) -> Decision:
    decision = decide_text(turn, answer, Kind.ANSWER)
    memory = replace(decision.memory, open_question=None, misunderstood=0)
    if decision.kind is Kind.ANSWER:
        memory = replace(memory, last_answer=answer)
    return replace(decision, answer=answer, memory=memory, check_ins=acts)


def _bring_person(turn: Turn, question: OpenQuestion, known: KnownRound) -> Decision:
    """Somebody reads what was answered in words, with the case that a "no" would open."""
    told = find_told(questions.read_asked(question) or Question.HOME, Answer.NO, known)
    entry = turn.rules.catalogue.get_entry(told or find_told(Question.SAFE, Answer.UNSURE, known) or DONE)
    return decide_handoff(turn, Handoff(entry.id, entry.discipline, entry.urgency, REASON))
