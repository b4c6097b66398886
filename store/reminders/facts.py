"""What has to be known of a reminder when it is judged, read in one statement under its conversation's lock."""

from typing import Any, Final

from sqlalchemy import Row, String, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from conversation.check_ins.values import KIND as CHECK_IN
from conversation.messages import Author, CaseStatus, Urgency
from store.reminders.states import ReminderStatus
from store.sql.statements import execute
from store.tables import (
    Address,
    Appointment,
    Case,
    Consent,
    Conversation,
    InboxEntry,
    Message,
    OpenQuestionRow,
    Reminder,
    SafeTimes,
)

REMINDERS, CHECK_INS = "reminders", "check_ins"  # kinds of a consent: to be reminded, to be asked after a release
AGREED, REVOKED = "agreed", "revoked"
ASKED = "asked"  # of check-ins: somebody has agreed that we may ask, the person has not said yes yet
_THIS = bindparam("of_reminder", type_=String)
_Twin = aliased(Address)  # any address of the same number, itself included: stop, privacy and silence are of the number
_OF_NUMBER = _Twin.organisation_id == Address.organisation_id, _Twin.number_key == Address.number_key
_There = aliased(Conversation)
_Other, _Before = aliased(Reminder), aliased(Appointment)
_URGENT = Case.status != CaseStatus.CLOSED, Case.urgency == Urgency.PAGE_NOW, Case.conversation_id == _There.id
_SAFETY = Case.status != CaseStatus.CLOSED, Case.discipline == "safety", Case.conversation_id == _There.id
_NEXT = (  # of the same plan; the one more text and the question about the number stand beside it
    _Other.appointment_id == Reminder.appointment_id,
    _Other.version == Reminder.version,
    _Other.due_at > Reminder.due_at,
    _Other.step.not_in(["again", "reconfirm"]),
    _Other.status != ReminderStatus.DROPPED,
)
_OF_CONVERSATION = _Other.appointment_id == _Before.id, _Before.conversation_id == Conversation.id
_ASKED = and_(
    *_OF_CONVERSATION, _Other.step == "reconfirm", _Other.replied_at.is_(None),
    _Other.status.in_([ReminderStatus.QUEUED, ReminderStatus.SENT, ReminderStatus.UNREACHED]),
)  # fmt: skip

FACTS: Final = (
    select(
        Reminder.id.label("reminder_id"),
        Reminder.step,
        Reminder.due_at,
        Reminder.status.label("reminder_status"),
        Reminder.version.label("of_version"),
        Appointment.id,
        Appointment.kind,
        Appointment.day,
        Appointment.at_minutes,
        Appointment.zone,
        Appointment.place_sealed,
        Appointment.child_sealed,
        Appointment.status,
        Appointment.starts_at,
        Appointment.version,
        Conversation.id.label("conversation_id"),
        Conversation.state,
        Conversation.language,
        Conversation.language_votes,
        Conversation.full_reminders,
        Conversation.noticed_at,
        Conversation.last_inbound_at,
        Conversation.caseworker_id,
        Address.id.label("address_id"),
        Address.channel,
        Address.address_sealed,
        OpenQuestionRow.kind.label("question_kind"),
        OpenQuestionRow.expires_at.label("question_expires_at"),
        exists().where(*_OF_NUMBER, _Twin.stopped_at.is_not(None)).label("stopped"),
        exists().where(*_OF_NUMBER, _Twin.private.is_(True)).label("private"),
        exists()
        .where(*_OF_NUMBER, _There.address_id == _Twin.id, or_(and_(*_URGENT), and_(*_SAFETY)))
        .label("in_danger"),
        exists().where(Case.conversation_id == Conversation.id, Case.status == CaseStatus.CLAIMED).label("claimed"),
        exists().where(InboxEntry.conversation_id == Conversation.id, InboxEntry.status == "new").label("undecided"),
        exists().where(_ASKED).label("number_asked"),
        exists().where(*_OF_NUMBER, SafeTimes.address_id == _Twin.id).label("has_hours"),
        select(InboxEntry.provider)
        .where(InboxEntry.conversation_id == Conversation.id)
        .order_by(InboxEntry.seq.desc())
        .limit(1)
        .scalar_subquery()
        .label("provider"),
        select(func.max(_Twin.last_inbound_at)).where(*_OF_NUMBER).scalar_subquery().label("heard_at"),
        select(func.min(_Other.due_at)).where(*_NEXT).scalar_subquery().label("next_due"),
        select(func.max(_Other.sent_at)).where(*_OF_CONVERSATION).scalar_subquery().label("reminded_at"),
        select(Consent.act)
        .join(_Twin, _Twin.id == Consent.address_id)
        .where(*_OF_NUMBER, Consent.kind == case((Appointment.kind == CHECK_IN, CHECK_INS), else_=REMINDERS))
        .order_by(Consent.at.desc(), Consent.id)
        .limit(1)
        .scalar_subquery()
        .label("consent"),
    )
    .join(Appointment, Appointment.id == Reminder.appointment_id)
    .join(Conversation, Conversation.id == Appointment.conversation_id)
    .join(Address, Address.id == Conversation.address_id)
    .outerjoin(OpenQuestionRow, OpenQuestionRow.conversation_id == Conversation.id)
    .where(Reminder.id == _THIS)
)
_HOLD: Final = (
    select(Conversation.id)
    .where(
        Conversation.id
        == select(Appointment.conversation_id)
        .join(Reminder, Reminder.appointment_id == Appointment.id)
        .where(Reminder.id == _THIS)
        .scalar_subquery()
    )
    .with_for_update()
)
_LOCKED: Final = FACTS.where(Reminder.status.in_([ReminderStatus.PLANNED, ReminderStatus.HELD])).with_for_update(
    of=Reminder, skip_locked=True
)
_SPOKE: Final = select(
    exists().where(
        Message.conversation_id == bindparam("of_conversation", type_=String),
        Message.author == Author.PERSON,
        Message.at > bindparam("since"),
    )
)


def lock(session: Session, reminder_id: str, status: ReminderStatus) -> Row[Any] | None:
    """Return what FACTS names of a reminder that stands at a status, PLANNED or HELD, under its conversation's lock.

    None: it stands there no more, it has been erased, or another worker has it in hand. Who waits for the lock sees
    what the holder wrote: the facts are read after it.
    """
    if execute(session, _HOLD, of_reminder=reminder_id).scalar() is None:
        return None
    found = execute(session, _LOCKED, of_reminder=reminder_id).one_or_none()
    return found if found and found.reminder_status == status else None


def read_facts(session: Session, reminder_id: str) -> Row[Any]:
    """Return what FACTS names of one reminder of a conversation that the caller holds."""
    return execute(session, FACTS, of_reminder=reminder_id).one()


def has_spoken(session: Session, conversation_id: str, *, since: Any) -> bool:
    """Return whether the person has written since a time."""
    return bool(execute(session, _SPOKE, of_conversation=conversation_id, since=since).scalar())
