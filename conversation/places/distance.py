"""Distances along the earth, and what is nearest. Pure."""

from collections.abc import Iterable
from math import asin, cos, inf, radians, sin, sqrt
from typing import Protocol

from conversation.places.place import Place

EARTH_KM = 6371.0


class Placed(Protocol):
    """Anything that stands somewhere."""

    @property
    def place(self) -> Place: ...


def find_km(one: Place, other: Place) -> float | None:
    """Return the distance of two places in a straight line, in km; None where one has no coordinates."""
    ends = (one.latitude, one.longitude, other.latitude, other.longitude)
    if None in ends:
        return None
    latitude, longitude, other_latitude, other_longitude = (radians(angle or 0.0) for angle in ends)
    middle = sin((other_latitude - latitude) / 2) ** 2
    middle += cos(latitude) * cos(other_latitude) * sin((other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(middle))


def find_nearest[T: Placed](origin: Place, things: Iterable[T], *, within_km: float = inf) -> T | None:
    """Return the nearest thing; None where the origin has no coordinates, or nothing is that near."""
    measured = [(km, thing) for thing in things if (km := find_km(origin, thing.place)) is not None]
    km, nearest = min(measured, key=lambda pair: pair[0], default=(inf, None))
    return nearest if km <= within_km else None
