"""Accountability and the engine room: who did what, how fast a sender may go, which worker lives."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, Index
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Code, Id, reference_to


class AuditEntry(Base):
    """One act of a person or of the service that somebody may have to answer for. Codes and ids only."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "organisation_id", "at"),)

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    actor: Mapped[Code]
    act: Mapped[Code]
    subject_kind: Mapped[Code]
    subject_id: Mapped[Code]
    details: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]


class SenderBucket(Base):
    """Rate limit of one sender number: `free_at` is the theoretical arrival time of GCRA, seconds since the epoch."""

    __tablename__ = "sender_bucket"

    sender: Mapped[Code] = mapped_column(primary_key=True)
    free_at: Mapped[float] = mapped_column(Float)
    noted_at: Mapped[float] = mapped_column(Float, default=0.0, server_default="0")  # when free_at was written


class WorkerLease(Base):
    """A worker that is alive; one whose `beat` stands still too long has its work taken over."""

    __tablename__ = "worker_lease"

    executor_id: Mapped[Code] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]  # by the database's clock, for people to read; nothing is decided by it
    holder: Mapped[Code] = mapped_column(default="", server_default="")  # one process, or whoever takes its work over
    beat: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
