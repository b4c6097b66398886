"""Many people with one date each and its reminders, made at once; nothing is sealed and no engine works."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from conversation.appointments.schedule import Receiver, plan_reminders
from conversation.appointments.values import KnownAppointment
from store.reminders.rows import to_columns
from store.tables import Address, Appointment, Consent, Conversation, Reminder
from store.tables.base import new_id

Rows = dict[Any, list[dict[str, Any]]]  # by table

PLACES = {
    "+12125550101": "America/New_York",
    "+17135550101": "America/Chicago",
    "+16025550101": "America/Phoenix",
    "+12135550101": "America/Los_Angeles",
    "+18085550101": "Pacific/Honolulu",
}
HOURS = (time(8, 30), time(9), time(13), None)


class OpenVault:
    """Instead of sealing."""

    def seal(self, text: str, context: str) -> bytes:
        return text.encode()

    def open(self, sealed: bytes, context: str) -> str:
        return sealed.decode()


class NoQueue:
    """What is in the outbox counts here, and no engine works on it."""

    def enqueue_send(self, connection: Any, **_: Any) -> None:
        """Leave it in the outbox."""


@dataclass
class Person:
    conversation_id: str
    address_id: str
    appointment_id: str
    zone: ZoneInfo
    planned: dict[str, datetime]  # step → due, as first written
    stopped_at: datetime | None = None
    ended_at: datetime | None = None


def make_people(count: int, organisation_id: str) -> tuple[list[Person], Rows]:
    """Return persons in five zones with dates on fifty Tuesdays, and all their rows."""
    rows: Rows = {}
    return [_add(number, organisation_id, rows) for number in range(count)], rows


def _add(number: int, organisation_id: str, rows: Rows) -> Person:
    phone, zone = list(PLACES.items())[number % len(PLACES)]
    day = date(2026, 1, 20) + timedelta(days=7 * (number % 50))
    told = KnownAppointment("", "court", day, HOURS[number % len(HOURS)], zone)
    now = datetime.combine(day, time(12), UTC) - timedelta(days=18)
    address_id, conversation_id, appointment_id = new_id(), new_id(), new_id()
    planned = plan_reminders(told, now=now, receiver=Receiver((ZoneInfo(zone),)))
    person = Person(conversation_id, address_id, appointment_id, ZoneInfo(zone), {})
    person.planned = {one.step: one.due_at for one in planned}
    ours = {"organisation_id": organisation_id}
    more = {
        Address: [{
            **ours, "id": address_id, "channel": "sms", "address_sealed": phone.encode(), "address_key": new_id(),
            "number_key": address_id, "private": False, "created_at": now, "last_inbound_at": now,
        }],
        Conversation: [{
            **ours, "id": conversation_id, "address_id": address_id, "sender": "+12025550100", "seq": 1,
            "language": "en", "language_votes": {}, "noticed_at": now, "created_at": now, "last_inbound_at": now,
        }],
        Consent: [{
            "id": new_id(), "address_id": address_id, "kind": "reminders", "act": "agreed", "source": "told",
            "at": now,
        }],
        Appointment: [{
            **ours, "id": appointment_id, "conversation_id": conversation_id, "source": "told", "version": 1,
            "status": "planned", "created_at": now, "updated_at": now, **to_columns(OpenVault(), told),  # type: ignore[arg-type]
        }],
        Reminder: [
            {"id": new_id(), "appointment_id": appointment_id, "version": 1, "step": one.step,
             "due_at": one.due_at, "status": "planned"}
            for one in planned
        ],
    }  # fmt: skip
    for table, values in more.items():
        rows.setdefault(table, []).extend(values)
    return person
