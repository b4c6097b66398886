"""People who take over, and the cases they take."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Code, Id, Key, Tag, reference_to


class Caseworker(Base):
    """Someone who answers people by hand."""

    __tablename__ = "caseworker"
    __table_args__ = (UniqueConstraint("organisation_id", "login"),)

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    login: Mapped[Code]
    name_sealed: Mapped[bytes]
    role: Mapped[Code] = mapped_column(default="caseworker")
    languages: Mapped[list[str]] = mapped_column(default=list)
    disciplines: Mapped[list[str]] = mapped_column(default=list)
    capacity: Mapped[int] = mapped_column(default=10)
    on_call: Mapped[bool] = mapped_column(default=False)
    phone_sealed: Mapped[bytes | None]
    phone_key: Mapped[Key | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Case(Base):
    """A conversation that needs a person. At most one open case per conversation and topic."""

    __tablename__ = "case_file"  # "case" is a word of SQL
    __table_args__ = (
        UniqueConstraint("organisation_id", "code"),
        Index(
            "uq_case_open_topic",
            "conversation_id",
            "topic",
            unique=True,
            sqlite_where=text("status <> 'closed'"),
            postgresql_where=text("status <> 'closed'"),
        ),
        Index(None, "organisation_id", "status", "urgency"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    conversation_id: Mapped[str | None] = reference_to("conversation")  # None: the person has been forgotten
    code: Mapped[Code]  # what people say aloud: "A7"
    topic: Mapped[Code]
    discipline: Mapped[Code]
    language: Mapped[Tag | None]
    state: Mapped[str | None]
    urgency: Mapped[Code]
    reason: Mapped[Code]
    status: Mapped[Code] = mapped_column(default="waiting")
    owner_id: Mapped[str | None]
    opened_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    page_due_at: Mapped[datetime | None]  # somebody must be paged at this time, until one has it


class CaseEvent(Base):
    """Everything that happened to a case, one timeline."""

    __tablename__ = "case_event"

    id: Mapped[Id]
    case_id: Mapped[str] = reference_to("case_file")
    kind: Mapped[Code]  # opened | joined | claimed | note | transferred | closed | paged
    actor: Mapped[Code]  # bot | system | caseworker
    caseworker_id: Mapped[str | None]
    message_id: Mapped[str | None]
    discipline: Mapped[Code | None]  # wall around a note
    note_sealed: Mapped[bytes | None]
    details: Mapped[dict[str, Any] | None]  # codes only
    at: Mapped[datetime]
