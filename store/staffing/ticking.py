"""The reply clock at work: a case whose person waits too long is reminded of, reassigned, escalated; all is shown."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.language.languages import Languages
from conversation.messages import CaseStatus, Urgency
from conversation.staffing.clock import Due, Step, find_reply_due, find_step
from conversation.staffing.office import LONGEST_CLOSED, next_opening
from conversation.staffing.paging import PageStep, choose_call
from conversation.staffing.routing import Choice, Need, choose_worker
from conversation.staffing.telling import Notice, StaffPhones
from store.cases import transitions
from store.cases.events import EventKind, add_event
from store.staffing.assigning import give_to
from store.staffing.needs import read_need
from store.staffing.paging import add_page
from store.staffing.roster import Roster, keep_place
from store.staffing.turns import hold_phones, take_up
from store.tables import Case

MOST = 200  # cases in one sweep


def find_due(session: Session, organisation_id: str, now: datetime) -> Sequence[str]:
    """Return the cases whose clock takes a step now; unclaimed urgent ones are paged for instead."""
    return session.scalars(
        select(Case.id)
        .where(
            Case.organisation_id == organisation_id,
            Case.status.in_([CaseStatus.WAITING, CaseStatus.CLAIMED]),
            Case.reply_due_at <= now,
            Case.waiting_since.is_not(None),
            Case.snoozed_until.is_(None),
            Case.conversation_id.is_not(None),
            (Case.status == CaseStatus.CLAIMED) | Case.page_due_at.is_(None),
        )
        .order_by(Case.reply_due_at)
        .limit(MOST)
    ).all()


def find_over(session: Session, organisation_id: str, now: datetime) -> Sequence[str]:
    """Return the snoozed cases whose time has come."""
    asleep = Case.organisation_id == organisation_id, Case.status == CaseStatus.CLAIMED, Case.snoozed_until <= now
    return session.scalars(select(Case.id).where(*asleep, Case.conversation_id.is_not(None)).limit(MOST)).all()


def wake(session: Session, phones: StaffPhones, case_id: str, now: datetime) -> bool:
    """Bring a snoozed case back before its owner. False: it is awake already."""
    case = session.get(Case, case_id)
    if case is None or case.snoozed_until is None or case.owner_id is None:
        return False
    owner_id = case.owner_id
    hold_phones(session, [owner_id])
    if transitions.wake(session, case_id=case_id, caseworker=None, now=now) is not transitions.Outcome.DONE:
        return False
    phones.tell(session, caseworker_id=owner_id, case_id=case_id, notice=Notice.REMIND, now=now)
    return True


def step(
    session: Session, phones: StaffPhones, languages: Languages, roster: Roster, case_id: str, now: datetime
) -> Step | None:
    """Take the step that is due in one case. None: none is, it is put off, or another process took it."""
    case = session.get(Case, case_id)
    if case is None or case.reply_due_at is None or case.reply_due_at > now or case.waiting_since is None:
        return None
    if (later := _put_off(roster, case, now)) is not None:
        if (locked := take_up(session, case, ())) is not None:
            locked.reply_due_at = later
        return None
    need = read_need(session, languages, case)
    responsible = case.owner_id or case.assigned_to_id
    due, successor = _find_due_step(need, roster, case, responsible, now)
    told = _find_told(need, roster, due.step, responsible, successor)
    locked = take_up(session, case, [*told, *filter(None, [responsible])])
    if locked is None:
        return None
    if due.step is Step.REASSIGNED:
        _reassign(session, phones, locked, roster, responsible=responsible, successor=successor, now=now)
    locked.clock_step, locked.reply_due_at = due.step, due.next_at
    if due.step is not Step.REASSIGNED:
        _tell(session, phones, locked, due.step, told, now)
    session.flush()
    return due.step


def _put_off(roster: Roster, case: Case, now: datetime) -> datetime | None:
    """Return when a clock goes on that was set without knowing the office hours; None: it is due indeed."""
    urgency, since = Urgency(case.urgency), case.waiting_since
    if urgency is Urgency.PAGE_NOW or since is None:
        return None
    begun = max(since, case.claimed_at or since)
    in_hours = find_reply_due(roster.office, urgency, begun)
    if case.clock_step is None and in_hours > now:
        return in_hours
    opens = next_opening(roster.office, now)
    if opens is None or opens <= now or opens - now > LONGEST_CLOSED:  # open, or closed for too long to wait for
        return None
    return find_reply_due(roster.office, urgency, now)


def _find_due_step(
    need: Need, roster: Roster, case: Case, responsible: str | None, now: datetime
) -> tuple[Due, Choice | None]:
    """Return the step, and for a reassignment who comes next; somebody who has left is not reminded."""
    urgency, last = Urgency(case.urgency), case.clock_step
    has_left = responsible is not None and roster.find(responsible) is None
    if has_left and last is None:
        last = Step.REMINDED
    due = find_step(roster.office, urgency, last, now, has_worker=responsible is not None)
    if due.step is not Step.REASSIGNED or responsible is None:
        return due, None
    excluded = need.excluded | {responsible}
    choice = choose_worker(replace(need, excluded=excluded), roster.workers)
    if choice.worker is None and not has_left:  # nobody else could: it stays, and a supervisor hears of it
        return find_step(roster.office, urgency, Step.REASSIGNED, now, has_worker=True), None
    return due, choice


def _find_told(
    need: Need, roster: Roster, step: Step, responsible: str | None, successor: Choice | None
) -> tuple[str, ...]:
    if step is Step.REMINDED:
        return (responsible,) if responsible else ()
    if step is Step.REASSIGNED:
        return (successor.worker,) if successor and successor.worker else ()
    if step is Step.SUPERVISOR:
        leading = (one for one in roster.workers if one.role == "supervisor" and one.id not in need.excluded)
        return tuple(sorted(one.id for one in leading if one.id != responsible))
    rota = tuple(one for one in roster.workers if one.on_call and one.id != responsible)
    call = choose_call(need, rota, responsible=None, called={})
    return call.workers if call.step is PageStep.ROTA else ()


def _reassign(
    session: Session, phones: StaffPhones, case: Case, roster: Roster, *,
    responsible: str | None, successor: Choice | None, now: datetime,
) -> None:  # fmt: skip
    """Take a case from who was silent; a claimed one waits again, for who is asked next and for all others."""
    if case.status == CaseStatus.CLAIMED:
        transitions.release(session, case_id=case.id, caseworker=None, now=now, reason="no_reply")
    worker = roster.find(successor.worker) if successor else None
    if successor is None or worker is None:
        case.assigned_to_id = case.assigned_at = None
    else:
        keep_place(session, worker, now)
        give_to(session, case, successor, now)
    details = {"from": responsible, "to": worker.id if worker else None}
    add_event(session, case.id, EventKind.REASSIGNED, details=details, now=now)
    if responsible is not None:
        phones.tell(session, caseworker_id=responsible, case_id=case.id, notice=Notice.MOVED, now=now)
    if worker is not None and case.page_due_at is None:
        phones.tell(session, caseworker_id=worker.id, case_id=case.id, notice=Notice.CASE, now=now)


def _tell(session: Session, phones: StaffPhones, case: Case, step: Step, told: Sequence[str], now: datetime) -> None:
    notice = Notice.REMIND if step is Step.REMINDED else Notice.ESCALATED
    for caseworker_id in told:
        phones.tell(session, caseworker_id=caseworker_id, case_id=case.id, notice=notice, now=now)
        if step is Step.ON_CALL:
            add_page(session, case.id, caseworker_id, step, now)
    kind = EventKind.REMINDED if step is Step.REMINDED else EventKind.ESCALATED
    add_event(session, case.id, kind, details={"step": step, "to": list(told)}, now=now)
