"""Conversations and what we remember of them between two messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.orm import Session

from conversation.handoff import SILENCING_NOBODY
from conversation.messages import BotSession, CaseStatus, Memory, OpenCase, OpenQuestion, Urgency
from store.people import KnownAddress, is_private, is_stopped
from store.tables import Address, Case, Conversation, OpenQuestionRow
from store.tables.base import new_id
from store.vault import Vault

_SLOTS = "conversation.slots"


def get_or_add_conversation(session: Session, known: KnownAddress, *, sender: str, now: datetime) -> str:
    """Return the id of the conversation of an address with one of our senders."""
    found = session.scalar(
        select(Conversation.id).where(Conversation.address_id == known.id, Conversation.sender == sender)
    )
    if found:
        return found
    conversation_id = new_id()
    session.execute(
        insert(Conversation).values(
            id=conversation_id, organisation_id=known.organisation_id, address_id=known.id, sender=sender,
            seq=0, language_votes={}, created_at=now,
        )
    )  # fmt: skip
    return conversation_id


def hold(session: Session, conversation_id: str) -> None:
    """Let other writers of this conversation wait until the caller's transaction ends; SQLite has one writer anyway."""
    session.execute(select(Conversation.id).where(Conversation.id == conversation_id).with_for_update())


def take_seq(session: Session, conversation_id: str, *, count: int = 1) -> int:
    """Return the first of `count` new numbers of a conversation; taking one serialises its writers."""
    last = session.scalar(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(seq=Conversation.seq + count)
        .returning(Conversation.seq)
    )
    assert last is not None
    return int(last) - count + 1


def get_memory(session: Session, vault: Vault, conversation_id: str) -> Memory:
    """Return what we remember of a conversation; its address's stop and privacy and its open case are read with it."""
    row, address = session.execute(
        select(Conversation, Address).join(Address, Address.id == Conversation.address_id).where(
            Conversation.id == conversation_id
        )
    ).one()  # fmt: skip
    return Memory(
        language=row.language,
        language_votes=row.language_votes,
        language_asked=row.language_asked,
        state=row.state,
        role=row.role,
        slots=vault.open_json(row.slots_sealed, _SLOTS) if row.slots_sealed else {},
        bot_session=_bot_session(row),
        open_question=_open_question(session, conversation_id),
        last_answer=row.last_answer,
        misunderstood=row.misunderstood,
        noticed=row.noticed_at is not None,
        private=is_private(session, address.organisation_id, address.number_key),
        stopped=is_stopped(session, address.organisation_id, address.number_key),
        crisis_after_stop=row.crisis_after_stop,
        case=find_open_case(session, conversation_id),
    )


def find_open_case(session: Session, conversation_id: str) -> OpenCase | None:
    """Return the open case that decides who speaks: a claimed one before a waiting one, the newest first.

    A case about a fault of ours (a text that did not arrive, a bot that was down) silences nobody until it is claimed.
    """
    row = session.scalar(
        select(Case)
        .where(Case.conversation_id == conversation_id, Case.status != CaseStatus.CLOSED)
        .where(Case.topic.not_in(SILENCING_NOBODY) | (Case.status == CaseStatus.CLAIMED))
        .order_by(case((Case.status == CaseStatus.CLAIMED, 0), else_=1), Case.opened_at.desc())
        .limit(1)
    )
    return OpenCase(row.code, CaseStatus(row.status), row.topic, Urgency(row.urgency)) if row else None


def save_memory(session: Session, vault: Vault, conversation_id: str, memory: Memory, now: datetime) -> None:
    """Write the next memory. Stop and case are not written here: consent and cases have their own ways."""
    bot = memory.bot_session
    values: dict[str, Any] = {
        "language": memory.language,
        "language_votes": dict(memory.language_votes),
        "language_asked": memory.language_asked,
        "state": memory.state,
        "role": memory.role,
        "slots_sealed": vault.seal_json(dict(memory.slots), _SLOTS) if memory.slots else None,
        "bot_session_id": bot.id if bot else None,
        "bot_session_turns": bot.turns if bot else 0,
        "bot_session_started_at": bot.started_at if bot else None,
        "last_answer": memory.last_answer,
        "misunderstood": memory.misunderstood,
        "crisis_after_stop": memory.crisis_after_stop,
    }
    noticed = {"noticed_at": case((Conversation.noticed_at.is_(None), now), else_=Conversation.noticed_at)}
    values |= noticed if memory.noticed else {}
    row = update(Conversation).where(Conversation.id == conversation_id).values(**values)
    address_id = session.scalar(row.returning(Conversation.address_id))
    if memory.private:
        session.execute(update(Address).where(Address.id == address_id).values(private=True))
    _save_question(session, conversation_id, memory.open_question)


def _bot_session(row: Conversation) -> BotSession | None:
    if row.bot_session_id is None or row.bot_session_started_at is None:
        return None
    return BotSession(row.bot_session_id, row.bot_session_turns, row.bot_session_started_at)


def _open_question(session: Session, conversation_id: str) -> OpenQuestion | None:
    row = session.scalar(select(OpenQuestionRow).where(OpenQuestionRow.conversation_id == conversation_id))
    return OpenQuestion(row.kind, tuple(row.choices), row.expires_at) if row else None


def _save_question(session: Session, conversation_id: str, question: OpenQuestion | None) -> None:
    session.execute(delete(OpenQuestionRow).where(OpenQuestionRow.conversation_id == conversation_id))
    if question:
        session.execute(
            insert(OpenQuestionRow).values(
                id=new_id(), conversation_id=conversation_id, kind=question.kind,
                choices=list(question.choices), expires_at=question.expires_at,
            )
        )  # fmt: skip
