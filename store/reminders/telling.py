"""Bringing a person where a text cannot help: a case for a reminder that could not go, a line for one that is held."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, case, select, update
from sqlalchemy.orm import Session

from conversation.appointments.values import AppointmentKind
from conversation.handoff import DELIVERY, make_plain_handoff
from conversation.messages import CaseStatus, Handoff, Urgency
from store.cases.events import EventKind, add_event
from store.cases.opening import open_or_join
from store.reminders.states import Reason, ReminderStatus
from store.sql.statements import execute
from store.tables import Case, Reminder

TOPIC = "court.reminder"  # of the case that a lawyer reads
_OF_LAW = frozenset({AppointmentKind.COURT, AppointmentKind.ICE, AppointmentKind.LAWYER})
_HOLD = update(Reminder).where(Reminder.id == bindparam("of_reminder"))


def tell_person(session: Session, conversation_id: str, kind: str, *, reason: str, now: datetime) -> str:
    """Open a case for the same day, or join the open one; return its code. Courts and check-ins are for lawyers."""
    if kind in _OF_LAW:
        handoff = Handoff(TOPIC, "legal", Urgency.SAME_DAY, reason)
    else:
        handoff = make_plain_handoff(DELIVERY, reason, urgency=Urgency.SAME_DAY)
    return open_or_join(session, conversation_id, handoff, language="und", message_id=None, now=now)


def hold_for_owner(session: Session, facts: Row[Any], now: datetime) -> ReminderStatus:
    """Keep a reminder back for who has the conversation (I4), or as long as there is danger; they see that it waits."""
    reason = Reason.CLAIMED if facts.claimed else Reason.DANGER
    execute(session, _HOLD, of_reminder=facts.reminder_id, status=ReminderStatus.HELD, reason=reason)
    case_id = find_case(session, facts.conversation_id)
    if case_id is not None:
        details = {"reminder": facts.reminder_id, "step": facts.step}
        add_event(session, case_id, EventKind.REMINDER_HELD, details=details, now=now)
    return ReminderStatus.HELD


def find_case(session: Session, conversation_id: str) -> str | None:
    """Return the open case in whose timeline a reminder of a conversation is shown; a claimed one before others."""
    is_open = Case.conversation_id == conversation_id, Case.status != CaseStatus.CLOSED
    claimed_first = case((Case.status == CaseStatus.CLAIMED, 0), else_=1), Case.opened_at
    return session.scalar(select(Case.id).where(*is_open).order_by(*claimed_first).limit(1))
