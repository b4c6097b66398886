"""What a decision does to the questions after a release: carried out in the decision's own transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from conversation.appointments.values import AppointmentStatus
from conversation.check_ins.values import DAYS_AFTER, KIND, CheckInAct, Deed, to_kept
from store.check_ins.starting import write_rounds
from store.inbox import Undecided
from store.reminders.acts import record_consent_of
from store.reminders.appointments import end_appointment
from store.reminders.facts import AGREED, CHECK_INS, REVOKED
from store.reminders.states import COMING, Reason
from store.sealing.vault import Vault
from store.tables import Appointment, CheckInAnswer, Reminder
from store.tables.base import new_id


def carry_out(
    session: Session, vault: Vault, acts: Sequence[CheckInAct], heard: Undecided, now: datetime, *,
    days: Sequence[int] = DAYS_AFTER,
) -> None:  # fmt: skip
    """Carry out what a message does. One on a release of another conversation, or an ended one, changes nothing.

    The caller holds the conversation.
    """
    for act in acts:
        theirs = Appointment.id == act.release_id, Appointment.conversation_id == heard.conversation_id
        going_on = Appointment.kind == KIND, Appointment.status.in_(COMING)
        release = session.scalar(select(Appointment).where(*theirs, *going_on))
        if release is None:
            continue
        _note_reply(session, release.id, act.reminder_id, now)
        match act.deed:
            case Deed.AGREE:
                _record(session, AGREED, act, heard, now)
                write_rounds(session, vault, release.id, now=now, days=days)
            case Deed.DECLINE | Deed.END:
                _record(session, REVOKED, act, heard, now)
                ended = AppointmentStatus.CANCELLED
                end_appointment(
                    session, heard.conversation_id, release.id, ended, reason=Reason.CANCELLED, now=now
                )  # fmt: skip
            case Deed.ANSWER:
                _note_answer(session, release, act, now)


def _record(session: Session, what: str, act: CheckInAct, heard: Undecided, now: datetime) -> None:
    record_consent_of(
        session, heard.conversation_id, CHECK_INS, act=what, source="told", wording=act.wording,
        language=heard.memory.language, message_id=heard.message_id, now=now,
    )  # fmt: skip


def _note_answer(session: Session, release: Appointment, act: CheckInAct, now: datetime) -> None:
    """Write an answer, in place of an earlier one to the same question of the same round."""
    if act.question is None or act.answer is None:
        return
    kept = to_kept(act.question, act.answer)  # here once more: whatever a rule decides, "safe" is never written
    same = (
        CheckInAnswer.appointment_id == release.id,
        CheckInAnswer.days == act.days,
        CheckInAnswer.question == act.question,
    )
    again = update(CheckInAnswer).where(*same).values(answer=kept, answered_at=now).returning(CheckInAnswer.id)
    if session.execute(again, execution_options={"synchronize_session": False}).scalar() is not None:
        return
    session.execute(
        insert(CheckInAnswer).values(
            id=new_id(), organisation_id=release.organisation_id, appointment_id=release.id, days=act.days,
            question=act.question, answer=kept, answered_at=now,
        )
    )  # fmt: skip


def _note_reply(session: Session, release_id: str, reminder_id: str, now: datetime) -> None:
    replied = update(Reminder).where(Reminder.id == reminder_id, Reminder.appointment_id == release_id)
    session.execute(replied.values(replied_at=now), execution_options={"synchronize_session": False})
