"""What becomes of a move, and how a case ends."""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of a move."""

    DONE = "done"
    TAKEN_BY_OTHER = "taken_by_other"
    NOT_ALLOWED = "not_allowed"  # not from here, or not by this caseworker
    GONE = "gone"  # no such case, another organisation's, behind a wall, or its person was forgotten


class Ending(StrEnum):
    """How a case ended, as its owner says."""

    HELPED = "helped"
    REFERRED = "referred"
    UNREACHABLE = "unreachable"
    NOT_NEEDED = "not_needed"
    DUPLICATE = "duplicate"
    OTHER = "other"
