"""Addresses, and what their owners agreed to. A stop holds on every channel of the same number."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, insert, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from conversation.messages import Address, Channel, Command
from store.forgetting.ledger_entries import STARTED, STOPPED, add_entry, find_stop
from store.sealing.vault import Vault
from store.sql.statements import execute
from store.tables import Address as AddressRow
from store.tables import Consent, Conversation, Organisation, OutboxEntry
from store.tables.base import new_id

_CONTEXT = "address.address"


def _any_of_number(condition: ColumnElement[bool]) -> Select[tuple[bool]]:
    of_organisation = AddressRow.organisation_id == bindparam("organisation_id")
    of_number = of_organisation, AddressRow.number_key == bindparam("number_key")
    return select(exists().where(*of_number, condition))


_FIND = select(AddressRow.id, AddressRow.number_key).where(
    AddressRow.organisation_id == bindparam("organisation_id"), AddressRow.address_key == bindparam("address_key")
)
_IS_STOPPED = _any_of_number(AddressRow.stopped_at.is_not(None))
_IS_PRIVATE = _any_of_number(AddressRow.private.is_(True))


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """An address row, opened. `number_key` groups the channels of one number."""

    id: str
    organisation_id: str
    address: Address
    number_key: str


def get_or_add_organisation(session: Session, name: str, *, time_zone: str, now: datetime) -> str:
    """Return the id of the organisation of this name, adding it the first time."""
    found = session.scalar(select(Organisation.id).where(Organisation.name == name))
    if found:
        return found
    organisation_id = new_id()
    session.execute(
        insert(Organisation).values(id=organisation_id, name=name, time_zone=time_zone, cases_opened=0, created_at=now)
    )
    return organisation_id


def get_or_add_address(
    session: Session, vault: Vault, organisation_id: str, address: Address, *,
    alias: Address | None, state_hint: str | None, now: datetime,
) -> KnownAddress:  # fmt: skip
    """Return the row of an address, adding it on its first message.

    A scoped WhatsApp id and the number that came with it share one number_key: what holds for one holds for both.
    """
    key = _address_key(vault, address)
    row = execute(session, _FIND, organisation_id=organisation_id, address_key=key).one_or_none()
    number_key = vault.fingerprint(_number(address, alias)) if alias or row is None else row.number_key
    names = {number_key, *(vault.fingerprint(one.value) for one in (address, alias) if one)}
    if alias:
        _link(session, organisation_id, [key, _address_key(vault, alias)], number_key, names)
    if row:
        return KnownAddress(row.id, organisation_id, address, number_key)
    known = KnownAddress(new_id(), organisation_id, address, number_key)
    session.execute(
        insert(AddressRow).values(
            id=known.id, organisation_id=organisation_id, channel=address.channel, address_key=key,
            number_key=known.number_key, address_sealed=vault.seal(address.value, _CONTEXT),
            state_hint=state_hint, private=False, created_at=now,
            stopped_at=find_stop(session, organisation_id, names),  # of one we have forgotten since
        )
    )  # fmt: skip
    return known


def find_number_key(session: Session, vault: Vault, organisation_id: str, value: str) -> str:
    """Return the hash that groups the channels of a number, given it or a WhatsApp id that hides it."""
    keys = [_address_key(vault, Address(channel, value)) for channel in Channel]
    known = select(AddressRow.number_key).where(
        AddressRow.organisation_id == organisation_id, AddressRow.address_key.in_(keys)
    )
    return session.scalar(known.limit(1)) or vault.fingerprint(value)


def is_stopped(session: Session, organisation_id: str, number_key: str) -> bool:
    """Return whether a stop holds for a number, given on whichever of its channels (I9)."""
    return bool(execute(session, _IS_STOPPED, organisation_id=organisation_id, number_key=number_key).scalar())


def is_private(session: Session, organisation_id: str, number_key: str) -> bool:
    """Return whether a number wants neutral texts: every channel lights up the same screen (I10)."""
    return bool(execute(session, _IS_PRIVATE, organisation_id=organisation_id, number_key=number_key).scalar())


def end_privacy(session: Session, conversation_id: str) -> None:
    """Let texts tell things again, on every channel of the number a conversation is with: that is what was asked."""
    this = aliased(AddressRow)
    number = (
        select(this.organisation_id, this.number_key)
        .join(Conversation, Conversation.address_id == this.id)
        .where(Conversation.id == conversation_id)
    )
    of_number = tuple_(AddressRow.organisation_id, AddressRow.number_key).in_(number)
    session.execute(update(AddressRow).where(of_number).values(private=False))


def get_address_of(session: Session, vault: Vault, conversation_id: str) -> KnownAddress:
    """Return the address of a conversation."""
    row = session.scalars(
        select(AddressRow)
        .join(Conversation, Conversation.address_id == AddressRow.id)
        .where(Conversation.id == conversation_id)
    ).one()
    address = open_address(vault, row.channel, row.address_sealed)
    return KnownAddress(row.id, row.organisation_id, address, row.number_key)


def find_recipient(session: Session, vault: Vault, outbox_id: str) -> KnownAddress | None:
    """Return the address that a text goes to: its conversation's, or another one of the person."""
    to = func.coalesce(OutboxEntry.to_address_id, Conversation.address_id)
    row = session.scalar(
        select(AddressRow)
        .join(OutboxEntry, OutboxEntry.id == outbox_id)
        .join(Conversation, Conversation.id == OutboxEntry.conversation_id)
        .where(AddressRow.id == to)
    )
    if row is None:
        return None
    address = open_address(vault, row.channel, row.address_sealed)
    return KnownAddress(row.id, row.organisation_id, address, row.number_key)


def open_address(vault: Vault, channel: str, sealed: bytes) -> Address:
    return Address(Channel(channel), vault.open(sealed, _CONTEXT))


def record_consent(
    session: Session, known: KnownAddress, command: Command, *,
    source: str, language: str | None, message_id: str | None, now: datetime,
) -> None:  # fmt: skip
    """Write a stop or a start, on this address and every other channel of its number, in the caller's transaction."""
    act, stopped_at = (STOPPED, now) if command is Command.STOP else (STARTED, None)
    session.execute(
        update(AddressRow)
        .where(AddressRow.organisation_id == known.organisation_id, AddressRow.number_key == known.number_key)
        .values(stopped_at=stopped_at)
    )
    wording = f"system.{act}" if source == "keyword" else None  # the carrier's own words are not ours
    session.execute(
        insert(Consent).values(
            id=new_id(), address_id=known.id, kind="texts", act=act, source=source,
            wording=wording, language=language, message_id=message_id, at=now,
        )
    )  # fmt: skip
    add_entry(session, known.organisation_id, known.number_key, act, source=source, now=now)


def _link(session: Session, organisation_id: str, address_keys: list[str], number_key: str, names: set[str]) -> None:
    """Bring addresses seen before they were known to be one number under its key; a stop of theirs holds from there."""
    linked = session.execute(
        update(AddressRow)
        .where(
            AddressRow.organisation_id == organisation_id,
            AddressRow.address_key.in_(address_keys),
            AddressRow.number_key != number_key,
        )
        .values(number_key=number_key)
        .returning(AddressRow.id)
    )
    ids = [row.id for row in linked]
    # of a number whose address we have forgotten since, the ledger alone knows the stop
    if ids and (stopped_at := find_stop(session, organisation_id, names)):
        not_yet = AddressRow.id.in_(ids), AddressRow.stopped_at.is_(None)
        session.execute(update(AddressRow).where(*not_yet).values(stopped_at=stopped_at))


def _address_key(vault: Vault, address: Address) -> str:
    return vault.fingerprint(f"{address.channel}:{address.value}")


def _number(address: Address, alias: Address | None) -> str:
    """Return the number behind an address when there is one: it is the same on SMS and WhatsApp."""
    values = [address.value, *([alias.value] if alias else [])]
    return next((value for value in values if value.startswith("+")), address.value)
