"""Everything that is one telephone number: what harms at one of its addresses harms at all of them."""

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from store.reaching.apart import is_other_side
from store.tables import Address, Conversation


def addresses_of(conversation_id: str) -> Select[str]:
    """Return a query of the ids of every address of the number that a conversation is with."""
    here = aliased(Address)
    same_number = Address.organisation_id == here.organisation_id, Address.number_key == here.number_key
    found = select(Address.id).join(here, same_number[0] & same_number[1])
    return found.join(Conversation, Conversation.address_id == here.id).where(Conversation.id == conversation_id)


def own_addresses_of(conversation_id: str) -> Select[str]:
    """Return the same query without the addresses at which the other side writes: child and sponsor at one phone.

    What a caseworker of one side writes down there, the other's neither reads nor undoes (I10).
    """
    here, there = aliased(Conversation), aliased(Conversation)
    this = here.id == conversation_id, Address.id != here.address_id
    walled = exists().where(*this, there.address_id == Address.id, is_other_side(here, there))
    return addresses_of(conversation_id).where(~walled)


def list_conversations(session: Session, conversation_id: str) -> list[str]:
    """Return the conversations of the same number, itself among them, in the order in which they are locked."""
    same = select(Conversation.id).where(Conversation.address_id.in_(addresses_of(conversation_id)))
    return list(session.scalars(same.order_by(Conversation.id)))
