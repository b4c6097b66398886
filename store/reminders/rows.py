"""A date as a row and as the rules know it."""

from datetime import time
from typing import Any

from conversation.appointments.schedule import find_start
from conversation.appointments.values import KnownAppointment
from store.sealing.vault import Vault
from store.tables import Appointment

PLACE, CHILD = "appointment.place", "appointment.child"  # contexts of the seals


def open_appointment(vault: Vault, row: Any) -> KnownAppointment:
    """Return a row of `appointment`, or one with its columns, as the rules know it."""
    return KnownAppointment(
        id=row.id, kind=row.kind, day=row.day, at=_to_time(row.at_minutes), zone=row.zone, status=row.status,
        place=vault.open(row.place_sealed, PLACE) if row.place_sealed else None,
        child=vault.open(row.child_sealed, CHILD) if row.child_sealed else None,
    )  # fmt: skip


def to_columns(vault: Vault, told: KnownAppointment) -> dict[str, Any]:
    """Return what is written of a date that was told."""
    return {
        Appointment.kind.key: told.kind,
        Appointment.day.key: told.day,
        Appointment.at_minutes.key: told.at.hour * 60 + told.at.minute if told.at else None,
        Appointment.zone.key: told.zone,
        Appointment.starts_at.key: find_start(told),
        Appointment.place_sealed.key: vault.seal(told.place, PLACE) if told.place else None,
        Appointment.child_sealed.key: vault.seal(told.child, CHILD) if told.child else None,
    }


def _to_time(minutes: int | None) -> time | None:
    return time(minutes // 60, minutes % 60) if minutes is not None else None
