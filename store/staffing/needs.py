"""What a case needs of who takes it: read from the case, its history and its household."""

from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from conversation.language.languages import Languages
from conversation.messages import Urgency
from conversation.staffing.routing import Need
from store.cases.events import EventKind
from store.cases.walls import walled_from
from store.tables import Address, Case, CaseEvent, CaseMember, Caseworker, Conversation, PersonAddress

_GAVE_BACK = (EventKind.RELEASED, EventKind.DECLINED)
_SAFETY = "safety"


def read_need(session: Session, languages: Languages, case: Case) -> Need:
    """Return what a case needs."""
    bridges = languages.chain(case.language)[1:] if case.language else ()
    return Need(
        language=None if case.language in (None, "und") else case.language,
        discipline=case.discipline,
        urgency=Urgency(case.urgency),
        bridges=bridges,
        last_worker=_find_last_worker(session, case),
        excluded=_find_given_back(session, case.id) | _find_walled(session, case),
    )


def _find_last_worker(session: Session, case: Case) -> str | None:
    """Return who had the latest other case of this conversation."""
    return session.scalar(
        select(Case.owner_id)
        .where(Case.conversation_id == case.conversation_id, Case.id != case.id, Case.owner_id.is_not(None))
        .order_by(Case.claimed_at.desc())
        .limit(1)
    )


def _find_given_back(session: Session, case_id: str) -> frozenset[str]:
    gave_back = CaseEvent.kind.in_(_GAVE_BACK), CaseEvent.caseworker_id.is_not(None)
    found = session.scalars(select(CaseEvent.caseworker_id).where(CaseEvent.case_id == case_id, *gave_back))
    return frozenset(one for one in found if one)


def _find_walled(session: Session, case: Case) -> frozenset[str]:
    """Return who must not have a case for what they are to the person's household (I10).

    The door's own rule decides; it is asked of those only who work for somebody nearby, since it looks far.
    """
    if case.discipline != _SAFETY:
        return frozenset()
    nearby = _list_nearby(session, case)
    if not nearby:
        return frozenset()
    each: Any = Caseworker.id
    colleagues = select(Caseworker.id).join(Case, Case.organisation_id == Caseworker.organisation_id)
    return frozenset(session.scalars(colleagues.where(Case.id == case.id, each.in_(nearby), walled_from(each))))


def _list_nearby(session: Session, case: Case) -> list[str]:
    """Return who works on any case of an address with the same number, or of one of the same person."""
    here, there = aliased(PersonAddress), aliased(PersonAddress)
    own = (
        select(Address.id, Address.organisation_id, Address.number_key)
        .join(Conversation, Conversation.address_id == Address.id)
        .where(Conversation.id == case.conversation_id)
    ).subquery()
    of_number = select(Address.id).join(
        own, and_(Address.organisation_id == own.c.organisation_id, Address.number_key == own.c.number_key)
    )
    of_person = (
        select(there.address_id).join(here, here.person_id == there.person_id).join(own, own.c.id == here.address_id)
    )
    addresses = session.scalars(of_number.union(of_person)).all()
    cases = select(Case.id, Case.owner_id).join(Conversation, Conversation.id == Case.conversation_id)
    found = session.execute(cases.where(Conversation.address_id.in_(addresses), Case.id != case.id)).all()
    members = select(CaseMember.caseworker_id).where(CaseMember.case_id.in_([case_id for case_id, _ in found]))
    return sorted({owner_id for _, owner_id in found if owner_id} | set(session.scalars(members)))
