"""Lists of cases: what each caseworker may see, most urgent first. No words of a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy import case as choose
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus, Urgency
from store.cases.access import visible_to
from store.cases.opening import RANKS
from store.cases.states import Phase, find_phase
from store.staff.staff import Staff
from store.tables import Address, Case, CaseMember, Conversation

PAGE_LENGTH = 50
_URGENCY_ORDER = choose({urgency.value: rank for urgency, rank in RANKS.items()}, value=Case.urgency)


class Queue(StrEnum):
    MINE = "mine"
    UNCLAIMED = "unclaimed"
    URGENT = "urgent"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None leaves it open.

    Attributes:
        number_key: of one exact number: store/people.py, find_number_key.
        opened_from, opened_until: aware times; the second is not included.
        closed: list closed cases instead of open ones.
    """

    code: str | None = None
    number_key: str | None = None
    language: str | None = None
    discipline: str | None = None
    state: str | None = None
    urgency: Urgency | None = None
    opened_from: datetime | None = None
    opened_until: datetime | None = None
    closed: bool = False


_OPEN_CASES = Filters()


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case as a list shows it: no words of the person. `role`: who wrote last, as far as it was told."""

    id: str
    code: str
    status: str
    phase: Phase
    urgency: str
    discipline: str
    topic: str
    reason: str
    language: str | None
    state: str | None
    opened_at: datetime
    owner_id: str | None
    offered_to_id: str | None
    waiting_since: datetime | None
    reply_due_at: datetime | None
    snoozed_until: datetime | None
    interpreter_needed: bool
    last_inbound_at: datetime | None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some lines of a queue; `more`: there is a next page."""

    lines: tuple[CaseLine, ...]
    more: bool


def list_queue(
    session: Session, caseworker: Staff, queue: Queue, *, filters: Filters = _OPEN_CASES, page: int = 1, now: datetime
) -> QueuePage:
    """Return a page (from 1) of a queue: urgent first, then who waits longest; laid aside cases last."""
    asleep = choose((Case.snoozed_until > now, 1), else_=0)
    since = func.coalesce(Case.waiting_since, Case.opened_at)
    order = (Case.closed_at.desc(),) if filters.closed else (asleep, _URGENCY_ORDER, since)
    rows = session.execute(
        _SELECT.where(visible_to(caseworker), *_of_queue(queue, caseworker), *_narrow(filters))
        .order_by(*order, Case.id)
        .offset((max(page, 1) - 1) * PAGE_LENGTH)
        .limit(PAGE_LENGTH + 1)
    ).all()
    lines = tuple(_to_line(case, conversation) for case, conversation in rows[:PAGE_LENGTH])
    return QueuePage(lines, more=len(rows) > PAGE_LENGTH)


def count_queues(session: Session, caseworker: Staff) -> Mapping[Queue, int]:
    """Return how many open cases each queue holds."""
    open_ones = visible_to(caseworker), Case.status != CaseStatus.CLOSED
    sums = [func.sum(choose((and_(true(), *_of_queue(queue, caseworker)), 1), else_=0)) for queue in Queue]
    counts = session.execute(select(*sums).where(*open_ones)).one()
    return {queue: int(count or 0) for queue, count in zip(Queue, counts, strict=True)}


def list_cases(session: Session, organisation_id: str, *, closed: bool = False) -> Sequence[CaseLine]:
    """Return the cases of an organisation for its operator, most urgent first, then oldest."""
    rows = session.execute(
        _SELECT.where(Case.organisation_id == organisation_id, (Case.status == CaseStatus.CLOSED) == closed)
        .order_by(_URGENCY_ORDER, Case.opened_at)
    )  # fmt: skip
    return [_to_line(case, conversation) for case, conversation in rows]


_SELECT = select(Case, Conversation).outerjoin(Conversation, Conversation.id == Case.conversation_id)


def _of_queue(queue: Queue, caseworker: Staff) -> tuple[ColumnElement[bool], ...]:
    on_it = Case.id.in_(select(CaseMember.case_id).where(CaseMember.caseworker_id == caseworker.id))
    offered = Case.offered_to_id == caseworker.id
    asked = and_(Case.assigned_to_id == caseworker.id, Case.status == CaseStatus.WAITING)
    match queue:
        case Queue.MINE:
            return (or_(Case.owner_id == caseworker.id, offered, asked, on_it),)
        case Queue.UNCLAIMED:
            return (Case.status == CaseStatus.WAITING,)
        case Queue.URGENT:
            return (Case.urgency == Urgency.PAGE_NOW,)
        case Queue.ALL:
            return ()


def _narrow(filters: Filters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [(Case.status == CaseStatus.CLOSED) == filters.closed]
    equal = {
        Case.code: filters.code.strip().upper() if filters.code else None, Case.language: filters.language,
        Case.discipline: filters.discipline, Case.urgency: filters.urgency,
    }  # fmt: skip
    wanted += [column == value for column, value in equal.items() if value]
    if filters.state:
        wanted.append(func.coalesce(Case.state, Conversation.state) == filters.state)
    if filters.opened_from:
        wanted.append(Case.opened_at >= filters.opened_from)
    if filters.opened_until:
        wanted.append(Case.opened_at < filters.opened_until)
    if filters.number_key:
        addresses = select(Address.id).where(Address.number_key == filters.number_key)
        wanted.append(Conversation.address_id.in_(addresses))
    return wanted


def _to_line(case: Case, conversation: Conversation | None) -> CaseLine:
    return CaseLine(
        id=case.id, code=case.code, status=case.status, phase=find_phase(case), urgency=case.urgency,
        discipline=case.discipline, topic=case.topic, reason=case.reason, language=case.language,
        state=case.state or (conversation.state if conversation else None), opened_at=case.opened_at,
        owner_id=case.owner_id, offered_to_id=case.offered_to_id, waiting_since=case.waiting_since,
        reply_due_at=case.reply_due_at, snoozed_until=case.snoozed_until, interpreter_needed=case.interpreter_needed,
        last_inbound_at=conversation.last_inbound_at if conversation else None,
        role=conversation.role if conversation else None,
    )  # fmt: skip
