"""School ages by state. Pure."""

from dataclasses import dataclass

from conversation.places.part import UNKNOWN, Part


@dataclass(frozen=True, slots=True)
class SchoolAges:
    """Ages in years; None where the table has no number that may be quoted. `as_of`: year of the source."""

    compulsory_from: int | None
    compulsory_to: int | None
    free_to: int | None
    as_of: str


def tell_free_school(ages: SchoolAges | None) -> Part:
    if ages is None or ages.free_to is None:
        return UNKNOWN
    return Part("system.in_state_free_school", {"age": str(ages.free_to), "as_of": ages.as_of})


def tell_attendance(ages: SchoolAges | None) -> Part:
    if ages is None or ages.compulsory_from is None or ages.compulsory_to is None:
        return UNKNOWN
    values = {"from_age": str(ages.compulsory_from), "to_age": str(ages.compulsory_to), "as_of": ages.as_of}
    return Part("system.in_state_must_attend", values)
