"""What a caseworker is told of a case on their own phone, and the door by which it goes."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Notice(StrEnum):
    CASE = "case"  # you are asked to take it; for an urgent one this is the page
    REMIND = "remind"  # it still waits for you
    MOVED = "moved"  # it waits for somebody else now
    ESCALATED = "escalated"  # nobody has answered


class StaffPhones(Protocol):
    """Puts texts to caseworkers in line, inside the caller's own transaction.

    `session` is the sqlalchemy.orm.Session of that transaction (typed Any: this room knows no database).
    """

    def tell(self, session: Any, *, caseworker_id: str, case_id: str, notice: Notice, now: datetime) -> bool:
        """Put one text in line. False: they have no phone that texts may go to."""
