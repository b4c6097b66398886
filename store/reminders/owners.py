"""Whose dates a conversation may speak of: its own, those of the same number, and those of who agreed to SMS from it.

A date told by SMS is known on WhatsApp of the same phone, so that it is not kept and reminded of twice. Not between the
sponsor and the child (I10).
"""

from typing import Any, Final

from sqlalchemy import CompoundSelect, String, and_, bindparam, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from store.reaching.apart import is_other_side
from store.reminders.facts import REMINDERS, REVOKED
from store.sql.statements import execute
from store.tables import Address, Consent, Conversation, SmsWay

_This, _Here = aliased(Conversation), aliased(Address)
_Twin = aliased(Address)


def _of_number(twin: Any) -> tuple[Any, Any]:
    return twin.organisation_id == Address.organisation_id, twin.number_key == Address.number_key


_LAST_WORD = (
    select(Consent.act)
    .join(_Twin, _Twin.id == Consent.address_id)
    .where(*_of_number(_Twin), Consent.kind == REMINDERS)
    .order_by(Consent.at.desc(), Consent.id)
    .limit(1)
    .scalar_subquery()
)
_IS_LEFT = func.coalesce(_LAST_WORD, "") == REVOKED


def _list_of(*, spoken_of: bool) -> CompoundSelect[Any]:
    """Two selects and no "or" between them: each finds its few rows by an index."""
    this = _This.id == bindparam("of_conversation", type_=String)
    is_near = or_(Conversation.id == _This.id, ~is_other_side(_This, Conversation))
    conversations = select(Conversation.id).join(Address, Address.id == Conversation.address_id)
    by_number = conversations.join(_Here, and_(*_of_number(_Here))).join(_This, _This.address_id == _Here.id)
    by_sms = conversations.join(SmsWay, SmsWay.address_id == Address.id).join(
        _This, _This.address_id == SmsWay.sms_address_id
    )
    both = (one.where(this, is_near) for one in (by_number, by_sms))
    return union(*(one.where(~_IS_LEFT) if spoken_of else one for one in both))


THEIRS: Final = _list_of(spoken_of=False)  # ids of conversations: a date of them may be changed in this one
SPOKEN_OF: Final = _list_of(
    spoken_of=True
)  # not of numbers that are said to be another person's: nothing is shown there


def list_theirs(session: Session, conversation_id: str) -> list[str]:
    """Return the conversations whose dates may be changed in this one, in no order; itself among them."""
    return list(execute(session, THEIRS, of_conversation=conversation_id).scalars())
