"""Cases, and what is done about them. A case belongs to one owner; others may be on it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Code, Id, Tag, reference_to


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
        Index(None, "owner_id"),
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
    assigned_to_id: Mapped[str | None]  # who was asked to take it; it is theirs only when they claim it
    assigned_at: Mapped[datetime | None]
    offered_to_id: Mapped[str | None]  # a transfer that waits for a yes; the owner keeps it until then
    offered_at: Mapped[datetime | None]
    interpreter_needed: Mapped[bool] = mapped_column(default=False, server_default=false())
    waiting_since: Mapped[datetime | None]  # the person's oldest message that no caseworker has answered
    reply_due_at: Mapped[datetime | None]  # when the reply clock takes its next step
    clock_step: Mapped[Code | None]  # reminded | reassigned | supervisor | on_call
    snoozed_until: Mapped[datetime | None]
    opening: Mapped[Code | None]  # of a safety case: needed | asked | answered | overridden, before any other text
    outcome: Mapped[Code | None]
    first_reply_at: Mapped[datetime | None]


class CaseEvent(Base):
    """Everything that happened to a case, one timeline."""

    __tablename__ = "case_event"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[Id]
    case_id: Mapped[str] = reference_to("case_file")
    kind: Mapped[Code]  # store/cases/events.py has the kinds
    actor: Mapped[Code]  # bot | system | caseworker
    caseworker_id: Mapped[str | None]
    message_id: Mapped[str | None]
    discipline: Mapped[Code | None]  # wall around a note
    note_sealed: Mapped[bytes | None]
    details: Mapped[dict[str, Any] | None]  # codes only
    at: Mapped[datetime]


class CaseMember(Base):
    """Someone on a case besides its owner: an attorney beside a social worker."""

    __tablename__ = "case_member"
    __table_args__ = (UniqueConstraint("case_id", "caseworker_id"),)

    id: Mapped[Id]
    case_id: Mapped[str] = reference_to("case_file")
    caseworker_id: Mapped[str] = reference_to("caseworker")
    discipline: Mapped[Code]
    since: Mapped[datetime]


class Page(Base):
    """One time that somebody was called by text to an urgent case."""

    __tablename__ = "page"
    __table_args__ = (Index(None, "caseworker_id", "sent_at"),)

    id: Mapped[Id]
    case_id: Mapped[str] = reference_to("case_file")
    caseworker_id: Mapped[str] = reference_to("caseworker")
    step: Mapped[Code]  # worker | rota | supervisor | on_call
    sent_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class MandatedReport(Base):
    """A report to the authorities about a child in danger: to whom, when, under which number, who signed it off."""

    __tablename__ = "mandated_report"

    id: Mapped[Id]
    case_id: Mapped[str] = reference_to("case_file")
    caseworker_id: Mapped[str] = reference_to("caseworker")
    state: Mapped[str | None]
    to_whom_sealed: Mapped[bytes | None]
    reference_sealed: Mapped[bytes | None]
    due_at: Mapped[datetime]
    reported_at: Mapped[datetime | None]
    signed_by_id: Mapped[str | None]
    signed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class CallEntry(Base):
    """A wish to be called, or a call that was made."""

    __tablename__ = "call_entry"

    id: Mapped[Id]
    case_id: Mapped[str] = reference_to("case_file")
    caseworker_id: Mapped[str | None]
    kind: Mapped[Code]  # wish | reached | missed
    details_sealed: Mapped[bytes | None]  # safe number, safe hours, note: JSON
    due_at: Mapped[datetime | None]
    at: Mapped[datetime]


class InterpreterBooking(Base):
    """An interpreter ordered for a case: language, town or variant, vendor, time."""

    __tablename__ = "interpreter_booking"

    id: Mapped[Id]
    case_id: Mapped[str] = reference_to("case_file")
    caseworker_id: Mapped[str] = reference_to("caseworker")
    language: Mapped[Tag]
    details_sealed: Mapped[bytes | None]  # town or variant, vendor, telephone: JSON
    status: Mapped[Code]  # asked | booked | done | cancelled
    starts_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ReplyDraft(Base):
    """What a caseworker is typing, so that it survives a lost connection; one a case and caseworker."""

    __tablename__ = "reply_draft"
    __table_args__ = (UniqueConstraint("case_id", "caseworker_id"),)

    id: Mapped[Id]
    case_id: Mapped[str] = reference_to("case_file")
    caseworker_id: Mapped[str] = reference_to("caseworker")
    body_sealed: Mapped[bytes]
    updated_at: Mapped[datetime]


class PostedForm(Base):
    """A form that was carried out: the same one again (a double click, a repeat after a lost line) changes nothing."""

    __tablename__ = "posted_form"

    key: Mapped[Code] = mapped_column(primary_key=True)
    caseworker_id: Mapped[str]
    at: Mapped[datetime]
