"""Conversations and what we remember of them between two messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, ScalarSelect, String, bindparam, case, delete, exists, func, insert, select, union, update
from sqlalchemy.orm import Session, aliased

from conversation.handoff import SILENCING_NOBODY
from conversation.messages import BotSession, CaseStatus, Memory, OpenCase, OpenQuestion, Urgency
from store.people import KnownAddress
from store.reaching.apart import are_apart
from store.sealing.vault import Vault
from store.sql.statements import execute
from store.tables import Address, Case, Caseworker, Conversation, OpenQuestionRow, SmsWay
from store.tables.base import UtcDateTime, new_id

_SLOTS = "conversation.slots"

_THIS = bindparam("of_conversation", type_=String)
_FIND = select(Conversation.id).where(
    Conversation.address_id == bindparam("address_id"), Conversation.sender == bindparam("sender")
)
_HOLD = select(Conversation.noticed_at).where(Conversation.id == _THIS).with_for_update()
_TAKE_SEQ = (
    update(Conversation)
    .where(Conversation.id == _THIS)
    .values(seq=Conversation.seq + bindparam("count"))
    .returning(Conversation.seq)
)
_Twin = aliased(Address)  # another address of the same number, or the address itself
_OF_NUMBER = _Twin.organisation_id == Address.organisation_id, _Twin.number_key == Address.number_key
_There = aliased(Conversation)  # any conversation of the same number
_URGENT = Case.status != CaseStatus.CLOSED, Case.urgency == Urgency.PAGE_NOW, Case.conversation_id == _There.id
_MEMORY = (
    select(
        Conversation.language,
        Conversation.language_votes,
        Conversation.language_asked,
        Conversation.state,
        Conversation.state_asked,
        Conversation.role,
        Conversation.slots_sealed,
        Conversation.bot_session_id,
        Conversation.bot_session_turns,
        Conversation.bot_session_started_at,
        Conversation.last_answer,
        Conversation.topic,
        Conversation.topic_until,
        Conversation.misunderstood,
        Conversation.noticed_at,
        Conversation.crisis_after_stop,
        Conversation.full_reminders,
        exists().where(*_OF_NUMBER, _Twin.private.is_(True)).label("private"),
        exists().where(*_OF_NUMBER, _Twin.stopped_at.is_not(None)).label("stopped"),
        exists().where(*_OF_NUMBER, _There.address_id == _Twin.id, *_URGENT).label("in_danger"),
    )
    .join(Address, Address.id == Conversation.address_id)
    .where(Conversation.id == _THIS)
)
_ByWhatsApp = aliased(Conversation)  # whose person has agreed to be answered by SMS, at the address of this one
_JOINED = (
    select(_ByWhatsApp.id)
    .join(SmsWay, SmsWay.address_id == _ByWhatsApp.address_id)
    .join(Conversation, Conversation.address_id == SmsWay.sms_address_id)
    .where(Conversation.id == _THIS, ~are_apart(_ByWhatsApp, Conversation))
)
_HERE_AND_JOINED = union(select(Conversation.id).where(Conversation.id == _THIS), _JOINED)
_JOINED_CLAIMED = (
    select(Case.conversation_id)
    .where(Case.conversation_id.in_(_JOINED), Case.status == CaseStatus.CLAIMED)
    .order_by(Case.claimed_at)
    .limit(1)
)
_JOINING = (
    select(Conversation.id)
    .join(SmsWay, SmsWay.sms_address_id == Conversation.address_id)
    .join(_ByWhatsApp, _ByWhatsApp.address_id == SmsWay.address_id)
    .where(_ByWhatsApp.id == _THIS, ~are_apart(_ByWhatsApp, Conversation))
    .order_by(Conversation.id)
)
_OPEN_CASE = (
    select(Case.code, Case.status, Case.topic, Case.urgency)
    .where(Case.conversation_id.in_(_HERE_AND_JOINED), Case.status != CaseStatus.CLOSED)
    .where((Case.conversation_id == _THIS) | (Case.status == CaseStatus.CLAIMED))
    .where(Case.topic.not_in(SILENCING_NOBODY) | (Case.status == CaseStatus.CLAIMED))
    .order_by(case((Case.status == CaseStatus.CLAIMED, 0), else_=1), Case.opened_at.desc())
    .limit(1)
)
_SAVE = update(Conversation).where(Conversation.id == _THIS).returning(Conversation.address_id)
_SAVE_NOTICED = _SAVE.values(
    noticed_at=func.coalesce(Conversation.noticed_at, bindparam("first_noticed_at", type_=UtcDateTime))
)
_MAKE_PRIVATE = update(Address).where(Address.id == bindparam("of_address"))
_QUESTION = select(OpenQuestionRow.kind, OpenQuestionRow.choices, OpenQuestionRow.expires_at).where(
    OpenQuestionRow.conversation_id == _THIS
)
_CLOSE_QUESTION = delete(OpenQuestionRow).where(OpenQuestionRow.conversation_id == _THIS)
_ASK = insert(OpenQuestionRow)


def get_or_add_conversation(session: Session, known: KnownAddress, *, sender: str, now: datetime) -> str:
    """Return the id of the conversation of an address with one of our senders."""
    found = execute(session, _FIND, address_id=known.id, sender=sender).scalar()
    if found:
        return str(found)
    conversation_id = new_id()
    session.execute(
        insert(Conversation).values(
            id=conversation_id, organisation_id=known.organisation_id, address_id=known.id, sender=sender,
            seq=0, language_votes={}, created_at=now, caseworker_id=_phone_owner(known),
        )
    )  # fmt: skip
    return conversation_id


def _phone_owner(known: KnownAddress) -> ScalarSelect[str]:
    """Return whose confirmed phone a number is: its conversations are the staff's from their first message on."""
    theirs = Caseworker.organisation_id == known.organisation_id, Caseworker.phone_key == known.number_key
    confirmed = Caseworker.active.is_(True), Caseworker.phone_confirmed_at.is_not(None)
    return select(Caseworker.id).where(*theirs, *confirmed).limit(1).scalar_subquery()


def hold(session: Session, conversation_id: str) -> bool:
    """Let other writers of this conversation wait until the caller's transaction ends; SQLite has one writer anyway.

    Returns:
        Whether its first notice has been given, which an erasure takes back.
    """
    return execute(session, _HOLD, of_conversation=conversation_id).scalar() is not None


def take_seq(session: Session, conversation_id: str, *, count: int = 1, **columns: datetime) -> int:
    """Return the first of `count` new numbers of a conversation; taking one serialises its writers.

    Args:
        columns: what else to write into the conversation with it.

    Raises:
        NoResultFound: the conversation has been erased in this moment.
    """
    last = execute(session, _TAKE_SEQ, of_conversation=conversation_id, count=count, **columns).scalar_one()
    return int(last) - count + 1


def get_memory(session: Session, vault: Vault, conversation_id: str) -> Memory:
    """Return what we remember of a conversation; its address's stop and privacy and its open case are read with it."""
    row = execute(session, _MEMORY, of_conversation=conversation_id).one()
    return Memory(
        language=row.language,
        language_votes=row.language_votes,
        language_asked=row.language_asked,
        state=row.state,
        state_asked=row.state_asked,
        role=row.role,
        slots=vault.open_json(row.slots_sealed, _SLOTS) if row.slots_sealed else {},
        bot_session=_bot_session(row),
        open_question=_open_question(session, conversation_id),
        last_answer=row.last_answer,
        topic=row.topic,
        topic_until=row.topic_until,
        misunderstood=row.misunderstood,
        noticed=row.noticed_at is not None,
        private=bool(row.private),
        stopped=bool(row.stopped),
        crisis_after_stop=row.crisis_after_stop,
        in_danger=bool(row.in_danger),
        case=find_open_case(session, conversation_id),
        full_reminders=row.full_reminders,
    )


def find_open_case(session: Session, conversation_id: str) -> OpenCase | None:
    """Return the open case that decides who speaks: a claimed one before a waiting one, the newest first.

    A case about a fault of ours (a text that did not arrive, a bot that was down) silences nobody until it is claimed.
    """
    row = execute(session, _OPEN_CASE, of_conversation=conversation_id).one_or_none()
    return OpenCase(row.code, CaseStatus(row.status), row.topic, Urgency(row.urgency)) if row else None


def find_joined(session: Session, conversation_id: str) -> str:
    """Return the conversation whose case a message joins: its own, or that on WhatsApp which somebody answers by SMS.

    The latter only while a case of it is claimed: it silences the bot here too (I4).
    """
    found = execute(session, _JOINED_CLAIMED, of_conversation=conversation_id).scalar()
    return str(found) if found else conversation_id


def list_joining(session: Session, conversation_id: str | None) -> list[str]:
    """Return the conversations by SMS whose messages join the cases of one on WhatsApp."""
    return [str(one) for one in execute(session, _JOINING, of_conversation=conversation_id).scalars()]


def save_memory(session: Session, vault: Vault, conversation_id: str, memory: Memory, now: datetime) -> None:
    """Write the next memory. Stop and case are not written here: consent and cases have their own ways."""
    bot = memory.bot_session
    values: dict[str, Any] = {
        "language": memory.language,
        "language_votes": dict(memory.language_votes),
        "language_asked": memory.language_asked,
        "state": memory.state,
        "state_asked": memory.state_asked,
        "role": memory.role,
        "slots_sealed": vault.seal_json(dict(memory.slots), _SLOTS) if memory.slots else None,
        "bot_session_id": bot.id if bot else None,
        "bot_session_turns": bot.turns if bot else 0,
        "bot_session_started_at": bot.started_at if bot else None,
        "last_answer": memory.last_answer,
        "topic": memory.topic,
        "topic_until": memory.topic_until,
        "misunderstood": memory.misunderstood,
        "crisis_after_stop": memory.crisis_after_stop,
    }
    save, noticed = (_SAVE_NOTICED, {"first_noticed_at": now}) if memory.noticed else (_SAVE, {})
    address_id = execute(session, save, of_conversation=conversation_id, **values, **noticed).scalar()
    if memory.private:
        execute(session, _MAKE_PRIVATE, of_address=address_id, private=True)
    save_question(session, conversation_id, memory.open_question)


def save_question(session: Session, conversation_id: str, question: OpenQuestion | None) -> None:
    """Write the one question a conversation has open; None: it has none."""
    execute(session, _CLOSE_QUESTION, of_conversation=conversation_id)
    if question:
        execute(
            session, _ASK, id=new_id(), conversation_id=conversation_id, kind=question.kind,
            choices=list(question.choices), expires_at=question.expires_at,
        )  # fmt: skip


def _bot_session(row: Row[Any]) -> BotSession | None:
    if row.bot_session_id is None or row.bot_session_started_at is None:
        return None
    return BotSession(row.bot_session_id, row.bot_session_turns, row.bot_session_started_at)


def _open_question(session: Session, conversation_id: str) -> OpenQuestion | None:
    row = execute(session, _QUESTION, of_conversation=conversation_id).one_or_none()
    return OpenQuestion(row.kind, tuple(row.choices), row.expires_at) if row else None
