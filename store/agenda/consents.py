"""Who has agreed to be reminded: the last word of a number, on whichever of its channels."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from store.reminders.facts import AGREED, REMINDERS
from store.tables import Address, Consent, Conversation


@dataclass(frozen=True, slots=True)
class LastWord:
    """The newest consent of kind "reminders"."""

    act: str
    source: str
    at: datetime
    details: dict[str, Any]

    @property
    def is_agreed(self) -> bool:
        return self.act == AGREED


def find_last_word(session: Session, conversation_id: str) -> LastWord | None:
    """Return what the number of a conversation said last about reminders; None: nobody was asked."""
    twin = aliased(Address)
    row = session.scalar(
        select(Consent)
        .join(twin, twin.id == Consent.address_id)
        .join(Address, (Address.organisation_id == twin.organisation_id) & (Address.number_key == twin.number_key))
        .join(Conversation, Conversation.address_id == Address.id)
        .where(Conversation.id == conversation_id, Consent.kind == REMINDERS)
        .order_by(Consent.at.desc(), Consent.id)
        .limit(1)
    )
    return LastWord(row.act, row.source, row.at, row.details or {}) if row else None
