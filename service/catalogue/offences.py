"""The rules of wording, a plain function each. How the texts should be: data/answers/README.md."""

from collections.abc import Callable, Iterator, Mapping

from service.catalogue import equality, manners, price, sources
from service.catalogue.inspection import Inspection, Offence

RULES: Mapping[str, Callable[[Inspection], Iterator[Offence]]] = {
    "complete": equality.find_missing,
    "places equal": equality.find_other_places,
    "numbers equal": equality.find_other_numbers,
    "numbers and addresses known": sources.find_unknown_lines,
    "sources": sources.find_unsourced,
    "looked at in time": sources.find_late_reviews,
    "short form": sources.find_without_short,
    "titles": manners.find_bad_titles,
    "characters": manners.find_bad_characters,
    "way on": manners.find_dead_ends,
    "promises": manners.find_promises,
    "against its facts": manners.find_against_facts,
    "who runs the line": manners.find_nameless_lines,
    "danger names the emergency number": manners.find_danger_without_emergency,
    "segments": price.find_long,
    "median of segments": price.find_dear_languages,
    "reading grade": price.find_hard_to_read,
}


def find_offences(inspection: Inspection) -> dict[str, list[Offence]]:
    """Return what breaks each rule, for all rules in order; an empty list where nothing does."""
    return {name: list(rule(inspection)) for name, rule in RULES.items()}
