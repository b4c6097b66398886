"""What a decision does to dates: carried out in the decision's own transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from conversation.appointments.schedule import DAYS_BEFORE, RECONFIRM
from conversation.appointments.values import Act, AppointmentAct, AppointmentStatus
from store.inbox import Undecided
from store.reminders.appointments import (
    TOLD,
    Teller,
    add_appointment,
    change_appointment,
    end_appointment,
    mark_appointment,
)  # fmt: skip
from store.reminders.beside_owner import note_for_owner
from store.reminders.facts import AGREED, REMINDERS, REVOKED
from store.reminders.owners import list_theirs
from store.reminders.plans import drop_plan
from store.reminders.states import COMING, Reason, ReminderStatus
from store.reminders.telling import tell_person
from store.sealing.vault import Vault
from store.tables import Appointment, Consent, Conversation, Reminder
from store.tables.base import new_id

# Acts after which nothing more is reminded, and why; the others only mark.
_ENDS = {
    Act.CANCEL: (AppointmentStatus.CANCELLED, Reason.CANCELLED),
    Act.MISSED: (AppointmentStatus.MISSED, Reason.OVER),
    Act.GONE: (AppointmentStatus.GONE, Reason.OVER),
    # a person of ours has a case of it now, and speaks first: never "just go"
    Act.CANNOT: (AppointmentStatus.CANNOT, Reason.CANNOT),
    Act.AFRAID: (AppointmentStatus.CANNOT, Reason.CANNOT),
}


def carry_out(
    session: Session, vault: Vault, acts: Sequence[AppointmentAct], heard: Undecided, now: datetime, *,
    days: Sequence[int] = DAYS_BEFORE,
) -> None:  # fmt: skip
    """Carry out what a message does to the dates of its conversation, and to how reminders are written.

    An act on a date of another person changes nothing, nor does an answer to a reminder of a date that has moved since.
    The caller holds the conversation.
    """
    for act in acts:
        if note_for_owner(session, act, heard, now) or _is_outdated(session, act):
            continue
        _carry_out_one(session, vault, act, heard, now, days)
        if act.reminder_id:
            _note_reply(session, heard.conversation_id, act.reminder_id, now)


def record_reminder_consent(
    session: Session, conversation_id: str, *, act: str = AGREED, source: str, wording: str | None,
    language: str | None, message_id: str | None, now: datetime, details: dict[str, str] | None = None,
) -> None:  # fmt: skip
    """Write down that a person agrees to be reminded, or does no longer: which words were shown, when, how.

    Args:
        source: "told" by the person, "caseworker" or "import"; then `details` say who agreed, whose phone, how (codes).
    """
    record_consent_of(
        session, conversation_id, REMINDERS, act=act, source=source, wording=wording, language=language,
        message_id=message_id, now=now, details=details,
    )  # fmt: skip


def record_consent_of(
    session: Session, conversation_id: str, kind: str, *, act: str, source: str, wording: str | None,
    language: str | None, message_id: str | None, now: datetime, details: dict[str, str] | None = None,
) -> None:  # fmt: skip
    """Write down what a person agrees to, or does no longer; as `record_reminder_consent`, of any kind."""
    address_id = select(Conversation.address_id).where(Conversation.id == conversation_id).scalar_subquery()
    session.execute(
        insert(Consent).values(
            id=new_id(), address_id=address_id, kind=kind, act=act, source=source, wording=wording,
            language=language, message_id=message_id, details=details, at=now,
        )
    )  # fmt: skip


def _carry_out_one(
    session: Session, vault: Vault, act: AppointmentAct, heard: Undecided, now: datetime, days: Sequence[int]
) -> None:
    conversation_id, teller = heard.conversation_id, Teller(by=heard.message_id)
    what = Act(act.act)
    if what in (Act.FULL, Act.NEUTRAL):
        _set_full(session, conversation_id, full=what is Act.FULL)
    elif what is Act.RECONFIRMED:
        release_unconfirmed(session, conversation_id, now)
    elif act.values is not None and act.appointment_id is None:
        if add_appointment(session, vault, conversation_id, act.values, teller=teller, now=now, days=days):
            _consent(session, act, heard, now)
        else:  # the person was told that it is kept: somebody has to look
            tell_person(session, conversation_id, act.values.kind, reason="too_many_dates", now=now)
    elif act.values is not None and what in (Act.ADD, Act.CHANGE) and act.appointment_id:
        kept = act.appointment_id, act.values
        by_us = session.scalar(select(Appointment.id).where(Appointment.id == kept[0], Appointment.source != TOLD))
        if change_appointment(session, vault, conversation_id, *kept, teller=teller, now=now, days=days):
            _consent(session, act, heard, now)
            if by_us:  # somebody of ours had entered another day: which one holds, a person has to find out
                tell_person(session, conversation_id, act.values.kind, reason="date_differs", now=now)
    elif act.appointment_id and what in _ENDS:
        status, reason = _ENDS[what]
        end_appointment(session, conversation_id, act.appointment_id, status, reason=reason, now=now)
    elif act.appointment_id and what is Act.GOING:
        mark_appointment(session, conversation_id, act.appointment_id, AppointmentStatus.GOING, now=now)


def _is_outdated(session: Session, act: AppointmentAct) -> bool:
    """Whether an answer is to a reminder that told another day than the one that holds."""
    if act.reminder_id is None or act.act == Act.RECONFIRMED:
        return False
    told = select(Reminder.version != Appointment.version).join(Appointment, Appointment.id == Reminder.appointment_id)
    return bool(session.scalar(told.where(Reminder.id == act.reminder_id)))


def leave_number(
    session: Session, conversation_id: str, *, language: str | None, message_id: str | None, now: datetime
) -> None:
    """A number is not our person's any more: nothing is reminded or told there, and people hear of what is to come."""
    theirs = list_theirs(session, conversation_id)
    coming = session.execute(
        select(Appointment.id, Appointment.kind).where(
            Appointment.conversation_id.in_(theirs), Appointment.status.in_(COMING), Appointment.starts_at > now
        )
    ).all()
    if not coming:
        return
    record_reminder_consent(
        session, conversation_id, act=REVOKED, source="wrong_number", wording=None, language=language,
        message_id=message_id, now=now,
    )  # fmt: skip
    for appointment_id, kind in coming:
        drop_plan(session, appointment_id, reason=Reason.NO_CONSENT, now=now)
        tell_person(session, conversation_id, kind, reason="wrong_number", now=now)


def release_unconfirmed(session: Session, conversation_id: str, now: datetime) -> int:
    """The number is still theirs: what waited for that is due again, and judged by the time it has become."""
    theirs = select(Appointment.id).where(Appointment.conversation_id.in_(list_theirs(session, conversation_id)))
    asked = update(Reminder).where(Reminder.appointment_id.in_(theirs), Reminder.step == RECONFIRM)
    waiting = update(Reminder).where(
        Reminder.appointment_id.in_(theirs),
        Reminder.status == ReminderStatus.HELD,
        Reminder.reason == Reason.UNCONFIRMED,
    )
    unsynchronised = {"synchronize_session": False}
    session.execute(asked.values(replied_at=now), execution_options=unsynchronised)
    back = waiting.values(status=ReminderStatus.PLANNED, reason=None).returning(Reminder.id)
    return len(session.execute(back, execution_options=unsynchronised).all())


def _consent(session: Session, act: AppointmentAct, heard: Undecided, now: datetime) -> None:
    if act.consent is None:
        return
    record_reminder_consent(
        session, heard.conversation_id, source="told", wording=act.consent, language=heard.memory.language,
        message_id=heard.message_id, now=now,
    )  # fmt: skip


def _note_reply(session: Session, conversation_id: str, reminder_id: str, now: datetime) -> None:
    theirs = select(Appointment.id).where(Appointment.conversation_id.in_(list_theirs(session, conversation_id)))
    replied = update(Reminder).where(Reminder.id == reminder_id, Reminder.appointment_id.in_(theirs))
    session.execute(replied.values(replied_at=now), execution_options={"synchronize_session": False})


def _set_full(session: Session, conversation_id: str, *, full: bool) -> None:
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(full_reminders=full))
