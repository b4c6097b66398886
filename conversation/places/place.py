"""Places of the United States as the rules know them, and the port that finds them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Place:
    """A state, and what else is known. `latitude` and `longitude` in degrees, `time_zone` an IANA name."""

    state: str
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    time_zone: str | None = None


class Gazetteer(Protocol):
    """Where ZIP codes and cities of the United States are. Neither method raises."""

    def find_zip(self, zip_code: str) -> Place | None:
        """Return the place of five digits; None when the post knows no such code."""

    def find_city(self, name: str, *, slips: bool, least: int = 1) -> Sequence[Place]:
        """Return a city by its folded name: one place where one state is surely meant, else the likeliest first.

        Args:
            slips: large cities are also known with one slip of the finger.
            least: ZIP codes that the city must have, a measure of its size.
        """


@dataclass(frozen=True, slots=True)
class Reading:
    """A place that was told.

    Attributes:
        places: one, or one for each state that may be meant, likeliest first.
        alone: the message says nothing else.
    """

    places: tuple[Place, ...] = field(repr=False)
    alone: bool

    @property
    def place(self) -> Place | None:
        """The place, unless several may be meant."""
        return self.places[0] if len(self.places) == 1 else None
