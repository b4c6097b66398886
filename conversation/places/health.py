"""Health coverage by state: children whatever their papers, and care in pregnancy. Pure."""

from dataclasses import dataclass

from conversation.places.part import UNKNOWN, Part


@dataclass(frozen=True, slots=True)
class Coverage:
    """A programme of a state that covers children whatever their papers.

    Attributes:
        under_age: the age in years below which they are children there.
        phone: the state's own line; None where no source names one.
        as_of: year or year and month of what the source says ("2025-09").
    """

    program: str
    under_age: int
    phone: str | None
    as_of: str


@dataclass(frozen=True, slots=True)
class PregnancyCare:
    """The state pays for care in pregnancy whatever the papers, by income; `as_of` as in Coverage."""

    as_of: str


def tell_coverage(found: Coverage | None, phone: str) -> Part:
    """Say which programme there is; `phone` is the line for all states, where the state's own is not known."""
    if found is None:
        return UNKNOWN
    values = {"program": found.program, "age": str(found.under_age), "as_of": found.as_of}
    return Part("system.in_state_coverage", {**values, "phone": found.phone or phone})


def tell_pregnancy(found: PregnancyCare | None) -> Part:
    return Part("system.in_state_pregnancy", {"as_of": found.as_of}) if found else UNKNOWN
