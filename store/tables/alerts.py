"""What is wrong now, so that one of several processes tells it once."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Code


class Alert(Base):
    """One trouble while it lasts; the row goes when it is over and that has been told. Codes and counts only."""

    __tablename__ = "alert"

    code: Mapped[Code] = mapped_column(primary_key=True)
    amount: Mapped[int]  # of what the code names
    since: Mapped[datetime]
    seen_at: Mapped[datetime]  # last time that a process found it
    claimed_at: Mapped[datetime | None]  # when a process last set out to tell it
    told_at: Mapped[datetime | None]
