"""Taking away: who is to be forgotten, what the carrier has still to delete, and the ledger that outlives a restore."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Code, Id, Key, reference_to


class Erasure(Base):
    """One order to forget a number. Its messages bear its id (`message.erasure_id`) until a sweep has deleted them."""

    __tablename__ = "erasure"
    __table_args__ = (Index(None, "status"),)

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    number_key: Mapped[Key]
    ordered_by: Mapped[Code]  # person | operator | ledger
    status: Mapped[Code] = mapped_column(default="waiting")  # waiting | done
    bot_sessions: Mapped[list[str]] = mapped_column(default=list)  # that the bot has still to forget
    ordered_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class CarrierErasure(Base):
    """One thing the carrier has to take away. By it a late webhook of an erased message is known, too."""

    __tablename__ = "carrier_erasure"
    __table_args__ = (UniqueConstraint("provider", "provider_message_id", "act"), Index(None, "status", "due_at"))

    id: Mapped[Id]
    provider: Mapped[Code]
    provider_message_id: Mapped[Code]
    act: Mapped[Code]  # redact | delete_media | delete_message
    status: Mapped[Code] = mapped_column(default="waiting")  # waiting | done | given_up
    attempts: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[int | None]  # the carrier's last refusal
    due_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class LedgerEntry(Base):
    """One act that a restore must not undo, by the keyed hash of a number: "erased", "stopped" or "started".

    Mirrored into a file beside the database (store/forgetting/ledger.py). Holds no number, no word, no id of a person.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (Index(None, "organisation_id", "number_key"), Index(None, "recorded_at"))

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    act: Mapped[Code]
    number_key: Mapped[Key]
    source: Mapped[Code]  # person | keyword | carrier | caseworker | operator | ledger
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]  # when this database learned of it: later than `at` after a restore
