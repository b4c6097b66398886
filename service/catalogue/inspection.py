"""What the rules of wording look at: the catalogue, the tables, the words to look for, and the texts as sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from conversation.answers.catalogue import Entry, Wording
from conversation.turn import Rules
from service.catalogue.costs import TextCost, measure
from service.catalogue.filling import Filling
from service.catalogue.rule_words import RuleWords


@dataclass(frozen=True, slots=True)
class Offence:
    """One text, or one entry, that breaks a rule.

    Attributes:
        language: None where the entry itself is wrong.
        told: what is wrong and what to do.
    """

    answer: str
    language: str | None
    told: str


@dataclass(frozen=True)
class Inspection:
    """Everything that a rule may read; made once for all rules."""

    rules: Rules
    words: RuleWords

    @cached_property
    def filling(self) -> Filling:
        return Filling(self.rules)

    @cached_property
    def wordings(self) -> list[Wording]:
        """All texts, by language as listed and by id."""
        order = {tag: number for number, tag in enumerate(self.rules.languages.by_tag)}
        return sorted(self.rules.catalogue.wordings.values(), key=lambda text: (order[text.language], text.answer))

    @cached_property
    def costs(self) -> list[TextCost]:
        """What each text costs, in the order of `wordings`."""
        return [measure(wording, self.filling) for wording in self.wordings]

    @cached_property
    def complete(self) -> list[str]:
        """The languages in which every answer must exist."""
        return [tag for tag, language in self.rules.languages.by_tag.items() if language.status == "complete"]

    def entry_of(self, wording: Wording) -> Entry:
        return self.rules.catalogue.get_entry(wording.answer)


def bodies(wording: Wording) -> Iterator[str]:
    """Yield every text of a wording that may be sent."""
    yield wording.text
    yield from (text for text in (wording.whatsapp, wording.short) if text)


def accuse(wording: Wording, told: str) -> Offence:
    return Offence(wording.answer, wording.language, told)
