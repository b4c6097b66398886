"""Pages: caseworkers called by text to an urgent case, one after another, until somebody has it.

The case's `page_due_at` says when the next one is called; a page is written in the transaction that puts its text in
line and moves that time, so two processes call once, and a restart goes on where it was.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from conversation.language.languages import Languages
from conversation.messages import CaseStatus, Urgency
from conversation.staffing.paging import Call, PageStep, choose_call
from conversation.staffing.routing import Choice, Need, choose_worker
from conversation.staffing.telling import Notice, StaffPhones
from store.cases.events import EventKind, add_event
from store.staffing.assigning import give_to
from store.staffing.needs import read_need
from store.staffing.roster import Roster, keep_place, read_roster
from store.staffing.turns import take_up
from store.tables import Case, CaseEvent, Page
from store.tables.base import new_id

_ASKED_BEFORE_ROTA = 2  # of those who are at work; then the rota's turn comes
_NEW_ALARM = (EventKind.CLAIMED, EventKind.RELEASED, EventKind.ACCEPTED, EventKind.REOPENED)


def find_due(session: Session, organisation_id: str, now: datetime) -> Sequence[str]:
    """Return the cases for which somebody is to be called now, the longest due first."""
    return session.scalars(
        select(Case.id)
        .where(
            Case.organisation_id == organisation_id,
            Case.status.in_([CaseStatus.WAITING, CaseStatus.CLAIMED]),
            Case.urgency == Urgency.PAGE_NOW,
            Case.page_due_at <= now,
            Case.conversation_id.is_not(None),
        )
        .order_by(Case.page_due_at)
    ).all()


def page(session: Session, phones: StaffPhones, languages: Languages, case_id: str, now: datetime) -> Call | None:
    """Call whoever is next. None: nobody need be called, or another process does it."""
    case = session.get(Case, case_id)
    if case is None or case.page_due_at is None or case.page_due_at > now or case.status == CaseStatus.CLOSED:
        return None
    if case.status == CaseStatus.CLAIMED and case.waiting_since is None:  # its owner has answered the person
        if take_up(session, case, ()) is not None:
            acknowledge(session, case_id, now=now)
        return None
    need, roster = read_need(session, languages, case), read_roster(session, case.organisation_id, now)
    called = _read_called(session, case_id)
    successor = _find_successor(need, roster, case, called)
    responsible = case.owner_id if case.status == CaseStatus.CLAIMED else case.assigned_to_id
    if successor is not None:
        responsible = successor.worker
    call = choose_call(need, roster.workers, responsible=responsible, called=called)
    locked = take_up(session, case, call.workers)
    if locked is None:
        return None
    if successor is not None:
        _hand_on(session, locked, successor, roster, now)
    _call(session, phones, locked, call, now)
    return call


def acknowledge(session: Session, case_id: str, *, now: datetime) -> None:
    """End the alarm of a case: somebody has it, or has answered."""
    session.execute(update(Case).where(Case.id == case_id).values(page_due_at=None))
    open_pages = Page.case_id == case_id, Page.answered_at.is_(None)
    session.execute(update(Page).where(*open_pages).values(answered_at=now))


def add_page(session: Session, case_id: str, caseworker_id: str, step: str, now: datetime) -> None:
    """Write that somebody was called."""
    session.execute(
        insert(Page).values(id=new_id(), case_id=case_id, caseworker_id=caseworker_id, step=step, sent_at=now)
    )


def _call(session: Session, phones: StaffPhones, case: Case, call: Call, now: datetime) -> None:
    reached = False
    for caseworker_id in call.workers:
        add_page(session, case.id, caseworker_id, call.step, now)
        told = phones.tell(session, caseworker_id=caseworker_id, case_id=case.id, notice=Notice.CASE, now=now)
        reached = reached or told
    goes_on = call.step in (PageStep.ON_CALL, PageStep.NOBODY)
    case.page_due_at = now + call.again_after if reached or goes_on else now  # a phone that takes no texts: the next
    if call.workers or not _was_nobody(session, case.id):
        details = {"step": call.step, "to": list(call.workers), "reached": reached}
        add_event(session, case.id, EventKind.PAGED, details=details, now=now)
    session.flush()


def _find_successor(need: Need, roster: Roster, case: Case, called: dict[str, datetime]) -> Choice | None:
    """Return who is asked in place of somebody at work who was called and did not come; None: the rota is called."""
    asked = case.assigned_to_id
    if case.status != CaseStatus.WAITING or asked is None or asked not in called or len(called) >= _ASKED_BEFORE_ROTA:
        return None
    there = [worker for worker in roster.workers if worker.reachable]
    choice = choose_worker(replace(need, excluded=need.excluded | frozenset(called)), there)
    return choice if choice.worker is not None else None


def _hand_on(session: Session, case: Case, successor: Choice, roster: Roster, now: datetime) -> None:
    worker = roster.find(successor.worker)
    if worker is not None:
        keep_place(session, worker, now)
    details = {"from": case.assigned_to_id, "to": successor.worker, "why": successor.why}
    give_to(session, case, successor, now)
    add_event(session, case.id, EventKind.REASSIGNED, details=details, now=now)


def _read_called(session: Session, case_id: str) -> dict[str, datetime]:
    """Return who was called in the alarm that goes on: since the case last changed hands or an alarm was answered."""
    of_case = Page.case_id == case_id
    handed = CaseEvent.case_id == case_id, CaseEvent.kind.in_(_NEW_ALARM)
    moments = (
        session.scalar(select(func.max(CaseEvent.at)).where(*handed)),
        session.scalar(select(func.max(Page.answered_at)).where(of_case)),
    )
    pages = select(Page.caseworker_id, func.max(Page.sent_at)).where(of_case, Page.answered_at.is_(None))
    if known := [moment for moment in moments if moment is not None]:
        pages = pages.where(Page.sent_at >= max(known))
    return dict(session.execute(pages.group_by(Page.caseworker_id)).all())


def _was_nobody(session: Session, case_id: str) -> bool:
    """Return whether the last event of paging already says that there is nobody to call."""
    paged = CaseEvent.case_id == case_id, CaseEvent.kind == EventKind.PAGED
    last = session.scalar(select(CaseEvent.details).where(*paged).order_by(CaseEvent.at.desc()).limit(1))
    return last is not None and last.get("step") == PageStep.NOBODY
