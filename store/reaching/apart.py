"""Two conversations that must not be made one: the sponsor writes in one of them and not in the other (I10)."""

from sqlalchemy import ColumnElement, and_, func, or_

from store.tables import Conversation

SPONSOR = "sponsor"


def are_apart(here: type[Conversation], there: type[Conversation]) -> ColumnElement[bool]:
    """Return whether who writes `there` is known to be on another side than who writes `here`.

    Asked each time, not only when somebody agrees to a way: who writes from a number may be told later. One of whom
    nothing is known `there` is taken for the person of `here`.
    """
    is_sponsor, theirs = _is_sponsors(here), func.coalesce(there.role, "")
    return or_(and_(~is_sponsor, theirs == SPONSOR), and_(is_sponsor, theirs.not_in(["", SPONSOR])))


def is_other_side(here: type[Conversation], there: type[Conversation]) -> ColumnElement[bool]:
    """Return whether one of two is the sponsor's and the other is not, as the wall around a child draws it."""
    return _is_sponsors(here) != _is_sponsors(there)


def _is_sponsors(one: type[Conversation]) -> ColumnElement[bool]:
    return func.coalesce(one.role, "") == SPONSOR
