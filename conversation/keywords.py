"""STOP, START, HELP, PERSON, PRIVATE, ERASE and the names of languages, told from ordinary talk. Pure.

A command is the whole message, never a word inside one: "no quiero parar de estudiar" stops nothing. Courtesy around
the word, repetition, punctuation, emoji, accents, apostrophes, capitals and spaces do not matter. The words are in
data/languages.yml.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
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
_KINDS = {**{command.value: command for command in Command}, "start_when_stopped": Command.START}
_WHEN_STOPPED = "start_when_stopped"
_REPEATED = re.compile(r"([^\W\d_])\1+")
_MADAM = re.compile(r"\bma(?:['’‘`´ʼ]a|a)m\b", re.IGNORECASE)  # folded it would be the language Mam
_ANSWERED_BY_CARRIER = frozenset(word for words in _CARRIER_WORDS.values() for word in words if " " not in word)


@dataclass(frozen=True, slots=True)
class CommandMatch:
    """A message that is a command.

    Attributes:
        language: tag of the only language that has this word; None for the carriers' words and shared ones.
        target: for LANGUAGE, the tag that is asked for; None when none was named ("another language").
        only_when_stopped: a word like YES, which is a START from somebody who has stopped and means nothing else here.
    """

    command: Command
    language: str | None = None
    target: str | None = None
    only_when_stopped: bool = False


def is_answered_by_carrier(text: str) -> bool:
    """Tell whether a US carrier answers a text by itself: one of its own words and nothing else, not "stop please"."""
    return text.strip().casefold() in _ANSWERED_BY_CARRIER


@dataclass(frozen=True, slots=True)
class Keywords:
    """The commands by their folded words without spaces, and the folded courtesies that may stand around them.

    Attributes:
        talk: folded messages without spaces that are no command, whatever their words are.
    """

    matches: Mapping[str, CommandMatch]
    courtesies: frozenset[tuple[str, ...]]
    talk: frozenset[str] = frozenset()

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Any]]) -> Self:
        """Read parsed data/languages.yml: rows by tag; `name`, `aliases`, `asks`, `courtesy`, `talk` and
        `keywords` count here.

        Raises:
            ContentError: an unknown command, a word that is no text, or a word with two meanings.
        """
        matches: dict[str, CommandMatch] = {}
        for phrase, match in (*_read_carrier_words(), *_read_keywords(data), *_read_names(data)):
            _add(matches, phrase, match)
        courtesies = (fold(text) for tag, row in data.items() for text in _texts(row, "courtesy", tag))
        talk = (_join(fold(text).split()) for tag, row in data.items() for text in _texts(row, "talk", tag))
        return cls(matches, frozenset(tuple(text.split()) for text in courtesies), frozenset(talk))

    def find_command(self, text: str) -> CommandMatch | None:
        """Return the command that the whole of a text is, else None."""
        words = fold(_MADAM.sub(" madam ", text)).split()
        if len(words) > LONGEST or _join(words) in self.talk:
            return None
        bare = self._without_courtesy(words)
        said = (words, _said_once(words), bare, _said_once(bare))
        return next((self.matches[phrase] for phrase in map(_join, said) if phrase in self.matches), None)

    def _without_courtesy(self, words: list[str]) -> list[str]:
        for length in range(len(words), 0, -1):  # "merci beaucoup" before "merci"
            if tuple(words[:length]) in self.courtesies:
                return self._without_courtesy(words[length:])
            if tuple(words[-length:]) in self.courtesies:
                return self._without_courtesy(words[:-length])
        return words


def expand(word: str) -> Iterator[str]:
    """Yield the phrases that one line stands for: "no? more texts|text_messages" for four, "_" being a space."""
    pieces = [(*piece.removesuffix("?").split("|"), *([""] if piece.endswith("?") else [])) for piece in word.split()]
    for chosen in product(*pieces):
        yield " ".join(piece.replace("_", " ") for piece in chosen if piece)


def _said_once(words: list[str]) -> list[str]:
    """Return the shortest part of which the words are a repetition: "stop stop stop" is "stop"."""
    count = len(words)
    periods = (period for period in range(1, count) if count % period == 0)
    return next((words[:period] for period in periods if words[:period] * (count // period) == words), words)


def _join(words: Sequence[str]) -> str:
    """Return words as one: "j ai besoin d aide", "k iche" and "porfavor" are typed in both ways."""
    return _REPEATED.sub(r"\1", "".join(words))


def _add(matches: dict[str, CommandMatch], text: str, match: CommandMatch) -> None:
    """Add one folded text; said in several languages it belongs to none."""
    phrase = _join(text.split())
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
            words = _texts(keywords, kind, f"{tag}.keywords")
            yield from ((fold(phrase), match) for word in words for phrase in expand(word))


def _read_names(data: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, CommandMatch]]:
    """Read how languages are called ("quiche") and how they are asked for ("en {name}"), each name in each way."""
    asks = [(tag, *map(fold, ask.partition("{name}"))) for tag, row in data.items() for ask in _texts(row, "asks", tag)]
    for target, row in data.items():
        for name in map(fold, (row.get("name", ""), *_texts(row, "aliases", target))):
            yield name, CommandMatch(Command.LANGUAGE, target=target)
            for tag, before, _, after in asks:
                yield f"{before} {name} {after}", CommandMatch(Command.LANGUAGE, tag, target)


def _texts(row: Mapping[str, Any], key: str, place: str) -> Sequence[str]:
    """Return a list of the row; YAML turns an unquoted no, yes, on or off into a truth value, which is no word."""
    texts = row.get(key) or ()
    if isinstance(texts, str) or not all(isinstance(text, str) and fold(text) for text in texts):
        raise ContentError(f"languages.yml: {place}.{key} must list texts; put yes, no, on and off in quotes")
    return tuple(texts)
