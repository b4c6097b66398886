"""What the words around a day make of it: that it was, that it is taken back, that it is a correction. Pure."""

import re
from dataclasses import dataclass
from typing import Self

from conversation.dates.days import Mention
from conversation.dates.words import Lexicon

NEAR = 20  # characters before a day in which "fue" speaks of it
_CLAUSE = re.compile(r"[.;!?\n,]")


@dataclass(frozen=True)
class Cues:
    """The patterns of one lexicon."""

    past_near: re.Pattern[str]
    past_any: re.Pattern[str]
    fresh: re.Pattern[str]
    correction: re.Pattern[str]
    correction_start: re.Pattern[str]
    dropped: re.Pattern[str]
    moved: re.Pattern[str]
    since: re.Pattern[str]
    names_day: re.Pattern[str]

    @classmethod
    def from_lexicon(cls, lexicon: Lexicon) -> Self:
        def find(name: str, before: str = r"\b", after: str = r"\b") -> re.Pattern[str]:
            return re.compile(f"{before}{lexicon.any_of(name)}{after}")

        kinds = "|".join(re.escape(word) for word in sorted(lexicon.kinds, key=len, reverse=True))
        return cls(
            past_near=find("past_near"),
            past_any=find("past_any"),
            fresh=find("fresh"),
            correction=find("correction"),
            correction_start=find("correction_start", r"^\W*", r"\b(?!\s+(?:se|c|he|s)\b)"),
            dropped=find("dropped", after=rf" (?:{lexicon.any_of('day_words', 'day_short')} )?$"),
            moved=find("moved"),
            since=find("ranges", after=" $"),
            names_day=re.compile(rf"\b(?:{kinds})\b"),
        )

    def is_correction(self, plain: str) -> bool:
        """Tell whether a text with a day takes back one told before."""
        return bool(self.correction_start.search(plain) or self.correction.search(plain))

    def is_dropped(self, mention: Mention, plain: str, *, alone: bool) -> bool:
        """Tell whether a text takes this very day back: "not the 14th", "del 10 de marzo al 12 de abril"."""
        if alone:
            return False
        return bool(self.dropped.search(plain[max(0, mention.start - NEAR) : mention.start]))

    def is_past(self, mention: Mention, plain: str, *, alone: bool) -> bool:
        """Tell whether a day without a year is one that was."""
        clause = _CLAUSE.split(plain[: mention.start])[-1][-NEAR:]
        if alone and self.past_any.search(plain) and not self.fresh.search(plain):
            return True
        return bool(self.past_near.search(clause)) and not self.moved.search(clause)

    def is_while(self, mention: Mention, plain: str) -> bool:
        """Tell whether "two weeks ago" is a while ("since two weeks"), not the day of something that was."""
        if mention.side != "ago":
            return False
        return bool(self.since.search(plain[: mention.start])) or not self.is_past(mention, plain, alone=True)

    def names_appointment(self, plain: str) -> bool:
        return bool(self.names_day.search(plain))
