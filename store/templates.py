"""The templates at the carrier, as last heard of. Each counts for the wording it was submitted with, for no other."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from conversation.ports import TemplateState, TemplateStatus
from store.tables import Conversation, Message, OutboxEntry, Template
from store.tables.base import new_id


@dataclass(frozen=True, slots=True)
class KnownTemplate:
    """One row, as last heard of."""

    answer: str
    language: str
    content_id: str
    status: TemplateStatus
    text_hash: str
    checked_at: datetime

    def is_of(self, text: str) -> bool:
        """Return whether it was submitted with exactly this wording."""
        return self.text_hash == hash_text(text)


def hash_text(text: str) -> str:
    """Return SHA-256 of a wording, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def name_template(answer: str, language: str, text: str) -> str:
    """Return a name as WhatsApp wants it (a-z, 0-9, _); it is never used again for another wording."""
    words = f"{answer}_{language}_{hash_text(text)[:10]}".lower()
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in words)


def find_template(session: Session, organisation_id: str, answer: str, language: str) -> KnownTemplate | None:
    """Return what was submitted for an answer in exactly this language."""
    one = Template.organisation_id == organisation_id, Template.answer == answer, Template.language == language
    row = session.scalar(select(Template).where(*one))
    return _known(row) if row else None


def list_templates(session: Session, organisation_id: str) -> list[KnownTemplate]:
    """Return all, by answer and language."""
    rows = select(Template).where(Template.organisation_id == organisation_id)
    return [_known(row) for row in session.scalars(rows.order_by(Template.answer, Template.language))]


def save_submission(
    session: Session, organisation_id: str, state: TemplateState, *,
    answer: str, language: str, text: str, now: datetime,
) -> None:  # fmt: skip
    """Write down what was submitted; it takes the place of an earlier wording."""
    one = Template.organisation_id == organisation_id, Template.answer == answer, Template.language == language
    values = {
        "content_id": state.content_id, "status": state.status, "text_hash": hash_text(text),
        "submitted_at": now, "checked_at": now,
    }  # fmt: skip
    known = session.scalar(update(Template).where(*one).values(**values).returning(Template.id))
    if known is None:
        row = {"id": new_id(), "organisation_id": organisation_id, "answer": answer, "language": language}
        session.execute(insert(Template).values(**row, **values))


def save_state(session: Session, organisation_id: str, state: TemplateState, *, now: datetime) -> None:
    """Write down how the review of a template stands."""
    one = Template.organisation_id == organisation_id, Template.content_id == state.content_id
    session.execute(update(Template).where(*one).values(status=state.status, checked_at=now))


def note_refusal(session: Session, outbox_id: str, status: TemplateStatus, *, now: datetime) -> None:
    """A message was refused for its template's sake: no other shall go from it until its review is asked for again."""
    sent = session.execute(
        select(Conversation.organisation_id, Message.answer, Message.language)
        .join(Message, Message.conversation_id == Conversation.id)
        .join(OutboxEntry, OutboxEntry.message_id == Message.id)
        .where(OutboxEntry.id == outbox_id)
    ).one_or_none()
    if sent is None:
        return
    organisation_id, answer, language = sent
    one = Template.organisation_id == organisation_id, Template.answer == answer, Template.language == language
    session.execute(update(Template).where(*one).values(status=status, checked_at=now))


def _known(row: Template) -> KnownTemplate:
    return KnownTemplate(
        row.answer, row.language, row.content_id, TemplateStatus(row.status), row.text_hash, row.checked_at
    )
