"""Days as people write them, found in a plain text: "14 de enero", "1/14", "el próximo martes", "in two weeks". Pure.

What was found is a Mention; which day of the calendar it is, calendar.py says.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Self

from conversation.dates.day_patterns import ASKED, yield_patterns
from conversation.dates.words import Lexicon, join


@dataclass(frozen=True, slots=True)
class Mention:
    """A day named in a text, from `start` to `end`.

    Attributes:
        day, month, year: as told; `pair`: two numbers of which one is the day and one the month.
        nth: 2 for the second of a weekday in the month.
        month_shift: 0 for "of this month", 1 for "of next month"; `year_shift`: 1 for "of next year".
        offset: days from today; `months_on`: months from today.
        weekday: 0 for Monday; `side` of it: "next", "coming", "last" or None; `weekday` may stand beside a day, too.
        weak: it counts only where the rest of the message speaks for a date.
        void: it is a birthday, a street, a habit.
    """

    start: int
    end: int
    day: int | None = None
    month: int | None = None
    year: int | None = None
    pair: tuple[int, int] | None = None
    nth: int | None = None
    month_shift: int | None = None
    year_shift: int = 0
    offset: int | None = None
    months_on: int | None = None
    weekday: int | None = None
    side: str | None = None
    weak: bool = False
    void: bool = False

    @property
    def is_weekday_only(self) -> bool:
        told = (self.day, self.pair, self.offset, self.months_on, self.nth)
        return self.weekday is not None and all(part is None for part in told)


@dataclass(frozen=True)
class DayPatterns:
    """The patterns of one lexicon, strongest first."""

    lexicon: Lexicon
    patterns: Sequence[tuple[str, re.Pattern[str]]]
    asked: Sequence[tuple[str, re.Pattern[str]]]
    not_days: re.Pattern[str]
    streets_before: re.Pattern[str]
    streets_after: re.Pattern[str]
    birth: re.Pattern[str]
    habits: re.Pattern[str]
    until_weekday: re.Pattern[str]
    weekday_before: re.Pattern[str]
    weekday_after: re.Pattern[str]

    @classmethod
    def from_lexicon(cls, lexicon: Lexicon) -> Self:
        words = lexicon.any_of
        every_weekday = join((*lexicon.weekdays, *lexicon.short_weekdays, *lexicon.shy_weekdays))
        det = join((*lexicon.phrases["day_words"], *lexicon.phrases["day_short"]))
        return cls(
            lexicon=lexicon,
            patterns=tuple((name, re.compile(text, re.VERBOSE)) for name, text in yield_patterns(lexicon)),
            asked=tuple((name, re.compile(text, re.VERBOSE)) for name, text in ASKED),
            not_days=re.compile(rf" ?{words('things')}\b"),
            streets_before=re.compile(rf"\b{words('streets')}(?: \w+)?[ #.]*$"),
            streets_after=re.compile(rf" {words('streets_after')}\b"),
            birth=re.compile(rf"\b{words('birth')}\b[^.!?\n]{{0,30}}$"),
            habits=re.compile(rf"\b{words('habits')} $"),
            until_weekday=re.compile(rf" ?(?:{words('until')}|-) ?{every_weekday}\b"),
            weekday_before=re.compile(rf"\b(?P<name>{every_weekday})\b[ ,.:(]*(?:{det} )?$"),
            weekday_after=re.compile(rf"[ ,(]*(?:{det} )?(?P<name>{every_weekday})\b"),
        )

    def find(self, plain: str, *, asked: bool) -> list[Mention]:
        """Return the days of a plain text in its order; `asked`: bare numbers are days too."""
        taken: list[Mention] = []
        masked: list[Mention] = []  # "de la mañana" is no tomorrow
        patterns = (*self.patterns, *self.asked) if asked else self.patterns
        for _, group in groupby(patterns, key=lambda named: named[0].removeprefix("first ")):
            pairs = [(name, found) for name, pattern in group for found in pattern.finditer(plain)]
            for name, found in sorted(pairs, key=lambda pair: pair[1].start()):
                mention = Mention(found.start(), found.end()) if name == "mask" else self._read(name, found)
                if mention and not any(
                    mention.start < one.end and one.start < mention.end for one in (*taken, *masked)
                ):
                    (masked if name == "mask" else taken).append(mention)
        taken.sort(key=lambda mention: mention.start)
        judged = [replace(one, void=self._is_something_else(one, plain)) for one in taken]
        return self._join_weekdays(judged, plain)

    def weekday_of(self, name: str) -> int:
        """Return the weekday of a name, 0 for Monday."""
        lexicon = self.lexicon
        return next(
            table[name] for table in (lexicon.weekdays, lexicon.short_weekdays, lexicon.shy_weekdays) if name in table
        )

    def _read(self, name: str, found: re.Match[str]) -> Mention | None:
        parts = found.groupdict()
        mention = Mention(found.start(), found.end(), weak="weak" in name)
        if "pair_a" in parts:
            year = self._year(parts)
            return replace(mention, pair=(int(found["pair_a"]), int(found["pair_b"])), year=year)
        if parts.get("offset_n") or "fixed" in name:
            return self._read_offset(name, found, mention)
        if parts.get("weekday"):
            mention = replace(mention, weekday=self.weekday_of(found["weekday"]), side=_side(parts))
        if parts.get("day"):
            day = self._number(found["day"])
            if not 0 < day < 32:
                return None
            mention = replace(mention, day=day)
        if mention.day is None and mention.weekday is None:
            return None
        if parts.get("nth"):
            mention = replace(mention, nth=self._number(re.sub(r"(?<=\d)\D+", "", found["nth"])))
        if parts.get("month"):
            month = self.lexicon.months[found["month"]] if not found["month"].isdecimal() else int(found["month"])
            mention = replace(mention, month=month, year=self._year(parts))
        shift = 1 if parts.get("next_month") else 0 if parts.get("this_month") else None
        return replace(mention, month_shift=shift, year_shift=1 if parts.get("next_year") else 0)

    def _read_offset(self, name: str, found: re.Match[str], mention: Mention) -> Mention | None:
        if "fixed" in name:
            group = found.lastgroup or ""
            days = self.lexicon.spans[found["span"]] if group == "span" else _FIXED[group]
            return replace(mention, offset=days)
        count = self._number(found["offset_n"]) * (-1 if "ago" in name else 1)
        if "ago" in name:
            mention = replace(mention, side="ago")
        if found["months"]:
            return replace(mention, months_on=count)
        days = count * (7 if found["weeks"] else 1)
        if found.groupdict().get("from_weekday"):
            return replace(mention, offset=days, weekday=self.weekday_of(found["from_weekday"]), side="from")
        return replace(mention, offset=days)

    def _number(self, word: str) -> int:
        return int(word) if word.isdecimal() else self.lexicon.numbers.get(word, 1)  # "a week"

    def _year(self, parts: dict[str, str | None]) -> int | None:
        year = parts.get("year")
        if not year:
            return None
        return int(year) if len(year) == 4 else 2000 + int(year)

    def _is_something_else(self, mention: Mention, plain: str) -> bool:
        before, after = plain[max(0, mention.start - 40) : mention.start], plain[mention.end : mention.end + 30]
        if mention.is_weekday_only:
            if mention.side is None and self.habits.search(before):
                return True
            return bool(self.until_weekday.match(after))
        if mention.offset is not None and mention.day is None:
            return False
        if self.birth.search(before) or self.streets_before.search(before[-25:]) or self.streets_after.match(after):
            return True
        if mention.day == 2 and mention.month and _TO.match(after):
            return True
        return mention.year is None and bool(self.not_days.match(after))

    def _join_weekdays(self, mentions: Sequence[Mention], plain: str) -> list[Mention]:
        """Give a day the weekday that stands beside it; that weekday is no day of its own any more."""
        joined: list[Mention] = []
        for mention in mentions:
            last = joined[-1] if joined else None
            between = plain[last.end : mention.start] if last else ""
            leads = last and last.is_weekday_only and not last.void
            if last and leads and not mention.is_weekday_only and mention.offset is None and _is_glue(between):
                joined[-1] = replace(mention, start=last.start, weekday=last.weekday)
                continue
            takes = last and not last.is_weekday_only and last.weekday is None and last.offset is None
            if last and takes and mention.is_weekday_only and _is_glue(between):
                end = last.end if any(map(str.isdecimal, between)) else mention.end  # an hour between is not of the day
                joined[-1] = replace(last, end=end, weekday=mention.weekday)
                continue
            joined.append(mention)
        return [self._take_short_weekday(mention, plain) for mention in joined]

    def _take_short_weekday(self, mention: Mention, plain: str) -> Mention:
        if mention.weekday is not None or mention.offset is not None or mention.months_on is not None:
            return mention
        before = self.weekday_before.search(plain[max(0, mention.start - 20) : mention.start])
        if before:
            start = mention.start - len(before[0])
            return replace(mention, start=start, weekday=self.weekday_of(before["name"]))
        after = self.weekday_after.match(plain[mention.end : mention.end + 20])
        if after:
            return replace(mention, end=mention.end + after.end(), weekday=self.weekday_of(after["name"]))
        return mention


_GLUE = re.compile(
    r"""[ ,.:(\-]*
    (?: (?:el|the|on|le|de|dia|this|este|day|se|a|of)[ ,]*
      | (?:a[ ]las[ ]|at[ ]|as[ ])?\d{1,2}(?:[:.h]\d\d)?[ ]?(?:[ap]\.?m\b\.?|h\b)?[ ,]* ){0,2}""",
    re.VERBOSE,
)
_TO = re.compile(r" (?:1[3-9]|2\d|3[01])(?![\d:h]| ?[ap]\.?m)")  # "moved 2 may 18": neither day is sure
_FIXED = {"today": 0, "this_part": 0, "tomorrow": 1, "after_tomorrow": 2, "yesterday": -1, "before_yesterday": -2}


def _is_glue(between: str) -> bool:
    """Tell whether nothing but small words and an hour stands between a weekday and its day."""
    return _GLUE.fullmatch(between) is not None


def _side(parts: dict[str, str | None]) -> str | None:
    for name in ("next", "coming", "last"):
        if parts.get(f"{name}_before") or parts.get(f"{name}_after"):
            return name
    return None
