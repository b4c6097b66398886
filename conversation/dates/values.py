"""What a text says of a day and an hour. Pure."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DateReading:
    """A day that a text tells, an hour, or both. Falsy when it tells neither.

    Attributes:
        candidates: 1 = sure; 2 = two days may be meant (12/01, "next tuesday"), the likelier first; 0 = none is told.
        time: the hour of the wall clock at the place of the appointment, None when none is told.
        weekday_conflict: the day told, and the nearest day that has the weekday told beside it ("Tuesday the 14th").
        is_past: the day is before `today`, by its year or because the text speaks of what was.
        correction: the text takes back a day told before ("no, es el 15", "cambió para el 20").
        only_day: day of the month when no month was told ("el 15"); `candidates` has the day it stands for.
        time_unclear: both morning and evening are possible ("a las 7"); `time` is the likelier of office hours.
        is_relative: told from today on ("mañana", "in two weeks").
        span: begin and end of what was read in the text, in characters; (0, 0) for nothing.
    """

    candidates: tuple[datetime.date, ...] = ()
    time: datetime.time | None = None
    weekday_conflict: tuple[datetime.date, datetime.date] | None = None
    is_past: bool = False
    correction: bool = False
    only_day: int | None = None
    time_unclear: bool = False
    is_relative: bool = False
    span: tuple[int, int] = (0, 0)

    def __bool__(self) -> bool:
        return bool(self.candidates) or self.time is not None

    @property
    def day(self) -> datetime.date | None:
        """The day, where one is sure and no weekday contradicts it."""
        return self.candidates[0] if len(self.candidates) == 1 and self.weekday_conflict is None else None


NOTHING = DateReading()
