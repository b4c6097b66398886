"""What store/outbox.py says to the database for every text, built once; run by store/sql/statements.py."""

from typing import Final

from sqlalchemy import String, bindparam, exists, insert, select, update
from sqlalchemy.orm import aliased

from conversation.messages import CaseStatus, DeliveryStatus
from store.tables import Address, Case, Conversation, Message, OutboxEntry

_THIS = bindparam("of_entry", type_=String)
_Twin = aliased(Address)  # any address of the same number, itself included: a stop holds on all

ADD_MESSAGE: Final = insert(Message)
ADD_ENTRY: Final = insert(OutboxEntry)
LETTER: Final = (
    select(
        OutboxEntry.id,
        OutboxEntry.conversation_id,
        OutboxEntry.message_id,
        OutboxEntry.status,
        OutboxEntry.line,
        OutboxEntry.seq,
        OutboxEntry.attempt,
        OutboxEntry.checks,
        OutboxEntry.due_at,
        OutboxEntry.offered_at,
        OutboxEntry.created_at,
        OutboxEntry.reason,
        OutboxEntry.provider,
        Message.body_sealed,
        Message.author,
        Message.answer,
        Message.erasure_id,
        Message.language,
        Address.channel,
        Address.address_sealed,
        Conversation.sender,
        Conversation.last_inbound_at,
        Conversation.organisation_id,
        Conversation.caseworker_id.is_not(None).label("to_staff"),
        Conversation.language.label("person_language"),
        exists()
        .where(
            _Twin.organisation_id == Address.organisation_id,
            _Twin.number_key == Address.number_key,
            _Twin.stopped_at.is_not(None),
        )
        .label("stopped"),
        exists().where(Case.conversation_id == Conversation.id, Case.status == CaseStatus.CLAIMED).label("claimed"),
    )
    .join(Message, Message.id == OutboxEntry.message_id)
    .join(Conversation, Conversation.id == OutboxEntry.conversation_id)
    .join(Address, Address.id == Conversation.address_id)
    .where(OutboxEntry.id == _THIS)
)
HOLD_CONVERSATION: Final = (
    select(Conversation.id)
    .where(Conversation.id == select(OutboxEntry.conversation_id).where(OutboxEntry.id == _THIS).scalar_subquery())
    .with_for_update()
)
CHANGE: Final = (
    update(OutboxEntry)
    .where(
        OutboxEntry.id == _THIS,
        OutboxEntry.status == bindparam("was_status"),
        OutboxEntry.attempt == bindparam("was_attempt"),
        OutboxEntry.checks == bindparam("was_checks"),
    )
    .returning(OutboxEntry.id)
)
MOVE_FORWARD: Final = {
    status: update(OutboxEntry)
    .where(OutboxEntry.id == _THIS, OutboxEntry.status.in_([one for one in DeliveryStatus if one.rank < status.rank]))
    .returning(OutboxEntry.id)
    for status in DeliveryStatus
}
_NAMED = select(OutboxEntry.id, OutboxEntry.provider_message_id).where(OutboxEntry.provider == bindparam("provider"))
FIND_BY_ID: Final = _NAMED.where(OutboxEntry.id == _THIS)
FIND_BY_NAME_THERE: Final = _NAMED.where(OutboxEntry.provider_message_id == bindparam("name_there"))
ADD_MISSING_NAME: Final = update(OutboxEntry).where(OutboxEntry.id == _THIS, OutboxEntry.provider_message_id.is_(None))
