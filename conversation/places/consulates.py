"""Consulates: whose is meant, the nearest of a country, and the lines of all. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conversation.folding import fold
from conversation.places.distance import find_nearest
from conversation.places.lines import join_numbers
from conversation.places.part import Part
from conversation.places.place import Place

WITHIN_KM = 250.0  # farther away it is not "near": the list is not complete, and another may be nearer


@dataclass(frozen=True, slots=True)
class Country:
    """A country of the children.

    Attributes:
        code: two letters ("HN").
        names: how it is called, by language.
        words: folded words and phrases by which people mean it.
        phone: the line of its consulates.
    """

    code: str
    names: Mapping[str, str]
    words: frozenset[str] = field(repr=False)
    phone: str

    def name_in(self, language: str) -> str:
        return self.names.get(language) or self.names["en"]


@dataclass(frozen=True, slots=True)
class Consulate:
    """A confirmed consulate; `address` is the city alone where no source gives more, `phone` None likewise."""

    country: str
    address: str
    phone: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Consulates:
    """The consulates that a source confirms, and the countries that have any."""

    countries: Mapping[str, Country]
    consulates: Sequence[Consulate]

    def find_country(self, text: str) -> str | None:
        """Return the one country that a text names, None when it names none or several."""
        folded = f" {_NO_COUNTRY.sub(' ', fold(text))} "
        named = [code for code, one in self.countries.items() if any(f" {word} " in folded for word in one.words)]
        return named[0] if len(named) == 1 else None

    def leave_out(self, country: str, text: str) -> str:
        """Return a text, folded, without the words that name a country: what may be a city is left."""
        words = sorted(self.countries[country].words, key=len, reverse=True)
        return re.sub(rf"\b(?:{'|'.join(map(re.escape, words))})\b", " ", fold(text)).strip()

    def tell(self, place: Place | None, country: str | None, language: str) -> Part:
        """Name the nearest consulate of the country, else its line, else the lines of all countries."""
        found = self.countries.get(country or "")
        if found is None:
            lines = join_numbers((one.name_in(language), one.phone) for one in self.countries.values())
            return Part("system.consulate_lines", {"lines": lines})
        values = {"country": found.name_in(language)}
        near = self._find_near(place, found) if place else None
        if near is None:
            return Part("system.consulate_line", {**values, "phone": found.phone})
        return Part("system.consulate_near", {**values, "address": near.address, "phone": near.phone or found.phone})

    def _find_near(self, place: Place, country: Country) -> Consulate | None:
        """Return the nearest; where only the state is known, the only one there."""
        own = [one for one in self.consulates if one.country == country.code]
        here = [one for one in own if one.place.state == place.state]
        return find_nearest(place, own, within_km=WITHIN_KM) or (
            here[0] if place.latitude is None and len(here) == 1 else None
        )


_NO_COUNTRY = re.compile(r"\b(?:new|nuevo|nouveau|novo) mexico\b")  # a state
