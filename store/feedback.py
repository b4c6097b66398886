"""What people say of our answers: kept for reviewers, without a word of theirs beyond the message itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from store.tables import AnswerFeedback
from store.tables.base import new_id


@dataclass(frozen=True, slots=True)
class FeedbackLine:
    """One complaint as a list shows it. `answer`: what had been said before, None when nothing had."""

    at: datetime
    answer: str | None
    language: str
    case_code: str | None


def add_feedback(
    session: Session, *, message_id: str, answer: str | None, language: str, case_code: str | None, now: datetime
) -> None:
    """Note that a message complains about the answer before it."""
    session.execute(
        insert(AnswerFeedback).values(
            id=new_id(), message_id=message_id, answer=answer, language=language, case_code=case_code, at=now
        )
    )


def list_feedback(session: Session) -> Sequence[FeedbackLine]:
    """Return all complaints that are still kept, newest first."""
    rows = session.scalars(select(AnswerFeedback).order_by(AnswerFeedback.at.desc(), AnswerFeedback.id))
    return [FeedbackLine(row.at, row.answer, row.language, row.case_code) for row in rows]
