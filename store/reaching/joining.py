"""What comes by SMS to a case on WhatsApp: shown in its timeline, though its conversation is another. decisions/0045"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus
from store.tables import Case, Message


def mark_joined(session: Session, case_conversation_id: str, *, conversation_id: str, message_id: str) -> None:
    """Note of a message, and of what answered it, which case it has joined: forgotten and shown with it."""
    claimed = Case.conversation_id == case_conversation_id, Case.status == CaseStatus.CLAIMED
    case_id = select(Case.id).where(*claimed).order_by(Case.claimed_at).limit(1).scalar_subquery()
    answered = (Message.id == message_id) | (Message.in_reply_to == message_id)
    said = update(Message).where(Message.conversation_id == conversation_id, answered)
    session.execute(said.values(case_id=case_id), execution_options={"synchronize_session": False})
