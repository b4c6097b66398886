"""The one door to a case: organisation, role, discipline and the wall around a child. Every read is written down.

Absent and forbidden look the same from outside.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus, Urgency
from store.audit import READ, has_read, record, record_read
from store.cases.outcomes import Outcome
from store.cases.walls import walled_from
from store.conversations import hold, list_joining
from store.sealing.vault import Vault
from store.staff.staff import Role, Staff
from store.tables import Case, CaseMember, Conversation

LEADING = frozenset({Role.SUPERVISOR})  # they see every case of their organisation, but no walled note
_WORKING = LEADING | {Role.CASEWORKER}  # reviewers of wordings and administrators of accounts see no person
_ANYBODYS = ("community", "service")  # disciplines that need no training of their own


@dataclass(frozen=True, slots=True)
class Member:
    """Someone on a case besides its owner."""

    caseworker_id: str
    discipline: str
    since: datetime


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as somebody may see it; no words of the person, and nothing of their household."""

    id: str
    organisation_id: str
    conversation_id: str | None
    code: str
    topic: str
    discipline: str
    language: str | None
    state: str | None
    role: str | None
    urgency: Urgency
    reason: str
    status: CaseStatus
    owner_id: str | None
    assigned_to_id: str | None
    offered_to_id: str | None
    interpreter_needed: bool
    opened_at: datetime
    claimed_at: datetime | None
    closed_at: datetime | None
    waiting_since: datetime | None
    reply_due_at: datetime | None
    clock_step: str | None
    snoozed_until: datetime | None
    opening: str | None
    outcome: str | None
    first_reply_at: datetime | None
    members: tuple[Member, ...] = ()

    def has_on_it(self, caseworker_id: str) -> bool:
        """Return whether somebody is its owner or a member."""
        return caseworker_id == self.owner_id or any(caseworker_id == one.caseworker_id for one in self.members)


def get_case_for(
    session: Session, vault: Vault, caseworker: Staff, case: str, *,
    now: datetime, act: str = READ, sign_in: str | None = None,
) -> CaseFile | None:  # fmt: skip
    """Return a case by its id or its code, if this caseworker may see it; the read is written into the audit.

    `vault` is not used for what a case itself holds; the door takes it so that no caller opens words without it.

    Args:
        sign_in: id of the browser's sign-in: in one of them the same read is written down once in a quarter of an hour.
    """
    found = _find_visible(session, caseworker, case)
    if found is not None and sign_in is not None and act == READ:
        record_read(session, found.organisation_id, actor=caseworker.id, case_id=found.id, sign_in=sign_in, now=now)
    elif found is not None:
        record(
            session, found.organisation_id,
            actor=caseworker.id, act=act, subject_kind="case", subject_id=found.id, now=now,
        )  # fmt: skip
    return found


def find_open_case(session: Session, caseworker: Staff, case: str, *, sign_in: str, now: datetime) -> CaseFile | None:
    """Return a case as `get_case_for` does when its read is in the audit already, so that nothing is to be written.

    None: it is not, or the case is not there for this caseworker; `get_case_for` tells which.
    """
    found = _find_visible(session, caseworker, case)
    if found is None:
        return None
    told = {"actor": caseworker.id, "case_id": found.id, "sign_in": sign_in}
    return found if has_read(session, found.organisation_id, **told, now=now) else None


def _find_visible(session: Session, caseworker: Staff, case: str) -> CaseFile | None:
    named = or_(Case.id == case, Case.code == case.strip().upper())
    row = session.execute(
        select(Case, Conversation.role, Conversation.state)
        .outerjoin(Conversation, Conversation.id == Case.conversation_id)
        .where(named, visible_to(caseworker))
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    found, role, state = row
    return _to_file(found, role=role, state=found.state or state, members=list_members(session, found.id))


def visible_to(caseworker: Staff) -> ColumnElement[bool]:
    """Return the condition under which a case may be seen by somebody, for every query that lists cases."""
    if not caseworker.active or caseworker.role not in _WORKING:
        return false()
    ours = Case.organisation_id == caseworker.organisation_id
    if caseworker.role in LEADING:
        return and_(ours, ~walled_from(caseworker.id))
    waiting = Case.status == CaseStatus.WAITING
    unclaimed = and_(waiting, or_(_is_open_to(caseworker), Case.assigned_to_id == caseworker.id))
    theirs = or_(
        Case.owner_id == caseworker.id,
        Case.offered_to_id == caseworker.id,
        exists().where(CaseMember.case_id == Case.id, CaseMember.caseworker_id == caseworker.id),
    )
    return and_(ours, or_(theirs, unclaimed), ~walled_from(caseworker.id))


def _is_open_to(caseworker: Staff) -> ColumnElement[bool]:
    """Return the condition under which a case is for somebody to take while it waits: their discipline, or danger."""
    disciplines = [*caseworker.disciplines, *_ANYBODYS]
    fits = true() if not caseworker.disciplines else Case.discipline.in_(disciplines)
    return or_(fits, Case.urgency == Urgency.PAGE_NOW)


def find_inside(caseworker: Staff, case: CaseFile) -> frozenset[str]:
    """Return the disciplines whose walled words on a case somebody may read: theirs, if they are on it."""
    if not case.has_on_it(caseworker.id):
        return frozenset()
    held = {one.discipline for one in case.members if one.caseworker_id == caseworker.id}
    return frozenset(held | set(caseworker.disciplines))


def may_take(session: Session, case_id: str, caseworker: Staff) -> bool:
    """Return whether a case may become somebody's: same organisation, at work, not behind the wall.

    Whoever is asked need not see it before: a transfer may go to another discipline.
    """
    if not caseworker.active or caseworker.role not in _WORKING:
        return False
    open_to_them = Case.id == case_id, Case.organisation_id == caseworker.organisation_id, ~walled_from(caseworker.id)
    return session.scalar(select(Case.id).where(*open_to_them)) is not None


def may_see(session: Session, case_id: str, caseworker: Staff) -> bool:
    """Return whether somebody may see a case now."""
    return session.scalar(select(Case.id).where(Case.id == case_id, visible_to(caseworker))) is not None


def may_race(session: Session, case_id: str, caseworker: Staff) -> bool:
    """Return whether somebody who comes too late is told by whom a case is looked after: they could have had it."""
    theirs = Case.assigned_to_id == caseworker.id
    if caseworker.role not in LEADING and not session.scalar(
        select(Case.id).where(Case.id == case_id, or_(theirs, _is_open_to(caseworker)))
    ):
        return False
    return may_take(session, case_id, caseworker)


def lock_case(session: Session, case_id: str, caseworker: Staff | None) -> Case | None:
    """Hold the case's conversation, then the case, until the transaction ends; None: not there for this caseworker.

    One that is claimed by somebody else is returned too: who came second is told so.
    """
    conversation_id = session.scalar(select(Case.conversation_id).where(Case.id == case_id))
    if conversation_id is None:  # no such case, or only its shell: its person has been forgotten
        return None
    for one in list_joining(session, conversation_id):
        hold(session, one)  # a bot's reply there must be seen too (I4)
    hold(session, conversation_id)
    case = session.scalar(
        select(Case)
        .where(Case.id == case_id, Case.conversation_id == conversation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return case if case and (caseworker is None or may_take(session, case_id, caseworker)) else None


def is_on(session: Session, case: Case, caseworker: Staff) -> bool:
    """Return whether somebody is the owner of a case or a member."""
    members = list_members(session, case.id)
    return case.owner_id == caseworker.id or any(one.caseworker_id == caseworker.id for one in members)


def lock_own(session: Session, case_id: str, caseworker: Staff) -> Case | Outcome:
    """Return a case as `lock_case` does, for who is on it: its owner and its members; else why not."""
    case = lock_case(session, case_id, caseworker)
    if case is None:
        return Outcome.GONE
    return case if is_on(session, case, caseworker) else Outcome.NOT_ALLOWED


def list_members(session: Session, case_id: str) -> tuple[Member, ...]:
    """Return who is on a case besides its owner, longest first."""
    rows = select(CaseMember).where(CaseMember.case_id == case_id).order_by(CaseMember.since)
    return tuple(Member(row.caseworker_id, row.discipline, row.since) for row in session.scalars(rows))


def _to_file(case: Case, *, role: str | None, state: str | None, members: tuple[Member, ...]) -> CaseFile:
    return CaseFile(
        id=case.id, organisation_id=case.organisation_id, conversation_id=case.conversation_id, code=case.code,
        topic=case.topic, discipline=case.discipline, language=case.language, state=state, role=role,
        urgency=Urgency(case.urgency), reason=case.reason, status=CaseStatus(case.status), owner_id=case.owner_id,
        assigned_to_id=case.assigned_to_id, offered_to_id=case.offered_to_id,
        interpreter_needed=case.interpreter_needed, opened_at=case.opened_at, claimed_at=case.claimed_at,
        closed_at=case.closed_at, waiting_since=case.waiting_since, reply_due_at=case.reply_due_at,
        clock_step=case.clock_step, snoozed_until=case.snoozed_until, opening=case.opening, outcome=case.outcome,
        first_reply_at=case.first_reply_at, members=members,
    )  # fmt: skip
