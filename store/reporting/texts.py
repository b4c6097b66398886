"""What was sent in a month and what it is billed for, what did not arrive, and which answers did not help."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from conversation.messages import Author, DeliveryStatus
from store.reporting.hiding import LEAST, tell
from store.reporting.months import Span
from store.tables import Address, AnswerFeedback, Conversation, Message, OutboxEntry

# What the carrier took; it is billed whether it arrived or not.
_BILLED = (
    DeliveryStatus.ACCEPTED, DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ,
    DeliveryStatus.UNDELIVERED,
)  # fmt: skip
TROUBLES = (DeliveryStatus.UNDELIVERED, DeliveryStatus.FAILED, DeliveryStatus.UNSETTLED)
TO_STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Texts:
    """Counts that stand alone: no sum of them is told, so each is told or hidden (None, or left out) for itself.

    Attributes:
        segments: by channel what went to people; TO_STAFF: to caseworkers' own phones. A WhatsApp message is one.
        troubles: persons whom at least one text did not reach, by what became of it.
        unhelpful: persons who said that an answer did not help, by its id; untranslated: who were answered in another
            language than the one they had asked for.
    """

    segments: Mapping[str, int | None]
    troubles: Mapping[str, int | None]
    unhelpful: Mapping[str, int]
    untranslated: Mapping[str, int]


def count_texts(session: Session, span: Span) -> Texts:
    """Count what was written to people and caseworkers in a span."""
    segments, troubles = _count_segments(session, span), _count_troubles(session, span)
    return Texts(
        segments={one: tell(segments.get(one, 0)) for one in ("sms", "whatsapp", TO_STAFF)},
        troubles={one.value: tell(troubles.get(one.value, 0)) for one in TROUBLES},
        unhelpful=_tell_largest(_count_unhelpful(session, span)),
        untranslated=_tell_largest(_count_untranslated(session, span)),
    )


def _tell_largest(counts: Mapping[str, int]) -> dict[str, int]:
    told = [(answer, count) for answer, count in counts.items() if count >= LEAST]
    return dict(sorted(told, key=lambda one: (-one[1], one[0])))


def _queued(span: Span) -> Any:
    ours = Conversation.organisation_id == span.organisation_id
    return and_(ours, OutboxEntry.created_at >= span.begins, OutboxEntry.created_at < span.ends)


def _count_segments(session: Session, span: Span) -> dict[str, int]:
    to = case((Conversation.caseworker_id.is_not(None), TO_STAFF), else_=Address.channel).label("to")
    billed = (
        select(to, OutboxEntry.segments)
        .select_from(OutboxEntry)
        .join(Conversation, Conversation.id == OutboxEntry.conversation_id)
        .join(Address, Address.id == Conversation.address_id)
        .where(_queued(span), OutboxEntry.status.in_(_BILLED))
        .subquery()
    )
    rows = session.execute(select(billed.c.to, func.sum(billed.c.segments)).group_by(billed.c.to))
    return {channel: int(count) for channel, count in rows}


def _count_troubles(session: Session, span: Span) -> dict[str, int]:
    persons = func.count(Address.number_key.distinct())
    joined = select(OutboxEntry.status, persons).join(Conversation, Conversation.id == OutboxEntry.conversation_id)
    joined = joined.join(Address, Address.id == Conversation.address_id).where(Conversation.caseworker_id.is_(None))
    rows = session.execute(joined.where(_queued(span), OutboxEntry.status.in_(TROUBLES)).group_by(OutboxEntry.status))
    return {str(label): count for label, count in rows}


def _count_unhelpful(session: Session, span: Span) -> dict[str, int]:
    persons = func.count(Address.number_key.distinct())
    blamed = select(AnswerFeedback.answer, persons).join(Message, Message.id == AnswerFeedback.message_id)
    joined = blamed.join(Conversation, Conversation.id == Message.conversation_id)
    joined = joined.join(Address, Address.id == Conversation.address_id)
    within = and_(AnswerFeedback.at >= span.begins, AnswerFeedback.at < span.ends, AnswerFeedback.answer.is_not(None))
    ours = Conversation.organisation_id == span.organisation_id
    rows = session.execute(joined.where(ours, within).group_by(AnswerFeedback.answer))
    return {str(answer): count for answer, count in rows}


def _count_untranslated(session: Session, span: Span) -> dict[str, int]:
    """Count whom an answer was sent to in other languages only; in two it is one answer, by what it replies to."""
    own = func.max(case((Message.language == Conversation.language, 1), else_=0)).label("own")
    said = and_(Message.author.in_((Author.BOT, Author.SYSTEM)), Message.answer.not_like("system.%"))
    within = and_(Message.at >= span.begins, Message.at < span.ends)
    ours = and_(Conversation.organisation_id == span.organisation_id, Conversation.caseworker_id.is_(None))
    answered = (
        select(Address.number_key, Message.answer, own)
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Address, Address.id == Conversation.address_id)
        .where(ours, said, within, Conversation.language.is_not(None))
        .group_by(Address.number_key, Message.conversation_id, Message.in_reply_to, Message.answer)
        .subquery()
    )
    persons = func.count(answered.c.number_key.distinct())
    rows = session.execute(select(answered.c.answer, persons).where(answered.c.own == 0).group_by(answered.c.answer))
    return {str(label): count for label, count in rows}
