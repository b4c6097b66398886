"""What differs from state to state, from data/reference/. Pure; store/reference.py reads the tables.

A cell that is empty was not found, or contradicts another source: then we say that we do not have it, and never guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from conversation.places.place import Place

EARTH_KM = 6371.0
MOST_CITIES = 6  # of courts in one text


@dataclass(frozen=True, slots=True)
class Coverage:
    """A programme that covers children whatever their papers: its name, and the age below which they are children."""

    program: str
    under_age: int


@dataclass(frozen=True, slots=True)
class SchoolAges:
    """Ages in years; None where the table has no number that may be quoted."""

    compulsory_from: int | None
    compulsory_to: int | None
    free_to: int | None


@dataclass(frozen=True, slots=True)
class Court:
    """An immigration court that people who are free go to; `place` is where its ZIP code is."""

    name: str
    city: str
    address: str
    place: Place


@dataclass(frozen=True, slots=True)
class Part:
    """What to say of a state under an answer: an entry of the catalogue and its values, without the state's name."""

    entry: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reference:
    """The tables, by letters of the state."""

    coverage: Mapping[str, Coverage]
    school_ages: Mapping[str, SchoolAges]
    courts: Sequence[Court]

    def find_part(self, answer: str, place: Place) -> Part | None:
        """Return what to add to an answer for a place; None when this answer has no table."""
        match answer:
            case "health.coverage_child":
                return self._tell_coverage(place.state)
            case "school.age_limits" | "school.attendance":
                return self._tell_ages(answer, place.state)
            case "court.location":
                return self._tell_court(place)
            case _:
                return None

    def _tell_coverage(self, state: str) -> Part:
        found = self.coverage.get(state)
        if found is None:
            return _UNKNOWN
        return Part("system.in_state_coverage", {"program": found.program, "age": str(found.under_age)})

    def _tell_ages(self, answer: str, state: str) -> Part:
        ages = self.school_ages.get(state)
        if ages and answer == "school.age_limits" and ages.free_to is not None:
            return Part("system.in_state_free_school", {"age": str(ages.free_to)})
        if ages and answer == "school.attendance" and None not in (ages.compulsory_from, ages.compulsory_to):
            values = {"from_age": str(ages.compulsory_from), "to_age": str(ages.compulsory_to)}
            return Part("system.in_state_must_attend", values)
        return _UNKNOWN

    def _tell_court(self, place: Place) -> Part:
        """Name the nearest court where the city is known, else all cities of the state that have one."""
        nearest = self._find_nearest(place)
        here = [court for court in self.courts if court.place.state == place.state]
        only = nearest or (here[0] if len(here) == 1 else None)
        if only:
            return Part("system.in_state_court", {"court": only.name, "address": only.address})
        cities = list(dict.fromkeys(court.city for court in here))[:MOST_CITIES]
        return Part("system.in_state_courts", {"cities": ", ".join(cities)}) if cities else _NO_COURT

    def _find_nearest(self, place: Place) -> Court | None:
        near = [(km, court) for court in self.courts if (km := find_km(place, court.place)) is not None]
        return min(near, key=lambda pair: pair[0])[1] if near else None


def find_km(one: Place, other: Place) -> float | None:
    """Return the distance of two places in a straight line, in km; None where one has no coordinates."""
    ends = (one.latitude, one.longitude, other.latitude, other.longitude)
    if None in ends:
        return None
    latitude, longitude, other_latitude, other_longitude = (radians(angle or 0.0) for angle in ends)
    middle = sin((other_latitude - latitude) / 2) ** 2
    middle += cos(latitude) * cos(other_latitude) * sin((other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(middle))


_UNKNOWN = Part("system.in_state_unknown", {})
_NO_COURT = Part("system.in_state_no_court", {})
