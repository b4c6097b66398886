"""What an organisation keeps for its staff: its own short texts, and the interpreters it knows."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Code, Id, Key, Tag, reference_to


class CannedText(Base):
    """A short text of an organisation's own, for caseworkers to put into a reply. Never sent by itself."""

    __tablename__ = "canned_text"

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    title_sealed: Mapped[bytes]
    body_sealed: Mapped[bytes]
    language: Mapped[Tag]
    discipline: Mapped[Code | None]
    written_by_id: Mapped[str]
    written_at: Mapped[datetime]
    changed_by_id: Mapped[str]
    changed_at: Mapped[datetime]
    reviewed_by_id: Mapped[str | None]  # None: a draft
    reviewed_at: Mapped[datetime | None]
    reviewed_digest: Mapped[Key | None]  # of language and body as they were reviewed


class Interpreter(Base):
    """Somebody an organisation may call to interpret."""

    __tablename__ = "interpreter"

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    speaks: Mapped[list[str]] = mapped_column(default=list)  # a tag, a space, a town or variant: "mam Todos Santos"
    details_sealed: Mapped[bytes]  # name, vendor, telephone, hours, cost, notes: JSON
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
