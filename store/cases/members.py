"""Who is on a case besides its owner: an attorney beside a social worker. And who leaves all cases at once."""

from datetime import datetime

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus
from store.audit import record
from store.cases import access, transitions
from store.cases.events import EventKind, add_event
from store.cases.outcomes import Outcome
from store.staff.staff import Staff
from store.tables import Case, CaseMember
from store.tables.base import new_id


def add_member(
    session: Session, *, case_id: str, caseworker: Staff, member: Staff, discipline: str, now: datetime
) -> Outcome:
    """Bring somebody else onto an open case, for one of their disciplines; they may write to the person too."""
    case = access.lock_case(session, case_id, caseworker)
    if case is None:
        return Outcome.GONE
    is_open = case.status == CaseStatus.CLAIMED
    fits = discipline in member.disciplines and member.id != case.owner_id
    if not (is_open and fits and _leads(case, caseworker) and access.may_take(session, case_id, member)):
        return Outcome.NOT_ALLOWED
    if _is_on(session, case_id, member.id):
        return Outcome.DONE
    values = {"id": new_id(), "case_id": case_id, "caseworker_id": member.id, "discipline": discipline, "since": now}
    session.execute(insert(CaseMember).values(**values))
    _note(session, case, EventKind.MEMBER_ADDED, caseworker, member_id=member.id, discipline=discipline, now=now)
    return Outcome.DONE


def remove_member(session: Session, *, case_id: str, caseworker: Staff, member_id: str, now: datetime) -> Outcome:
    """Take somebody off a case; each may leave by themselves."""
    case = access.lock_case(session, case_id, caseworker)
    if case is None:
        return Outcome.GONE
    if not (_leads(case, caseworker) or caseworker.id == member_id):
        return Outcome.NOT_ALLOWED
    if _is_on(session, case_id, member_id):
        of_member = CaseMember.case_id == case_id, CaseMember.caseworker_id == member_id
        session.execute(delete(CaseMember).where(*of_member))
        _note(session, case, EventKind.MEMBER_REMOVED, caseworker, member_id=member_id, now=now)
    return Outcome.DONE


def leave_all(session: Session, staff_id: str, *, now: datetime) -> int:
    """Take somebody who has left off everything: their cases wait again, offers to them are void. Return how many."""
    theirs = or_(Case.owner_id == staff_id, Case.offered_to_id == staff_id, Case.assigned_to_id == staff_id)
    ids = session.scalars(select(Case.id).where(theirs, Case.status != CaseStatus.CLOSED).order_by(Case.opened_at))
    found = list(ids)
    for case_id in found:
        _leave(session, case_id, staff_id, now)
    session.execute(delete(CaseMember).where(CaseMember.caseworker_id == staff_id))
    return len(found)


def _leave(session: Session, case_id: str, staff_id: str, now: datetime) -> None:
    case = access.lock_case(session, case_id, None)
    if case is None:
        return
    if case.owner_id == staff_id:
        transitions.release(session, case_id=case_id, caseworker=None, reason="left", now=now)
    elif case.offered_to_id == staff_id:
        transitions.decline_transfer(session, case_id=case_id, caseworker=None, now=now)
    if case.assigned_to_id == staff_id:
        case.assigned_to_id = case.assigned_at = None
        session.flush()


def _leads(case: Case, caseworker: Staff) -> bool:
    return case.owner_id == caseworker.id or caseworker.role in access.LEADING


def _is_on(session: Session, case_id: str, caseworker_id: str) -> bool:
    return any(one.caseworker_id == caseworker_id for one in access.list_members(session, case_id))


def _note(
    session: Session, case: Case, kind: EventKind, caseworker: Staff, *,
    member_id: str, discipline: str | None = None, now: datetime,
) -> None:  # fmt: skip
    details = {"member": member_id, "discipline": discipline}
    add_event(session, case.id, kind, caseworker_id=caseworker.id, details=details, now=now)
    record(
        session, case.organisation_id, actor=caseworker.id, act=f"case.{kind}", subject_kind="case",
        subject_id=case.id, details=details, now=now,
    )  # fmt: skip
