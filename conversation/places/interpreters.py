"""Organisations that interpret Indigenous languages, as a source names them: a list to begin with, for caseworkers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interpreters:
    """One organisation. Never told to a person: it has to be asked first.

    Attributes:
        place: city or state, "" where no source tells it.
        languages: as the source says it, "" where it does not.
        confirmed: a page was read that says so.
    """

    id: str
    name: str
    place: str
    languages: str
    web: str | None
    confirmed: bool
    note: str
