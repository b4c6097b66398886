"""Immigration courts that people who are free go to: the nearest, or those of a state. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from conversation.places.distance import find_nearest
from conversation.places.part import Part
from conversation.places.place import Place

MOST_CITIES = 6  # of courts in one text
NEAR_KM = 80.0  # within it a court of the own state comes before a nearer one across the border: Jersey City, Newark


@dataclass(frozen=True, slots=True)
class Court:
    """An immigration court; `place` is where its ZIP code is, `phone` None where no official page gave one."""

    name: str
    city: str
    address: str
    phone: str | None
    place: Place


def tell_court(courts: Sequence[Court], place: Place) -> Part:
    """Name the nearest court where the city is known, else all cities of the state that have one."""
    here = [court for court in courts if court.place.state == place.state]
    near = find_nearest(place, here, within_km=NEAR_KM) or find_nearest(place, courts)
    only = near or (here[0] if len(here) == 1 else None)
    if only:
        return tell_one(only)
    cities = list(dict.fromkeys(court.city for court in here))[:MOST_CITIES]
    return Part("system.in_state_courts", {"cities": ", ".join(cities)}) if cities else _NO_COURT


def tell_one(court: Court) -> Part:
    values = {"court": court.name, "address": court.address}
    if court.phone is None:
        return Part("system.in_state_court", values)
    return Part("system.in_state_court_phone", {**values, "phone": court.phone})


_NO_COURT = Part("system.in_state_no_court", {})
