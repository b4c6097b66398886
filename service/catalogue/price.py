"""Rules: a text is short, and plain to read."""

from collections.abc import Iterator
from statistics import mean

from conversation.answers.wording import WEEKDAYS
from service.catalogue.costs import add_up, group_by_language
from service.catalogue.filling import count_sms_segments
from service.catalogue.inspection import Inspection, Offence, accuse
from service.catalogue.limits import MOST_WHATSAPP, most_segments
from service.catalogue.reading_grade import measure_grade

MEDIAN_SEGMENTS = 2
MOST_GRADE, MEAN_GRADE = 8.0, 5.0  # years of school


def find_long(inspection: Inspection) -> Iterator[Offence]:
    """A text fits its segments as sent: three, danger two, the short form and the first notice one."""
    for wording, cost in zip(inspection.wordings, inspection.costs, strict=True):
        most = most_segments(inspection.entry_of(wording))
        if cost.segments > most:
            hint = f": {cost.saving}" if cost.saving else ""
            yield accuse(wording, f"takes {cost.segments} segments of at most {most}{hint}")
        if wording.short and count_sms_segments(wording.short) > 1:
            yield accuse(wording, f"its short form takes {count_sms_segments(wording.short)} segments of one")
        if wording.whatsapp and len(wording.whatsapp) > MOST_WHATSAPP:
            yield accuse(wording, f"its text for WhatsApp is longer than {MOST_WHATSAPP} characters")


def find_dear_languages(inspection: Inspection) -> Iterator[Offence]:
    """Half the texts of a language take two segments or less."""
    for language, costs in group_by_language(inspection.costs).items():
        if (median := add_up(costs).median_segments) > MEDIAN_SEGMENTS:
            yield Offence("all texts", language, f"their median is {median} segments")


def find_hard_to_read(inspection: Inspection) -> Iterator[Offence]:
    """English and Spanish texts ask for few years of school, each and together."""
    grades: dict[str, list[float]] = {}
    for wording in inspection.wordings:
        grade = measure_grade(inspection.filling.fill(wording), wording.language)
        if grade is not None:
            grades.setdefault(wording.language, []).append(grade)
        if grade is not None and grade > MOST_GRADE and wording.answer != WEEKDAYS:
            yield accuse(wording, f"asks for {grade:.1f} years of school: shorter sentences, plainer words")
    for language, found in grades.items():
        if mean(found) > MEAN_GRADE:
            yield Offence("all texts", language, f"they ask for {mean(found):.1f} years of school")
