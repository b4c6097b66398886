"""Conversations and their messages. A message is what was said; inbox and outbox are the carrier's envelopes."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import ID_LENGTH, Base, Code, Id, Tag, reference_to


class Conversation(Base):
    """One address talking with one of our senders. Holds what the pipeline remembers between two messages."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("address_id", "sender"),
        Index(
            "ix_conversation_caseworker_id",
            "caseworker_id",
            sqlite_where=text("caseworker_id IS NOT NULL"),
            postgresql_where=text("caseworker_id IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    address_id: Mapped[str] = reference_to("address")
    sender: Mapped[Code]  # our own number or WhatsApp sender, in the carrier's form
    seq: Mapped[int] = mapped_column(BigInteger, default=0)  # last number given to work of this conversation
    language: Mapped[Tag | None]  # stated; wins over detection
    language_votes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    language_asked: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str | None]
    state_asked: Mapped[bool] = mapped_column(default=False, server_default=false())
    role: Mapped[Code | None]
    slots_sealed: Mapped[bytes | None]
    bot_session_id: Mapped[str | None]
    bot_session_turns: Mapped[int] = mapped_column(default=0)
    bot_session_started_at: Mapped[datetime | None]
    last_answer: Mapped[Code | None]
    topic: Mapped[Code | None]  # the last answer to a question
    topic_until: Mapped[datetime | None]
    misunderstood: Mapped[int] = mapped_column(default=0)
    noticed_at: Mapped[datetime | None]
    crisis_after_stop: Mapped[bool] = mapped_column(default=False)
    last_inbound_at: Mapped[datetime | None]
    caseworker_id: Mapped[str | None]  # of staff: this is a caseworker's own phone, and the bot says nothing here
    full_reminders: Mapped[bool] = mapped_column(default=False, server_default=false())  # what it is about, too
    created_at: Mapped[datetime]


class Message(Base):
    """One thing said, by anybody, in either direction. `seq` is its place in the conversation."""

    __tablename__ = "message"
    __table_args__ = (
        Index(None, "conversation_id", "seq"),
        Index(  # of the few that are being erased, so that the many cost nothing
            "ix_message_erasure_id",
            "erasure_id",
            sqlite_where=text("erasure_id IS NOT NULL"),
            postgresql_where=text("erasure_id IS NOT NULL"),
        ),
        Index(
            "ix_message_case_id",
            "case_id",
            sqlite_where=text("case_id IS NOT NULL"),
            postgresql_where=text("case_id IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    conversation_id: Mapped[str] = reference_to("conversation")
    seq: Mapped[int] = mapped_column(BigInteger)
    author: Mapped[Code]
    caseworker_id: Mapped[str | None]
    kind: Mapped[Code]
    body_sealed: Mapped[bytes]
    details_sealed: Mapped[bytes | None]  # attachments, location, profile name, button: JSON
    language: Mapped[Tag | None]
    answer: Mapped[Code | None]
    draft: Mapped[bool] = mapped_column(default=False)
    in_reply_to: Mapped[str | None]
    case_id: Mapped[str | None]
    erasure_id: Mapped[str | None]  # to be deleted by this erasure
    at: Mapped[datetime]


class InboxEntry(Base):
    """A message as the carrier delivered it: once per (provider, provider_message_id), answered or visibly waiting."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("provider", "provider_message_id"), Index(None, "status", "received_at"))

    id: Mapped[Id]
    provider: Mapped[Code]
    provider_message_id: Mapped[Code]
    message_id: Mapped[str] = reference_to("message")
    conversation_id: Mapped[str] = reference_to("conversation")
    seq: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[Code] = mapped_column(default="new")  # new | handled | failed
    command: Mapped[Code | None]  # what the webhook's own transaction already obeyed
    decision: Mapped[Code | None]  # kind of the decision
    confidence: Mapped[float | None]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


class OutboxEntry(Base):
    """A message on its way to the carrier, and what became of it. Its id travels in the callback address."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "status", "due_at"),
        Index(None, "provider_message_id"),
        Index(
            "ix_outbox_held_until",
            "held_until",
            sqlite_where=text("held_until IS NOT NULL"),
            postgresql_where=text("held_until IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    message_id: Mapped[str] = reference_to("message")
    conversation_id: Mapped[str] = reference_to("conversation")
    seq: Mapped[int] = mapped_column(BigInteger)
    line: Mapped[Code]  # texts of one line go out in order; a text that overtakes has its own
    status: Mapped[Code] = mapped_column(default="queued")
    provider: Mapped[Code]
    provider_message_id: Mapped[Code | None]
    segments: Mapped[int] = mapped_column(default=1)
    attempt: Mapped[int] = mapped_column(default=0)  # network sends begun
    checks: Mapped[int] = mapped_column(default=0)  # look-ups made to settle an unknown send
    due_at: Mapped[datetime | None]
    offered_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    error_code: Mapped[int | None]
    reason: Mapped[Code | None]
    held_until: Mapped[datetime | None]  # the person's safe hours begin then; docs/decisions/0044
    any_hour: Mapped[bool] = mapped_column(default=False, server_default=false())  # somebody said why it may not wait
    to_address_id: Mapped[str | None]  # another address of the person than the conversation's; docs/decisions/0045
    sender: Mapped[Code | None]  # of ours, towards that address
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class OpenQuestionRow(Base):
    """The one question a conversation may have open."""

    __tablename__ = "open_question"

    id: Mapped[Id]
    conversation_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("conversation.id"), unique=True)
    kind: Mapped[Code]
    choices: Mapped[list[str]]
    expires_at: Mapped[datetime]


class AnswerFeedback(Base):
    """Somebody said that an answer of ours is wrong. The words are in the message; here is what they were said of."""

    __tablename__ = "answer_feedback"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[Id]
    message_id: Mapped[str] = reference_to("message")
    answer: Mapped[Code | None]  # what was said before; None: nothing had been
    language: Mapped[Tag]
    case_code: Mapped[Code | None]
    at: Mapped[datetime]
