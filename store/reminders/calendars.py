"""The calendar file that a person asked for: written, and its address opened, with the text that tells it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.appointments.calendar_file import Invitation, find_evening, write_calendar
from conversation.appointments.values import CalendarLine
from conversation.media import FileToSend, MediaType
from store.outgoing_files import add_file
from store.reminders.known import list_rows
from store.reminders.rows import open_appointment
from store.sealing.vault import Vault
from store.tables import OutboxEntry

OPEN_FOR = timedelta(hours=24)  # the text says so


def add_calendar(
    session: Session, vault: Vault, conversation_id: str, outbox_id: str, lines: Sequence[CalendarLine], *,
    token: str, now: datetime,
) -> None:  # fmt: skip
    """Keep the file of a text whose body has its address; dates of other people, or cancelled by now, are left out."""
    rows = {row.id: row for row in list_rows(session, conversation_id, now)}
    invitations = []
    for line in lines:
        if row := rows.get(line.appointment_id):
            known = open_appointment(vault, row)
            evening = (find_evening(known),)
            invitations.append(Invitation(known, row.version, line.title, evening, line.place))
    if not invitations:
        return
    file = FileToSend(MediaType.CALENDAR, write_calendar(invitations, now=now))
    message_id = session.scalars(select(OutboxEntry.message_id).where(OutboxEntry.id == outbox_id)).one()
    add_file(session, vault, message_id, file, now=now, token=token, open_until=now + OPEN_FOR)
