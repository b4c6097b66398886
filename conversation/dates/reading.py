"""Days and hours as people write them, in all our languages. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from functools import lru_cache

from conversation.dates.calendar import Clue, find_conflict, find_days
from conversation.dates.cues import Cues
from conversation.dates.days import DayPatterns, Mention
from conversation.dates.hours import Hour, HourPatterns
from conversation.dates.lending import lend_months, lend_weekday
from conversation.dates.plain import PlainText, make_plain
from conversation.dates.values import NOTHING, DateReading
from conversation.dates.words import DateWords, Lexicon

_STOP = re.compile(r"[.;!?\n]")
FEW_WORDS = 6  # of a message in which an hour alone, or "el 15" alone, is what it is about
NEAR_BEFORE, NEAR_AFTER = 40, 60  # characters between a day and an hour that belongs to it, told before or after it


def read_date(
    text: str,
    words: DateWords,
    *,
    language: str | None,
    today: date,
    near: date | None = None,
    order_hint: str | None = None,
    asked: bool = False,
) -> DateReading:
    """Return the day that a text is about, with its hour; an hour alone; or nothing.

    Of several days one with its date counts before "today", one to come before one that was, then the first; in a
    correction the last.

    Args:
        language: tag, whose words win over those of the others; None: all alike.
        today: at the place of the appointment.
        near: a day told before, of which "el 15" takes month and year.
        order_hint: "mdy" or "dmy", when it is known how this person writes 12/01.
        asked: we have just asked for the day, so that a bare "15" or "14 1" is one too.
    """
    found = read_dates(
        text, words, language=language, today=today, near=near, order_hint=order_hint, asked=asked
    )  # fmt: skip
    if found and found[0].correction:
        found = found[::-1]  # of two days in a correction the last one holds
    return max(found, key=lambda reading: (not reading.is_relative, not reading.is_past), default=NOTHING)


def read_dates(
    text: str,
    words: DateWords,
    *,
    language: str | None,
    today: date,
    near: date | None = None,
    order_hint: str | None = None,
    asked: bool = False,
) -> tuple[DateReading, ...]:
    """Return all days that a text tells, in its order; an hour alone when it tells none. Arguments as for read_date."""
    clue = Clue(today, near, month_first=language == "en", order_hint=order_hint, is_past=False)
    own, every = words.lexicon(language), words.lexicon(None)
    found = _read(text, _grammar(own), clue, asked=asked)
    if own is every or (found and all(reading.time for reading in found)):
        return found
    return _better(found, _read(text, _grammar(every), clue, asked=asked))


def read_time(text: str, words: DateWords, *, language: str | None, asked: bool = False) -> tuple[time, bool] | None:
    """Return the hour that a text tells, and whether morning and evening are both possible; None for none.

    `asked`: we have just asked for it, so that a bare "9" is an hour too.
    """
    for lexicon in dict.fromkeys((words.lexicon(language), words.lexicon(None))):
        grammar = _grammar(lexicon)
        plain = grammar.plain(text).plain
        hours = list(grammar.hours.find(plain))
        told = next((hour for hour in hours if hour.strong or hour.cued), None)
        if told is None and asked and len(hours) == 1 and len(plain.split()) <= FEW_WORDS:
            told = hours[0]
        if told:
            return told.at, told.unclear
    return None


@dataclass(frozen=True)
class _Grammar:
    """All patterns of one lexicon."""

    lexicon: Lexicon
    days: DayPatterns
    hours: HourPatterns
    cues: Cues

    def plain(self, text: str) -> PlainText:
        return make_plain(text).mend(self.lexicon.mend)


@lru_cache(maxsize=16)
def _grammar(lexicon: Lexicon) -> _Grammar:
    """Compile the patterns of a lexicon when it is first needed: a tenth of a second each."""
    return _Grammar(
        lexicon,
        DayPatterns.from_lexicon(lexicon),
        HourPatterns.from_lexicon(lexicon),
        Cues.from_lexicon(lexicon),
    )


def _read(text: str, grammar: _Grammar, clue: Clue, *, asked: bool) -> tuple[DateReading, ...]:
    plain = grammar.plain(text)
    if not grammar.lexicon.may_tell(plain.plain):
        return ()
    mentions = grammar.days.find(plain.plain, asked=asked)
    hours = list(grammar.hours.find(_without(plain.plain, mentions)))
    correction = grammar.cues.is_correction(plain.plain)
    told_elsewhere = any(one.month or one.pair for one in mentions)
    counts = asked or told_elsewhere or _counts(plain.plain, grammar, clue, correction)
    mentions = [one for one in mentions if not one.void and not _is_word_else(one, text, plain, grammar)]
    mentions = lend_months(mentions if correction else lend_weekday(mentions, plain.plain), plain.plain)
    mentions = [one for one in mentions if (counts or not one.weak) and not grammar.cues.is_while(one, plain.plain)]
    told = _drop(mentions, plain.plain, grammar, correction)
    if not told:
        return _read_hour_alone(plain, hours, correction) if not mentions else ()
    readings: list[DateReading] = []
    for one in told:
        known = readings[-1].candidates if readings else ()
        near = known[0] if known and one.day and not one.month else clue.near
        readings.append(_read_day(one, told, hours, plain, grammar, replace(clue, near=near)))
    return tuple(replace(reading, correction=correction) for reading in readings if reading)


def _counts(plain: str, grammar: _Grammar, clue: Clue, correction: bool) -> bool:
    """Tell whether "el 15" alone may be a day: the message is short, or speaks of an appointment or of another day."""
    return (
        correction or clue.near is not None or len(plain.split()) <= FEW_WORDS or grammar.cues.names_appointment(plain)
    )


def _drop(mentions: Sequence[Mention], plain: str, grammar: _Grammar, correction: bool) -> list[Mention]:
    """Return the mentions that are not taken back."""
    if not correction:
        return list(mentions)
    alone = len(mentions) < 2
    return [one for one in mentions if not grammar.cues.is_dropped(one, plain, alone=alone)] or list(mentions[-1:])


def _is_word_else(mention: Mention, text: str, plain: PlainText, grammar: _Grammar) -> bool:
    """Tell whether a word that is a day only with its accent has none: "yè" is yesterday, "ye" is to be."""
    start, end = plain.span(mention.start, mention.end)
    return plain.plain[mention.start : mention.end] in grammar.lexicon.phrases["accented"] and text[start:end].isascii()


def _read_day(
    mention: Mention, told: Sequence[Mention], hours: Sequence[Hour], plain: PlainText, grammar: _Grammar, clue: Clue
) -> DateReading:
    past = grammar.cues.is_past(mention, plain.plain, alone=len(told) == 1)
    days = find_days(mention, replace(clue, is_past=past)) or find_days(mention, clue)
    if not days:
        return NOTHING
    hour = _find_hour(mention, told, hours, plain.plain, grammar.hours)
    start, end = mention.start, mention.end
    return DateReading(
        candidates=days,
        time=hour.at if hour else None,
        weekday_conflict=find_conflict(mention, days),
        is_past=all(day < clue.today for day in days),
        is_relative=mention.offset is not None or mention.months_on is not None,
        only_day=mention.day if mention.month is None and mention.month_shift is None else None,
        time_unclear=hour.unclear if hour else False,
        span=plain.span(min(start, hour.start) if hour else start, max(end, hour.end) if hour else end),
    )


def _find_hour(
    mention: Mention, told: Sequence[Mention], hours: Sequence[Hour], plain: str, patterns: HourPatterns
) -> Hour | None:
    """Return the hour of a day: the next one after it, else the one just before it that belongs to no other day."""
    following = min((one.start for one in told if one.start > mention.start), default=len(plain))
    for hour in hours:
        if mention.end <= hour.start < min(following, mention.end + NEAR_AFTER):
            beside = patterns.beside.fullmatch(plain[mention.end : hour.start]) and not hour.article
            if hour.strong or hour.cued or beside:
                later = patterns.later.search(plain[mention.start : hour.start])
                return hour.in_the_evening() if later else hour
    if any(one.end < mention.start for one in told):
        return None
    before = [hour for hour in hours if mention.start - NEAR_BEFORE <= hour.start and hour.end <= mention.start]
    before = [
        hour for hour in before if (hour.strong or hour.cued) and not _STOP.search(plain[hour.end : mention.start])
    ]
    return before[-1] if before else None


def _read_hour_alone(plain: PlainText, hours: Sequence[Hour], correction: bool) -> tuple[DateReading, ...]:
    length = len(plain.plain.split())
    if len(hours) != 1 or length > FEW_WORDS:
        return ()
    hour = hours[0]
    if not (hour.strong or hour.cued or (hour.word and length < 3)):
        return ()
    span = plain.span(hour.start, hour.end)
    return (DateReading(time=hour.at, time_unclear=hour.unclear, correction=correction, span=span),)


def _without(plain: str, mentions: Sequence[Mention]) -> str:
    """Return the text with its days blotted out, so that no number of theirs is an hour."""
    letters = list(plain)
    for mention in mentions:
        letters[mention.start : mention.end] = "\0" * (mention.end - mention.start)
    return "".join(letters)


def _better(own: tuple[DateReading, ...], every: tuple[DateReading, ...]) -> tuple[DateReading, ...]:
    """Return what the own words read, with what those of all languages add: days where it had none, hours."""
    if not own or (not own[0].candidates and every and every[0].candidates):
        return every
    if len(own) != len(every):
        return own
    hours = {reading.candidates: reading for reading in every if reading.time}
    return tuple(
        replace(reading, time=hours[reading.candidates].time, time_unclear=hours[reading.candidates].time_unclear)
        if reading.time is None and reading.candidates in hours
        else reading
        for reading in own
    )
