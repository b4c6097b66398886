"""Texts that a channel has approved beforehand: the only ones that may go when nobody has written for a day."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from store.tables.base import Base, Code, Id, Key, Tag, reference_to


class Template(Base):
    """One catalogue entry in one language, as it was last laid down at the carrier. No word of a person."""

    __tablename__ = "template"
    __table_args__ = (UniqueConstraint("organisation_id", "answer", "language"),)

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    answer: Mapped[Code]
    language: Mapped[Tag]
    content_id: Mapped[Code]
    status: Mapped[Code]  # conversation.ports.TemplateStatus
    text_hash: Mapped[Key]  # of the wording that was submitted; another wording needs another approval
    submitted_at: Mapped[datetime]
    checked_at: Mapped[datetime]
