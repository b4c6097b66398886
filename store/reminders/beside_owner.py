"""What is told of a date while somebody has the case, in its timeline."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.appointments.values import Act, AppointmentAct
from store.cases.events import EventKind, add_event
from store.conversations import find_joined
from store.inbox import Undecided
from store.tables import Case


def note_for_owner(session: Session, act: AppointmentAct, heard: Undecided, now: datetime) -> bool:
    """Show the owner of a claimed case what a message tells of a date; True: nothing else is to be done with it."""
    only_shown = act.act in (Act.SAID, Act.ASKS)
    if not only_shown and act.reminder_id is None:
        return False
    for case_id in _list_claimed(session, find_joined(session, heard.conversation_id)):
        add_event(session, case_id, _name(act), message_id=heard.message_id, details=_tell(act), now=now)
    return only_shown


def _list_claimed(session: Session, conversation_id: str) -> list[str]:
    claimed = Case.conversation_id == conversation_id, Case.status == "claimed"
    return list(session.scalars(select(Case.id).where(*claimed)))


def _name(act: AppointmentAct) -> EventKind:
    return EventKind.DATE_SAID if act.act == Act.SAID else EventKind.DATE_ANSWERED


def _tell(act: AppointmentAct) -> dict[str, Any]:
    """Codes, a day and an hour; neither place nor name, which the message itself tells."""
    if act.values is None:
        return {"reply": str(act.act)}
    at = act.values.at
    return {"kind": act.values.kind, "day": act.values.day.isoformat(), "hour": f"{at:%H:%M}" if at else None}
