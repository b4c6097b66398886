"""What differs from place to place, from data/reference/: which table answers what. Pure; store/reference.py reads it.

A state that is missing from a table, or whose cell is empty, is one for which the sources contradict each other or
were never found: then we say that we do not have it, and never guess.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conversation.places.consulates import Consulates
from conversation.places.courts import Court, tell_court, tell_one
from conversation.places.health import Coverage, PregnancyCare, tell_coverage, tell_pregnancy
from conversation.places.interpreters import Interpreters
from conversation.places.lines import Directory, Hotline
from conversation.places.part import Part
from conversation.places.place import Place
from conversation.places.schools import SchoolAges, tell_attendance, tell_free_school

CONSULATES = "sponsor.birth_certificate_passport"
ALL_STATES_LINE = "insure_kids_now"  # id of the line that connects to the children's program of any state
_BY_STATE = frozenset(
    {
        "health.coverage_child",
        "health.coverage_apply",
        "health.coverage_pending_status",
        "health.pregnancy",
        "school.age_limits",
        "school.attendance",
        "court.location",
    }
)


@dataclass(frozen=True, slots=True)
class Reference:
    """The tables, by letters of the state where they are by state."""

    coverage: Mapping[str, Coverage]
    pregnancy: Mapping[str, PregnancyCare]
    school_ages: Mapping[str, SchoolAges]
    child_lines: Mapping[str, str]
    courts: Sequence[Court]
    consulates: Consulates
    directory: Directory
    interpreters: Sequence[Interpreters] = ()

    def asks_state(self, answer: str) -> bool:
        """Tell whether knowing the state would change what is said under an answer."""
        return answer in _BY_STATE

    def find_part(
        self, answer: str, place: Place | None, *, country: str | None = None, language: str = "en"
    ) -> Part | None:
        """Return what to add to an answer; None when no table has anything to say to it.

        Args:
            place: where the person lives, as far as it is known.
            country: two letters of the country whose consulate is meant.
            language: of the names inside the values.
        """
        if answer == CONSULATES:
            return self.consulates.tell(place, country, language)
        return self._tell_place(answer, place) if place else None

    def _tell_place(self, answer: str, place: Place) -> Part | None:
        match answer:
            case "health.coverage_child" | "health.coverage_apply" | "health.coverage_pending_status":
                return tell_coverage(self.coverage.get(place.state), self._all_states_phone)
            case "health.pregnancy":
                return tell_pregnancy(self.pregnancy.get(place.state))
            case "school.age_limits":
                return tell_free_school(self.school_ages.get(place.state))
            case "school.attendance":
                return tell_attendance(self.school_ages.get(place.state))
            case "court.location":
                return tell_court(self.courts, place)
            case "safety.worried_about_child" if phone := self.child_lines.get(place.state):
                return Part("system.in_state_child_line", {"phone": phone})
            case _:
                return None

    def list_parts(self, states: frozenset[str], language: str) -> Iterator[Part]:
        """Yield everything that the tables can say: under each answer in each state, at each court and consulate."""
        for answer in sorted({*_BY_STATE, "safety.worried_about_child"}):
            told = (self.find_part(answer, Place(state)) for state in sorted(states))
            yield from (part for part in told if part)
        yield from map(tell_one, self.courts)
        for country in (None, *self.consulates.countries):
            yield self.consulates.tell(None, country, language)
        for one in self.consulates.consulates:
            yield self.consulates.tell(one.place, one.country, language)

    def find_hotline(self, number: str) -> Hotline | None:
        """Return the line of a number as a text writes it."""
        return self.directory.find_hotline(number)

    def knows_page(self, address: str) -> bool:
        """Tell whether a source confirms a web address."""
        return self.directory.knows_page(address)

    @property
    def _all_states_phone(self) -> str:
        return self.directory.hotlines[ALL_STATES_LINE].phone or ""
