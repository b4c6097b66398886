"""The words of dates, one table a language, made into one lexicon a language. Pure; store/content.py reads them.

A person mixes languages: what is long enough to be no word of another language is known in all of them, short words
("me" is May in Haitian Creole) in their own only. The lexicon EVERY has the words of all.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from conversation.dates.plain import plain_words
from conversation.errors import ContentError
from conversation.folding import LONG_WORD, is_one_slip_apart

EVERY = "*"
SAFE = 4  # letters from which a phrase of one language is known in the others
ARTICLES = frozenset({"un", "una", "uma", "une", "yon", "youn", "a", "an"})  # numbers that need not be one
_LISTS = """
    today this_part tomorrow after_tomorrow yesterday before_yesterday morning afternoon evening this_evening noon
    midnight at hour_units sharp half quarter less_quarter less half_past quarter_past to past quarter_to minutes_join
    next coming last in from_now ago days weeks months_long this_month next_month next_year of of_year day_words
    day_short day_ends not_day habits until past_near past_any fresh correction correction_start dropped moved birth
    streets streets_after things durations duration_ends ranges ordinal_ends accented not_names
"""
_OTHER_KEYS = """
    months shy_months weekdays weekdays_short weekdays_shy never_slips numbers more_numbers tens_join hour_words spans
    kinds names names_written say spoken_with
"""
_PHRASES = tuple(_LISTS.split())
_KEYS = frozenset((*_PHRASES, *_OTHER_KEYS.split()))
_FREE = frozenset({"of", "of_year", "in", "days", "weeks", "months_long", "today", "yesterday"})


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The words that are known when somebody writes in one language, plain.

    Attributes:
        months: number by name. `weekdays`: 0 for Monday; `short_weekdays` count only beside a day of the month.
        shy_weekdays: they are also ordinals ("segunda"), and count only in the company of a date.
        numbers: by word, with "treinta y uno". `hours`: words that are hours ("uitè").
        spans: days from today, by phrase. `phrases`: all other words, by list.
        slips: long names, known with one slip of the finger; `never_slips` are words of their own.
    """

    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    short_weekdays: Mapping[str, int]
    shy_weekdays: Mapping[str, int]
    numbers: Mapping[str, int]
    hours: Mapping[str, int]
    spans: Mapping[str, int]
    phrases: Mapping[str, tuple[str, ...]]
    never_slips: frozenset[str]
    kinds: Mapping[str, str] = field(repr=False)

    def any_of(self, *lists: str) -> str:
        """Return a pattern for the phrases of some lists, longest first; one that never matches for none."""
        return join(phrase for name in lists for phrase in self.phrases.get(name, ()))

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """The long names of months and weekdays by their first letter."""
        found: dict[str, list[str]] = {}
        for name in (*self.months, *self.weekdays):
            if len(name) >= LONG_WORD + (name in self.weekdays) and " " not in name:
                found.setdefault(name[0], []).append(name)
        return {letter: tuple(names) for letter, names in found.items()}

    @cached_property
    def triggers(self) -> frozenset[str]:
        """Words of which one stands in every text that tells a day or an hour without digits."""
        named = (*self.months, *self.weekdays, *self.shy_weekdays, *self.hours, *self.spans)
        phrases = (phrase for key in _TRIGGERS for phrase in self.phrases[key])
        large = (word for word, number in self.numbers.items() if number > 0 and len(word) >= SAFE - 1)
        return frozenset(word for phrase in (*named, *phrases, *large) for word in phrase.split())

    def may_tell(self, plain: str) -> bool:
        """Tell whether a plain text is worth a closer look: it has a digit or one of the triggers."""
        return any(map(str.isdecimal, plain)) or not self.triggers.isdisjoint(_WORD.findall(plain))

    def mend(self, word: str) -> str:
        """Return the name of a month or weekday that a word is with one slip of the finger; else the word."""
        known = word in self.months or word in self.weekdays or word in self.never_slips
        if known or len(word) < LONG_WORD - 1 or (word[-1] == "s" and word[:-1] in self.weekdays):
            return word
        near = {name for name in self.names.get(word[0], ()) if is_one_slip_apart(word, name)}
        return min(near) if near else word


@dataclass(frozen=True, eq=False)
class DateWords:
    """All lexicons by language, and the tables they were made of."""

    tables: Mapping[str, Mapping[str, Any]] = field(repr=False)
    lexicons: Mapping[str, Lexicon] = field(repr=False)

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Any]]) -> Self:
        """Read parsed data/dates/*.yml, by language.

        Raises:
            ContentError: a list that is missing, of the wrong kind, or of a name we do not know.
        """
        tables = {}
        for tag, table in data.items():
            try:
                tables[tag] = _read_table(table)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise ContentError(f"dates/{tag}.yml: {type(error).__name__} at {error}") from None
        return cls(data, {tag: _merge(tables, tag) for tag in (*tables, EVERY)})

    def lexicon(self, language: str | None) -> Lexicon:
        """Return the words of a language; of all, for None and for languages without a table."""
        return self.lexicons.get(self.spoken(language) or EVERY) or self.lexicons[EVERY]

    def spoken(self, language: str | None) -> str | None:
        """Return the language in whose words dates are told: Spanish for K'iche' and its sisters, else the same."""
        return next((tag for tag, table in self.tables.items() if language in table.get("spoken_with", ())), language)


def join(phrases: Iterable[str]) -> str:
    """Return a pattern for phrases, longest first; one that never matches for none."""
    longest_first = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    return "(?:" + "|".join(map(re.escape, longest_first)) + ")" if longest_first else "(?!)"


@dataclass(frozen=True, slots=True)
class _Table:
    """One file, plain."""

    named: Mapping[str, Mapping[str, int]]
    phrases: Mapping[str, tuple[str, ...]]
    shy: frozenset[str]
    never_slips: frozenset[str]
    kinds: Mapping[str, str]


def _read_table(table: Mapping[str, Any]) -> _Table:
    unknown = set(table) - _KEYS
    if unknown:
        raise ValueError(min(unknown))
    named = {
        "months": _read_named(table["months"]),
        "weekdays": _read_named(table["weekdays"]),
        "short_weekdays": _read_named(table.get("weekdays_short", {})),
        "shy_weekdays": _read_named(table.get("weekdays_shy", {})),
        "numbers": dict(_read_numbers(table)),
        "hours": {plain_words(str(word)): int(hour) for word, hour in table.get("hour_words", {}).items()},
        "spans": {plain_words(phrase): int(days) for phrase, days in table.get("spans", {}).items() if days},
    }
    return _Table(
        named=named,
        phrases={key: tuple(plain_words(str(phrase)) for phrase in table.get(key, ())) for key in _PHRASES},
        shy=frozenset(map(plain_words, table.get("shy_months", ()))),
        never_slips=frozenset(map(plain_words, table.get("never_slips", ()))),
        kinds={plain_words(word): kind for kind, words in table["kinds"].items() for word in words},
    )


def _read_named(rows: Mapping[int, str]) -> dict[str, int]:
    return {plain_words(name): int(number) for number, names in rows.items() for name in names.split()}


def _read_numbers(table: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield the numbers of a table and those that are said with two words ("treinta y uno")."""
    known = {plain_words(word): number for number, word in enumerate(table["numbers"].split())}
    known |= {plain_words(word): int(number) for word, number in table["more_numbers"].items()}
    yield from known.items()
    joins = [f" {word} " for word in table["tens_join"]] + [" "]
    tens = {word: number for word, number in known.items() if number in (20, 30, 40, 50)}
    for ten, number in tens.items():
        for unit, more in known.items():
            if 0 < more < 10:
                yield from ((f"{ten}{between}{unit}", number + more) for between in joins)


def _merge(tables: Mapping[str, _Table], own: str) -> Lexicon:
    """Return the words of one language with those of the others that can be nothing else in it."""
    others = [table for tag, table in tables.items() if tag != own]
    mine = tables.get(own)
    named: dict[str, dict[str, int]] = {}
    for key in ("months", "weekdays", "short_weekdays", "shy_weekdays", "numbers", "hours", "spans"):
        named[key] = {}
        for table in others:
            named[key] |= {word: number for word, number in table.named[key].items() if _lends(key, word, table, own)}
        named[key] |= mine.named[key] if mine else {}
    phrases = {key: tuple(_merge_phrases(key, mine, others)) for key in _PHRASES}
    kinds = {word: kind for table in (*others, *((mine,) if mine else ())) for word, kind in table.kinds.items()}
    never = frozenset(word for table in tables.values() for word in table.never_slips)
    return Lexicon(**named, phrases=phrases, never_slips=never, kinds=kinds)


def _lends(key: str, word: str, table: _Table, own: str) -> bool:
    """Tell whether a word of a table counts in another language too."""
    if key in ("months", "weekdays"):
        return word not in table.shy
    if key in ("spans", "hours"):
        return len(word) > SAFE or (own == EVERY and key == "spans")
    return own == EVERY and (key != "numbers" or len(word) >= SAFE or word in _SHORT_NUMBERS)


def _merge_phrases(key: str, mine: _Table | None, others: Iterable[_Table]) -> Iterator[str]:
    yield from mine.phrases[key] if mine else ()
    for table in others:
        yield from (
            phrase
            for phrase in table.phrases[key]
            if key in _FREE or len(phrase) >= SAFE or (mine is None and key != "noon")
        )


_WORD = re.compile(r"[^\W\d_]+")
_TRIGGERS = (
    "today", "this_part", "tomorrow", "after_tomorrow", "yesterday", "before_yesterday", "noon", "midnight", "days",
    "weeks", "months_long",
)  # fmt: skip
_SHORT_NUMBERS = frozenset({"un", "uno", "una", "dos", "tres", "one", "two", "six", "ten"})
