"""What store/outbox.py says to the database for every text, built once; run by store/sql/statements.py."""

from typing import Final

from sqlalchemy import ColumnElement, String, and_, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from conversation.messages import CaseStatus, DeliveryStatus
from store.reaching.apart import are_apart
from store.tables import Address, Case, Conversation, Message, OutboxEntry, SmsWay

_THIS = bindparam("of_entry", type_=String)
_Twin = aliased(Address)  # any address of the same number, itself included: a stop holds on all
_Home = aliased(Address)  # of the conversation: a text may go to another one of its person
_There = aliased(Conversation)  # whose person has agreed to be answered by SMS, in the conversation of this text
_JOINED = (
    SmsWay.sms_address_id == Conversation.address_id,
    _There.address_id == SmsWay.address_id,
    ~are_apart(_There, Conversation),
)


def _is_stopped_at(address: type[Address]) -> ColumnElement[bool]:
    same_number = _Twin.organisation_id == address.organisation_id, _Twin.number_key == address.number_key
    return exists().where(*same_number, _Twin.stopped_at.is_not(None))


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
        Message.kind,
        Message.answer,
        Message.erasure_id,
        Message.language,
        Address.channel,
        Address.address_sealed,
        func.coalesce(OutboxEntry.sender, Conversation.sender).label("sender"),
        OutboxEntry.any_hour,
        OutboxEntry.to_address_id,
        Conversation.last_inbound_at,
        Conversation.organisation_id,
        Conversation.caseworker_id.is_not(None).label("to_staff"),
        Conversation.language.label("person_language"),
        or_(_is_stopped_at(Address), and_(OutboxEntry.to_address_id.is_not(None), _is_stopped_at(_Home))).label(
            "stopped"
        ),
        or_(
            exists().where(Case.conversation_id == Conversation.id, Case.status == CaseStatus.CLAIMED),
            exists().where(*_JOINED, Case.conversation_id == _There.id, Case.status == CaseStatus.CLAIMED),
        ).label("claimed"),
    )
    .join(Message, Message.id == OutboxEntry.message_id)
    .join(Conversation, Conversation.id == OutboxEntry.conversation_id)
    .join(_Home, _Home.id == Conversation.address_id)
    .join(Address, Address.id == func.coalesce(OutboxEntry.to_address_id, Conversation.address_id))
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
