"""ZIP codes and cities of the United States, from the table inside the library `zipcodes`; docs/decisions/0024.

The library's own table costs 40 MB and a fifth of a second when it is first asked: it is asked only when somebody has
named a place. City names are kept here by their folded names, since the library looks for exact ones.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any

from conversation.folding import fold, is_one_slip_apart
from conversation.places.place import Place

SURE_SHARE = 0.75  # of a name's ZIP codes in one state from which that state is meant
RIVAL = 10  # ZIP codes of a namesake that is a city of its own: Kansas City, Kansas
LARGE = 15  # ZIP codes of a city that is known with a slip of the finger
SHORTEST_SLIP = 5  # letters of its name
FEW = 2  # ZIP codes below which a namesake of a large city is no rival worth a question


@dataclass(frozen=True, slots=True)
class _City:
    """A city in one state: how many ZIP codes it has, and where the middle of them is."""

    place: Place
    zip_codes: int


class ZipGazetteer:
    """Implements conversation.places.Gazetteer; loads its table when first asked."""

    def find_zip(self, zip_code: str) -> Place | None:
        from zipcodes import matching  # 40 MB: not before a place is named

        try:
            rows = matching(zip_code) if zip_code.isascii() and zip_code.isdecimal() else []
        except ValueError:
            return None
        return _read_place(rows[0]) if rows and rows[0]["country"] == "US" else None

    def find_city(self, name: str, *, slips: bool, least: int = 1) -> Sequence[Place]:
        cities = self._cities.get(name) or (self._find_slip(name) if slips else ())
        most = max((city.zip_codes for city in cities), default=0)
        if most < least:
            return ()
        is_rivalled = len(cities) > 1 and cities[1].zip_codes >= RIVAL
        if most >= SURE_SHARE * sum(city.zip_codes for city in cities) and not is_rivalled:
            return [city.place for city in cities[:1]]
        rivals = [city for city in cities if most < LARGE or city.zip_codes >= FEW]
        return [city.place for city in rivals]

    def _find_slip(self, name: str) -> Sequence[_City]:
        if len(name) < SHORTEST_SLIP:
            return ()
        near = [known for known in self._large if known[0] == name[0] and is_one_slip_apart(name, known)]
        return self._cities[near[0]] if len(near) == 1 else ()

    @cached_property
    def _cities(self) -> Mapping[str, Sequence[_City]]:
        return _read_cities()

    @cached_property
    def _large(self) -> Sequence[str]:
        return [
            name for name, cities in self._cities.items() if len(name) >= SHORTEST_SLIP and cities[0].zip_codes >= LARGE
        ]


def count_area_codes() -> Mapping[str, Mapping[str, int]]:
    """Return how many ZIP codes of each state an area code has: {"334": {"AL": 256, "GA": 17}}."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in _read_rows():
        for code in row["area_codes"]:
            found[code][row["state"]] += 1
    return found


def _read_cities() -> dict[str, Sequence[_City]]:
    """Return the cities by folded name, the one with most ZIP codes first."""
    found: defaultdict[str, defaultdict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for row in _read_rows():
        place = _read_place(row)
        for name in {fold(row["city"]), *map(fold, row["acceptable_cities"])}:
            found[name][place.state].append(place)
    return {
        name: sorted(
            (_join(places) for places in states.values()), key=lambda city: (-city.zip_codes, city.place.state)
        )
        for name, states in found.items()
    }


def _read_rows() -> Iterator[Mapping[str, Any]]:
    from zipcodes import filter_by_state

    for state in _STATES:  # state by state: the whole list at once would cost 120 MB
        yield from filter_by_state(state)


def _read_place(row: Mapping[str, Any]) -> Place:
    return Place(
        state=row["state"],
        city=row["city"],
        latitude=float(row["lat"]) if row["lat"] else None,
        longitude=float(row["long"]) if row["long"] else None,
        time_zone=row["timezone"] or None,
    )


def _join(places: Sequence[Place]) -> _City:
    """Return one city for its ZIP codes: in their middle, in the time zone of most."""
    zones = Counter(place.time_zone for place in places)
    names = Counter(place.city for place in places)
    city = Place(
        state=places[0].state,
        city=names.most_common(1)[0][0],
        latitude=_middle([place.latitude for place in places]),
        longitude=_middle([place.longitude for place in places]),
        time_zone=zones.most_common(1)[0][0],
    )
    return _City(city, len(places))


def _middle(angles: Sequence[float | None]) -> float | None:
    """Return the median: a few ZIP codes of a city have coordinates of quite another place."""
    known = [angle for angle in angles if angle is not None]
    return median(known) if known else None


_STATES = (
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY",
    "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH",
    "OK", "OR", "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY",
)  # fmt: skip
