"""Which case untagged words from a caseworker's phone may be for, and the question asked when that is not certain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from conversation.messages import Author, CaseStatus
from store.cases.access import visible_to
from store.cases.events import EventKind
from store.cases.queues import CaseLine, Queue, list_queue
from store.conversations import hold
from store.staff.staff import Staff
from store.tables import Case, CaseEvent, Conversation, Message, OpenQuestionRow
from store.tables.base import new_id

UNSETTLED_FOR = timedelta(minutes=30)  # after a case came or went, words without a tag may be meant for the other one
QUESTION_LIVES = timedelta(minutes=10)
MOST_CHOICES = 9  # one digit
MOST_HELD = 5  # messages that one question is about
_WHICH = "staff_which"
_MESSAGE, _CASE = "m:", "c:"
_MOVES = (
    EventKind.CLAIMED, EventKind.RELEASED, EventKind.ACCEPTED, EventKind.CLOSED, EventKind.REOPENED,
    EventKind.REASSIGNED,
)  # fmt: skip
_MEMBERS = (EventKind.MEMBER_ADDED, EventKind.MEMBER_REMOVED)


@dataclass(frozen=True, slots=True)
class Choice:
    """A case that words may be for."""

    case_id: str
    code: str
    topic: str
    discipline: str


@dataclass(frozen=True, slots=True)
class Which:
    """The question that is open: for which of these cases are these messages."""

    message_ids: tuple[str, ...]
    case_ids: tuple[str, ...]


def list_choices(session: Session, worker: Staff, *, now: datetime) -> list[Choice]:
    """Return the cases somebody may mean: theirs, those they were asked to take, and those just texted to them."""
    mine = list_queue(session, worker, Queue.MINE, now=now).lines
    told = (
        select(Case)
        .join(Message, Message.case_id == Case.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Conversation.caseworker_id == worker.id, Message.author == Author.SYSTEM,
            Message.at > now - UNSETTLED_FOR, Case.status != CaseStatus.CLOSED, visible_to(worker),
            or_(Case.status == CaseStatus.WAITING, Case.owner_id == worker.id),
        )
    )  # fmt: skip
    found = {one.id: to_choice(one) for one in (*mine, *session.scalars(told))}
    return list(found.values())


def to_choice(case: Case | CaseLine) -> Choice:
    return Choice(case.id, case.code, case.topic, case.discipline)


def has_just_changed(session: Session, worker: Staff, *, now: datetime) -> bool:
    """Return whether a case became somebody's, or ceased to be, within the last half hour."""
    since = now - UNSETTLED_FOR
    theirs = select(CaseEvent.case_id).where(
        CaseEvent.caseworker_id == worker.id, CaseEvent.kind.in_([EventKind.CLAIMED, EventKind.ACCEPTED])
    )
    moved = CaseEvent.at > since, CaseEvent.kind.in_(_MOVES), CaseEvent.case_id.in_(theirs)
    if session.scalar(select(CaseEvent.id).where(*moved).limit(1)) is not None:
        return True
    members = (
        select(CaseEvent.details)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(Case.organisation_id == worker.organisation_id, CaseEvent.at > since, CaseEvent.kind.in_(_MEMBERS))
    )
    return any((details or {}).get("member") == worker.id for details in session.scalars(members))


def ask_which(
    session: Session, conversation_id: str, message_ids: Sequence[str], choices: Sequence[Choice], *, now: datetime
) -> None:
    """Keep messages until a digit says for which case they are."""
    drop_which(session, conversation_id)
    kept = [*(_MESSAGE + one for one in message_ids[-MOST_HELD:]), *(_CASE + one.case_id for one in choices)]
    session.execute(
        insert(OpenQuestionRow).values(
            id=new_id(), conversation_id=conversation_id, kind=_WHICH, choices=kept, expires_at=now + QUESTION_LIVES
        )
    )


def find_which(session: Session, conversation_id: str, *, now: datetime) -> Which | None:
    """Return the question that is open; None: there is none, or its time is over."""
    row = session.scalar(select(OpenQuestionRow).where(OpenQuestionRow.conversation_id == conversation_id))
    if row is None or row.kind != _WHICH or now >= row.expires_at:
        return None
    return Which(
        tuple(one.removeprefix(_MESSAGE) for one in row.choices if one.startswith(_MESSAGE)),
        tuple(one.removeprefix(_CASE) for one in row.choices if one.startswith(_CASE)),
    )


def drop_which(session: Session, conversation_id: str) -> None:
    """Close the question, whatever it was."""
    hold(session, conversation_id)
    session.execute(delete(OpenQuestionRow).where(OpenQuestionRow.conversation_id == conversation_id))
