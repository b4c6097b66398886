"""The open questions under reminders, as rows: closed when their date moves, copied to where the answer comes from."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from conversation.appointments.questions import DETAILS, KEPT_OPEN, REMINDER
from conversation.messages import OpenQuestion
from store.conversations import save_question
from store.reaching.sms_way import AgreedWay
from store.tables import Conversation, OpenQuestionRow


def close_question_of(session: Session, appointment_id: str, *conversation_ids: str) -> None:
    """Close what was asked under a reminder of a date that has changed: "1" would confirm the day that was."""
    asked = select(OpenQuestionRow).where(
        OpenQuestionRow.conversation_id.in_(conversation_ids), OpenQuestionRow.kind.in_([REMINDER, DETAILS])
    )
    about = [row.id for row in session.scalars(asked) if appointment_id in row.choices]
    if about:
        session.execute(delete(OpenQuestionRow).where(OpenQuestionRow.id.in_(about)))


def copy_question(session: Session, conversation_id: str, way: AgreedWay) -> None:
    """Open the question under a reminder where its text goes instead, unless another question is open there."""
    asked = session.scalar(
        select(OpenQuestionRow).where(
            OpenQuestionRow.conversation_id == conversation_id, OpenQuestionRow.kind.in_(KEPT_OPEN)
        )
    )
    talk = Conversation.address_id == way.sms_address_id, Conversation.sender == way.sender
    there = session.scalar(select(Conversation.id).where(*talk))
    if asked is None or there is None:
        return
    waiting = session.scalar(select(OpenQuestionRow).where(OpenQuestionRow.conversation_id == there))
    if waiting is None or waiting.kind in KEPT_OPEN:
        save_question(session, there, OpenQuestion(asked.kind, tuple(asked.choices), asked.expires_at))
