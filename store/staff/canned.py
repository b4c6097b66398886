"""An organisation's own short texts, to be put into replies by hand. A draft until somebody else has reviewed it."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.masking import mask
from store.audit import record
from store.editing import hold_team, mark_of
from store.sealing.vault import Vault
from store.staff.staff import DISCIPLINES, Role, Staff
from store.tables import CannedText
from store.tables.base import new_id

LONGEST_TITLE, LONGEST_BODY = 80, 1000  # characters
MOST_TEXTS = 1000  # of one organisation: the page shows them all
REVIEWERS = frozenset({Role.REVIEWER, Role.SUPERVISOR})
_WRITERS = frozenset({Role.CASEWORKER, Role.SUPERVISOR, Role.ADMINISTRATOR})
_EDITORS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})  # of what others wrote
_TITLE, _BODY = "canned_text.title", "canned_text.body"


class TextFault(StrEnum):
    """Why a text cannot be kept, changed or reviewed."""

    TITLE = "title"  # none, or too long
    BODY = "body"
    LANGUAGE = "language"
    DISCIPLINE = "discipline"
    NUMBER = "number"  # it holds a number of the government
    MANY = "many"
    NOT_YOURS = "not_yours"
    OWN_WORDS = "own_words"  # nobody reviews what they have written
    STALE = "stale"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as typed."""

    title: str = field(repr=False)
    body: str = field(repr=False)
    language: str
    discipline: str | None


@dataclass(frozen=True, slots=True)
class Canned:
    """A text as kept.

    Attributes:
        reviewed_by_id: None: a draft.
        mark: of the text as it is shown, its review included.
    """

    id: str
    wording: Wording
    written_by_id: str
    changed_by_id: str
    changed_at: datetime
    reviewed_by_id: str | None
    reviewed_at: datetime | None
    mark: str

    @property
    def draft(self) -> bool:
        return self.reviewed_by_id is None


def list_canned(session: Session, vault: Vault, organisation_id: str) -> list[Canned]:
    """Return an organisation's texts, by language and title."""
    rows = session.scalars(select(CannedText).where(CannedText.organisation_id == organisation_id))
    texts = (_open(vault, row) for row in rows)
    return sorted(texts, key=lambda one: (one.wording.language, one.wording.title.lower()))


def find_canned(session: Session, vault: Vault, organisation_id: str, text_id: str) -> Canned | None:
    """Return one text of an organisation."""
    row = _find_row(session, organisation_id, text_id)
    return None if row is None else _open(vault, row)


def may_write(staff: Staff, text: Canned | None = None) -> bool:
    """Return whether somebody may write a text, or change and delete one: their own, or any for who leads."""
    return staff.role in _EDITORS or (staff.role in _WRITERS and (text is None or text.written_by_id == staff.id))


def may_review(staff: Staff, text: Canned) -> bool:
    return staff.role in REVIEWERS and staff.id != text.changed_by_id


def add_canned(
    session: Session, vault: Vault, staff: Staff, wording: Wording, *, languages: frozenset[str], now: datetime
) -> str | TextFault:
    """Keep a new text as a draft; return its id."""
    if not may_write(staff):
        return TextFault.NOT_YOURS
    if fault := find_fault(wording, languages):
        return fault
    hold_team(session, staff.organisation_id)
    ours = select(CannedText.id).where(CannedText.organisation_id == staff.organisation_id)
    if len(session.scalars(ours.limit(MOST_TEXTS)).all()) >= MOST_TEXTS:
        return TextFault.MANY
    row = CannedText(
        id=new_id(), organisation_id=staff.organisation_id, written_by_id=staff.id, written_at=now,
        **_columns(vault, staff, wording, now),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, staff, row.id, "text_added", now)
    return row.id


def change_canned(
    session: Session, vault: Vault, staff: Staff, text_id: str, wording: Wording, *,
    languages: frozenset[str], mark: str, now: datetime,
) -> TextFault | None:  # fmt: skip
    """Change a text, which is a draft again then."""
    row = _take(session, vault, staff, text_id, mark)
    if isinstance(row, TextFault):
        return row
    text = _open(vault, row)
    if not may_write(staff, text):
        return TextFault.NOT_YOURS
    if fault := find_fault(wording, languages):
        return fault
    if text.wording != wording:
        for name, value in _columns(vault, staff, wording, now).items():
            setattr(row, name, value)
        session.flush()
        _note(session, staff, text_id, "text_changed", now)
    return None


def delete_canned(
    session: Session, vault: Vault, staff: Staff, text_id: str, *, mark: str, now: datetime
) -> TextFault | None:
    """Delete a text; what was sent with it stays as it was sent."""
    row = _take(session, vault, staff, text_id, mark)
    if isinstance(row, TextFault):
        return row
    if not may_write(staff, _open(vault, row)):
        return TextFault.NOT_YOURS
    session.delete(row)
    session.flush()
    _note(session, staff, text_id, "text_deleted", now)
    return None


def review_canned(
    session: Session, vault: Vault, staff: Staff, text_id: str, *, mark: str, now: datetime
) -> TextFault | None:
    """Mark a text as reviewed exactly as it was shown."""
    row = _take(session, vault, staff, text_id, mark)
    if isinstance(row, TextFault):
        return row
    text = _open(vault, row)
    if not may_review(staff, text):
        return TextFault.OWN_WORDS if staff.id == text.changed_by_id else TextFault.NOT_YOURS
    row.reviewed_by_id, row.reviewed_at, row.reviewed_digest = staff.id, now, _digest(text.wording)
    session.flush()
    _note(session, staff, text_id, "text_reviewed", now)
    return None


def find_fault(wording: Wording, languages: frozenset[str]) -> TextFault | None:
    """Return why a text cannot be kept; None: it can."""
    if not 0 < len(wording.title) <= LONGEST_TITLE:
        return TextFault.TITLE
    if not 0 < len(wording.body) <= LONGEST_BODY:
        return TextFault.BODY
    if wording.language not in languages:
        return TextFault.LANGUAGE
    if wording.discipline is not None and wording.discipline not in DISCIPLINES:
        return TextFault.DISCIPLINE
    return TextFault.NUMBER if any(mask(text) != text for text in (wording.title, wording.body)) else None


def _take(session: Session, vault: Vault, staff: Staff, text_id: str, mark: str) -> CannedText | TextFault:
    hold_team(session, staff.organisation_id)
    row = _find_row(session, staff.organisation_id, text_id)
    if row is None:
        return TextFault.GONE
    return row if _open(vault, row).mark == mark else TextFault.STALE


def _find_row(session: Session, organisation_id: str, text_id: str) -> CannedText | None:
    of_ours = CannedText.id == text_id, CannedText.organisation_id == organisation_id
    return session.scalar(select(CannedText).where(*of_ours))


def _columns(vault: Vault, staff: Staff, wording: Wording, now: datetime) -> dict[str, object]:
    return {
        "title_sealed": vault.seal(wording.title, _TITLE), "body_sealed": vault.seal(wording.body, _BODY),
        "language": wording.language, "discipline": wording.discipline, "changed_by_id": staff.id, "changed_at": now,
        "reviewed_by_id": None, "reviewed_at": None, "reviewed_digest": None,
    }  # fmt: skip


def _open(vault: Vault, row: CannedText) -> Canned:
    title, body = vault.open(row.title_sealed, _TITLE), vault.open(row.body_sealed, _BODY)
    wording = Wording(title, body, row.language, row.discipline)
    holds = row.reviewed_digest == _digest(wording)
    return Canned(
        id=row.id, wording=wording, written_by_id=row.written_by_id, changed_by_id=row.changed_by_id,
        changed_at=row.changed_at, reviewed_by_id=row.reviewed_by_id if holds else None,
        reviewed_at=row.reviewed_at if holds else None,
        mark=mark_of(wording.title, wording.body, wording.language, wording.discipline, row.reviewed_by_id),
    )  # fmt: skip


def _digest(wording: Wording) -> str:
    return hashlib.sha256(f"{wording.language}\n{wording.body}".encode()).hexdigest()


def _note(session: Session, staff: Staff, text_id: str, act: str, now: datetime) -> None:
    record(
        session, staff.organisation_id,
        actor=staff.id, act=act, subject_kind="canned_text", subject_id=text_id, now=now,
    )  # fmt: skip
