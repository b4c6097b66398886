"""What was answered to the questions after a release."""

from datetime import datetime

from sqlalchemy import Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Code, Id, reference_to


class CheckInAnswer(Base):
    """One answer of one round. The release is an appointment of kind "check_in", the rounds are its reminders."""

    __tablename__ = "check_in_answer"
    __table_args__ = (
        UniqueConstraint("appointment_id", "days", "question"),
        Index(None, "organisation_id", "answered_at"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    appointment_id: Mapped[str] = reference_to("appointment")
    days: Mapped[int] = mapped_column(SmallInteger)  # after the release
    question: Mapped[Code]  # conversation.check_ins.values.Question
    answer: Mapped[Code]  # yes | no | unsure; of "safe" never yes: "asked" then
    answered_at: Mapped[datetime]
