"""Texts to caseworkers' own phones: catalogue entries `staff.*`, in their language, through the outbox all texts use.

By SMS, but by WhatsApp to who wrote there last and within its window: no template is needed then.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from conversation.answers.catalogue import Catalogue
from conversation.answers.wording import STAFF_LANGUAGES
from conversation.messages import Address, Channel, OutgoingText
from conversation.ports import WorkQueue
from conversation.staff_texts import StaffText
from store.conversations import get_or_add_conversation
from store.decisions import Split
from store.outbox import WINDOW, add_text, find_place
from store.people import get_or_add_address, is_stopped
from store.sealing.vault import Vault
from store.staff_phones.registering import PHONE, PhoneCode, is_off
from store.tables import Address as AddressRow
from store.tables import Caseworker, Conversation, Message

log = logging.getLogger(__name__)

_SAFE_WINDOW = WINDOW - timedelta(hours=1)  # a text that waits a little must still arrive within it


class Mailed(StrEnum):
    """What became of a text. Only of QUEUED one goes out."""

    QUEUED = "queued"
    NO_PHONE = "no_phone"  # none, or not confirmed, or they have left
    OFF = "off"  # they have switched themselves off
    STOPPED = "stopped"  # the phone has said STOP
    NOT_THEIRS = "not_theirs"  # the case is kept from them
    NO_TEXT = "no_text"  # no reviewed text, and drafts are refused
    NO_SENDER = "no_sender"  # no number of ours is known: STAFF_SENDER


@dataclass(frozen=True, slots=True)
class StaffMail:
    """Writes to caseworkers' phones, in the caller's transaction.

    Attributes:
        inbox_url: where the pages of the cases are, without a slash at its end.
        provider: the carrier's name, as in the inbox.
        sender: our own number for it; "": the one that was texted last.
        bodies: words of safety and legal cases may stand in texts (STAFF_TEXT_BODIES).
    """

    vault: Vault
    queue: WorkQueue
    split: Split
    catalogue: Catalogue
    inbox_url: str
    provider: str
    sender: str = ""
    bodies: bool = False

    def send(
        self, session: Session, *,
        caseworker_id: str, answer: StaffText, values: Mapping[str, str], now: datetime, case_id: str | None = None,
    ) -> Mailed:  # fmt: skip
        """Queue a text to somebody's confirmed phone, unless they are off or have said STOP.

        Args:
            values: for the places of the text; `link` follows from `code`.
            case_id: of the case it speaks of: forgotten with its person, and weighed when words come without a tag.
        """
        row = session.get(Caseworker, caseworker_id)
        if row is None or not row.active or row.phone_confirmed_at is None or row.phone_sealed is None:
            return Mailed.NO_PHONE
        if is_stopped(session, row.organisation_id, row.phone_key or ""):
            return Mailed.STOPPED
        if is_off(row, now):
            return Mailed.OFF
        conversation_id = self._find_conversation(session, row, now)
        if conversation_id is None:
            return Mailed.NO_SENDER
        return self.write(session, conversation_id, answer, values, case_id=case_id, now=now)

    def send_code(self, session: Session, code: PhoneCode, now: datetime) -> Mailed:
        """Queue the text with a code to a number that is to be confirmed, by SMS."""
        row = session.get_one(Caseworker, code.caseworker_id)
        conversation_id = self._open_by_sms(session, row, code.number, now)
        if conversation_id is None:
            return Mailed.NO_SENDER
        values = {"phone_code": code.code, "link": self.account_url}
        return self.write(session, conversation_id, StaffText.PHONE_CODE, values, now=now)

    def write(
        self, session: Session, conversation_id: str, answer: StaffText, values: Mapping[str, str], *,
        now: datetime, case_id: str | None = None, in_reply_to: str | None = None,
    ) -> Mailed:  # fmt: skip
        """Queue a text in a conversation of the staff, whatever their switch says: it answers what they wrote."""
        channel, language = _find_ears(session, conversation_id)
        filled = {"link": self.link_to(values.get("code")), **values}
        texts = self._render(answer, language, channel, filled, now)
        if not texts:
            log.warning("no text for a caseworker may be sent", extra={"answer": answer})
            return Mailed.NO_TEXT
        for text in texts:
            for part in self.split(text.body, channel):
                outbox_id = add_text(
                    session, self.vault, self.queue, conversation_id, text, part,
                    provider=self.provider, in_reply_to=in_reply_to, now=now,
                )  # fmt: skip
                place = find_place(session, outbox_id) if case_id else None
                if place:
                    session.execute(update(Message).where(Message.id == place[1]).values(case_id=case_id))
        return Mailed.QUEUED

    @property
    def account_url(self) -> str:
        """Where somebody enters the code for their phone, signed in."""
        return f"{self.inbox_url.removesuffix('/inbox')}/signin/account"

    def link_to(self, code: str | None) -> str:
        """Return the address of a case's page, or of the inbox."""
        return f"{self.inbox_url}/{code}" if code else self.inbox_url

    def _render(
        self, answer: StaffText, language: str, channel: Channel, values: Mapping[str, str], now: datetime
    ) -> tuple[OutgoingText, ...]:
        texts = self.catalogue.render(answer, language, channel=channel, today=now.date(), values=values)
        if texts or "code" not in values:
            return texts
        return (self.catalogue.render_reference(values["code"], values["link"]),)

    def _find_conversation(self, session: Session, row: Caseworker, now: datetime) -> str | None:
        """Return where somebody is reached: on WhatsApp while its window is open, if they were there last; else SMS."""
        last = session.execute(
            select(Conversation.id, Conversation.last_inbound_at, AddressRow.channel)
            .join(AddressRow, AddressRow.id == Conversation.address_id)
            .where(Conversation.caseworker_id == row.id, AddressRow.number_key == row.phone_key)
            .where(Conversation.last_inbound_at.is_not(None))
            .order_by(Conversation.last_inbound_at.desc())
            .limit(1)
        ).one_or_none()
        if last and (last.channel == Channel.SMS or now - last.last_inbound_at < _SAFE_WINDOW):
            return str(last.id)
        return self._open_by_sms(session, row, self.vault.open(row.phone_sealed or b"", PHONE), now)

    def _open_by_sms(self, session: Session, row: Caseworker, number: str, now: datetime) -> str | None:
        sender = self.sender or find_sender(session, row.organisation_id)
        if not sender or sender == number:
            return None
        known = get_or_add_address(
            session, self.vault, row.organisation_id, Address(Channel.SMS, number), alias=None, state_hint=None, now=now
        )
        return get_or_add_conversation(session, known, sender=sender, now=now)


def find_sender(session: Session, organisation_id: str) -> str | None:
    """Return the number of ours that people have texted last by SMS; None: nobody has yet."""
    texted = (
        select(Conversation.sender)
        .join(AddressRow, AddressRow.id == Conversation.address_id)
        .where(Conversation.organisation_id == organisation_id, AddressRow.channel == Channel.SMS)
        .order_by(Conversation.last_inbound_at.is_(None), Conversation.last_inbound_at.desc())
    )
    return session.scalar(texted.limit(1))


def _find_ears(session: Session, conversation_id: str) -> tuple[Channel, str]:
    """Return the channel of a conversation, and in which language its caseworker reads."""
    theirs = or_(Caseworker.id == Conversation.caseworker_id, Caseworker.phone_key == AddressRow.number_key)
    channel, locale = session.execute(
        select(AddressRow.channel, Caseworker.locale)
        .join(Conversation, Conversation.address_id == AddressRow.id)
        .outerjoin(Caseworker, theirs & (Caseworker.organisation_id == AddressRow.organisation_id))
        .where(Conversation.id == conversation_id)
        .order_by((Caseworker.id == Conversation.caseworker_id).desc().nulls_last())
        .limit(1)
    ).one()
    return Channel(channel), choose_language(locale or "")


def choose_language(locale: str) -> str:
    return locale if locale in STAFF_LANGUAGES else STAFF_LANGUAGES[0]
