"""Where a person lives, from their own words: a state by name or letters, a city, a ZIP code. Pure.

A sentence names many places: the one where somebody lives or moved to counts before one that is only mentioned, and
"in a shelter in Texas" or "from Texas" is nobody's home. Small words that look like a state ("me", "in", "or", "ok",
"la") are words. A city of several states is asked about, never guessed. The names are in data/dialogue/places.yml,
ZIP codes and cities come through the port Gazetteer.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from conversation.errors import ContentError
from conversation.folding import fold, is_one_slip_apart
from conversation.places.place import Gazetteer, Place, Reading

LONGEST_NAME = 4  # words: "ciudad de nueva york"
LONGEST_TEXT = 150  # words that are read; whoever tells more has told the place before
MOST_STATES = 4  # of one city to choose from
SHORTEST_SLIP = 6  # letters of a name that is known with one slip of the finger
TOWN, LARGE_CITY = 3, 15  # ZIP codes of a town known behind "I live in", and of a city known behind "in" or alone
_ZIP = re.compile(r"(?<![\w#$-])(\d{5})(?:-\d{4})?(?![\w%-])")


@dataclass(frozen=True, slots=True)
class _Mention:
    """A place named by words[first:end]; `near` and `home` tell what stands before it."""

    first: int
    end: int
    places: tuple[Place, ...]
    home: bool
    near: bool


@dataclass(frozen=True, slots=True)
class Atlas:
    """The names of places as people write them, folded.

    Attributes:
        names: display name by (state, language).
        codes: letters of all states.
        states: state by each of its names, those with one slip of the finger not among them.
        several: states by a name that several may be meant by ("carolina").
        cities: state by the nickname of a city, and the name of it by which the gazetteer knows where it is.
        doubtful: names that are also something else (a first name, a president): only after a word like "in".
        small: letters of states that are words in one of our languages; `never`: those, and names of towns, that are
            words even as an answer.
        homes: what leads to where somebody lives; `near`: to any place; `away`: tells that it is not their own.
    """

    names: Mapping[tuple[str, str], str]
    codes: frozenset[str]
    states: Mapping[str, str]
    several: Mapping[str, tuple[str, ...]]
    cities: Mapping[str, tuple[str, str]]
    doubtful: frozenset[str]
    small: frozenset[str]
    never: frozenset[str]
    homes: frozenset[str]
    near: frozenset[str]
    away: frozenset[str]
    fillers: frozenset[str]
    gazetteer: Gazetteer = field(repr=False)

    @classmethod
    def from_data(cls, data: Mapping[str, Any], gazetteer: Gazetteer) -> Self:
        """Read parsed data/dialogue/places.yml.

        Raises:
            ContentError: a part that is missing or of the wrong kind, or a name of two states.
        """
        try:
            rows: Mapping[str, Mapping[str, Any]] = data["states"]
            names = {(state, tag): str(row[tag]) for state, row in rows.items() for tag in row if tag != "also"}
            pairs = [(fold(name), state) for (state, _), name in names.items()]
            pairs += [(fold(name), state) for state, row in rows.items() for name in row.get("also", ())]
            states = dict(pairs)
            if any(states[name] != state for name, state in pairs):
                raise ContentError("dialogue/places.yml: a name stands for two states")
            cities = {fold(name): _read_nickname(fold(name), str(told)) for name, told in data["cities"].items()}
            several = {fold(name): tuple(map(str, codes)) for name, codes in data["several"].items()}
            lists = {key: frozenset(map(fold, data[key])) for key in _LISTS}
        except (KeyError, TypeError, AttributeError) as error:
            raise ContentError(f"dialogue/places.yml: {type(error).__name__} at {error}") from None
        return cls(
            names=names, codes=frozenset(rows), states=states, several=several, cities=cities, gazetteer=gazetteer,
            **lists,
        )  # fmt: skip

    def name_of(self, state: str, language: str) -> str:
        """Return how a state is called in a language; its letters when it is none of ours."""
        return self.names.get((state, language)) or self.names.get((state, "en")) or state

    def read(self, text: str, *, asked: bool) -> Reading | None:
        """Return the place that a text tells, None when it tells none or several that contradict each other.

        `asked`: we have just asked for it, so that a bare "la" or "reading" is a place too.
        """
        words = fold(text).split()[:LONGEST_TEXT]
        if not words:
            return None
        whole = self._read_whole(text, words, asked=asked)
        if whole:
            return Reading(whole, alone=True)
        mentions = list(self._find_mentions(text, words, asked=asked))
        chosen = _choose(mentions, away=not self.away.isdisjoint(words))
        if chosen is None:
            return None
        inside = {place for one in mentions for place in range(one.first, one.end)}
        rest = [word for place, word in enumerate(words) if place not in inside and word not in self.fillers]
        return Reading(chosen.places, alone=len(rest) <= (1 if asked else 0))

    def _read_whole(self, text: str, words: Sequence[str], *, asked: bool) -> tuple[Place, ...]:
        """Read a message that is nothing but a place, as it stands and without the words around it."""
        bare = [word for word in words if word not in self.fillers]
        zip_code = _ZIP.search(text) if len(bare) == 1 else _ZIP.fullmatch(text.strip())
        if zip_code and (place := self.gazetteer.find_zip(zip_code[1])):
            return (place,)
        forms = [list(words)] if not bare or bare == list(words) else [list(words), bare]
        return next(filter(None, (self._read_name(form, asked=asked) for form in forms)), ())

    def _read_name(self, words: Sequence[str], *, asked: bool) -> tuple[Place, ...]:
        name = " ".join(words)
        if len(words) > LONGEST_NAME + 2 or name in self.never or (not asked and name in self.doubtful):
            return ()
        if name in self.cities:  # before the letters: "L.A." is not Louisiana
            return self._find_city(name, slips=False, least=1)
        code = name.replace(" ", "")
        if code.upper() in self.codes and len(code) == 2 and code not in (self.never if asked else self.small):
            return (Place(code.upper()),)
        if asked and name in self.several:
            return tuple(map(Place, self.several[name]))
        if state := self._find_state(name, slips=False):
            return (Place(state),)
        if found := self._find_city(name, slips=asked, least=1 if asked else LARGE_CITY):
            return found if asked else found[: len(found) == 1]
        state = self._find_state(name, slips=True)
        return (Place(state),) if state else self._read_city_and_state(words)

    def _read_city_and_state(self, words: Sequence[str]) -> tuple[Place, ...]:
        """Read "houston tx", "los angeles california": the city must be in the state, or be unknown to us."""
        for cut in range(len(words) - 1, 0, -1):
            tail = " ".join(words[cut:])
            state = tail.upper() if tail.upper() in self.codes else self._find_state(tail, slips=True)
            if state is None:
                continue
            found = self.gazetteer.find_city(" ".join(words[:cut]), slips=True)
            there = next((place for place in found if place.state == state), None)
            return (there,) if there else ()
        return ()

    def _find_mentions(self, text: str, words: Sequence[str], *, asked: bool) -> Iterator[_Mention]:
        first = 0
        zips = {fold(found[1]) for found in _ZIP.finditer(text)}
        while first < len(words):
            mention = self._find_mention(words, first, zips, asked=asked)
            if mention:
                yield mention
            first = mention.end if mention else first + 1

    def _find_mention(self, words: Sequence[str], first: int, zips: set[str], *, asked: bool) -> _Mention | None:
        """Return the longest place that begins at a word."""
        home, near = self._is_home(words, first), first > 0 and words[first - 1] in self.near
        for end in range(min(first + LONGEST_NAME, len(words)), first, -1):
            name = " ".join(words[first:end])
            if (state := self._find_state(name, slips=home or near)) and (home or near or name not in self.doubtful):
                places = self._find_city(name, slips=False, least=1) if name in self.cities else (Place(state),)
                return _Mention(first, end, places, home, near)
            if not (home or near or (asked and first == 0)):
                if end < len(words) and (pair := self._read_pair(words, first, end)):
                    return _Mention(first, end + 1, pair, home=False, near=False)
                continue
            if name in zips and (place := self.gazetteer.find_zip(name)):
                return _Mention(first, end, (place,), home, near)
            if pair := self._read_pair(words, first, end):
                return _Mention(first, end + 1, pair, home, near)
            if self._is_code(name) and (home or near or (asked and first == 0)):
                return _Mention(first, end, (Place(name.upper()),), home, near)
            least = 1 if asked else TOWN if home else LARGE_CITY
            if places := self._find_city(name, slips=home, least=least):
                return _Mention(first, end, places, home, near)
        return None

    def _read_pair(self, words: Sequence[str], first: int, end: int) -> tuple[Place, ...]:
        """Read a city that is followed by the letters of its state, small words among them only at the end."""
        code = words[end].upper() if end < len(words) else ""
        if code not in self.codes or (code.lower() in self.small and end + 1 < len(words)):
            return ()
        found = self.gazetteer.find_city(" ".join(words[first:end]), slips=False)
        return tuple(place for place in found if place.state == code)[:1]

    def _is_home(self, words: Sequence[str], first: int) -> bool:
        """Tell whether words such as "vivo en" or "we moved to" lead to this one."""
        return any(" ".join(words[max(0, first - length) : first]) in self.homes for length in (1, 2, 3, 4))

    def _is_code(self, word: str) -> bool:
        return word.upper() in self.codes and word not in self.small

    def _find_state(self, name: str, *, slips: bool) -> str | None:
        if name in self.states:
            return self.states[name]
        if not slips or len(name) < SHORTEST_SLIP:
            return None
        joined = name.replace(" ", "")
        near = {
            state
            for known, state in self.states.items()
            if len(known) >= SHORTEST_SLIP
            and known[0] == joined[0]
            and is_one_slip_apart(joined, known.replace(" ", ""))
        }
        return near.pop() if len(near) == 1 else None

    def _find_city(self, name: str, *, slips: bool, least: int) -> tuple[Place, ...]:
        if name in self.cities:
            state, known = self.cities[name]
            found = self.gazetteer.find_city(known, slips=False)
            return (next((place for place in found if place.state == state), Place(state)),)
        if len(name) < 3 or name in self.fillers or name in self.never:
            return ()
        return tuple(self.gazetteer.find_city(name, slips=slips, least=least))[:MOST_STATES]


_LISTS = ("doubtful", "small", "never", "homes", "near", "away", "fillers")


def _read_nickname(name: str, told: str) -> tuple[str, str]:
    """Read "NY" or "NY new york": the state, and the folded name of a city, else the nickname itself."""
    state, _, known = told.partition(" ")
    return state, fold(known) or name


def _choose(mentions: Sequence[_Mention], *, away: bool) -> _Mention | None:
    """Return the mention that counts: the last home; else, where nothing speaks of elsewhere, the only state."""
    homes = [one for one in mentions if one.home]
    if homes:
        return homes[-1]
    states = {place.state for one in mentions for place in one.places}
    if away or not mentions or (len(states) > 1 and len(mentions) > 1):
        return None
    return mentions[-1]
