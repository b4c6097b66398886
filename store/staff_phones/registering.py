"""Caseworkers' own phones: registered by a code, recognised when they write.

asked for ──(code by text)──▶ waiting ──(entered in its owner's signed-in page, 15 minutes, 5 tries)──▶ confirmed

A phone is somebody's as long as the row of its caseworker says so; its conversations stay the staff's for ever, so that
what was said there is never mistaken for a person's words.
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus, Channel
from store.audit import record
from store.people import is_stopped
from store.sealing.vault import Vault
from store.tables import Address, Case, Caseworker, Conversation, LoginTry
from store.tables.base import new_id

PHONE = "caseworker.phone"  # context of the seal
CODE_LIVES = timedelta(minutes=15)
MOST_TRIES = 5
_SIGNS = re.compile(r"[\s().-]")
_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")  # E.164


class PhoneRefusal(StrEnum):
    """Why a number cannot become a caseworker's phone."""

    NO_NUMBER = "no_number"  # not + and 8 to 15 digits
    LEFT = "left"  # nobody who works here
    SOMEBODY_ELSES = "somebody_elses"  # a colleague's confirmed phone
    OF_A_PERSON = "of_a_person"  # a person has an open case there
    HAS_HISTORY = "has_history"  # a case of a person is kept there, though closed
    STOPPED = "stopped"  # the phone has said STOP


class CodeOutcome(StrEnum):
    CONFIRMED = "confirmed"
    WRONG = "wrong"
    OVER = "over"  # too late, too many tries, or none was asked for


@dataclass(frozen=True, slots=True)
class PhoneCode:
    """A code to be sent to a number, and to nobody else."""

    caseworker_id: str
    number: str = field(repr=False)
    code: str = field(repr=False)
    until: datetime


def read_number(text: str) -> str | None:
    """Return a telephone number in E.164 however it is spaced; None when it is none."""
    plain = _SIGNS.sub("", text)
    return plain if _NUMBER.fullmatch(plain) else None


def ask_for_code(
    session: Session, vault: Vault, *, caseworker_id: str, number: str, actor: str, now: datetime
) -> PhoneCode | PhoneRefusal:
    """Note that a number is to become somebody's phone, and make the code that proves it; an older one is void.

    Args:
        actor: who asks, for the audit: the caseworker's id or "operator".
    """
    plain = read_number(number)
    if plain is None:
        return PhoneRefusal.NO_NUMBER
    row = session.scalar(select(Caseworker).where(Caseworker.id == caseworker_id).with_for_update())
    if row is None or not row.active:
        return PhoneRefusal.LEFT
    key = vault.fingerprint(plain)
    if refusal := _refuse(session, row, key):
        return refusal
    code = f"{secrets.randbelow(1_000_000):06}"
    row.phone_sealed, row.phone_key, row.phone_channel = vault.seal(plain, PHONE), key, Channel.SMS
    row.phone_confirmed_at, row.phone_code_until = None, now + CODE_LIVES
    row.phone_code_key = _hash(vault, row, code)
    _note(session, row, "phone_asked", actor, now)
    session.flush()
    return PhoneCode(row.id, plain, code, now + CODE_LIVES)


def confirm_phone(session: Session, vault: Vault, *, caseworker_id: str, code: str, now: datetime) -> CodeOutcome:
    """Take a code that was entered by its owner, signed in; the phone is theirs if it is right.

    Never call this for a code that was texted back: at a mistyped number a stranger would do that (decisions/0048).
    """
    row = session.scalar(select(Caseworker).where(Caseworker.id == caseworker_id).with_for_update())
    if row is None or not row.active or row.phone_code_key is None or row.phone_key is None:
        return CodeOutcome.OVER
    tries = _tries_of(vault, row)
    if row.phone_code_until is None or now > row.phone_code_until or _count(session, tries) >= MOST_TRIES:
        return CodeOutcome.OVER
    if _hash(vault, row, code) != row.phone_code_key:
        session.execute(insert(LoginTry).values(id=new_id(), key=tries, at=now))
        return CodeOutcome.WRONG
    if _refuse(session, row, row.phone_key):
        return CodeOutcome.OVER  # meanwhile it has become somebody else's
    row.phone_confirmed_at, row.phone_code_key, row.phone_code_until = now, None, None
    _adopt_conversations(session, row)
    _note(session, row, "phone_confirmed", row.id, now)
    session.flush()
    return CodeOutcome.CONFIRMED


def remove_phone(session: Session, *, caseworker_id: str, actor: str, now: datetime) -> None:
    """Let nothing go to somebody's phone any more, nor be taken from it."""
    row = session.get_one(Caseworker, caseworker_id)
    row.phone_sealed = row.phone_key = row.phone_channel = row.phone_confirmed_at = None
    row.phone_code_key = row.phone_code_until = None
    _note(session, row, "phone_removed", actor, now)
    session.flush()


def is_code_waiting(session: Session, conversation_id: str) -> bool:
    """Return whether a code was sent to the number of a conversation and has not been entered; it may be over."""
    rows = (
        select(Caseworker.id)
        .join(Address, (Address.organisation_id == Caseworker.organisation_id))
        .join(Conversation, Conversation.address_id == Address.id)
        .where(
            Conversation.id == conversation_id, Caseworker.phone_key == Address.number_key,
            Caseworker.phone_code_key.is_not(None), Caseworker.active.is_(True),
        )
    )  # fmt: skip
    return session.scalar(rows.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class OwnPhone:
    """How far somebody's phone is. `ending`: its last four digits."""

    ending: str = field(repr=False)
    confirmed_at: datetime | None
    code_until: datetime | None


def find_own_phone(session: Session, vault: Vault, caseworker_id: str) -> OwnPhone | None:
    """Return somebody's own phone, confirmed or waiting for its code; None: there is none."""
    row = session.get_one(Caseworker, caseworker_id)
    if row.phone_sealed is None:
        return None
    return OwnPhone(vault.open(row.phone_sealed, PHONE)[-4:], row.phone_confirmed_at, row.phone_code_until)


def is_their_phone(session: Session, conversation_id: str, caseworker_id: str) -> bool:
    """Return whether a conversation is still on the confirmed phone of a caseworker who works here."""
    theirs = (
        select(Caseworker.id)
        .join(Address, Address.number_key == Caseworker.phone_key)
        .join(Conversation, Conversation.address_id == Address.id)
        .where(
            Conversation.id == conversation_id, Caseworker.id == caseworker_id, Caseworker.active.is_(True),
            Caseworker.phone_confirmed_at.is_not(None), Address.organisation_id == Caseworker.organisation_id,
        )
    )  # fmt: skip
    return session.scalar(theirs) is not None


def is_staff_conversation(session: Session, conversation_id: str) -> bool:
    """Return whether a conversation is on a phone of the staff, now or once."""
    return bool(
        session.scalar(select(Conversation.caseworker_id.is_not(None)).where(Conversation.id == conversation_id))
    )


def is_off(row: Caseworker, now: datetime) -> bool:
    """Return whether somebody has switched themselves off."""
    return row.shift_override == "off" and (row.override_until is None or now < row.override_until)


def _refuse(session: Session, row: Caseworker, key: str) -> PhoneRefusal | None:
    other = (
        Caseworker.organisation_id == row.organisation_id, Caseworker.phone_key == key, Caseworker.id != row.id,
        Caseworker.active.is_(True), Caseworker.phone_confirmed_at.is_not(None),
    )  # fmt: skip
    if session.scalar(select(exists().where(*other))):
        return PhoneRefusal.SOMEBODY_ELSES
    of_number = (
        select(Case.status)
        .join(Conversation, Conversation.id == Case.conversation_id)
        .join(Address, Address.id == Conversation.address_id)
        .where(Address.organisation_id == row.organisation_id, Address.number_key == key)
    )
    kept = set(session.scalars(of_number))
    if kept - {CaseStatus.CLOSED}:
        return PhoneRefusal.OF_A_PERSON
    if kept:  # its timeline would go on with what the caseworker writes
        return PhoneRefusal.HAS_HISTORY
    return PhoneRefusal.STOPPED if is_stopped(session, row.organisation_id, key) else None


def _adopt_conversations(session: Session, row: Caseworker) -> None:
    """Make every conversation of the number the staff's: by SMS and WhatsApp, with whichever of our senders."""
    addresses = select(Address.id).where(
        Address.organisation_id == row.organisation_id, Address.number_key == row.phone_key
    )
    of_number = update(Conversation).where(Conversation.address_id.in_(addresses))
    session.execute(
        of_number.values(caseworker_id=row.id), execution_options={"synchronize_session": False}
    )  # fmt: skip


def _hash(vault: Vault, row: Caseworker, code: str) -> str:
    """Return the keyed hash of a code: good for this caseworker and this number alone."""
    return vault.fingerprint(f"phone code {row.id} {row.phone_key} {code}")


def _tries_of(vault: Vault, row: Caseworker) -> str:
    """Return under which key the tries of this one code are counted; a new code has its own."""
    return vault.fingerprint(f"try phone {row.phone_code_key}")


def _count(session: Session, key: str) -> int:
    return session.scalar(select(func.count()).select_from(LoginTry).where(LoginTry.key == key)) or 0


def _note(session: Session, row: Caseworker, act: str, actor: str, now: datetime) -> None:
    record(session, row.organisation_id, actor=actor, act=act, subject_kind="caseworker", subject_id=row.id, now=now)
