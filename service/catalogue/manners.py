"""Rules: a text is fit to be sent, promises nothing, and leaves a way on."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from conversation.answers.catalogue import Wording
from conversation.answers.wording import WEEKDAYS
from service.catalogue.equality import find_lines
from service.catalogue.inspection import Inspection, Offence, accuse, bodies
from service.catalogue.limits import MOST_TITLE, has_unwanted_sign
from service.catalogue.rule_words import ANY, find_word, plain

LAST_SENTENCES = 3
_SENTENCE_END = re.compile(r"(?<=[.?!:])\s+")
_TYPED_APOSTROPHES = re.compile("[’‘`´ʼäëïÄËÏ]")


def find_bad_titles(inspection: Inspection) -> Iterator[Offence]:
    """A title fits a line of a menu, and no two of a language are alike."""
    counts = Counter((wording.language, wording.title) for wording in inspection.wordings)
    for wording in inspection.wordings:
        if not 0 < len(wording.title) <= MOST_TITLE or "\n" in wording.title:
            yield accuse(wording, f"its title must be one line of at most {MOST_TITLE} characters")
        if counts[wording.language, wording.title] > 1:
            yield accuse(wording, "another answer has the same title")


def find_bad_characters(inspection: Inspection) -> Iterator[Offence]:
    """Composed Unicode without emoji and invisible characters; in Mayan languages the plain apostrophe."""
    for wording in inspection.wordings:
        text = "\n".join((wording.title, *bodies(wording)))
        if unicodedata.normalize("NFC", text) != text:
            yield accuse(wording, "must be composed Unicode (NFC)")
        if has_unwanted_sign(text):
            yield accuse(wording, "has an emoji or an invisible character")
        if inspection.rules.languages.is_mayan(wording.language) and _TYPED_APOSTROPHES.search(text):
            yield accuse(wording, "write the apostrophe as ' and no ä ë ï")


def find_dead_ends(inspection: Inspection) -> Iterator[Offence]:
    """The last sentences of a text say what to do next."""
    for wording in inspection.wordings:
        for body in (inspection.filling.fill(wording), wording.short, wording.whatsapp):
            end = plain(" ".join(_SENTENCE_END.split((body or "").strip())[-LAST_SENTENCES:]))
            patterns = inspection.words.way_on
            is_text = body and wording.answer != WEEKDAYS
            if is_text and wording.language in patterns and not find_word(patterns, [wording.language], end):
                yield accuse(wording, "ends without a way on: what to ask next, or PERSON")


def find_promises(inspection: Inspection) -> Iterator[Offence]:
    """No text promises safety, time or result, tells to keep a secret, or asks for what we must not have."""
    for wording in inspection.wordings:
        for body in (wording.title, *bodies(wording)):
            if found := find_word(inspection.words.forbidden, [wording.language], plain(body)):
                yield accuse(wording, f'says "{found}", which no text may say')


def find_against_facts(inspection: Inspection) -> Iterator[Offence]:
    """No text says what the facts of its entry forbid."""
    for wording in inspection.wordings:
        spot = inspection.words.spots.get(wording.answer)
        for body in bodies(wording) if spot else ():
            if spot and (found := find_word(spot.words, [wording.language, ANY], plain(body))):
                yield accuse(wording, f'says "{found}": {spot.why}')


def find_nameless_lines(inspection: Inspection) -> Iterator[Offence]:
    """Who names a phone line says who runs it, unless a life is at risk."""
    for wording in inspection.wordings:
        if not inspection.entry_of(wording).is_crisis and wording.answer != "system.crisis":
            yield from _find_nameless(inspection, wording)


def _find_nameless(inspection: Inspection, wording: Wording) -> Iterator[Offence]:
    reference = inspection.rules.reference
    for body in bodies(wording):
        for number in sorted(find_lines(body) - {inspection.words.emergency}):
            line = reference.find_hotline(number)
            patterns = inspection.words.operators.get(line.operator, {}) if line else {}
            if line and not find_word(patterns, [wording.language], plain(body)):
                yield accuse(wording, f"names {number} and must say who runs it: {line.operator}")


def find_danger_without_emergency(inspection: Inspection) -> Iterator[Offence]:
    """A text of danger names the emergency number, in each of its forms."""
    number = inspection.words.emergency
    for wording in inspection.wordings:
        if inspection.entry_of(wording).is_crisis and not all(number in find_lines(body) for body in bodies(wording)):
            yield accuse(wording, f"is a text of danger and must name {number}")
