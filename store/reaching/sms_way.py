"""SMS instead of a knock: where a person on WhatsApp has agreed to be written to while its window is closed.

A text that goes this way is one of the case's own conversation with another address; what the person answers by SMS
stays in the conversation of that number and joins the case while somebody has it. docs/decisions/0045
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session, aliased

from conversation.messages import Address as Ends
from conversation.messages import Channel
from conversation.ports import WorkQueue
from store import held, outbox
from store.audit import record
from store.cases import access
from store.cases.events import EventKind, add_event
from store.cases.outcomes import Outcome
from store.conversations import get_or_add_conversation
from store.outbox import Letter
from store.people import KnownAddress, get_address_of, get_or_add_address, is_stopped, open_address
from store.reaching.apart import are_apart
from store.sealing.vault import Vault
from store.staff.staff import Staff
from store.tables import Address, Case, Caseworker, Consent, Conversation, SmsWay
from store.tables.base import new_id

CONSENT = "sms_when_closed"
AGREED, REVOKED = "agreed", "revoked"
_BY_SMS = ".sms"  # ends the name of the line of texts that go by SMS instead of WhatsApp


class Who(StrEnum):
    """Who agreed."""

    PERSON = "person"
    CAREGIVER = "caregiver"


class How(StrEnum):
    """How they were asked; kept as the wording of the consent."""

    BY_TEXT = "asked_by_text"
    BY_CALL = "asked_by_call"
    IN_PERSON = "asked_in_person"


class Refusal(StrEnum):
    """Why a way is not kept, besides what any act on a case may be refused for."""

    NO_NUMBER = "no_number"  # none was given, and WhatsApp hides the one it has
    STOPPED = "stopped"
    STAFF = "staff"  # a caseworker's own phone, or a number of ours
    NO_SENDER = "no_sender"  # no number of ours sends SMS
    OTHER_SIDE = "other_side"  # that number writes as the sponsor, this one does not, or the reverse (I10)


@dataclass(frozen=True, slots=True)
class AgreedWay:
    """A way by SMS. `number` is the person's; `same`: the number WhatsApp shows."""

    sms_address_id: str
    sender: str
    number: str = field(repr=False)
    at: datetime
    same: bool


def find_way(session: Session, vault: Vault, conversation_id: str | None) -> AgreedWay | None:
    """Return where a conversation's person may be written to by SMS while WhatsApp is closed.

    None as well once somebody of the other side writes from that number (I10).
    """
    there, talk = aliased(Address), aliased(Conversation)
    other_side = exists().where(talk.address_id == SmsWay.sms_address_id, are_apart(Conversation, talk))
    row = session.execute(
        select(SmsWay, there.channel, there.address_sealed, there.number_key == Address.number_key)
        .join(Conversation, Conversation.address_id == SmsWay.address_id)
        .join(Address, Address.id == SmsWay.address_id)
        .join(there, there.id == SmsWay.sms_address_id)
        .where(Conversation.id == conversation_id, ~other_side)
    ).one_or_none()
    if row is None:
        return None
    way, channel, sealed, same = row
    return AgreedWay(way.sms_address_id, way.sender, open_address(vault, channel, sealed).value, way.at, bool(same))


def send_by(session: Session, vault: Vault, letter: Letter, way: AgreedWay | None, *, now: datetime) -> Letter:
    """Give a text another way, in a line of its own: it does not stand behind what waits for WhatsApp.

    Returns:
        The letter as it is now; unchanged when somebody else moved it meanwhile. `way` None: back to WhatsApp.
    """
    overdue = outbox.OVERDUE if letter.line.endswith(outbox.OVERDUE) else ""
    line = letter.conversation_id + (_BY_SMS if way else "") + overdue
    changes = {"to_address_id": way.sms_address_id if way else None, "sender": way.sender if way else None}
    if not outbox.change(session, letter, now=now, line=line, **changes):
        return letter
    return outbox.find_letter(session, vault, letter.id) or letter


def agree(
    session: Session, vault: Vault, queue: WorkQueue, *,
    caseworker: Staff, case_id: str, number: str | None, who: Who, how: How, sender: str | None, now: datetime,
) -> Outcome | Refusal:  # fmt: skip
    """Write down that a person on WhatsApp agreed to SMS while its window is closed; what waits goes that way now.

    Args:
        number: in E.164; None: the one WhatsApp shows.
        sender: our own number for SMS, unless that person has texted another of ours.
    """
    case = access.lock_own(session, case_id, caseworker)
    if isinstance(case, Outcome) or case.conversation_id is None:
        return case if isinstance(case, Outcome) else Outcome.GONE
    here = get_address_of(session, vault, case.conversation_id)
    if here.address.channel is not Channel.WHATSAPP:
        return Outcome.NOT_ALLOWED
    number = number or (here.address.value if here.address.value.startswith("+") else None)
    if number is None:
        return Refusal.NO_NUMBER
    there = get_or_add_address(
        session, vault, here.organisation_id, Ends(Channel.SMS, number), alias=None, state_hint=None, now=now
    )
    ours = _find_sender(session, there.id) or sender
    if refusal := _refuse(session, case.conversation_id, there, ours):
        return refusal
    assert ours is not None
    get_or_add_conversation(session, there, sender=ours, now=now)
    session.execute(delete(SmsWay).where(SmsWay.address_id == here.id))
    session.execute(
        insert(SmsWay).values(id=new_id(), address_id=here.id, sms_address_id=there.id, sender=ours, at=now)
    )
    _record(session, case, caseworker, here.id, AGREED, now, who=who, how=how)
    held.release(session, queue, case.conversation_id, now=now)
    return Outcome.DONE


def revoke(session: Session, *, caseworker: Staff, case_id: str, now: datetime) -> Outcome:
    """Write down that a person does not want SMS any more; what has not gone waits for them on WhatsApp again."""
    case = access.lock_own(session, case_id, caseworker)
    if isinstance(case, Outcome):
        return case
    address_id = session.scalar(select(Conversation.address_id).where(Conversation.id == case.conversation_id))
    gone = session.scalars(delete(SmsWay).where(SmsWay.address_id == address_id).returning(SmsWay.id)).all()
    if not gone or address_id is None:
        return Outcome.NOT_ALLOWED
    _record(session, case, caseworker, address_id, REVOKED, now)
    return Outcome.DONE


def _refuse(session: Session, conversation_id: str, there: KnownAddress, sender: str | None) -> Refusal | None:
    if is_stopped(session, there.organisation_id, there.number_key):
        return Refusal.STOPPED
    of_staff = Caseworker.organisation_id == there.organisation_id, Caseworker.phone_key == there.number_key
    ours = select(Conversation.id).where(Conversation.sender == there.address.value).limit(1)
    if session.scalar(select(Caseworker.id).where(*of_staff)) or session.scalar(ours):
        return Refusal.STAFF
    if _is_other_side(session, conversation_id, there.id):
        return Refusal.OTHER_SIDE
    return None if sender else Refusal.NO_SENDER


def _is_other_side(session: Session, conversation_id: str, address_id: str) -> bool:
    """Return whether one of both writes as the sponsor and the other does not: neither reads the other's words."""
    here = session.scalar(select(Conversation.role).where(Conversation.id == conversation_id)) == "sponsor"
    roles = session.scalars(select(Conversation.role).where(Conversation.address_id == address_id)).all()
    return any((role == "sponsor") != here for role in roles if role is not None or here)


def _find_sender(session: Session, address_id: str) -> str | None:
    """Return the number of ours that this address has texted last."""
    texted = select(Conversation.sender).where(Conversation.address_id == address_id)
    return session.scalar(texted.order_by(Conversation.last_inbound_at.desc().nulls_last()).limit(1))


def _record(
    session: Session, case: Case, caseworker: Staff, address_id: str, act: str, now: datetime, *,
    who: Who | None = None, how: How | None = None,
) -> None:  # fmt: skip
    details = {"caseworker": caseworker.id, "case": case.id, "who": who}
    session.execute(
        insert(Consent).values(
            id=new_id(), address_id=address_id, kind=CONSENT, act=act, source="caseworker", wording=how,
            language=case.language, message_id=None, details=details, at=now,
        )
    )  # fmt: skip
    kind = EventKind.SMS_AGREED if act == AGREED else EventKind.SMS_REVOKED
    add_event(session, case.id, kind, caseworker_id=caseworker.id, now=now)
    record(
        session, case.organisation_id,
        actor=caseworker.id, act=f"case.{kind}", subject_kind="case", subject_id=case.id, now=now, details=details,
    )  # fmt: skip
    session.flush()
