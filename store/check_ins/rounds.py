"""The round of questions that is open in a conversation, as the rules may know it."""

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from conversation.check_ins import questions
from conversation.check_ins.values import KIND, KnownRound, list_questions
from conversation.messages import OpenQuestion
from store.check_ins.plan import find_days
from store.reminders.states import COMING
from store.tables import Address, Appointment, CheckInAnswer, Conversation, Person, PersonAddress, Reminder

YOUTH = "youth"  # role of a person


def find_round(session: Session, conversation_id: str, question: OpenQuestion | None) -> KnownRound | None:
    """Return the round whose question is open; None: none is, or it has been ended."""
    if question is None or question.kind not in questions.KINDS:
        return None
    release_id, reminder_id = questions.read_ids(question)
    step = session.scalar(
        select(Reminder.step)
        .join(Appointment, Appointment.id == Reminder.appointment_id)
        .where(Reminder.id == reminder_id, Appointment.id == release_id, Appointment.kind == KIND)
        .where(Appointment.conversation_id == conversation_id, Appointment.status.in_(COMING))
        .where(Reminder.version == Appointment.version)
    )
    days = find_days(step) if step else None
    if days is None:
        return None
    is_own = is_own_phone(session, conversation_id)
    answered = find_answered(session, release_id, days)
    remaining = tuple(one for one in list_questions(is_own=is_own) if one not in answered)
    return KnownRound(release_id, reminder_id, days, is_own, remaining)


def find_release_id(session: Session, conversation_id: str) -> str | None:
    """Return the id of the release of a conversation whose rounds go on."""
    going_on = Appointment.kind == KIND, Appointment.status.in_(COMING)
    newest = select(Appointment.id).where(Appointment.conversation_id == conversation_id, *going_on)
    return session.scalar(newest.order_by(Appointment.created_at.desc()).limit(1))


def is_complete(session: Session, conversation_id: str, release_id: str, days: int) -> bool:
    """Return whether every question of a round has its answer."""
    asked = set(list_questions(is_own=is_own_phone(session, conversation_id)))
    return asked <= find_answered(session, release_id, days)


def find_answered(session: Session, release_id: str, days: int) -> set[str]:
    """Return which questions of a round have an answer."""
    of_round = CheckInAnswer.appointment_id == release_id, CheckInAnswer.days == days
    return set(session.scalars(select(CheckInAnswer.question).where(*of_round)))


def is_own_phone(session: Session, conversation_id: str) -> bool:
    """Return whether a number is certainly a youth's and nobody else is known behind it, on any channel (I10)."""
    twin = aliased(Address)
    rows = session.execute(
        select(Person.id, Person.role, PersonAddress.certain)
        .join(PersonAddress, PersonAddress.person_id == Person.id)
        .join(twin, twin.id == PersonAddress.address_id)
        .join(Address, (Address.organisation_id == twin.organisation_id) & (Address.number_key == twin.number_key))
        .join(Conversation, Conversation.address_id == Address.id)
        .where(Conversation.id == conversation_id)
    ).all()
    alone = len({person_id for person_id, _, _ in rows}) == 1
    return alone and any(role == YOUTH and certain for _, role, certain in rows)
