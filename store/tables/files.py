"""Files that caseworkers send, from upload until the carrier has fetched them and some days after."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import ID_LENGTH, Base, Code, Id


class OutgoingFile(Base):
    """One file of one outgoing message. The token is what its address at PUBLIC_URL/media/ ends in."""

    __tablename__ = "outgoing_file"
    __table_args__ = (Index(None, "created_at"),)

    id: Mapped[Id]
    message_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("message.id"), unique=True)
    content_sealed: Mapped[bytes] = mapped_column(info={"large": True})  # base64 of the bytes
    type: Mapped[Code]
    size: Mapped[int]  # bytes, before sealing
    token_sealed: Mapped[bytes]
    token_key: Mapped[str] = mapped_column(String(64), unique=True)
    open_until: Mapped[datetime | None]  # the carrier may fetch it until then; None: it was never offered
    fetched: Mapped[int] = mapped_column(default=0)  # times
    created_at: Mapped[datetime]
