"""Marks: what a page of the inbox shows, summed up in sixteen digits that change whenever it does.

Nothing here depends on a clock: times are written by whoever acts and become visible when they commit, maybe later and
in another order. A conversation counts its own messages (`seq`); events are compared by their ids.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from store.tables import Case, CaseEvent, Conversation, OutboxEntry

_NEWEST = (
    50  # events of an organisation that are compared; what commits later than so many others is seen with the next
)
_AT_ONCE = 400  # ids in one statement


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page shows: one case, or with `case_id` None the queues of an organisation."""

    organisation_id: str
    case_id: str | None = None


def read_marks(session: Session, subjects: Collection[Subject]) -> dict[Subject, str]:
    """Return the mark of each subject; of a case that is gone, or of another organisation, there is none."""
    organisations = {one.organisation_id for one in subjects if one.case_id is None}
    marks = {Subject(one): _hash(_queue_facts(session, one)) for one in organisations}
    cases = {one.case_id: one for one in subjects if one.case_id is not None}
    for some in batched(sorted(cases), _AT_ONCE):
        facts = _case_facts(session, some)
        marks |= {cases[case_id]: _hash(found) for case_id, found in facts.items() if _is_of(cases[case_id], found)}
    return marks


def read_mark(session: Session, subject: Subject) -> str:
    """Return the mark of one subject, "" when there is none."""
    return read_marks(session, [subject]).get(subject, "")


def _queue_facts(session: Session, organisation_id: str) -> Iterator[Any]:
    is_ours = exists().where(Case.id == CaseEvent.case_id, Case.organisation_id == organisation_id)
    newest = select(CaseEvent.id).where(is_ours)  # not joined: the newest are found first, their cases then
    return iter(session.scalars(newest.order_by(CaseEvent.at.desc(), CaseEvent.id).limit(_NEWEST)))


def _case_facts(session: Session, case_ids: Collection[str]) -> dict[str, list[Any]]:
    """Return by case id what its page shows, its organisation first."""
    facts: dict[str, list[Any]] = {}
    of_case = (
        select(
            Case.id, Case.organisation_id, Case.conversation_id, Case.status, Case.owner_id, Case.urgency,
            Case.offered_to_id, Case.assigned_to_id, Case.opening, Case.waiting_since, Case.reply_due_at,
            Case.clock_step, Case.snoozed_until, Case.interpreter_needed, Case.language, Case.state, Case.discipline,
            Conversation.seq, Conversation.role, Conversation.last_inbound_at,
        )
        .outerjoin(Conversation, Conversation.id == Case.conversation_id)
        .where(Case.id.in_(case_ids))
    )  # fmt: skip
    for row in session.execute(of_case):
        facts[row.id] = list(row[1:])
    of_conversation: dict[str, list[str]] = {}
    for case_id, found in facts.items():
        if found[1]:
            of_conversation.setdefault(found[1], []).append(case_id)
    events = _count(CaseEvent.case_id, CaseEvent.id, CaseEvent.at, case_ids)
    sendings = _count(OutboxEntry.conversation_id, OutboxEntry.id, OutboxEntry.updated_at, list(of_conversation))
    _add(session, facts, events, lambda case_id: [case_id])
    _add(session, facts, sendings, of_conversation.__getitem__)
    return facts


def _count(key: Any, counted: Any, at: Any, values: Collection[str]) -> Select[Any]:
    return select(key, func.count(counted), func.max(at)).where(key.in_(values)).group_by(key)


def _add(
    session: Session, facts: dict[str, list[Any]], counts: Select[Any], cases_of: Callable[[str], list[str]]
) -> None:
    for row in session.execute(counts):
        for case_id in cases_of(row[0]):
            facts[case_id] += [row[1], row[2]]


def _is_of(subject: Subject, found: list[Any]) -> bool:
    return bool(found[0] == subject.organisation_id)


def _hash(facts: Collection[Any] | Iterator[Any]) -> str:
    return hashlib.sha256("\x1f".join(str(one) for one in facts).encode()).hexdigest()[:16]
