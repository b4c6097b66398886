"""Where a person's phone may be, and when a text does no harm there."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import String, bindparam, literal, select
from sqlalchemy.orm import Session

from conversation.appointments.schedule import Receiver
from conversation.dates.zone import zones_of_state
from store.area_codes import find_time_zone
from store.people import open_address
from store.reaching.safe_times import find_safe_wish
from store.sealing.vault import Vault
from store.sql.statements import execute
from store.tables import Address, Conversation

_WHERE = (
    select(
        Conversation.id.label("conversation_id"),
        Conversation.state,
        Address.channel,
        Address.address_sealed,
        literal(True).label("has_hours"),
    )
    .join(Address, Address.id == Conversation.address_id)
    .where(Conversation.id == bindparam("of_conversation", type_=String))
)


def read_receiver(session: Session, vault: Vault, conversation_id: str, *, appointment_zone: str) -> Receiver:
    """Return who gets the reminders of a conversation.

    The state they told, the area code of their number and the place of the appointment may lie in different zones:
    nobody knows which of them the phone is in, so a text waits until it is day in all of them.
    """
    row = execute(session, _WHERE, of_conversation=conversation_id).one()
    return open_receiver(session, vault, row, appointment_zone=appointment_zone)


def open_receiver(session: Session, vault: Vault, row: Any, *, appointment_zone: str) -> Receiver:
    """Return the same from a row that has been read; `has_hours` False: nobody has said when it is safe."""
    number = open_address(vault, row.channel, row.address_sealed).value
    wish = find_safe_wish(session, vault, row.conversation_id) if row.has_hours else None
    zones = _list_zones(row.state, find_time_zone(number), appointment_zone)
    return Receiver(tuple(map(ZoneInfo, dict.fromkeys(zones))), wish.hours if wish else None)


def _list_zones(state: str | None, of_number: str | None, appointment_zone: str) -> Iterable[str]:
    """The likeliest first: the only zone of a state, then the appointment's own."""
    of_state = zones_of_state(state) if state else ()
    if len(of_state) == 1:
        yield of_state[0]
    yield appointment_zone
    yield from of_state
    if of_number:
        yield of_number
