"""Texts as they are sent: with the longest values that their places can have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from conversation.answers.wording import STAFF, WEEKDAYS, Wording, fill_placeholders
from conversation.messages import Channel
from conversation.places.part import Part
from conversation.staff_texts import MOST_TOPIC, StaffText, most_words
from conversation.turn import Rules
from service.catalogue.reminders import fill_reminder
from service.wiring import split_body

LONGEST_CODE = "AA99"
MENU_LINES = 3
STATE_LINES = 4
_NO_LINES = (STAFF, "checkin.", "reminder.", "system.")  # beginnings of the ids that no menu offers
_LONGEST_HOUR = {"hour": "12:30 am", "zone": "Indianapolis"}
# What stands in the places of texts to caseworkers.
_OF_STAFF = {
    "topic": "n" * MOST_TOPIC,
    "link": "https://puente.example.org/inbox/AA99",
    "phone_code": "123456",
    "choices": "\n".join("1 AA99 " + "n" * MOST_TOPIC for _ in range(9)),
}


def count_sms_segments(body: str) -> int:
    """Return what a text costs by SMS, in segments, cut as it is sent."""
    return sum(part.segments for part in split_body(body, Channel.SMS))


@dataclass(frozen=True)
class Filling:
    """Fills the places of a text with the values that cost most: tables, menus, a case's code, names of languages."""

    rules: Rules

    def fill(self, wording: Wording) -> str:
        """Return the SMS text of a wording with the longest values; a place that nobody fills stays as it is."""
        if not wording.placeholders:
            return wording.text
        values = {**self._of_language(wording), **self._of_tables.get(wording.answer, {})}
        return fill_placeholders(wording.text, values)

    def _of_language(self, wording: Wording) -> Mapping[str, str]:
        states = self._states(wording.language)
        lines = {
            "system.choose": self._titles(wording.language),
            "system.which_state": states[-STATE_LINES:],
        }.get(wording.answer, self._names[-MENU_LINES:])
        return {
            "state_name": states[-1],
            "code": LONGEST_CODE,
            **_LONGEST_HOUR,
            "day": self._day(wording.language),
            "choices": "\n".join(f"{number} {line}" for number, line in enumerate(lines, start=1)),
            "language_name": self._names[-1],
            **(_fill_for_staff(wording.answer) if wording.answer.startswith(STAFF) else {}),
            **fill_reminder(self.rules, wording),
        }

    def _day(self, language: str) -> str:
        names = self.rules.catalogue.wordings.get((WEEKDAYS, language))
        return max(names.text.split(", "), key=_cost) if names else ""

    def _titles(self, language: str) -> list[str]:
        """Return the longest lines of a menu."""
        catalogue = self.rules.catalogue
        offered = [
            wording.title
            for (answer, tag), wording in catalogue.wordings.items()
            if tag == language and not answer.startswith(_NO_LINES) and not catalogue.entries[answer].is_crisis
        ]
        return sorted(offered, key=_cost)[-MENU_LINES:]

    def _states(self, language: str) -> list[str]:
        atlas = self.rules.atlas
        return sorted({atlas.name_of(state, language) for state in atlas.codes}, key=_cost)

    @cached_property
    def _names(self) -> list[str]:
        return sorted((language.name for language in self.rules.languages.by_tag.values()), key=_cost)

    @cached_property
    def _of_tables(self) -> Mapping[str, Mapping[str, str]]:
        """Return the longest values that data/reference/ puts into a text, by the answer that says them."""
        longest: dict[str, dict[str, str]] = {}
        for part in self._parts():
            kept = longest.setdefault(part.entry, {})
            kept.update({name: max(value, kept.get(name, ""), key=_cost) for name, value in part.values.items()})
        return longest

    def _parts(self) -> Iterator[Part]:
        """Yield what the tables can say, with the names of countries where they cost most."""
        return self.rules.reference.list_parts(self.rules.atlas.codes, "es")


def _fill_for_staff(answer: str) -> Mapping[str, str]:
    most = most_words(StaffText(answer))
    return {**_OF_STAFF, "words": "n" * most}


@lru_cache(maxsize=4096)  # the same names are compared for every text that has a place for them
def _cost(line: str) -> tuple[int, int]:
    return count_sms_segments(line), len(line)
