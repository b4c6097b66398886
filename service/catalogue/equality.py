"""Rules: an answer says the same in every language, as far as a program can tell."""

import re
from collections.abc import Iterator

from conversation.answers.catalogue import Wording
from service.catalogue.inspection import Inspection, Offence, accuse, bodies

REFERENCE_LANGUAGE = "en"
# Long numbers, the codes of three digits (two of them ending in 11, and the crisis line's), short codes for texts.
_LINE = re.compile(r"(?<![\w-])1-\d{3}-\d{3}-\d{4}(?![\w-])|(?<![\w$-])(?:[2-9]11|98\d|\d{5,6})(?![\w-])")
_ODD_LINE = re.compile(
    r"(?<![\w-])(?:\+?\d{1,3}[ .-]{0,2})?\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?![\w-])"
    r"|(?<![\w$-])\+?\d{7,}|(?<![\w-])1-\d{3}-[A-Z]\S*"
)
_PLACE = re.compile(r"\{([a-z_]+)\}")
_BRACE = re.compile(r"[{}]")


def find_lines(text: str) -> set[str]:
    """Return the telephone numbers and codes that a text tells people to call or to text."""
    return set(_LINE.findall(text))


def find_odd_lines(text: str) -> set[str]:
    """Return the telephone numbers that are written another way, so that nobody can compare them."""
    return {found for found in _ODD_LINE.findall(text) if not _LINE.fullmatch(found)}


def find_missing(inspection: Inspection) -> Iterator[Offence]:
    """Every answer exists in each language that is marked complete."""
    catalogue = inspection.rules.catalogue
    for tag in inspection.complete:
        for answer, entry in catalogue.entries.items():
            if entry.is_wanted_in(tag) and (answer, tag) not in catalogue.wordings:
                yield Offence(answer, tag, "has no text; write one, or mark the language partial")


def find_other_places(inspection: Inspection) -> Iterator[Offence]:
    """Every text has the places that the English one has, a short form no others, and there is no stray brace."""
    for wording, english in _with_english(inspection):
        expected = set(_PLACE.findall(english.text))
        for body in (wording.text, wording.whatsapp):
            if body is not None and set(_PLACE.findall(body)) != expected:
                yield accuse(wording, f"must hold exactly the places {_list(expected)}")
        if others := set(_PLACE.findall(wording.short or "")) - expected:
            yield accuse(wording, f"its short form has the places {_list(others)}, which the text does not")
        if _BRACE.search(wording.title) or any(_BRACE.search(_PLACE.sub("", body)) for body in bodies(wording)):
            yield accuse(wording, "has a brace that is no place")


def find_other_numbers(inspection: Inspection) -> Iterator[Offence]:
    """The same numbers to call in each complete language; elsewhere no others."""
    for wording, english in _with_english(inspection):
        expected, found = find_lines(english.text), find_lines(wording.text)
        complete = wording.language in inspection.complete
        if found != expected if complete else not found <= expected:
            yield accuse(wording, f"names {_list(found)} where English names {_list(expected)}")
        # a longer or shorter form may name fewer or more lines than the text, but none that the English forms do not
        known = set().union(*map(find_lines, bodies(english)))
        if others := set().union(*map(find_lines, bodies(wording))) - known - found:
            yield accuse(wording, f"a form of it names {_list(others)}, which English does not")


def _with_english(inspection: Inspection) -> Iterator[tuple[Wording, Wording]]:
    """Yield each text with the English one, where there is one: that it is missing another rule tells."""
    texts = inspection.rules.catalogue.wordings
    for wording in inspection.wordings:
        if english := texts.get((wording.answer, REFERENCE_LANGUAGE)):
            yield wording, english


def _list(found: set[str]) -> str:
    return ", ".join(sorted(found)) or "none"
