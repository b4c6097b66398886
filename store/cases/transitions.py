"""Every move of a case: the one place where its status and its owner change. docs/handoff-states.md draws it.

Each move holds the conversation first, so that a bot's reply is queued before it or not at all (I4), locks the case,
looks into MOVES whether it is allowed from where the case stands and to who asks, and writes one event.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus, Urgency
from store.audit import record
from store.cases import access
from store.cases.clock import restart_clock, start_clock, stop_clock
from store.cases.events import EventKind, add_event
from store.cases.outcomes import Ending as Ending
from store.cases.outcomes import Outcome as Outcome
from store.cases.states import MOVES as MOVES
from store.cases.states import By as By
from store.cases.states import Move as Move
from store.cases.states import Phase as Phase
from store.cases.states import find_phase as find_phase
from store.staff.staff import Staff
from store.staffing.rest import begin_rest
from store.tables import Case, Conversation, OpenQuestionRow, Page


def claim(session: Session, *, case_id: str, caseworker: Staff, now: datetime) -> Outcome:
    """Take a waiting case: from here until it is closed the bot is silent. Of two who claim at once one wins."""

    def take(case: Case) -> None:
        _give_to(case, caseworker.id, now)
        start_clock(case, now)  # what the bot may not say any more was an answer to somebody
        case.page_due_at = None
        answered = Page.case_id == case.id, Page.answered_at.is_(None)
        session.execute(update(Page).where(*answered).values(answered_at=now))

    return _move(session, Move.CLAIM, case_id, take, EventKind.CLAIMED, caseworker=caseworker, now=now)


def release(
    session: Session, *, case_id: str, caseworker: Staff | None, now: datetime, reason: str = "released"
) -> Outcome:
    """Put a claimed case back among those that wait. `caseworker` None: the service does it; `reason` is a code."""

    def let_go(case: Case) -> None:
        case.status, case.owner_id, case.claimed_at = CaseStatus.WAITING, None, None
        case.offered_to_id = case.offered_at = case.snoozed_until = None
        case.assigned_to_id = case.assigned_at = None
        case.page_due_at = now if case.urgency == Urgency.PAGE_NOW else None
        start_clock(case, now)  # somebody else has to look at it, whoever wrote last
        restart_clock(case, now)

    details = {"reason": reason}
    return _move(
        session, Move.RELEASE, case_id, let_go, EventKind.RELEASED, caseworker=caseworker, now=now, details=details
    )


def offer_transfer(session: Session, *, case_id: str, caseworker: Staff, to: Staff, now: datetime) -> Outcome:
    """Ask another caseworker to take a case over; until they say yes it stays with its owner."""

    def offer(case: Case) -> None:
        case.offered_to_id, case.offered_at, case.snoozed_until = to.id, now, None

    case = access.lock_case(session, case_id, caseworker)
    if case is not None and (to.id == case.owner_id or not access.may_take(session, case_id, to)):
        return Outcome.NOT_ALLOWED
    details = {"to": to.id}
    return _move(
        session, Move.OFFER, case_id, offer, EventKind.OFFERED, caseworker=caseworker, now=now, details=details
    )


def accept_transfer(session: Session, *, case_id: str, caseworker: Staff, now: datetime) -> Outcome:
    """Take over a case that was offered; there is no moment without an owner."""

    def take(case: Case) -> None:
        _give_to(case, caseworker.id, now)

    return _move(session, Move.ACCEPT, case_id, take, EventKind.ACCEPTED, caseworker=caseworker, now=now)


def decline_transfer(session: Session, *, case_id: str, caseworker: Staff | None, now: datetime) -> Outcome:
    """Say no to a case that was offered, or take the offer back; its owner keeps it."""

    def keep(case: Case) -> None:
        case.offered_to_id = case.offered_at = None

    return _move(session, Move.DECLINE, case_id, keep, EventKind.DECLINED, caseworker=caseworker, now=now)


def snooze(session: Session, *, case_id: str, caseworker: Staff, until: datetime, now: datetime) -> Outcome:
    """Lay a case aside until a time; it comes back then, or as soon as its person writes. The bot stays silent."""

    def lay_aside(case: Case) -> None:
        case.snoozed_until = until
        case.reply_due_at = max(until, case.reply_due_at) if case.reply_due_at else None

    if until <= now:
        return Outcome.NOT_ALLOWED
    details = {"until": until.isoformat()}
    return _move(
        session, Move.SNOOZE, case_id, lay_aside, EventKind.SNOOZED, caseworker=caseworker, now=now, details=details
    )


def wake(session: Session, *, case_id: str, caseworker: Staff | None, now: datetime) -> Outcome:
    """Bring a snoozed case back before its owner. `caseworker` None: its time has come."""

    def bring_back(case: Case) -> None:
        case.snoozed_until = None
        restart_clock(case, now)

    return _move(session, Move.WAKE, case_id, bring_back, EventKind.WOKEN, caseworker=caseworker, now=now)


def close(
    session: Session, *, case_id: str, caseworker: Staff | None, outcome: Ending, now: datetime, reason: str = "closed"
) -> Outcome:
    """End a case. With the last claimed one of its conversation the person is back with the bot, which begins anew."""

    def end(case: Case) -> None:
        case.status, case.closed_at, case.outcome = CaseStatus.CLOSED, now, outcome
        case.page_due_at = case.offered_to_id = case.offered_at = case.snoozed_until = None
        stop_clock(case)
        begin_rest(session, case, now)
        session.flush()
        _return_to_bot(session, case.conversation_id)

    details = {"reason": reason, "outcome": outcome}
    return _move(session, Move.CLOSE, case_id, end, EventKind.CLOSED, caseworker=caseworker, now=now, details=details)


def close_by_code(session: Session, organisation_id: str, code: str, *, now: datetime) -> bool:
    """Close a case for the operator at the command line. False: no open case has this code."""
    named = Case.organisation_id == organisation_id, Case.code == code, Case.status != CaseStatus.CLOSED
    case_id = session.scalar(select(Case.id).where(*named))
    if case_id is None:
        return False
    done = close(session, case_id=case_id, caseworker=None, outcome=Ending.OTHER, now=now, reason="command_line")
    return done is Outcome.DONE


def reopen(session: Session, *, case_id: str, caseworker: Staff, now: datetime) -> Outcome:
    """Take a closing back: the case waits again, unless its topic has an open one by now."""

    def open_again(case: Case) -> None:
        case.status, case.owner_id, case.claimed_at, case.closed_at = CaseStatus.WAITING, None, None, None
        case.outcome = None
        case.page_due_at = now if case.urgency == Urgency.PAGE_NOW else None
        start_clock(case, now)

    return _move(session, Move.REOPEN, case_id, open_again, EventKind.REOPENED, caseworker=caseworker, now=now)


def _give_to(case: Case, caseworker_id: str, now: datetime) -> None:
    case.status, case.owner_id, case.claimed_at = CaseStatus.CLAIMED, caseworker_id, case.claimed_at or now
    case.offered_to_id = case.offered_at = case.snoozed_until = None
    restart_clock(case, now)


def _return_to_bot(session: Session, conversation_id: str | None) -> None:
    """Let the bot begin anew: what it asked before the case, and that it was not understood, means nothing now."""
    open_ones = select(Case.id).where(Case.conversation_id == conversation_id, Case.status != CaseStatus.CLOSED)
    if session.scalar(open_ones.limit(1)) is not None:
        return
    anew = {"misunderstood": 0, "last_answer": None, "topic": None, "topic_until": None}
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(**anew))
    session.execute(delete(OpenQuestionRow).where(OpenQuestionRow.conversation_id == conversation_id))


def _move(
    session: Session, move: Move, case_id: str, change: Callable[[Case], None], kind: EventKind, *,
    caseworker: Staff | None, now: datetime, details: Mapping[str, Any] | None = None,
) -> Outcome:  # fmt: skip
    """Carry one move out, or say why not; the same move again by who has made it is done already."""
    case = access.lock_case(session, case_id, caseworker)
    if case is None:
        return Outcome.GONE
    refusal = _refuse(session, move, case, caseworker)
    if refusal is not None:
        return refusal
    change(case)
    by = caseworker.id if caseworker else None
    add_event(session, case.id, kind, caseworker_id=by, details=details, now=now)
    _audit(session, case, f"case.{move}", caseworker, now)
    session.flush()
    return Outcome.DONE


def _refuse(session: Session, move: Move, case: Case, caseworker: Staff | None) -> Outcome | None:
    """Return why a move may not be made, DONE when it was made before, None when it may."""
    rule, phase = MOVES[move], find_phase(case)
    if move is Move.CLAIM and case.status == CaseStatus.CLAIMED:
        if caseworker is None or case.owner_id == caseworker.id:
            return Outcome.TAKEN_BY_OTHER if caseworker is None else Outcome.DONE
        return Outcome.TAKEN_BY_OTHER if access.may_race(session, case.id, caseworker) else Outcome.GONE
    if move is Move.CLAIM and caseworker is not None and not access.may_see(session, case.id, caseworker):
        return Outcome.GONE  # codes are easily guessed: what one may not see one may not take
    if phase not in rule.starts or not rule.by & _find_roles(session, case, caseworker):
        return Outcome.NOT_ALLOWED
    if move is Move.REOPEN and _has_twin(session, case):
        return Outcome.NOT_ALLOWED
    return None


def _find_roles(session: Session, case: Case, caseworker: Staff | None) -> frozenset[By]:
    """Return what somebody is to a case; `None` is the service itself."""
    if caseworker is None:
        return frozenset({By.SERVICE})
    is_it = {
        By.ANYONE: access.may_take(session, case.id, caseworker),
        By.OWNER: case.owner_id == caseworker.id,
        By.OFFERED: case.offered_to_id == caseworker.id,
        By.SUPERVISOR: caseworker.role in access.LEADING,
    }
    return frozenset(by for by, holds in is_it.items() if holds)


def _has_twin(session: Session, case: Case) -> bool:
    twin = Case.conversation_id == case.conversation_id, Case.topic == case.topic, Case.status != CaseStatus.CLOSED
    return session.scalar(select(Case.id).where(*twin).limit(1)) is not None


def _audit(session: Session, case: Case, act: str, caseworker: Staff | None, now: datetime) -> None:
    actor = caseworker.id if caseworker else "service"
    record(session, case.organisation_id, actor=actor, act=act, subject_kind="case", subject_id=case.id, now=now)
