"""The wall around a child (I10): whoever helps the sponsor is kept from a child's case of danger, and the reverse."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from store.tables import Address, Case, CaseMember, Conversation, PersonAddress

SAFETY = "safety"  # the discipline of a child in danger
_Talk = type[Conversation]
_Opposite = Callable[[_Talk, _Talk, type[Case]], ColumnElement[bool]]


def walled_from(caseworker_id: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition under which a case is kept from somebody: a child's safety, and they help the sponsor (I10).

    The sponsor is whoever writes as such from another conversation of the same number or of the same person. Whoever
    has such a child's case is kept from the sponsor's in turn, else they would lose the child's.

    Args:
        caseworker_id: an id, or a column of ids.
    """
    return _wall_of(caseworker_id) if isinstance(caseworker_id, str) else _build_wall(caseworker_id)


@lru_cache(maxsize=1024)
def _wall_of(caseworker_id: str) -> ColumnElement[bool]:
    """The same condition, made once: to make it took a third of the time of a page."""
    return _build_wall(caseworker_id)


def _build_wall(caseworker_id: Any) -> ColumnElement[bool]:
    childs = and_(Case.discipline == SAFETY, _is_near(caseworker_id, _helps_sponsor))
    return or_(childs, _is_near(caseworker_id, _helps_child))


def _helps_sponsor(here: _Talk, there: _Talk, _case: type[Case]) -> ColumnElement[bool]:
    return and_(_is_sponsors(there), ~_is_sponsors(here))


def _helps_child(here: _Talk, there: _Talk, case: type[Case]) -> ColumnElement[bool]:
    return and_(_is_sponsors(here), ~_is_sponsors(there), case.discipline == SAFETY)


def _is_sponsors(one: _Talk) -> ColumnElement[bool]:
    return func.coalesce(one.role, "") == "sponsor"


def _is_near(caseworker_id: Any, opposite: _Opposite) -> ColumnElement[bool]:
    """Return whether a case's conversation is of one household with another in which somebody has a case.

    It is looked for from the few cases of the caseworker, once a query, not from the many that are listed.

    Args:
        opposite: given the two conversations and the case they have in the other, whether these must be kept apart.
    """
    here, there = aliased(Conversation), aliased(Conversation)
    home, elsewhere, other = aliased(Address), aliased(Address), aliased(Case)
    one, two = aliased(PersonAddress), aliased(PersonAddress)
    on_it = other.id.in_(select(CaseMember.case_id).where(CaseMember.caseworker_id == caseworker_id))
    kept_apart = (
        select(here.id)
        .join(home, home.id == here.address_id)
        .where(
            or_(other.owner_id == caseworker_id, on_it), other.conversation_id == there.id,
            elsewhere.id == there.address_id, here.id != there.id,  # nobody has a case of another organisation
            opposite(here, there, other),
        )
    )  # fmt: skip
    same_number = home.organisation_id == elsewhere.organisation_id, home.number_key == elsewhere.number_key
    same_person = one.address_id == home.id, two.address_id == elsewhere.id, one.person_id == two.person_id
    either = (kept_apart.where(*same_number), kept_apart.where(*same_person))
    return or_(*(Case.conversation_id.in_(conversations) for conversations in either))
