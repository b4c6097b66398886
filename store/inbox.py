"""The durable inbox: a message is stored, and its work queued, in the transaction that precedes our 200 (I1, I2)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, exists, insert, select, update
from sqlalchemy.orm import Session

from conversation.commands.commands import find_command
from conversation.masking import mask
from conversation.messages import (
    Address,
    Attachment,
    Author,
    Command,
    InboundMessage,
    Location,
    Memory,
    MessageKind,
)
from conversation.ports import WorkQueue
from conversation.turn import Rules
from store.check_ins.rounds import find_release_id, find_round
from store.conversations import get_memory, get_or_add_conversation, take_seq
from store.forgetting.carrier_erasure import is_erased_message
from store.people import get_or_add_address, is_stopped, open_address, record_consent
from store.reminders.known import find_known
from store.sealing.vault import Vault
from store.sql.statements import execute
from store.staffing.opening import find_opening
from store.tables import Address as AddressRow
from store.tables import Conversation, InboxEntry, Message
from store.tables.base import new_id

BODY = "message.body"
DETAILS = "message.details"

_PROVIDER, _NAME_THERE = bindparam("provider", type_=String), bindparam("provider_message_id", type_=String)
_SEEN = select(
    exists().where(InboxEntry.provider == _PROVIDER, InboxEntry.provider_message_id == _NAME_THERE)
    | is_erased_message(_PROVIDER, _NAME_THERE)
)
_ADD_MESSAGE = insert(Message)
_ADD_ENTRY = insert(InboxEntry)
_NOTE_ADDRESS = update(AddressRow).where(AddressRow.id == bindparam("address_id"))
_CLOSE = (
    update(InboxEntry)
    .where(InboxEntry.id == bindparam("inbox_id"), InboxEntry.status == "new")
    .returning(InboxEntry.id)
)
_UNDECIDED = (
    select(
        InboxEntry.provider,
        InboxEntry.provider_message_id,
        InboxEntry.conversation_id,
        InboxEntry.command,
        InboxEntry.received_at,
        Message.id.label("message_id"),
        Message.kind,
        Message.body_sealed,
        Message.details_sealed,
        AddressRow.channel,
        AddressRow.address_sealed,
        AddressRow.state_hint,
        Conversation.sender,
        Conversation.caseworker_id,
        Conversation.organisation_id,
    )
    .join(Message, Message.id == InboxEntry.message_id)
    .join(Conversation, Conversation.id == InboxEntry.conversation_id)
    .join(AddressRow, AddressRow.id == Conversation.address_id)
    .where(InboxEntry.id == bindparam("inbox_id"), InboxEntry.status == "new")
)


@dataclass(frozen=True, slots=True)
class Undecided:
    """A message waiting for its decision, with what we remember of its conversation.

    `caseworker_id`: it came from a caseworker's own phone, and the pipeline has no part in it.
    """

    message: InboundMessage
    message_id: str
    conversation_id: str
    memory: Memory
    caseworker_id: str | None = None


def accept(
    session: Session, message: InboundMessage, *,
    vault: Vault, rules: Rules, queue: WorkQueue, organisation_id: str,
) -> bool:  # fmt: skip
    """Store a message once and queue its decision; obey STOP and START at once (I9). False: it was already there."""
    key = {"provider": message.provider, "provider_message_id": message.provider_message_id}
    if execute(session, _SEEN, **key).scalar():
        return False
    now = message.received_at
    known = get_or_add_address(
        session, vault, organisation_id, message.sender, alias=message.alias, state_hint=message.state_hint, now=now
    )
    conversation_id = get_or_add_conversation(session, known, sender=message.recipient.value, now=now)
    seq = take_seq(session, conversation_id, last_inbound_at=now)  # which renews the carrier's 24-hour window
    message_id, inbox_id = new_id(), new_id()
    text = mask(message.text)
    _add_message(session, vault, message, text, message_id=message_id, conversation_id=conversation_id, seq=seq)
    stopped = is_stopped(session, known.organisation_id, known.number_key)
    command = find_command(message, text, rules, stopped=stopped)
    if command and command.command in (Command.STOP, Command.START):
        source = "carrier" if message.carrier_command else "keyword"
        record_consent(
            session, known, command.command, source=source, language=command.language, message_id=message_id, now=now
        )
    execute(session, _NOTE_ADDRESS, address_id=known.id, last_inbound_at=now)
    execute(
        session, _ADD_ENTRY, id=inbox_id, **key, message_id=message_id, conversation_id=conversation_id, seq=seq,
        status="new", command=command.command if command else None, received_at=now,
    )  # fmt: skip
    queue.enqueue_decide(session.connection(), inbox_id=inbox_id, conversation_id=conversation_id, seq=seq)
    return True


def find_undecided(session: Session, vault: Vault, inbox_id: str) -> Undecided | None:
    """Return a message that still waits for its decision; None when it was handled or never came."""
    row = execute(session, _UNDECIDED, inbox_id=inbox_id).one_or_none()
    if row is None:
        return None
    details = vault.open_json(row.details_sealed, DETAILS) if row.details_sealed else {}
    location = details.get("location")
    person = open_address(vault, row.channel, row.address_sealed)
    message = InboundMessage(
        provider=row.provider,
        provider_message_id=row.provider_message_id,
        sender=person,
        recipient=Address(person.channel, row.sender),
        kind=MessageKind(row.kind),
        text=vault.open(row.body_sealed, BODY),
        received_at=row.received_at,
        attachments=tuple(Attachment(**attachment) for attachment in details.get("attachments", ())),
        location=Location(**location) if location else None,
        button=details.get("button"),
        profile_name=details.get("profile_name"),
        state_hint=row.state_hint,
        carrier_command=Command(details["carrier_command"]) if details.get("carrier_command") else None,
    )
    remembered = get_memory(session, vault, row.conversation_id)
    memory = replace(
        remembered,
        check_in=find_round(session, row.conversation_id, remembered.open_question),
        release_id=find_release_id(session, row.conversation_id),
        appointments=find_known(session, vault, row.conversation_id, row.received_at),
        people_from=find_opening(session, row.organisation_id, row.received_at),
    )
    if row.command == Command.START:
        # the webhook has lifted the stop already; the rules must see what held before this message
        memory = replace(memory, stopped=True)
    return Undecided(message, row.message_id, row.conversation_id, memory, row.caseworker_id)


def close_entry(session: Session, inbox_id: str, *, status: str, now: datetime, **outcome: Any) -> bool:
    """Mark a message handled or failed. False: somebody was faster, and the caller must change nothing (I2)."""
    changed = execute(session, _CLOSE, inbox_id=inbox_id, status=status, handled_at=now, **outcome)
    return changed.scalar() is not None


def find_conversation(session: Session, inbox_id: str) -> tuple[str, str] | None:
    """Return (conversation id, message id) of an entry."""
    row = session.execute(
        select(InboxEntry.conversation_id, InboxEntry.message_id).where(InboxEntry.id == inbox_id)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def list_waiting_texts(session: Session, vault: Vault, inbox_id: str, conversation_id: str) -> list[str]:
    """Return the texts of the conversation's other messages that wait for their decision, oldest first."""
    others = InboxEntry.conversation_id == conversation_id, InboxEntry.status == "new", InboxEntry.id != inbox_id
    rows = select(Message.body_sealed).join(InboxEntry, InboxEntry.message_id == Message.id).where(*others)
    return [vault.open(sealed, BODY) for sealed in session.scalars(rows.order_by(InboxEntry.seq))]


def find_stranded(session: Session, before: datetime, *, limit: int = 100) -> list[tuple[str, str, int]]:
    """Return (inbox id, conversation id, seq) of messages that wait since before a time, oldest first."""
    rows = session.execute(
        select(InboxEntry.id, InboxEntry.conversation_id, InboxEntry.seq)
        .where(InboxEntry.status == "new", InboxEntry.received_at < before)
        .order_by(InboxEntry.received_at)
        .limit(limit)
    )
    return [(inbox_id, conversation_id, seq) for inbox_id, conversation_id, seq in rows]


def _add_message(
    session: Session, vault: Vault, message: InboundMessage, text: str, *,
    message_id: str, conversation_id: str, seq: int,
) -> None:  # fmt: skip
    details = {
        "attachments": [{"url": one.url, "content_type": one.content_type} for one in message.attachments],
        "location": {"latitude": message.location.latitude, "longitude": message.location.longitude}
        if message.location
        else None,
        "button": mask(message.button or ""),
        "profile_name": mask(message.profile_name or ""),
        "carrier_command": message.carrier_command,
    }
    kept = {name: value for name, value in details.items() if value}
    execute(
        session, _ADD_MESSAGE,
        id=message_id, conversation_id=conversation_id, seq=seq, author=Author.PERSON, kind=message.kind,
        body_sealed=vault.seal(text, BODY), details_sealed=vault.seal_json(kept, DETAILS) if kept else None,
        draft=False, at=message.received_at,
    )  # fmt: skip
