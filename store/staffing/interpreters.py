"""The interpreters an organisation may call, and who of them fits a language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.language.languages import Languages
from store.audit import record
from store.editing import hold_team, mark_of
from store.sealing.vault import Vault
from store.staff.staff import Role, Staff
from store.tables import Interpreter
from store.tables.base import new_id

LONGEST = 300  # characters of one detail
MOST_SPOKEN = 12  # languages and variants of one interpreter
KEEPERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
_DETAILS = "interpreter.details"


class InterpreterFault(StrEnum):
    """Why an interpreter cannot be kept or changed."""

    NAME = "name"  # neither a name nor a vendor
    LANGUAGE = "language"  # none, or none that is known
    LONG = "long"
    NOT_YOURS = "not_yours"
    STALE = "stale"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Speech:
    """A language, and of which town or variant: Mam of Todos Santos and Mam of Comitancillo differ."""

    language: str
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """How somebody is called and paid. All as typed."""

    name: str = field(default="", repr=False)
    vendor: str = field(default="", repr=False)
    telephone: str = field(default="", repr=False)
    hours: str = ""
    cost: str = ""
    notes: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """An interpreter as kept. `mark`: of all of it, as it is shown."""

    id: str
    speaks: tuple[Speech, ...]
    details: Details
    active: bool
    mark: str

    @property
    def title(self) -> str:
        return self.details.name or self.details.vendor


def list_interpreters(session: Session, vault: Vault, organisation_id: str) -> list[Known]:
    """Return an organisation's interpreters, those who are called no more last."""
    rows = session.scalars(select(Interpreter).where(Interpreter.organisation_id == organisation_id))
    return sorted((_open(vault, row) for row in rows), key=lambda one: (not one.active, one.title.lower()))


def find_interpreter(session: Session, vault: Vault, organisation_id: str, interpreter_id: str) -> Known | None:
    row = _find_row(session, organisation_id, interpreter_id)
    return None if row is None else _open(vault, row)


def rank_interpreters(known: Sequence[Known], language: str | None, languages: Languages) -> list[Known]:
    """Return who may be called for a language: who speaks it first, then who speaks a kin of it and may know somebody.

    A tag with more parts ("quc-GT") fits its first one. Nobody is left out of a case whose language is not known.
    """
    called = [one for one in known if one.active]
    if language is None or language == "und":
        return called
    kin = {tag for tag in languages.by_tag if languages.is_mayan(tag)} if languages.is_mayan(language) else set()
    scored = [(_nearness(one, language, frozenset(kin)), one) for one in called]
    return [one for nearness, one in sorted(scored, key=lambda pair: pair[0]) if nearness < _FAR]


def add_interpreter(
    session: Session, vault: Vault, staff: Staff, speaks: Sequence[Speech], details: Details, *,
    languages: Languages, now: datetime,
) -> str | InterpreterFault:  # fmt: skip
    """Keep a new interpreter; return the id."""
    if fault := _find_fault(staff, speaks, details, languages):
        return fault
    row = Interpreter(
        id=new_id(), organisation_id=staff.organisation_id, speaks=_lines(speaks), active=True, changed_at=now,
        details_sealed=vault.seal_json(_texts(details), _DETAILS),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, staff, row.id, "interpreter_added", now)
    return row.id


def change_interpreter(
    session: Session, vault: Vault, staff: Staff, interpreter_id: str, speaks: Sequence[Speech], details: Details, *,
    active: bool, languages: Languages, mark: str, now: datetime,
) -> InterpreterFault | None:  # fmt: skip
    """Change what is kept of an interpreter."""
    if fault := _find_fault(staff, speaks, details, languages):
        return fault
    row = _take(session, vault, staff, interpreter_id, mark)
    if isinstance(row, InterpreterFault):
        return row
    row.speaks, row.active, row.changed_at = _lines(speaks), active, now
    row.details_sealed = vault.seal_json(_texts(details), _DETAILS)
    session.flush()
    _note(session, staff, interpreter_id, "interpreter_changed", now)
    return None


def delete_interpreter(
    session: Session, vault: Vault, staff: Staff, interpreter_id: str, *, mark: str, now: datetime
) -> InterpreterFault | None:
    """Delete an interpreter; bookings keep what was written into them."""
    if staff.role not in KEEPERS:
        return InterpreterFault.NOT_YOURS
    row = _take(session, vault, staff, interpreter_id, mark)
    if isinstance(row, InterpreterFault):
        return row
    session.delete(row)
    session.flush()
    _note(session, staff, interpreter_id, "interpreter_deleted", now)
    return None


_FAR = 3


def _nearness(one: Known, language: str, kin: frozenset[str]) -> int:
    """0: the language; 1: a part of it or it a part of theirs; 2: a kin of it."""
    spoken = [speech.language for speech in one.speaks]
    if language in spoken:
        return 0
    if any(tag.split("-")[0] == language.split("-")[0] for tag in spoken):
        return 1
    return 2 if kin & set(spoken) else _FAR


def _find_fault(
    staff: Staff, speaks: Sequence[Speech], details: Details, languages: Languages
) -> InterpreterFault | None:
    if staff.role not in KEEPERS:
        return InterpreterFault.NOT_YOURS
    if not (details.name or details.vendor):
        return InterpreterFault.NAME
    if not 0 < len(speaks) <= MOST_SPOKEN or any(one.language not in languages.by_tag for one in speaks):
        return InterpreterFault.LANGUAGE
    texts = [*_texts(details).values(), *(one.variant for one in speaks)]
    return InterpreterFault.LONG if any(len(text) > LONGEST for text in texts) else None


def _take(
    session: Session, vault: Vault, staff: Staff, interpreter_id: str, mark: str
) -> Interpreter | InterpreterFault:
    hold_team(session, staff.organisation_id)
    row = _find_row(session, staff.organisation_id, interpreter_id)
    if row is None:
        return InterpreterFault.GONE
    return row if _open(vault, row).mark == mark else InterpreterFault.STALE


def _find_row(session: Session, organisation_id: str, interpreter_id: str) -> Interpreter | None:
    of_ours = Interpreter.id == interpreter_id, Interpreter.organisation_id == organisation_id
    return session.scalar(select(Interpreter).where(*of_ours))


def _open(vault: Vault, row: Interpreter) -> Known:
    told: Mapping[str, str] = vault.open_json(row.details_sealed, _DETAILS)
    details = Details(**{one.name: told.get(one.name, "") for one in fields(Details)})
    speaks = tuple(Speech(*line.partition(" ")[::2]) for line in row.speaks)
    mark = mark_of(*row.speaks, *_texts(details).values(), row.active)
    return Known(row.id, speaks, details, row.active, mark)


def _lines(speaks: Sequence[Speech]) -> list[str]:
    return list(dict.fromkeys(f"{one.language} {one.variant}".strip() for one in speaks))


def _texts(details: Details) -> dict[str, str]:
    return {one.name: getattr(details, one.name) for one in fields(Details)}


def _note(session: Session, staff: Staff, interpreter_id: str, act: str, now: datetime) -> None:
    record(
        session, staff.organisation_id,
        actor=staff.id, act=act, subject_kind="interpreter", subject_id=interpreter_id, now=now,
    )  # fmt: skip
