"""Deleting what belongs together, in the order the references allow: for erasures and for what has expired."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus, DeliveryStatus
from store.tables import (
    Address,
    AnswerFeedback,
    Appointment,
    CallEntry,
    Case,
    CaseEvent,
    CheckInAnswer,
    Consent,
    Conversation,
    InboxEntry,
    InterpreterBooking,
    MandatedReport,
    Message,
    OpenQuestionRow,
    OutboxEntry,
    OutgoingFile,
    Person,
    PersonAddress,
    Reminder,
    ReplyDraft,
    SafeTimes,
    SmsWay,
)

_UNSENT = (DeliveryStatus.QUEUED, DeliveryStatus.WAITING)


def delete_messages(session: Session, ids: Sequence[str]) -> int:
    """Delete messages with their envelopes; return how many rows that were."""
    if not ids:
        return 0
    session.execute(update(CaseEvent).where(CaseEvent.message_id.in_(ids)).values(message_id=None))
    rows = [
        session.execute(delete(table).where(column.in_(ids)).returning(column)).all()
        for table, column in (
            (AnswerFeedback, AnswerFeedback.message_id),
            (InboxEntry, InboxEntry.message_id),
            (OutboxEntry, OutboxEntry.message_id),
            (OutgoingFile, OutgoingFile.message_id),
            (Message, Message.id),
        )
    ]
    return sum(map(len, rows))


def empty_cases(session: Session, ids: Sequence[str], *, reason: str, now: datetime) -> None:
    """Leave shells of cases: code, discipline, urgency, owner and times; `reason` is why, "erased" or "expired".

    An open one is closed, and nobody is paged for it any more: there is nobody left to be reached.
    """
    session.execute(
        update(CaseEvent)
        .where(CaseEvent.case_id.in_(ids))
        .values(note_sealed=None, details=None, message_id=None, discipline=None)
    )
    blank = {"to_whom_sealed": None, "reference_sealed": None, "state": None}
    session.execute(update(MandatedReport).where(MandatedReport.case_id.in_(ids)).values(**blank))
    for table in (CallEntry, InterpreterBooking):
        session.execute(update(table).where(table.case_id.in_(ids)).values(details_sealed=None))
    session.execute(delete(ReplyDraft).where(ReplyDraft.case_id.in_(ids)))
    session.execute(
        update(Case).where(Case.id.in_(ids)).values(
            conversation_id=None, topic=reason, reason=reason, language=None, state=None,
            status=CaseStatus.CLOSED, closed_at=func.coalesce(Case.closed_at, now), page_due_at=None,
            waiting_since=None, reply_due_at=None, clock_step=None, snoozed_until=None, opening=None,
            assigned_to_id=None, assigned_at=None, offered_to_id=None, offered_at=None,
        )
    )  # fmt: skip


def forget_appointments(session: Session, conversations: Sequence[str], *, until: datetime | None) -> None:
    """Delete the dates of conversations with their reminders, those told until a time; None: all of them."""
    of_them = select(Appointment.id).where(Appointment.conversation_id.in_(conversations))
    if until is not None:
        of_them = of_them.where(Appointment.created_at <= until)
    delete_appointments(session, list(session.scalars(of_them)))


def delete_appointments(session: Session, ids: Sequence[str]) -> None:
    """Delete dates with their reminders, and what was answered after a release."""
    session.execute(delete(CheckInAnswer).where(CheckInAnswer.appointment_id.in_(ids)))
    session.execute(delete(Reminder).where(Reminder.appointment_id.in_(ids)))
    session.execute(delete(Appointment).where(Appointment.id.in_(ids)))


def forget_conversations(session: Session, ids: Sequence[str]) -> int:
    """Delete those of the given conversations in which nothing is said any more and no case and no date is kept.

    Their writers wait meanwhile, and find them gone.
    """
    session.execute(select(Conversation.id).where(Conversation.id.in_(ids)).order_by(Conversation.id).with_for_update())
    said = exists().where(Message.conversation_id == Conversation.id)
    kept = exists().where(Case.conversation_id == Conversation.id)
    dated = exists().where(Appointment.conversation_id == Conversation.id)
    empty = list(session.scalars(select(Conversation.id).where(Conversation.id.in_(ids), ~said, ~kept, ~dated)))
    session.execute(delete(OpenQuestionRow).where(OpenQuestionRow.conversation_id.in_(empty)))
    session.execute(delete(Conversation).where(Conversation.id.in_(empty)))
    return len(empty)


def forget_addresses(session: Session, ids: Sequence[str]) -> int:
    """Delete those of the given addresses that have no conversation, with consents (the ledger keeps the acts)."""
    session.execute(select(Address.id).where(Address.id.in_(ids)).order_by(Address.id).with_for_update())
    talking = exists().where(Conversation.address_id == Address.id)
    gone = list(session.scalars(select(Address.id).where(Address.id.in_(ids), ~talking)))
    persons = list(session.scalars(select(PersonAddress.person_id).where(PersonAddress.address_id.in_(gone))))
    session.execute(delete(PersonAddress).where(PersonAddress.address_id.in_(gone)))
    forget_homeless(session, persons)
    forget_ways(session, gone)
    session.execute(delete(Consent).where(Consent.address_id.in_(gone)))
    session.execute(delete(Address).where(Address.id.in_(gone)))
    return len(gone)


def forget_ways(session: Session, addresses: Sequence[str]) -> None:
    """Forget when and by which other way the given addresses may be reached; a text on that way takes its own again."""
    session.execute(delete(SafeTimes).where(SafeTimes.address_id.in_(addresses)))
    either = SmsWay.address_id.in_(addresses) | SmsWay.sms_address_id.in_(addresses)
    session.execute(delete(SmsWay).where(either))
    theirs = OutboxEntry.to_address_id.in_(addresses), OutboxEntry.status.in_(_UNSENT)
    session.execute(update(OutboxEntry).where(*theirs).values(to_address_id=None, sender=None))


def forget_homeless(session: Session, persons: Sequence[str]) -> None:
    """Delete those of the given persons of whom no address is known any more."""
    somewhere = exists().where(PersonAddress.person_id == Person.id)
    session.execute(delete(Person).where(Person.id.in_(persons), ~somewhere))
