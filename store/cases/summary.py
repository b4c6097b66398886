"""A short factual summary of a case for who takes it: what was asked and answered, by ids, and the last words."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from conversation.messages import Author, CaseStatus, Channel, Urgency
from store.cases.access import CaseFile
from store.cases.talk import find_talk
from store.inbox import BODY
from store.people import is_private, is_stopped
from store.sealing.vault import Vault
from store.tables import Address, Conversation, InboxEntry, Message

_TURNS = 8  # what fits on one screen


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message of the person and what was answered. `decision`: its kind, None while it is not decided."""

    at: datetime
    decision: str | None
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Facts, no prose: pages and texts put them in words.

    Attributes:
        language: as stated by the person, else as detected when the case was opened.
        exchanges: the last messages, oldest first.
        last_words: of the person, in the original, masked as stored; "" when none is kept.
    """

    code: str
    topic: str
    reason: str
    urgency: Urgency
    discipline: str
    language: str | None
    language_stated: bool
    state: str | None
    role: str | None
    channel: Channel | None
    private: bool
    stopped: bool
    waiting_since: datetime | None
    exchanges: tuple[Exchange, ...]
    last_words: str = field(repr=False)
    last_words_at: datetime | None = None


def summarise(session: Session, vault: Vault, case: CaseFile) -> Summary:
    """Return the summary of a case that `get_case_for` has returned."""
    row = session.execute(
        select(Conversation, Address.channel, Address.number_key)
        .join(Address, Address.id == Conversation.address_id)
        .where(Conversation.id == case.conversation_id)
    ).one_or_none()
    conversation, channel, number_key = row if row else (None, None, None)
    words, at = _find_last_words(session, vault, case)
    return Summary(
        code=case.code, topic=case.topic, reason=case.reason, urgency=case.urgency, discipline=case.discipline,
        language=(conversation and conversation.language) or case.language,
        language_stated=bool(conversation and conversation.language), state=case.state, role=case.role,
        channel=Channel(channel) if channel else None,
        private=number_key is not None and is_private(session, case.organisation_id, number_key),
        stopped=number_key is not None and is_stopped(session, case.organisation_id, number_key),
        waiting_since=case.waiting_since, exchanges=_list_exchanges(session, case), last_words=words, last_words_at=at,
    )  # fmt: skip


def _list_exchanges(session: Session, case: CaseFile) -> tuple[Exchange, ...]:
    end = case.closed_at if case.status is CaseStatus.CLOSED else None
    heard = session.execute(
        select(InboxEntry.message_id, InboxEntry.received_at, InboxEntry.decision)
        .where(InboxEntry.conversation_id == case.conversation_id, InboxEntry.received_at <= end if end else true())
        .order_by(InboxEntry.seq.desc())
        .limit(_TURNS)
    ).all()
    ids = [row.message_id for row in heard]
    of_these = Message.conversation_id == case.conversation_id, Message.in_reply_to.in_(ids)  # the first has an index
    rows = select(Message.in_reply_to, Message.answer).where(*of_these).order_by(Message.seq)
    said = [(to, answer) for to, answer in session.execute(rows)]
    return tuple(Exchange(row.received_at, row.decision, _answers(row.message_id, said)) for row in reversed(heard))


def _answers(message_id: str, said: list[tuple[str | None, str | None]]) -> tuple[str, ...]:
    """Return the ids of what was answered to a message, each once: a pair of languages is one answer."""
    return tuple(dict.fromkeys(answer for to, answer in said if to == message_id and answer))


def _find_last_words(session: Session, vault: Vault, case: CaseFile) -> tuple[str, datetime | None]:
    talk = find_talk(session, case)
    row = session.execute(
        select(Message.body_sealed, Message.at)
        .where(talk.condition, Message.author == Author.PERSON)
        .order_by(*talk.newest_first)
        .limit(1)
    ).one_or_none()
    return (vault.open(row.body_sealed, BODY), row.at) if row else ("", None)
