"""Forms that change something once: a double click, or a repeat after a lost line, changes nothing."""

import hashlib
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from store.tables import PostedForm


def take_form(session: Session, form_key: str, *, caseworker_id: str, now: datetime) -> bool:
    """Note that a form is carried out. False: it was before. The caller holds the conversation it is about.

    `form_key` is what the page made up, any text; it counts for this caseworker alone.
    """
    key = _key(form_key, caseworker_id)
    if session.scalar(select(PostedForm.key).where(PostedForm.key == key)) is not None:
        return False
    session.execute(insert(PostedForm).values(key=key, caseworker_id=caseworker_id, at=now))
    return True


def is_taken(session: Session, form_key: str, *, caseworker_id: str) -> bool:
    """Return whether a form was carried out already."""
    return session.scalar(select(PostedForm.key).where(PostedForm.key == _key(form_key, caseworker_id))) is not None


def _key(form_key: str, caseworker_id: str) -> str:
    return hashlib.sha256(f"{caseworker_id} {form_key}".encode()).hexdigest()
