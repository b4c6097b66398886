"""Commands: STOP, START, HELP, PERSON, PRIVATE and a change of language, by whole message, before any model. Pure."""

from collections.abc import Callable
from dataclasses import replace

from conversation.handoff import TALK_TO_PERSON, make_handoff
from conversation.keywords import CommandMatch
from conversation.messages import Channel, Command, Decision, InboundMessage, Kind
from conversation.turn import Rules, Turn, decide_handoff, decide_text


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
    if match is None:
        return None
    decision = replace(_OBEY[match.command](turn, match), command=match.command)
    # after a stop a wish for a person or for privacy is kept, but nothing is sent (I9)
    if turn.memory.stopped and match.command not in (Command.STOP, Command.START, Command.HELP):
        return replace(decision, texts=())
    return decision


def _tag(turn: Turn, match: CommandMatch) -> str:
    return turn.memory.language or match.language or turn.language


def _stop(turn: Turn, match: CommandMatch) -> Decision:
    decision = _confirm(turn, match, "system.stopped")
    return replace(decision, memory=replace(turn.memory, stopped=True, noticed=True, open_question=None))


def _start(turn: Turn, match: CommandMatch) -> Decision:
    decision = _confirm(turn, match, "system.started")
    return replace(decision, memory=replace(turn.memory, stopped=False, crisis_after_stop=False))


def _help(turn: Turn, match: CommandMatch) -> Decision:
    return _confirm(turn, match, "system.help")


def _confirm(turn: Turn, match: CommandMatch, answer: str) -> Decision:
    """Confirm once: the carrier has done so already when it told us the command, or by the deployment's setting."""
    decision = decide_text(turn, answer, Kind.COMMAND, tag=_tag(turn, match))
    by_carrier = turn.message.sender.channel is Channel.SMS and not turn.rules.confirm_commands
    if by_carrier or turn.message.carrier_command is not None:
        return replace(decision, texts=())
    return decision


def _person(turn: Turn, match: CommandMatch) -> Decision:
    spoken = replace(turn, choice=replace(turn.choice, language=_tag(turn, match)))
    entry = turn.rules.catalogue.get_entry(TALK_TO_PERSON)
    return replace(decide_handoff(spoken, make_handoff(entry, "request")), answer=TALK_TO_PERSON)


def _private(turn: Turn, match: CommandMatch) -> Decision:
    decision = decide_text(turn, "system.private_on", Kind.COMMAND, tag=_tag(turn, match))
    return replace(decision, memory=replace(turn.memory, private=True))


def _language(turn: Turn, match: CommandMatch) -> Decision:
    return change_language(turn, match.target or turn.language)


def change_language(turn: Turn, tag: str) -> Decision:
    """Keep a stated language; where we have no text in it, say so and offer a person."""
    language = turn.rules.languages.by_tag.get(tag)
    spoken = turn.rules.catalogue.find_wording("system.language_changed", tag)
    answer = "system.language_changed" if spoken else "system.language_unavailable"
    name = language.name if language else tag
    decision = decide_text(turn, answer, Kind.COMMAND, tag=tag, language_name=name)
    memory = replace(turn.memory, language=tag, language_asked=True, open_question=None)
    return replace(decision, language=tag, memory=memory)


_OBEY: dict[Command, Callable[[Turn, CommandMatch], Decision]] = {
    Command.STOP: _stop,
    Command.START: _start,
    Command.HELP: _help,
    Command.PERSON: _person,
    Command.PRIVATE: _private,
    Command.LANGUAGE: _language,
}
