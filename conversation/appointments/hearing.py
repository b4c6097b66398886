"""What a message tells of an appointment: day, hour, kind, place, whose it is. Pure."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from conversation.appointments.form import Form, Step
from conversation.appointments.values import AppointmentKind, KnownAppointment
from conversation.dates.kinds import find_kind, find_name
from conversation.dates.reading import read_date, read_dates, read_time
from conversation.dates.values import DateReading
from conversation.dates.zone import find_zone, zones_of_state
from conversation.folding import fold
from conversation.places.place import Place
from conversation.turn import Turn

EARLIEST_ZONE = "America/New_York"  # where no place is known at all: rather an hour early than an hour late
FARTHEST = timedelta(days=5 * 365)  # ahead, to which hearings are set
NEARLY_A_YEAR = timedelta(days=320)  # ahead: a day without a year may have been one of the last weeks
_MAY_BE_HOUR = re.compile(r"\W*(?:0?[1-9]|1[0-2])\W*")  # "9", where hour and day may both be what is wrong
_OFFICES = frozenset({AppointmentKind.COURT, AppointmentKind.ICE})  # may be far from home


@dataclass(frozen=True, slots=True)
class Heard:
    """What one message tells. Falsy when it tells nothing of an appointment."""

    reading: DateReading
    kind: str | None
    place: Place | None = field(repr=False)
    child: str | None = field(repr=False)

    def __bool__(self) -> bool:
        return bool(self.reading or self.kind or self.place or self.child)

    @property
    def is_dated(self) -> bool:
        return bool(self.reading.candidates or self.reading.weekday_conflict)


def listen(turn: Turn, form: Form | None = None) -> Heard:
    """Return what a message tells; what we have just asked for may be told in fewer words."""
    step = form.step if form else None
    words, language = turn.rules.dates, turn.language
    near = form.day or (form.days[0] if form.days else None) if form else None
    reading = read_date(
        turn.text, words, language=language, today=find_today(turn, form), near=near,
        asked=step is Step.DAY or (step is Step.CHANGE and not _MAY_BE_HOUR.fullmatch(turn.text)),
    )  # fmt: skip
    if step is Step.TIME and reading.time is None:
        # a bare "9" is the hour, no day of the month
        found = read_time(turn.text, words, language=language, asked=True)
        reading = DateReading(time=found[0], time_unclear=found[1]) if found else reading
    return Heard(reading, find_kind(turn.text, words), _find_place(turn, step), find_name(turn.text, words))


def tells_day(turn: Turn) -> bool:
    """Tell whether a message names a day: most do not, and need no closer reading."""
    reading = read_date(turn.text, turn.rules.dates, language=turn.language, today=find_today(turn))
    return bool(reading.candidates or reading.weekday_conflict)


def find_later(turn: Turn, heard: Heard) -> tuple[str, ...]:
    """Return the days besides the first that a message tells: "the 14th, and my son's the 16th"."""
    today = find_today(turn)
    found = read_dates(turn.text, turn.rules.dates, language=turn.language, today=today)
    if heard.reading.correction or not heard.reading.day:
        return ()
    others = (one for one in found if one.day and one.day > today and one.day != heard.reading.day)
    return tuple(
        f"{one.day.isoformat()}T{one.time:%H:%M}" if one.time else one.day.isoformat() for one in others if one.day
    )


def begin_later(form: Form, until: datetime) -> Form:
    """Return a form for the next of the other days: of the same kind and place as far as we know."""
    day, _, at = form.later[0].partition("T")
    return Form(
        until=until, day=date.fromisoformat(day), at=time.fromisoformat(at) if at else None,
        kind=form.kind, zone=form.zone, place=form.place, later=form.later[1:],
    )  # fmt: skip


def add(turn: Turn, form: Form, heard: Heard) -> Form:
    """Return the form with what a message tells; what it does not tell stays."""
    form = replace(form, kind=heard.kind or form.kind, child=heard.child or form.child)
    if heard.place:
        form = _add_place(turn, form, heard.place)
    return _add_day(turn, form, heard.reading)


def settle_zone(turn: Turn, form: Form) -> Form:
    """Return the form with the time zone, as far as it is known without asking."""
    if form.zone:
        return form
    zones = zones_of_state(turn.memory.state) if turn.memory.state else ()
    if len(zones) > 1 and form.kind in _OFFICES:
        here = {
            find_zone(court.place) for court in turn.rules.reference.courts if court.place.state == turn.memory.state
        }
        zones = tuple(str(zone) for zone in here if zone) if len(here) == 1 else zones
    if not zones and form.kind not in _OFFICES and turn.message.state_hint:
        zones = zones_of_state(turn.message.state_hint)[:1]  # of a first guess: the confirmation names the zone
    return replace(form, zone=zones[0]) if len(zones) == 1 else form


def guess_zone(turn: Turn, form: Form) -> Form:
    """Return the form with the likeliest zone: nobody knows the place, and the confirmation names the zone."""
    states = (turn.memory.state, turn.message.state_hint)
    zones = [zones_of_state(state)[0] for state in states if state and zones_of_state(state)]
    return replace(form, zone=zones[0] if zones else EARLIEST_ZONE)


def find_today(turn: Turn, form: Form | None = None) -> date:
    """Return the day it is where the appointment takes place, as far as that is known."""
    zone = form.zone if form else None
    state = turn.memory.state or turn.message.state_hint
    known = zone or next(iter(zones_of_state(state) if state else ()), EARLIEST_ZONE)
    return turn.now.astimezone(ZoneInfo(known)).date()


def find_upcoming(turn: Turn) -> tuple[KnownAppointment, ...]:
    """Return the kept appointments that are to come, the nearest first."""
    known = (one for one in turn.memory.appointments if one.status != "cancelled" and not one.is_over(turn.now))
    return tuple(sorted(known, key=lambda one: (one.day, one.at is None, one.at)))


def find_twins(turn: Turn, form: Form) -> tuple[KnownAppointment, ...]:
    """Return the kept appointments of the same kind, and of the same child where both were told."""
    return tuple(
        one
        for one in find_upcoming(turn)
        if one.kind == form.kind and (not one.child or not form.child or one.child.casefold() == form.child.casefold())
    )


def is_question(turn: Turn) -> bool:
    """Tell whether a message asks something: then it is answered, whatever days it names."""
    return "?" in turn.text or "¿" in turn.text or turn.rules.phrasebook.begins_with(turn.gist.core, "question_word")


def is_made_of(turn: Turn, kinds: tuple[str, ...]) -> bool:
    """Tell whether a message is nothing but phrases of these kinds."""
    told: set[int] = set()
    for span in turn.rules.phrasebook.find(turn.gist.words):
        told.update(range(span.first, span.last + 1) if span.kind in kinds else ())
    return bool(told) and len(told) == len(turn.gist.words)


def settle_day(turn: Turn, form: Form, day: date) -> Form:
    """Return the form with the one of two days that was meant."""
    form = replace(form, day=day, days=(), is_past=False)
    return replace(form, is_past=_is_over(turn, form))


def _add_day(turn: Turn, form: Form, reading: DateReading) -> Form:
    if reading.time:
        form = replace(form, at=reading.time, no_time=False)
    if reading.weekday_conflict:
        form = replace(form, day=None, days=reading.weekday_conflict, is_weekday=True, is_past=False)
    elif len(reading.candidates) > 1:
        form = replace(form, day=None, days=reading.candidates, is_weekday=False, is_past=False)
    elif reading.candidates:
        days = _doubt_year(turn, reading)
        sure = days[0] if len(days) == 1 else None
        form = replace(form, day=sure, days=() if sure else days, is_weekday=False, is_past=reading.is_past)
    return replace(form, is_past=form.is_past or _is_over(turn, form))


def _doubt_year(turn: Turn, reading: DateReading) -> tuple[date, ...]:
    """Return the day, with the same one of another year where that is as likely.

    Who tells a day that was last month, without a year, hardly means the next year; who tells one in ten years has
    slipped.
    """
    day, today = reading.candidates[0], find_today(turn)
    says_year = f"{day.year % 100:02}" in turn.text[slice(*reading.span)]
    if day > today + FARTHEST:
        return tuple(sorted({_next_such(day, today), day}))
    if reading.is_past or reading.is_relative or says_year or day - today < NEARLY_A_YEAR:
        return (day,)
    return tuple(sorted({_in_year(day, day.year - 1), day}))


def _next_such(day: date, today: date) -> date:
    this_year = _in_year(day, today.year)
    return this_year if this_year >= today else _in_year(day, today.year + 1)


def _in_year(day: date, year: int) -> date:
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def _is_over(turn: Turn, form: Form) -> bool:
    if form.day is None:
        return False
    return replace(form.as_appointment("planned"), zone=form.zone or EARLIEST_ZONE).is_over(turn.now)


def _add_place(turn: Turn, form: Form, place: Place) -> Form:
    """Take city and zone; of a state with two zones the one of most people once we have asked."""
    zone = find_zone(place)
    zones = zones_of_state(place.state)
    if zone is None and form.step is Step.PLACE and zones:
        return replace(form, zone=zones[0], place=_name_city(turn, place))
    return replace(form, zone=str(zone) if zone else None, place=_name_city(turn, place))


def _name_city(turn: Turn, place: Place) -> str | None:
    """Return the city as the table of courts writes it, where it has one there."""
    if place.city is None:
        return None
    courts = (court.city for court in turn.rules.reference.courts if court.place.state == place.state)
    return next((city for city in courts if fold(city) == fold(place.city)), place.city)


def _find_place(turn: Turn, step: Step | None) -> Place | None:
    """Return the place that is told: in any words where we have asked, else only a city."""
    if step is Step.PLACE:
        reading = turn.rules.atlas.read(turn.text, asked=True)
        return reading.places[0] if reading and reading.places else None
    place = turn.reading.place if turn.reading else None
    return place if place and place.city else _find_court_city(turn)


def _find_court_city(turn: Turn) -> Place | None:
    """Return the one city with a court that a message names without "in": "court January 14, 8:30 am, Houston"."""
    words = f" {' '.join(fold(turn.text).split())} "
    child = fold(find_name(turn.text, turn.rules.dates) or "")  # Aurora and Charlotte are names too
    named = {
        (court.city, court.place.state)
        for court in turn.rules.reference.courts
        if f" {fold(court.city)} " in words and fold(court.city) != child
    }
    if len(named) != 1:
        return None
    reading = turn.rules.atlas.read(", ".join(named.pop()), asked=True)  # knows the zone, as the table does not
    return reading.place if reading else None
