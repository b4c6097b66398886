"""What is kept of one number, counted: for those who are asked to show or to erase it. No words."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conversation.messages import DeliveryStatus
from store.tables import Address, Case, Conversation, Message, OutboxEntry


@dataclass(frozen=True, slots=True)
class Kept:
    """How much of a number is stored; all zero when the number is not known here."""

    addresses: int = 0
    conversations: int = 0
    messages: int = 0
    cases: int = 0
    waiting: int = 0  # texts that have not gone out


def count_kept(session: Session, organisation_id: str, number_key: str) -> Kept:
    """Return how much is stored under the keyed hash of a number, on all its channels."""
    addresses = select(Address.id).where(Address.organisation_id == organisation_id, Address.number_key == number_key)
    conversations = select(Conversation.id).where(Conversation.address_id.in_(addresses))
    unsent = OutboxEntry.status.in_([DeliveryStatus.QUEUED, DeliveryStatus.WAITING])
    counted = (
        select(func.count()).where(Address.id.in_(addresses)),
        select(func.count()).where(Conversation.id.in_(conversations)),
        select(func.count()).where(Message.conversation_id.in_(conversations)),
        select(func.count()).where(Case.conversation_id.in_(conversations)),
        select(func.count()).where(OutboxEntry.conversation_id.in_(conversations), unsent),
    )
    return Kept(*(session.scalar(one) or 0 for one in counted))


def find_number_of_case(session: Session, organisation_id: str, code: str) -> str | None:
    """Return the keyed hash of the number a case is with; None: no such case, or its person is forgotten."""
    return session.scalar(
        select(Address.number_key)
        .join(Conversation, Conversation.address_id == Address.id)
        .join(Case, Case.conversation_id == Conversation.id)
        .where(Case.organisation_id == organisation_id, Case.code == code)
    )
