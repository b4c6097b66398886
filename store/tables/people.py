"""Who writes to us. A phone is not a person: addresses and persons are many to many (I10)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Code, Id, Key, Tag, reference_to


class Organisation(Base):
    """One that answers people. Everything else belongs to exactly one."""

    __tablename__ = "organisation"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[Id]
    name: Mapped[Code]
    time_zone: Mapped[Code] = mapped_column(default="America/New_York")
    cases_opened: Mapped[int] = mapped_column(default=0)  # the next case's code follows from it
    created_at: Mapped[datetime]


class Address(Base):
    """A channel and an opaque id. `number_key` is equal on every channel of one number: a stop holds on all."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("organisation_id", "address_key"), Index(None, "organisation_id", "number_key"))

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    channel: Mapped[Code]
    address_sealed: Mapped[bytes]
    address_key: Mapped[Key]
    number_key: Mapped[Key]
    state_hint: Mapped[str | None]
    stopped_at: Mapped[datetime | None]
    private: Mapped[bool] = mapped_column(default=False)
    last_inbound_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Person(Base):
    """A human being we know by more than an address. Names only as the person chose to give them."""

    __tablename__ = "person"

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    role: Mapped[Code | None]
    name_sealed: Mapped[bytes | None]
    language: Mapped[Tag | None]
    state: Mapped[str | None]
    created_at: Mapped[datetime]


class PersonAddress(Base):
    """This person may be at this address; `certain` only after somebody said so."""

    __tablename__ = "person_address"
    __table_args__ = (UniqueConstraint("person_id", "address_id"),)

    id: Mapped[Id]
    person_id: Mapped[str] = reference_to("person")
    address_id: Mapped[str] = reference_to("address")
    certain: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime]


class Consent(Base):
    """One act of agreeing or revoking: who, when, how, whose phone. Never changed, only followed by another."""

    __tablename__ = "consent"

    id: Mapped[Id]
    address_id: Mapped[str] = reference_to("address")
    kind: Mapped[Code]  # "texts"; later "reminders", "check_ins"
    act: Mapped[Code]  # "stopped" | "started" | "agreed"
    source: Mapped[Code]  # "keyword" | "carrier" | "caseworker" | "wrong_number"
    wording: Mapped[Code | None]  # id of the catalogue entry shown
    language: Mapped[Tag | None]
    message_id: Mapped[str | None]
    details: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]
