"""STOP, START, HELP, PERSON, PRIVATE and the names of languages, told from ordinary talk. Pure.

A command is the whole message, never a word inside one: "no quiero parar de estudiar" stops nothing. Courtesy around
the word, repetition, punctuation, emoji, accents and capitals do not matter. The words are in data/languages.yml.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from conversation.errors import ContentError
from conversation.folding import fold
from conversation.messages import Command

LONGEST = 24  # words; a longer message is talk, whatever is in it

# What US carriers obey on long codes by themselves (twilio.com/docs, error 23002, read November 2026) and what the FCC
# makes binding in any case (47 CFR 64.1200(a)(10), in force since 11 April 2025). Nobody may edit these as wording.
_CARRIER_WORDS = {
    "stop": ("stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out"),
    "start": ("start", "unstop"),
    "start_when_stopped": ("yes",),
    "help": ("help", "info"),
}
_COMMANDS = {command.value: command for command in Command if command is not Command.LANGUAGE}
_KINDS = {**_COMMANDS, "start_when_stopped": Command.START}
_WHEN_STOPPED = "start_when_stopped"


@dataclass(frozen=True, slots=True)
class CommandMatch:
    """A message that is a command.

    Attributes:
        language: tag of the only language that has this word; None for the carriers' words and shared ones.
        target: for LANGUAGE, the tag that is asked for.
        only_when_stopped: a word like YES, which is a START from somebody who has stopped and means nothing else here.
    """

    command: Command
    language: str | None = None
    target: str | None = None
    only_when_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Keywords:
    """The commands by their folded words, and the folded courtesies that may stand around them."""

    matches: Mapping[str, CommandMatch]
    courtesies: frozenset[tuple[str, ...]]

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Any]]) -> Self:
        """Read parsed data/languages.yml: rows by tag; `name`, `aliases`, `asks`, `courtesy` and `keywords` count here.

        Raises:
            ContentError: an unknown command, a word that is no text, or a word with two meanings.
        """
        matches: dict[str, CommandMatch] = {}
        for phrase, match in (*_read_carrier_words(), *_read_keywords(data), *_read_names(data)):
            _add(matches, phrase, match)
        courtesies = (fold(text) for tag, row in data.items() for text in _texts(row, "courtesy", tag))
        return cls(matches, frozenset(tuple(text.split()) for text in courtesies))

    def find_command(self, text: str) -> CommandMatch | None:
        """Return the command that the whole of a text is, else None."""
        words = fold(text).split()
        if len(words) > LONGEST:
            return None
        bare = self._without_courtesy(words)
        said = (words, _said_once(words), bare, _said_once(bare))
        return next((self.matches[phrase] for phrase in map(" ".join, said) if phrase in self.matches), None)

    def _without_courtesy(self, words: list[str]) -> list[str]:
        for length in range(1, len(words) + 1):
            if tuple(words[:length]) in self.courtesies:
                return self._without_courtesy(words[length:])
            if tuple(words[-length:]) in self.courtesies:
                return self._without_courtesy(words[:-length])
        return words


def _said_once(words: list[str]) -> list[str]:
    """Return the shortest part of which the words are a repetition: "stop stop stop" is "stop"."""
    count = len(words)
    periods = (period for period in range(1, count) if count % period == 0)
    return next((words[:period] for period in periods if words[:period] * (count // period) == words), words)


def _add(matches: dict[str, CommandMatch], phrase: str, match: CommandMatch) -> None:
    """Add one phrase; said in several languages it belongs to none."""
    known = matches.get(phrase)
    if known and known != match:
        if _meaning(known) != _meaning(match):
            raise ContentError(f"languages.yml: '{phrase}' means both {known.command} and {match.command}")
        match = CommandMatch(match.command, None, match.target, match.only_when_stopped)
    matches[phrase] = match


def _meaning(match: CommandMatch) -> tuple[Command, str | None, bool]:
    return match.command, match.target, match.only_when_stopped


def _read_carrier_words() -> Iterator[tuple[str, CommandMatch]]:
    for kind, words in _CARRIER_WORDS.items():
        for word in words:
            yield fold(word), CommandMatch(_KINDS[kind], only_when_stopped=kind == _WHEN_STOPPED)


def _read_keywords(data: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, CommandMatch]]:
    for tag, row in data.items():
        keywords = row.get("keywords") or {}
        for kind in keywords:
            if kind not in _KINDS:
                raise ContentError(f"languages.yml: {tag}.keywords.{kind} is none of {', '.join(_KINDS)}")
            match = CommandMatch(_KINDS[kind], tag, only_when_stopped=kind == _WHEN_STOPPED)
            yield from ((fold(word), match) for word in _texts(keywords, kind, f"{tag}.keywords"))


def _read_names(data: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, CommandMatch]]:
    """Read how languages are called ("quiche") and how they are asked for ("en {name}"), each name in each way."""
    asks = [(tag, ask) for tag, row in data.items() for ask in _texts(row, "asks", tag)]
    for target, row in data.items():
        for name in (row.get("name", ""), *_texts(row, "aliases", target)):
            yield fold(name), CommandMatch(Command.LANGUAGE, target=target)
            for tag, ask in asks:
                yield fold(ask.replace("{name}", name)), CommandMatch(Command.LANGUAGE, tag, target)


def _texts(row: Mapping[str, Any], key: str, place: str) -> Sequence[str]:
    """Return a list of the row; YAML turns an unquoted no, yes, on or off into a truth value, which is no word."""
    texts = row.get(key) or ()
    if isinstance(texts, str) or not all(isinstance(text, str) and fold(text) for text in texts):
        raise ContentError(f"languages.yml: {place}.{key} must list texts; put yes, no, on and off in quotes")
    return tuple(texts)
