"""What a caseworker is typing, kept so that a lost line loses no words."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session

from store.cases import access
from store.sealing.vault import Vault
from store.tables import ReplyDraft
from store.tables.base import new_id

_BODY = "reply_draft.body"


def save_draft(session: Session, vault: Vault, *, case_id: str, caseworker_id: str, body: str, now: datetime) -> None:
    """Keep the newest state of a text; nothing is kept of an empty one. The caller has come through `get_case_for`.

    Nor is anything kept once the person of the case has been forgotten: a page that is still open goes on saving.
    """
    if not body.strip():
        drop_draft(session, case_id=case_id, caseworker_id=caseworker_id)
        return
    if access.lock_case(session, case_id, None) is None:
        return
    sealed = vault.seal(body, _BODY)
    changed = session.scalar(
        update(ReplyDraft)
        .where(*_mine(case_id, caseworker_id))
        .values(body_sealed=sealed, updated_at=now)
        .returning(ReplyDraft.id)
    )
    if changed is None:
        values = {"id": new_id(), "case_id": case_id, "caseworker_id": caseworker_id}
        session.execute(insert(ReplyDraft).values(**values, body_sealed=sealed, updated_at=now))


def find_draft(session: Session, vault: Vault, *, case_id: str, caseworker_id: str) -> str:
    """Return what was being typed, "" when nothing was."""
    sealed = session.scalar(select(ReplyDraft.body_sealed).where(*_mine(case_id, caseworker_id)))
    return vault.open(sealed, _BODY) if sealed else ""


def drop_draft(session: Session, *, case_id: str, caseworker_id: str) -> None:
    session.execute(delete(ReplyDraft).where(*_mine(case_id, caseworker_id)))


def _mine(case_id: str, caseworker_id: str) -> tuple[ColumnElement[bool], ...]:
    return ReplyDraft.case_id == case_id, ReplyDraft.caseworker_id == caseworker_id
