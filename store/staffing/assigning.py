"""Asking somebody to take a waiting case. It is theirs only when they claim it; until then everybody sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import case as choose
from sqlalchemy import false, or_, select, true
from sqlalchemy.orm import Session

from conversation.language.languages import Languages
from conversation.messages import CaseStatus, Urgency
from conversation.staffing.routing import GENERAL, TAKING_CASES, Choice, WorkerLoad, choose_worker
from conversation.staffing.telling import Notice, StaffPhones
from store.cases.events import EventKind, add_event
from store.cases.opening import RANKS
from store.staffing.needs import read_need
from store.staffing.roster import Roster, keep_place
from store.staffing.turns import take_up
from store.tables import Case

MOST = 100  # cases in one sweep
_URGENCY_ORDER = choose({urgency.value: rank for urgency, rank in RANKS.items()}, value=Case.urgency)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is to be asked to take a case, and as whom they were known when they were chosen."""

    case_id: str
    choice: Choice
    worker: WorkerLoad


def plan_assignments(session: Session, languages: Languages, roster: Roster, now: datetime) -> list[Plan]:
    """Return who is to be asked for which waiting case, the most urgent and oldest first. Reads only."""
    plans = []
    for case in _list_waiting(session, roster):
        choice = choose_worker(read_need(session, languages, case), roster.workers)
        worker = roster.find(choice.worker)
        if worker is not None:
            plans.append(Plan(case.id, choice, worker))
            roster = roster.give(worker.id, Urgency(case.urgency), now)
    return plans


def assign(session: Session, phones: StaffPhones, plan: Plan, now: datetime) -> bool:
    """Ask somebody to take a case. False: case or caseworker is no longer as it was when they were chosen."""
    case = session.get(Case, plan.case_id)
    if case is None or case.status != CaseStatus.WAITING or case.assigned_to_id is not None:
        return False
    locked = take_up(session, case, [plan.worker.id])
    if locked is None or not keep_place(session, plan.worker, now):
        return False
    give_to(session, locked, plan.choice, now)
    details = {"to": plan.worker.id, "why": plan.choice.why, "interpreter": plan.choice.interpreter_needed}
    add_event(session, locked.id, EventKind.ASSIGNED, details=details, now=now)
    if locked.page_due_at is None:  # else they are paged, which says the same
        phones.tell(session, caseworker_id=plan.worker.id, case_id=locked.id, notice=Notice.CASE, now=now)
    return True


def assign_by_hand(
    session: Session, phones: StaffPhones, languages: Languages, *, case: Case, worker: WorkerLoad, now: datetime
) -> bool:  # fmt: skip
    """Ask somebody whom an operator names, whatever their shift and room. False: the case has changed, or a wall."""
    need = read_need(session, languages, case)
    named = replace(worker, on_shift=True, resting=False, load=0, capacity=10, pages=0, page_limit=1, disciplines=())
    choice = choose_worker(replace(need, last_worker=None), [named])
    if choice.worker is None or case.status != CaseStatus.WAITING:
        return False
    case.assigned_to_id = None
    session.flush()
    return assign(session, phones, Plan(case.id, choice, worker), now)


def give_to(session: Session, case: Case, choice: Choice, now: datetime) -> None:
    """Write who is asked; for the other modules of this folder."""
    case.assigned_to_id, case.assigned_at, case.interpreter_needed = choice.worker, now, choice.interpreter_needed
    session.flush()


def pass_on(session: Session, case_id: str, caseworker_id: str, now: datetime) -> bool:
    """Let somebody say no to a case they were asked to take: they are not asked again. False: they were not asked."""
    case = session.get(Case, case_id)
    if case is None or case.status != CaseStatus.WAITING or case.assigned_to_id != caseworker_id:
        return False
    locked = take_up(session, case, [caseworker_id])
    if locked is None:
        return False
    locked.assigned_to_id = locked.assigned_at = None
    if locked.page_due_at is not None:
        locked.page_due_at = now  # the next one is called at once
    add_event(session, case_id, EventKind.DECLINED, caseworker_id=caseworker_id, now=now)
    session.flush()
    return True


def _list_waiting(session: Session, roster: Roster) -> Sequence[Case]:
    """Return cases that nobody was asked to take, of the disciplines in which somebody is there and has room."""
    there = [
        one for one in roster.workers if one.on_shift and one.load < one.capacity and one.role in TAKING_CASES
    ]  # fmt: skip
    if not there:
        return ()
    disciplines = {*GENERAL, *(discipline for one in there for discipline in one.disciplines)}
    anything = true() if any(not one.disciplines for one in there) else false()
    return session.scalars(
        select(Case)
        .where(
            Case.organisation_id == roster.organisation_id,
            Case.status == CaseStatus.WAITING,
            Case.assigned_to_id.is_(None),
            Case.conversation_id.is_not(None),
            or_(anything, Case.discipline.in_(sorted(disciplines))),
        )
        .order_by(_URGENCY_ORDER, Case.opened_at)
        .limit(MOST)
    ).all()
