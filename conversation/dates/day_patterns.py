"""The patterns of days in words and digits, for one lexicon. Pure; days.py reads what they find."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from conversation.dates.words import ARTICLES, Lexicon, join

ASKED = (  # in an answer to our question a bare number is a day
    ("asked", r"^\W*(?P<pair_a>\d{1,2})[\ \-.](?P<pair_b>\d{1,2})(?:[\ \-.](?P<year>20\d\d|\d\d))?\W*$"),
    ("asked day", r"^\W*(?P<day>\d{1,2})\W*$"),
)
_SIDES = ("next", "coming", "last")
_TODAYS = ("tomorrow", "today", "yesterday")
_FAR = ("after_tomorrow", "before_yesterday", "this_part")


def yield_patterns(lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """Yield name and pattern, what is surest first: of two that overlap the earlier one counts.

    Neighbours with the same name, but for "first ", are of one rank: of them what begins first counts.
    """
    parts = _Parts(lexicon)
    yield from _digits()
    yield from _named(parts)
    yield from _from_today(parts)
    yield from _weekdays(parts)
    yield from _weak(parts)


@dataclass(frozen=True)
class _Parts:
    """What patterns are made of."""

    lexicon: Lexicon

    def words(self, *lists: str) -> str:
        return self.lexicon.any_of(*lists)

    def numbers(self, least: int, most: int) -> str:
        named = self.lexicon.numbers.items()
        return join(word for word, value in named if least <= value <= most and word not in ARTICLES)

    def day(self, least: int = 1) -> str:
        """Return a day of the month: digits, or a number in words that is not below `least`."""
        ends = self.words("ordinal_ends")
        digits = rf"\d{{1,2}}(?=(?:{ends}\b)?(?!\d))"
        return rf"(?<![\d/.$\#:+])(?<![a-z])(?P<day>{digits}|{self.numbers(least, 31)}\b)(?:(?<=\d){ends}\b)?"

    def groups(self, names: tuple[str, ...], ending: str = "") -> str:
        return "|".join(rf"(?P<{name}{ending}>{self.words(name)})" for name in names)

    @cached_property
    def month(self) -> str:
        return rf"(?P<month>{join(self.lexicon.months)})\b"

    @cached_property
    def clock(self) -> str:
        """What makes an hour of the number before it."""
        words = self.words("hour_units", "sharp", "morning", "afternoon", "evening", "half", "quarter")
        return rf"\ ?(?:[:h]\ ?\d|[ap]\.?\ ?m\b|{words}\b)"

    @cached_property
    def weekday(self) -> str:
        return join((*self.lexicon.weekdays, *self.lexicon.shy_weekdays))

    @cached_property
    def article(self) -> str:
        return rf"(?:{self.words('day_words', 'day_short')}\ )?"


def _digits() -> Iterator[tuple[str, str]]:
    """Yield the patterns of days in digits, the same in all languages."""
    start, end = r"(?<![\d/.$\#:+*])(?<!\d-)(?<![a-z])(?<![a-z]-)", r"(?![\d/]|[.:]\d|-\d)"
    first, second, between = r"(?P<pair_a>\d{1,2})", r"(?P<pair_b>\d{1,2})", r"\ ?[/.\-]\ ?"
    yield "iso", rf"{start}(?P<year>20\d\d)[\-/.](?P<month>0?[1-9]|1[0-2])[\-/.](?P<day>[0-3]?\d){end}"
    yield "digits", rf"{start}{first}{between}{second}{between}(?P<year>20\d\d|2\d|3\d|4[0-5]){end}"
    yield "short digits", rf"{start}(?!24\ ?/){first}/{second}{end}"


def _named(parts: _Parts) -> Iterator[tuple[str, str]]:
    """Yield the patterns of days with their month."""
    day, month, of, clock = parts.day(), parts.month, parts.words("of"), parts.clock
    gap = r"[\ ,.\-/]*"
    year = rf"(?:{gap}(?:{parts.words('of_year')}\ )?(?P<year>20\d\d)(?!\d))?"
    year += rf"(?:{gap}(?P<next_year>{parts.words('next_year')})\b)?"
    nth = rf"(?P<nth>{parts.numbers(1, 5)}|[1-5]{parts.words('ordinal_ends')})"
    lead = rf"(?:[\ ,]+{parts.article}{day}(?!\w)(?!{clock}))?"
    yield "nth", rf"\b{nth}\ (?P<weekday>{parts.weekday})\ (?:{of}\ |in\ )?{month}{lead}"
    yield "numbered month", r"\b(?:dia|jou)\ (?P<day>\d{1,2})\ (?:do\ )?(?:mes|mwa)\ (?P<month>\d{1,2})(?![\d/:])"
    yield "numbered month", rf"{day}\ do\ (?P<month>0?[1-9]|1[0-2])(?!\ ?\w|[/:])"
    yield "named month", rf"{day}[\ .\-/]*(?:{of}[\ .])?\ ?{month}\.?{year}"
    dets = rf"(?:{parts.words('day_words')}\ )?"
    yield "first named month", rf"\b{month}{gap}{dets}{day}(?!\w)(?!{clock})(?!/){year}"
    yield "day of month", rf"{day}\ (?:{parts.groups(('next_month', 'this_month'))})\b"
    det = parts.words("day_words", "day_short")
    not_day = rf"(?!\w)(?!{clock})(?![/:]\d)(?!\ ?{parts.words('not_day')}\b)"
    yield "first day of month", rf"\b(?:{parts.groups(('next_month',))})[\ ,]+{det}\ {day}{not_day}"


def _from_today(parts: _Parts) -> Iterator[tuple[str, str]]:
    """Yield the patterns of days told from today on; "mask" is no day, but hides "mañana" in "de la mañana"."""
    count = rf"(?P<offset_n>\d{{1,2}}|{parts.numbers(1, 31)}|{join(ARTICLES)})"
    units = "|".join(rf"(?P<{name}>{parts.words(key)})" for name, key in _UNITS.items())
    while_ = rf"{count}\ (?:{units})\b"
    yield "fixed", rf"\b(?:(?P<span>{join(parts.lexicon.spans)})|{parts.groups(_FAR)})\b"
    yield "in", rf"\b{parts.words('in')}\ {while_}"
    yield "from weekday", rf"\b{while_}\ from\ (?P<from_weekday>{join(parts.lexicon.weekdays)})\b"
    yield "from now", rf"\b{while_}\ {parts.words('from_now')}\b"
    yield "ago", rf"\b{parts.words('ago')}\ {while_}"
    yield "ago", rf"\b{while_}\ {parts.words('ago')}\b"
    yield "mask", rf"\b{parts.words('morning', 'afternoon', 'evening')}\b"
    yield "fixed", rf"\b(?:{parts.groups(_TODAYS)})(?!\w)"


_UNITS = {"days": "days", "weeks": "weeks", "months": "months_long"}


def _weekdays(parts: _Parts) -> Iterator[tuple[str, str]]:
    """Yield the patterns of weekdays, with a day of the month and alone."""
    lexicon = parts.lexicon
    every = join((*lexicon.weekdays, *lexicon.short_weekdays, *lexicon.shy_weekdays))
    no_hour = rf"(?!\w)(?!{parts.clock}|\ \d\d\b)(?![/.,]\d)"
    yield "weekday day", rf"\b(?P<weekday>{every})\b[\ ,.:]*{parts.article}{parts.day()}{no_hour}"
    yield "weekday", rf"\b(?:{parts.groups(_SIDES, '_before')})\ (?P<weekday>{parts.weekday})\b"
    yield "weekday", rf"\b(?P<weekday>{parts.weekday})\ (?:{parts.groups(_SIDES, '_after')})\b"
    yield "weekday", rf"\b(?P<weekday>{join(lexicon.weekdays)})\b"
    company = r"(?=\ ?(?:$|[.,!;)]|\d|as\ \d|a\ tarde|de\ manha))"  # "segunda" before anything else is "second"
    yield "shy weekday", rf"\b(?P<weekday>{join(lexicon.shy_weekdays)})\b{company}"


def _weak(parts: _Parts) -> Iterator[tuple[str, str]]:
    """Yield the patterns of a day of the month alone."""
    not_day = rf"(?!\w)(?!{parts.clock}|\ \d)(?!\ ?{parts.words('not_day')}\b)(?![%/.,]\d|%|-\d)"
    yield "weak day", rf"\b{parts.words('day_short')}\ {parts.day(10)}{not_day}"
    yield "weak day", rf"{parts.day(10)}\ {parts.words('day_ends')}\b{not_day}"
