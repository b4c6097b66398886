"""STOP, START, HELP, PERSON, PRIVATE, ERASE and the names of languages, told from ordinary talk. Pure.

A command is the whole message, never a word inside one: "no quiero parar de estudiar" stops nothing. Courtesy around
the word, repetition, punctuation, emoji, accents, apostrophes, capitals and spaces do not matter. The words are in
data/languages.yml.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from conversation.commands.language_wish import LanguageWishes
from conversation.commands.requests import PADDED, Requests, expand, is_request
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
        wishes: how another language is asked for.
        requests: stops and wishes for a person in many words.
    """

    matches: Mapping[str, CommandMatch]
    courtesies: frozenset[tuple[str, ...]]
    talk: frozenset[str] = frozenset()
    wishes: LanguageWishes | None = None
    requests: Requests | None = None

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Any]]) -> Self:
        """Read parsed data/languages.yml: rows by tag; `name`, `aliases`, `asks`, `courtesy`, `talk`,
        `padding`, `parts` and `keywords` count here.

        Raises:
            ContentError: an unknown command, a word that is no text, or a word with two meanings.
        """
        matches: dict[str, CommandMatch] = {}
        for phrase, match in (*_read_carrier_words(), *_read_keywords(data), *_read_names(data)):
            _add(matches, phrase, match)
        courtesies = (fold(text) for tag, row in data.items() for text in _texts(row, "courtesy", tag))
        talk = (_join(fold(text).split()) for tag, row in data.items() for text in _texts(row, "talk", tag))
        courteous = frozenset(tuple(text.split()) for text in courtesies)
        padding = {tuple(fold(text).split()) for tag, row in data.items() for text in _texts(row, "padding", tag)}
        requests = Requests.from_data(data, courteous | padding)
        return cls(matches, courteous, frozenset(talk), _read_wishes(data), requests)

    def find_command(self, text: str) -> CommandMatch | None:
        """Return the command that the whole of a text is, else None.

        "/restart" is an order to some other machine: with a slash before it only a stop is heard.
        """
        match = self._find(text)
        is_order = text.lstrip().startswith("/")
        return None if match and is_order and match.command is not Command.STOP else match

    def _find(self, text: str) -> CommandMatch | None:
        words = fold(_MADAM.sub(" madam ", text)).split()
        if len(words) > LONGEST or _join(words) in self.talk:
            return None
        bare = self._without_courtesy(words)
        said = (words, _said_once(words), bare, _said_once(bare))
        found = (self.matches[phrase] for phrase in map(_join, said) if phrase in self.matches)
        return next(found, None) or self._find_request(bare) or self._find_wish(words)

    def _find_request(self, words: Sequence[str]) -> CommandMatch | None:
        """Return the stop or the wish for a person that stands in talk: "ya no me escriban a este número"."""
        for bare in self.requests.find_bare(words) if self.requests else ():
            listed = self.matches.get(_join(bare))
            if listed and listed.command.value in PADDED:
                return listed
            request = None if listed or not self.requests else self.requests.find(bare)
            if request:
                return CommandMatch(_KINDS[request.kind], request.language)
        return None

    def _find_wish(self, words: list[str]) -> CommandMatch | None:
        wish = self.wishes.find(words) if self.wishes else None
        return CommandMatch(Command.LANGUAGE, wish.language, wish.target) if wish else None

    def _without_courtesy(self, words: list[str]) -> list[str]:
        for length in range(len(words), 0, -1):  # "merci beaucoup" before "merci"
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
        keywords, parts = row.get("keywords") or {}, _read_parts(tag, row)
        for kind in keywords:
            if kind not in _KINDS:
                raise ContentError(f"languages.yml: {tag}.keywords.{kind} is none of {', '.join(_KINDS)}")
            match = CommandMatch(_KINDS[kind], tag, only_when_stopped=kind == _WHEN_STOPPED)
            lines = _texts(keywords, kind, f"{tag}.keywords")
            listed = (line for line in lines if not is_request(kind, line, parts))
            yield from ((fold(phrase), match) for line in listed for phrase in expand(line, parts))


def _read_parts(tag: str, row: Mapping[str, Any]) -> Mapping[str, str]:
    parts = row.get("parts") or {}
    if not all(isinstance(text, str) for pair in parts.items() for text in pair):
        raise ContentError(f"languages.yml: {tag}.parts must hold texts by name")
    return parts


def _read_names(data: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, CommandMatch]]:
    """Read how languages are called ("quiche")."""
    for target, row in data.items():
        for name in (row.get("name", ""), *_texts(row, "aliases", target)):
            yield fold(name), CommandMatch(Command.LANGUAGE, target=target)


def _read_wishes(data: Mapping[str, Mapping[str, Any]]) -> LanguageWishes:
    """Read the words in which a language is asked for: those of `asks` and of `wishes`."""
    names = {name: str(match.target) for name, match in _read_names(data)}
    asks = {tag: [ask for line in _texts(row, "asks", tag) for ask in expand(line)] for tag, row in data.items()}
    said = {tag: " ".join([*asks[tag], *_texts(row, "wishes", tag)]) for tag, row in data.items()}
    negations = {tag: frozenset(map(fold, _texts(row, "negations", tag))) for tag, row in data.items()}
    courtesies = {fold(text) for tag, row in data.items() for text in _texts(row, "courtesy", tag)}
    return LanguageWishes(
        names=names,
        words={tag: frozenset(fold(text.replace("{name}", " ")).split()) for tag, text in said.items()},
        negations=negations,
        courtesies=sorted(courtesies, key=lambda text: (-len(text), text)),
    )


def _texts(row: Mapping[str, Any], key: str, place: str) -> Sequence[str]:
    """Return a list of the row; YAML turns an unquoted no, yes, on or off into a truth value, which is no word."""
    texts = row.get(key) or ()
    if isinstance(texts, str) or not all(isinstance(text, str) and fold(text) for text in texts):
        raise ContentError(f"languages.yml: {place}.{key} must list texts; put yes, no, on and off in quotes")
    return tuple(texts)
