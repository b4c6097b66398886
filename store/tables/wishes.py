"""When and by which way a person may be written to, as they or who cares for them said."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from store.tables.base import Base, Code, Id, reference_to


class SafeTimes(Base):
    """When a text or a call does no harm at a number: written at one of its addresses, and true for all of them."""

    __tablename__ = "safe_times"
    __table_args__ = (UniqueConstraint("address_id"),)

    id: Mapped[Id]
    address_id: Mapped[str] = reference_to("address")
    details_sealed: Mapped[bytes]  # hours, days, zone, a safe number for calls, who said so: JSON
    caseworker_id: Mapped[str]  # who wrote it down
    at: Mapped[datetime]


class SmsWay(Base):
    """Where a WhatsApp address may be written to by SMS while WhatsApp's window is closed. Consent has the proof."""

    __tablename__ = "sms_way"
    __table_args__ = (UniqueConstraint("address_id"),)

    id: Mapped[Id]
    address_id: Mapped[str] = reference_to("address")  # on WhatsApp
    sms_address_id: Mapped[str] = reference_to("address")
    sender: Mapped[Code]  # of ours, for SMS
    at: Mapped[datetime]
