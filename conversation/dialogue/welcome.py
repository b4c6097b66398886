"""The first notice and the question which language is best: beside other texts, or for itself when asked for. Pure."""

from dataclasses import replace

from conversation.dialogue import questions
from conversation.language import detection as language
from conversation.language.languages import OTHER_MAYAN
from conversation.messages import Command, Decision, Kind, OutgoingText
from conversation.turn import Turn, decide_text, is_said, render, speak

MOST_QUESTIONS = 2  # texts of one question; a third would be one too many
_NOTICE, _QUESTION = "system.first_notice", "system.language_question"


def welcome(turn: Turn, decision: Decision) -> Decision:
    """Add the first notice to the first reply of all, and the language question once; else change nothing."""
    if not decision.texts or decision.memory.stopped or decision.erase or turn.is_claimed:
        return decision
    in_doubt = {turn.choice.language, turn.choice.second} <= {text.language for text in decision.texts}
    spoken = turn if in_doubt else speak(turn, decision.language)
    return _ask_language(turn, _notice(spoken, decision))


def ask_language(turn: Turn) -> Decision:
    """Ask which language is best because the person wants another one: all that we have texts in."""
    languages = turn.rules.languages
    choices = tuple(tag for tag in (*languages.with_texts(), OTHER_MAYAN) if tag in languages.by_tag)
    decision = decide_text(turn, _QUESTION, Kind.COMMAND)
    if decision.kind is not Kind.COMMAND:
        return decision
    return _put_question(turn, replace(decision, texts=()), decision.texts, choices)


def _notice(turn: Turn, decision: Decision) -> Decision:
    """Say once who writes and how to stop it; behind the answer, which is what the person waits for."""
    if turn.memory.noticed or decision.kind is Kind.CRISIS or decision.command is Command.START:
        return decision
    texts = render(turn, _NOTICE)
    if not is_said(texts, _NOTICE):
        return decision
    # beside a Mayan answer and its Spanish pair, the Spanish notice is enough
    kept = texts[-1:] if turn.rules.languages.is_mayan(turn.language) else texts
    return replace(decision, texts=decision.texts + kept, memory=replace(decision.memory, noticed=True))


def _ask_language(turn: Turn, decision: Decision) -> Decision:
    """Ask once, with numbers, when the language is not sure; never on top of another question or a crisis text.

    Who has stated a language and now clearly writes in another one is asked once more.
    """
    memory = decision.memory
    busy = memory.open_question is not None or decision.kind in (Kind.CRISIS, Kind.COMMAND, Kind.HANDOFF)
    settled = (memory.language_asked or memory.language) and not turn.choice.again
    if not turn.choice.ask or settled or busy:
        return decision
    choices = _offer(turn)
    texts = _render_question(turn)
    if not choices or not is_said(texts, _QUESTION):
        return decision
    return _put_question(turn, _note_asked(turn, decision), texts, choices)


def _render_question(turn: Turn) -> tuple[OutgoingText, ...]:
    """Return the question in the languages answered in, at most two; asked once more, also in the one that was written.

    Between a Mayan text and the established language the Spanish text that travels with the first is left out.
    """
    choice = turn.choice
    asked = replace(turn, choice=replace(choice, second=choice.candidates[0])) if choice.again else turn
    texts = render(asked, _QUESTION)
    return (texts[0], texts[-1]) if len(texts) > MOST_QUESTIONS else texts


def _note_asked(turn: Turn, decision: Decision) -> Decision:
    memory = decision.memory
    if not turn.choice.again or memory.language is None:
        return decision
    votes = language.note_asked_again(memory.language_votes, memory.language)
    return replace(decision, memory=replace(memory, language_votes=votes))


def _offer(turn: Turn) -> tuple[str, ...]:
    """Return the likely languages, and behind a Mayan one "another Mayan language": the closest one may be wrong."""
    languages = turn.rules.languages
    known = tuple(tag for tag in turn.choice.candidates if tag in languages.by_tag)
    return (*known, OTHER_MAYAN) if any(map(languages.is_mayan, known)) and OTHER_MAYAN in languages.by_tag else known


def _put_question(
    turn: Turn, decision: Decision, texts: tuple[OutgoingText, ...], choices: tuple[str, ...]
) -> Decision:
    lines = questions.render_choices([turn.rules.languages.name_of(tag) for tag in choices])
    asked = tuple(replace(text, body=text.body.replace("{choices}", lines)) for text in texts)
    question = questions.ask(questions.LANGUAGE, choices, turn.now)
    memory = replace(decision.memory, language_asked=True, open_question=question)
    return replace(decision, texts=decision.texts + asked, memory=memory)
