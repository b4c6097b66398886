"""What one of two days in a text lends the other: its month, or its weekday. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from conversation.dates.days import Mention

FAR = 60  # characters between a weekday and its day, an hour or a few words among them
_AND = re.compile(r"[\s,]*(?:\w{1,3}|&)(?: \w{2,3})?[\s,]*")
_ANOTHER = re.compile(  # between a weekday and a day of which each is a day of its own
    r"\b(?:y(?! va)|e|o|u|and|or|et|ou|epi|ak|oswa|al|to|until|hasta|ate|luego|despues|then|puis|depois|pero|but"
    r"|mas|mais|men|otr[ao]|another|other|autre|outr[ao]|lot|desde|since|from)\b|[?]"
)


def lend_months(mentions: Sequence[Mention], plain: str) -> list[Mention]:
    """Give "the 5th and the 6th of November" its month twice."""
    lent: list[Mention] = []
    for mention in reversed(mentions):
        after = lent[0] if lent else None
        takes = after is not None and _is_list(mention, after, plain)
        month, year = (after.month, after.year) if after and takes else (mention.month, mention.year)
        lent.insert(0, replace(mention, month=month, year=year, weak=mention.weak and not takes))
    return lent


def lend_weekday(mentions: Sequence[Mention], plain: str) -> Sequence[Mention]:
    """Give "Monday we go at 9, the 30th" its weekday, from however far: one day is told, or the two contradict."""
    named = [one for one in mentions if one.is_weekday_only and one.side is None]
    days = [one for one in mentions if (one.day or one.pair) and one.weekday is None and one.month_shift is None]
    if len(mentions) != 2 or not (named and days):
        return mentions
    first, second = mentions
    between = plain[first.end : second.start]
    if len(between) > FAR or _ANOTHER.search(between):
        return mentions
    return [replace(days[0], weekday=named[0].weekday, weak=False)]


def _is_list(mention: Mention, after: Mention, plain: str) -> bool:
    alone = mention.day is not None and mention.month is None and mention.month_shift is None
    between = plain[mention.end : after.start]
    return alone and after.month is not None and _AND.fullmatch(between) is not None
