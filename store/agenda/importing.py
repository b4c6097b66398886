"""Writing the rows of a file of dates: the person, their consent, the date and its reminders; each row once.

A row that was imported before changes nothing, whatever has become of the date since. Nothing is sent by importing:
a number that has stopped stays stopped, and one that has never written is asked whose it is before any date is named.
That a row was imported is known for some days only: after them its date is looked for among those that were cancelled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from conversation.appointments.schedule import DAYS_BEFORE
from conversation.appointments.values import AppointmentStatus, KnownAppointment
from conversation.check_ins.values import DAYS_AFTER
from conversation.messages import Address, Channel
from store.agenda.consents import find_last_word
from store.agenda.import_release import Begun, begin_release
from store.agenda.import_report import GoodRow
from store.audit import record
from store.cases.forms import take_form
from store.conversations import get_or_add_conversation
from store.editing import hold_team
from store.people import find_number_key, get_or_add_address, is_stopped
from store.reminders.acts import record_reminder_consent
from store.reminders.appointments import IMPORT, Teller, add_appointment
from store.reminders.known import list_rows
from store.reminders.owners import list_theirs
from store.reminders.rows import open_appointment
from store.sealing.vault import Vault
from store.staff.staff import Staff
from store.tables import Address as AddressRow
from store.tables import Appointment, Conversation

AT_ONCE = 25  # rows in one transaction: others write in between
_ROLES = ("sponsor", "youth")


@dataclass(frozen=True, slots=True)
class CancelledRow:
    """A row whose date was cancelled, and when; `line`: of the file."""

    line: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows became what.

    Attributes:
        kept: dates that are new or have changed.
        same: rows that were imported before, and dates that are known just so.
        stopped: of those kept, how many are of numbers that get no texts.
        revoked: rows of people who have said since that they want no reminders.
        refused: rows of phones of the team, or of people with too many dates.
        asked, known, unasked: releases that rows told, by what became of them (`Begun`).
        cancelled: rows whose date was cancelled; it was not brought back.
    """

    kept: int = 0
    same: int = 0
    stopped: int = 0
    revoked: int = 0
    refused: int = 0
    asked: int = 0
    known: int = 0
    unasked: int = 0
    cancelled: tuple[CancelledRow, ...] = ()

    def __add__(self, other: "Imported") -> "Imported":
        return Imported(
            self.kept + other.kept, self.same + other.same, self.stopped + other.stopped,
            self.revoked + other.revoked, self.refused + other.refused, self.asked + other.asked,
            self.known + other.known, self.unasked + other.unasked, self.cancelled + other.cancelled,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports. `sender`: our number for SMS, from which those get texts who have never written."""

    caseworker: Staff
    sender: str
    now: datetime
    days: Sequence[int] = DAYS_BEFORE
    check_in_days: Sequence[int] = DAYS_AFTER

    @property
    def organisation_id(self) -> str:
        return self.caseworker.organisation_id


def import_rows(session: Session, vault: Vault, importer: Importer, rows: Sequence[GoodRow]) -> Imported:
    """Write some rows in the caller's transaction; two imports of one organisation go one after the other."""
    hold_team(session, importer.organisation_id)
    done = Imported()
    for row in rows:
        done += _import_row(session, vault, importer, row)
    return done


def note_import(session: Session, importer: Importer, done: Imported, *, bad: int) -> None:
    """Write down who has imported how much."""
    counts = {"kept": done.kept, "same": done.same, "revoked": done.revoked, "refused": done.refused, "bad": bad}
    counts |= {"asked": done.asked, "known": done.known, "unasked": done.unasked, "cancelled": len(done.cancelled)}
    record(
        session, importer.organisation_id, actor=importer.caseworker.id, act="agenda.import", subject_kind="agenda",
        subject_id=importer.organisation_id, details=counts, now=importer.now,
    )  # fmt: skip


def _import_row(session: Session, vault: Vault, importer: Importer, row: GoodRow) -> Imported:
    key = f"agenda row {vault.fingerprint(row.text)}"
    if not take_form(session, key, caseworker_id=importer.organisation_id, now=importer.now):
        return Imported(same=1)
    conversation_id = _find_conversation(session, vault, importer, row)
    if conversation_id is None:
        return Imported(refused=1)
    word = find_last_word(session, conversation_id)
    if word and not word.is_agreed and word.at.date() >= row.consent_on:
        return Imported(revoked=1)
    is_known = _is_known(session, vault, conversation_id, row, importer.now)
    cancelled_at = None if is_known else _find_cancelled(session, vault, conversation_id, row)
    if cancelled_at is not None:
        return Imported(cancelled=(CancelledRow(row.line, cancelled_at),))
    _note_person(session, conversation_id, row)
    if word is None or word.details != row.consent:
        record_reminder_consent(
            session, conversation_id, source=IMPORT, wording=None, language=row.language, message_id=None,
            now=importer.now, details=dict(row.consent),
        )  # fmt: skip
    done = Imported(same=1) if is_known else _keep_date(session, vault, importer, conversation_id, row)
    return done + _keep_release(session, vault, importer, conversation_id, row) if not done.refused else done


def _keep_date(session: Session, vault: Vault, importer: Importer, conversation_id: str, row: GoodRow) -> Imported:
    teller = Teller(IMPORT, importer.caseworker.id)
    kept = add_appointment(
        session, vault, conversation_id, row.told, teller=teller, now=importer.now, days=importer.days
    )
    if kept is None:
        return Imported(refused=1)
    number_key = find_number_key(session, vault, importer.organisation_id, row.number)
    return Imported(kept=1, stopped=int(is_stopped(session, importer.organisation_id, number_key)))


def _keep_release(session: Session, vault: Vault, importer: Importer, conversation_id: str, row: GoodRow) -> Imported:
    begun = begin_release(
        session, vault, conversation_id, row,
        caseworker_id=importer.caseworker.id, now=importer.now, days=importer.check_in_days,
    )  # fmt: skip
    return Imported(
        asked=int(begun is Begun.ASKED), known=int(begun is Begun.KNOWN), unasked=int(begun is Begun.UNASKED)
    )


def _find_conversation(session: Session, vault: Vault, importer: Importer, row: GoodRow) -> str | None:
    """Return where a number writes to us, the latest first, else a new conversation by SMS; None: it is the team's."""
    number_key = find_number_key(session, vault, importer.organisation_id, row.number)
    found = session.execute(
        select(Conversation.id, Conversation.caseworker_id)
        .join(AddressRow, AddressRow.id == Conversation.address_id)
        .where(AddressRow.organisation_id == importer.organisation_id, AddressRow.number_key == number_key)
        .order_by(Conversation.last_inbound_at.is_(None), Conversation.last_inbound_at.desc(), Conversation.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        known = get_or_add_address(
            session, vault, importer.organisation_id, Address(Channel.SMS, row.number),
            alias=None, state_hint=None, now=importer.now,
        )  # fmt: skip
        conversation_id = get_or_add_conversation(session, known, sender=importer.sender, now=importer.now)
        found = session.execute(
            select(Conversation.id, Conversation.caseworker_id).where(Conversation.id == conversation_id)
        ).one()
    return None if found.caseworker_id else found.id


def _note_person(session: Session, conversation_id: str, row: GoodRow) -> None:
    """Fill in what nobody has said yet; what the person said themselves stays."""
    this = Conversation.id == conversation_id
    session.execute(update(Conversation).where(this, Conversation.language.is_(None)).values(language=row.language))
    if row.phone_of in _ROLES:
        session.execute(update(Conversation).where(this, Conversation.role.is_(None)).values(role=row.phone_of))


def _is_known(session: Session, vault: Vault, conversation_id: str, row: GoodRow, now: datetime) -> bool:
    """Return whether this date is kept just so, or with an hour that the file does not know."""
    told = row.told
    kept = [open_appointment(vault, one) for one in list_rows(session, conversation_id, now)]
    same_day = [one for one in kept if (one.kind, one.day, one.child) == (told.kind, told.day, told.child)]
    return any(told.at is None or (one.at, one.zone) == (told.at, told.zone) for one in same_day)


def _find_cancelled(session: Session, vault: Vault, conversation_id: str, row: GoodRow) -> datetime | None:
    """Return when the same date of this number was cancelled, the last time; None: never."""
    rows = session.scalars(
        select(Appointment)
        .where(Appointment.conversation_id.in_(list_theirs(session, conversation_id)))
        .where(Appointment.kind == row.told.kind, Appointment.day == row.told.day)
        .where(Appointment.status == AppointmentStatus.CANCELLED)
        .order_by(Appointment.updated_at.desc())
    )
    return next((one.updated_at for one in rows if _is_same(open_appointment(vault, one), row.told)), None)


def _is_same(kept: KnownAppointment, told: KnownAppointment) -> bool:
    """Return whether dates of one kind and day are one: neither hours nor first names differ where both tell them."""
    return len({kept.at, told.at} - {None}) < 2 and len({kept.child, told.child} - {None}) < 2
