"""What was said in a case: the messages of its conversation up to its closing, and those joined to it by SMS."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from conversation.handoff import SAFE_OPENING
from conversation.messages import Author, CaseStatus
from store.cases.access import CaseFile
from store.conversations import list_joining
from store.tables import Case, Message


@dataclass(frozen=True, slots=True)
class CaseTalk:
    """How the messages of a case are found.

    Attributes:
        newest_first: each conversation counts its own messages, so that two are put in order by time.
        joining: conversations by SMS whose messages join this case.
    """

    condition: ColumnElement[bool]
    newest_first: tuple[Any, ...]
    joining: tuple[str, ...]


def find_talk(session: Session, case: CaseFile) -> CaseTalk:
    """Return how the messages of a case are found that `get_case_for` has returned.

    A closed case ends with its closing: what is said later is of the next one, and of who has that.
    """
    joining = tuple(list_joining(session, case.conversation_id))
    here = Message.conversation_id == case.conversation_id
    if joining:
        ours = select(Case.id).where(Case.conversation_id == case.conversation_id)
        here = or_(here, and_(Message.conversation_id.in_(joining), Message.case_id.in_(ours)))
    if case.status is CaseStatus.CLOSED and case.closed_at is not None:
        here = and_(here, Message.at <= case.closed_at)
    return CaseTalk(here, (Message.at.desc(), Message.seq.desc()) if joining else (Message.seq.desc(),), joining)


def has_written(session: Session, case: CaseFile) -> bool:
    """Return whether a caseworker has written to the person of a case, besides the neutral opening."""
    of_case = Message.case_id == case.id, Message.conversation_id == case.conversation_id
    said = *of_case, Message.author == Author.CASEWORKER, Message.answer.is_distinct_from(SAFE_OPENING)
    return session.scalar(select(Message.id).where(*said).limit(1)) is not None
