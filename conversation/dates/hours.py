"""Hours as people write them: "8 y media de la mañana", "quarter to nine", "8h30", "0830", "mediodía". Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import time
from typing import Self

from conversation.dates.words import ARTICLES, Lexicon, join


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour in a text, from `start` to `end`.

    Attributes:
        strong: it is an hour wherever it stands ("9 am"); `cued`: a word before it says so ("a las 9"); neither: a bare
            number, an hour only beside a day. `word`: one word that says hour and number ("uitè").
        article: the number is a word like "una" that need not be one. `is_open`: morning or evening is not said.
    """

    start: int
    end: int
    at: time
    unclear: bool
    strong: bool
    cued: bool
    word: bool
    article: bool
    is_open: bool

    def in_the_evening(self) -> Self:
        """Return the hour after noon, where nothing beside the number says otherwise ("tomorrow evening at 8")."""
        if not self.is_open or not 0 < self.at.hour < 12:
            return self
        return replace(self, at=self.at.replace(hour=self.at.hour + 12), unclear=False)


@dataclass(frozen=True)
class HourPatterns:
    """The patterns of one lexicon."""

    clock: re.Pattern[str]
    ranges: re.Pattern[str]
    durations: re.Pattern[str]
    duration_ends: re.Pattern[str]
    things: re.Pattern[str]
    beside: re.Pattern[str]
    later: re.Pattern[str]
    lexicon: Lexicon

    @classmethod
    def from_lexicon(cls, lexicon: Lexicon) -> Self:
        words = lexicon.any_of
        return cls(
            clock=_compile_clock(lexicon),
            ranges=re.compile(rf"(?:\b{words('ranges')}(?: {words('at')})?|\d ?h? (?:a|as|to|rive)(?: las)?|\d ?-) ?$"),
            durations=re.compile(rf"\b{words('durations')} ?$"),
            duration_ends=re.compile(rf" ?(?:{words('duration_ends')}\b|/ ?\d|[a\-] ?(?:{words('at')} )?\d)"),
            things=re.compile(rf" ?(?:{words('things')}\b|[%/]|- ?\d)"),
            beside=re.compile(rf"(?:[\s,.;:()\-=]|{words('morning', 'afternoon', 'evening')})*"),
            later=re.compile(rf"\b{words('afternoon', 'evening', 'this_evening')}\b"),
            lexicon=lexicon,
        )

    def find(self, plain: str) -> Iterator[Hour]:
        """Yield the hours of a plain text, bare numbers among them; durations and ranges are left out."""
        for found in self.clock.finditer(plain):
            hour = self._read(found)
            if hour and not self._is_something_else(found, plain, hour):
                yield hour

    def _is_something_else(self, found: re.Match[str], plain: str, hour: Hour) -> bool:
        before, after = plain[max(0, found.start() - 20) : found.start()], plain[found.end() : found.end() + 20]
        if self.ranges.search(before) or self.duration_ends.match(after) or self.durations.search(before):
            return True
        if found["at"] in _UNTIL and _ENDS_IN_HOUR.search(before):
            return True
        return not _says_which(found) and bool(self.things.match(after))

    def _read(self, found: re.Match[str]) -> Hour | None:
        parts = found.groupdict()
        read = self._read_clock(parts)
        if parts["at"] in _NEVER_OF_24 and read and read[0] > 12 and not parts["m"]:
            return None  # "can I work at 16"
        if read is None or read[0] > 23 or not 0 <= read[1] < 60:
            return None
        half = _half_of_day(parts)
        at, unclear = resolve(read[0], read[1], half=half, is_exact=_is_exact(parts))
        strong = _says_which(found) or bool(parts["colon"] and parts["colon"].strip() in (":", "h", "e"))
        word = bool(parts["hword"] or (parts["at"] and parts["h"] and parts["h"].isalpha()))
        cued = bool(parts["at"]) and (
            (len(parts["at"] or "") > 1 and parts["at"] != "las") or bool(parts["hword"]) or bool(parts["unit"])
        )
        return Hour(
            found.start(),
            found.end(),
            at,
            unclear,
            strong,
            cued=cued,
            word=word,
            article=parts["h"] in ARTICLES,
            is_open=half is None,
        )

    def _read_clock(self, parts: dict[str, str | None]) -> tuple[int, int] | None:
        """Return hour and minute as they were said, before morning and evening are told apart."""
        for name, (hours, minutes) in _BEFORE.items():
            if parts[name]:
                return self._number(parts[name]) + hours, minutes
        if parts["to_hour"]:
            return self._number(parts["to_hour"]) - 1, 60 - self._number(parts["to_minutes"])
        if parts["past_hour"]:
            return self._number(parts["past_hour"]), self._number(parts["past_minutes"])
        hour = self._hour(parts)
        if parts["less_quarter"]:
            return hour - 1, 45
        if parts["less"]:
            return hour - 1, 60 - self._number(parts["less"])
        minutes = 30 if parts["half"] else 15 if parts["quarter"] else self._number(parts["m"] or parts["wm"])
        return hour, minutes + (int(parts["hm"][-2:]) if parts["hm"] else 0)

    def _hour(self, parts: dict[str, str | None]) -> int:
        if parts["noon"]:
            return 12
        if parts["midnight"]:
            return 0
        if parts["hword"]:
            return self.lexicon.hours[parts["hword"]]
        return int(parts["hm"][:-2]) if parts["hm"] else self._number(parts["h"])

    def _number(self, word: str | None) -> int:
        return 0 if not word else int(word) if word.isdecimal() else self.lexicon.numbers[word]


def resolve(hour: int, minute: int, *, half: str | None, is_exact: bool) -> tuple[time, bool]:
    """Return the hour of the day, and whether it could be the other half of the day.

    Args:
        hour: as said, 0 to 24.
        half: "am", "pm", "night" or None for nothing said.
        is_exact: written in a way that only the clock of 24 hours has ("07:00", "7h").
    """
    if half == "am":
        return time(hour % 12 if hour < 13 else hour % 24, minute), False
    if half in ("pm", "night"):
        midnight = half == "night" and hour == 12
        return time(0 if midnight else hour % 12 + 12 if hour < 13 else hour % 24, minute), False
    if hour in range(1, 6):
        return time(hour + 12, minute), False
    return time(hour % 24, minute), hour in (6, 7) and not is_exact


_NEVER_OF_24 = ("at", "by", "around")
_UNTIL = ("a", "as", "a las", "a la")  # "de 8h à 17h"
_ENDS_IN_HOUR = re.compile(r"(?<!\w)\d{1,2} ?(?:h|horas|heures)? ?$")
_BEFORE = {"half_past": (0, 30), "quarter_past": (0, 15), "quarter_to": (-1, 45)}


def _half_of_day(parts: dict[str, str | None]) -> str | None:
    if parts["noon"]:
        return "pm"
    if parts["midnight"]:
        return "am"
    if parts["ap"]:
        return f"{parts['ap']}m"
    return next((name for key, name in _HALVES.items() if parts[key]), None)


_HALVES = {"morning": "am", "afternoon": "pm", "evening": "night"}


def _is_exact(parts: dict[str, str | None]) -> bool:
    return bool(
        (parts["h"] and parts["h"].startswith("0")) or parts["unit_h"] or (parts["colon"] and "h" in parts["colon"])
    )


def _says_which(found: re.Match[str]) -> bool:
    """Tell whether words or signs beside the number make it an hour wherever it stands."""
    return any(found[name] for name in _STRONG)


_STRONG = (
    "ap", "morning", "afternoon", "evening", "noon", "midnight", "half", "quarter", "less_quarter", "half_past",
    "quarter_past", "quarter_to", "unit_h", "sharp",
)  # fmt: skip


def _compile_clock(lexicon: Lexicon) -> re.Pattern[str]:
    words = lexicon.any_of
    small = join(word for word, number in lexicon.numbers.items() if 0 < number <= 23)  # "a la una" among them
    minutes = join(word for word, number in lexicon.numbers.items() if 0 < number < 60)
    hour = rf"(?:2[0-4]|[01]?\d|{small})"
    pattern = rf"""
        (?<![\d:/.$#%+-])(?<![^\W_])
        (?:(?P<at>{words("at")}|@)\ ?(?<![\d]))?
        (?:
          (?<!apres\ )(?<!apre\ )(?P<noon>{words("noon")})\b | (?P<midnight>{words("midnight")})\b
        | {words("half_past")}\ (?P<half_past>{hour})(?![\d\w])
        | {words("quarter_past")}\ (?P<quarter_past>{hour})(?![\d\w])
        | {words("quarter_to")}\ (?P<quarter_to>{hour})(?![\d\w])
        | (?P<to_minutes>[0-5]?\d|{minutes})\ {words("to")}\ (?P<to_hour>{hour})(?![\d\w])
        | (?P<past_minutes>[0-5]?\d|{minutes})\ {words("past")}\ (?P<past_hour>{hour})(?![\d\w])
        | (?P<hm>(?:[01]?\d|2[0-3])[0-5]\d)(?![\d]|/|-\d)
        | (?P<hword>{join(lexicon.hours)})\b(?!\ m\b|\ mwen\b(?!\ ka))
        | (?P<h>{hour})
          (?:(?P<colon>\ ?:\ ?|\ ?h\ ?|\.|e|\ )(?P<m>[0-5]\d)(?!\d|/|\.\d|\ ?{words("things")}))?
          (?![\d/]|[.,:]\d)
        )
        (?:(?P<unit_h>(?<=\d)\ ?(?:h|hs|hrs?)\b)|\ ?(?P<sharp>{words("sharp")})\b|\ ?(?P<unit>{words("hour_units")})\b)?
        (?:\ ?(?P<half>{words("half")})\b|\ ?(?P<quarter>{words("quarter")})\b
          |\ ?(?P<less_quarter>{words("less_quarter")})\b
          |\ {words("less")}\ (?P<less>[0-5]?\d|{minutes})(?![\d\w])
          |\ (?:{words("minutes_join")}\ )?(?P<wm>[0-5]\d(?![\d/:.])|{minutes}(?!\w)))?
        (?:\ ?,?\ ?(?:(?P<ap>[ap])[.\ ]{{0,2}}m\b\.?|(?P<morning>{words("morning")})\b
          |(?P<afternoon>{words("afternoon")})\b
          |(?P<evening>{words("evening")})\b))?
        (?!\w)
    """
    return re.compile(pattern, re.VERBOSE)
