"""Commands: STOP, START, HELP, PERSON, PRIVATE, ERASE, a language: by whole message, before any model. Pure."""

from collections.abc import Callable
from dataclasses import replace

from conversation.commands.erasure import ask_to_erase
from conversation.commands.keywords import CommandMatch, is_answered_by_carrier
from conversation.dialogue.welcome import ask_language
from conversation.handoff import OTHER_LANGUAGE, TALK_TO_PERSON, make_handoff
from conversation.language.languages import OTHER_MAYAN
from conversation.messages import Channel, Command, Decision, InboundMessage, Kind
from conversation.turn import Rules, Turn, decide_handoff, decide_text, is_said, speak

_HEARD_AFTER_STOP = frozenset({Command.STOP, Command.START, Command.HELP, Command.ERASE})


def find_command(message: InboundMessage, text: str, rules: Rules, *, stopped: bool) -> CommandMatch | None:
    """Return the command a message is, if it is one; the webhook's own transaction asks this too (I9)."""
    if message.carrier_command is not None:
        return CommandMatch(command=message.carrier_command, language=None)
    match = rules.keywords.find_command(text)
    if match is None or (match.only_when_stopped and not stopped):
        return None
    return match


def obey(turn: Turn) -> Decision | None:
    """Return the decision of a command, None when the message is not one."""
    match = find_command(turn.message, turn.text, turn.rules, stopped=turn.memory.stopped)
    if match is None or _hides_danger(turn) or _is_for_the_owner(turn, match):
        return None
    spoken = speak(turn, match.language) if match.language and not turn.memory.language else turn
    decision = replace(_OBEY[match.command](spoken, match), command=match.command)
    # after a stop a wish for a person or for privacy is kept, but nothing is sent (I9)
    if turn.memory.stopped and match.command not in _HEARD_AFTER_STOP:
        return replace(decision, texts=(), memory=replace(decision.memory, open_question=None))
    return decision


def _hides_danger(turn: Turn) -> bool:
    """A carrier may see its command in a longer text: the webhook has obeyed it, but danger comes first (I7)."""
    if turn.message.carrier_command is None or turn.rules.keywords.find_command(turn.text):
        return False
    return turn.evidence.sure is not None


def _is_for_the_owner(turn: Turn, match: CommandMatch) -> bool:
    """The question which language is best would be talk of ours, and a person has the conversation (I4)."""
    return turn.is_claimed and match.command is Command.LANGUAGE and match.target is None


def _stop(turn: Turn, match: CommandMatch) -> Decision:
    decision = _confirm_once(turn, "system.stopped")
    # in no other words than its own: a way on would be one text too many
    memory = replace(turn.memory, stopped=True, noticed=True, open_question=None)
    texts = decision.texts if is_said(decision.texts, "system.stopped") else ()
    return replace(decision, kind=Kind.COMMAND, texts=texts, memory=memory, handoff=None)


def _start(turn: Turn, match: CommandMatch) -> Decision:
    decision = _confirm_once(turn, "system.started")
    return replace(decision, memory=replace(decision.memory, stopped=False, crisis_after_stop=False))


def _help(turn: Turn, match: CommandMatch) -> Decision:
    return _confirm(turn, "system.help")


def _confirm_once(turn: Turn, answer: str) -> Decision:
    """Confirm in one language, also when it is in doubt; a Mayan text and its Spanish pair are one."""
    return _confirm(speak(turn, turn.language), answer)


def _confirm(turn: Turn, answer: str) -> Decision:
    """Confirm once: the carrier has done so already when it told us the command, or by the deployment's setting.

    Carriers answer by SMS alone, and of themselves only their own words: nobody but we answers "alto" or "ayuda".
    """
    by_setting = not turn.rules.confirm_commands and is_answered_by_carrier(turn.text)
    by_carrier = by_setting or turn.message.carrier_command is not None
    if by_carrier and turn.message.sender.channel is Channel.SMS:
        return Decision(kind=Kind.COMMAND, language=turn.language, texts=(), memory=turn.memory)
    return decide_text(turn, answer, Kind.COMMAND)


def _person(turn: Turn, match: CommandMatch) -> Decision:
    return ask_for_person(turn)


def ask_for_person(turn: Turn) -> Decision:
    """Bring a person because the texter wants one."""
    entry = turn.rules.catalogue.get_entry(TALK_TO_PERSON)
    return replace(decide_handoff(turn, make_handoff(entry, "request")), answer=TALK_TO_PERSON)


def _private(turn: Turn, match: CommandMatch) -> Decision:
    decision = decide_text(turn, "system.private_on", Kind.COMMAND)
    return replace(decision, memory=replace(decision.memory, private=True))


def _private_off(turn: Turn, match: CommandMatch) -> Decision:
    decision = decide_text(turn, "system.private_off", Kind.COMMAND)
    return replace(decision, memory=replace(decision.memory, private=False))


def _erase(turn: Turn, match: CommandMatch) -> Decision:
    return ask_to_erase(turn)


def _language(turn: Turn, match: CommandMatch) -> Decision:
    return change_language(turn, match.target) if match.target else ask_language(turn)


def change_language(turn: Turn, tag: str) -> Decision:
    """Keep a stated language and show it at once; where we have no text in it, say so and offer a person.

    For a Mayan language that we do not know by name a person is brought at once, who looks for an interpreter.
    """
    if tag == OTHER_MAYAN:
        return _bring_interpreter(turn)
    catalogue = turn.rules.catalogue
    # a language with some texts has at least the help text, which may be sent before others are reviewed
    shown = next((one for one in ("system.language_changed", "system.help") if catalogue.find_wording(one, tag)), None)
    values = {"language_name": turn.rules.languages.name_of(tag)}
    decision = decide_text(speak(turn, tag), shown or "system.language_unavailable", Kind.COMMAND, values)
    memory = replace(decision.memory, language=tag, language_asked=True, open_question=None)
    return replace(decision, memory=memory)


def _bring_interpreter(turn: Turn) -> Decision:
    handoff = make_handoff(turn.rules.catalogue.get_entry(OTHER_LANGUAGE), "interpreter")
    decision = decide_handoff(speak(turn, OTHER_MAYAN), handoff, says=OTHER_LANGUAGE)
    return replace(decision, memory=replace(decision.memory, language=OTHER_MAYAN, language_asked=True))


_OBEY: dict[Command, Callable[[Turn, CommandMatch], Decision]] = {
    Command.STOP: _stop,
    Command.START: _start,
    Command.HELP: _help,
    Command.PERSON: _person,
    Command.PRIVATE: _private,
    Command.PRIVATE_OFF: _private_off,
    Command.LANGUAGE: _language,
    Command.ERASE: _erase,
}
