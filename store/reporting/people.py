"""Who wrote in a month, and who answered them. One person is one number, on whichever channels they wrote."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Subquery, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from conversation.messages import Author, Kind
from store.cases.events import EventKind
from store.reporting.hiding import Parts, divide, tell
from store.reporting.months import Span
from store.tables import Address, Case, CaseEvent, Consent, Conversation, InboxEntry, Message

UNKNOWN = "unknown"
_STANDS_IN = frozenset({"es", "en"})  # for texts that another language has not
HANDLED = ("automatic", "person", "waiting")  # no case was open; a caseworker had one; nobody had it


@dataclass(frozen=True, slots=True)
class People:
    """Persons who wrote, divided in three ways; then counts that stand alone, None where they may not be told.

    Attributes:
        misunderstood: wrote something that was not understood at all.
        stopped: wished no texts any more; `started`: wished them again.
    """

    by_language: Parts
    by_state: Parts
    by_handling: Parts
    misunderstood: int | None
    stopped: int | None
    started: int | None

    @property
    def total(self) -> int | None:
        return self.by_handling.total


def count_people(session: Session, span: Span, *, languages: Collection[str], states: Collection[str]) -> People:
    """Count who wrote in a span. `languages` and `states` are all that there can be; others count as "other"."""
    by_language, by_state, by_handling = _count(session, span)
    stops = _count_acts(session, span)
    return People(
        by_language=divide(by_language, [*languages, UNKNOWN, "other"]),
        by_state=divide(by_state, [*states, UNKNOWN, "other"]),
        by_handling=divide(by_handling, HANDLED),
        misunderstood=tell(_count_misunderstood(session, span)),
        stopped=tell(stops.get("stopped", 0)),
        started=tell(stops.get("started", 0)),
    )


def _count(session: Session, span: Span) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Return numbers of persons by language, by state and by who answered; read together, told apart only."""
    by_language, by_state, by_handling = Counter[str](), Counter[str](), Counter[str]()
    spoken = _find_spoken(session, span)
    for conversation_id, language, state, somebody, anything in session.execute(_newest(span)):
        by_language[language or spoken.get(conversation_id) or UNKNOWN] += 1
        by_state[state or UNKNOWN] += 1
        by_handling[HANDLED[1] if somebody else HANDLED[2] if anything else HANDLED[0]] += 1
    return by_language, by_state, by_handling


def _newest(span: Span) -> Select[Any]:
    """One row a number that wrote, staff's left out: its newest conversation, and whether any of its had a case."""
    heard = (
        select(InboxEntry.conversation_id, func.max(InboxEntry.received_at).label("last"))
        .where(_within(InboxEntry.received_at, span))
        .group_by(InboxEntry.conversation_id)
        .subquery()
    )
    cases = _cases(span)
    of_number: Any = {"partition_by": Address.number_key}
    columns = (
        Conversation.id,
        Conversation.language,
        Conversation.state,
        func.max(cases.c.somebody).over(**of_number).label("somebody"),
        func.max(cases.c.anything).over(**of_number).label("anything"),
        func.row_number().over(**of_number, order_by=(heard.c.last.desc(), Conversation.id)).label("place"),
    )
    joined = select(*columns).select_from(heard).join(Conversation, Conversation.id == heard.c.conversation_id)
    joined = joined.join(Address, Address.id == Conversation.address_id)
    writers = joined.outerjoin(cases, cases.c.conversation_id == Conversation.id).where(*_ours(span)).subquery()
    told = writers.c.id, writers.c.language, writers.c.state, writers.c.somebody, writers.c.anything
    return select(*told).where(writers.c.place == 1)


def _find_spoken(session: Session, span: Span) -> dict[str, str]:
    """Return the language we answered in most, by conversation, of those that have stated none.

    A Mayan text travels with the Spanish one: of two languages that went as often the one that stands in for nobody.
    """
    said = Message.author.in_((Author.BOT, Author.SYSTEM)), Message.language.is_not(None), _within(Message.at, span)
    rows = session.execute(
        select(Message.conversation_id, Message.language, func.count())
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(*said, *_ours(span), Conversation.language.is_(None))
        .group_by(Message.conversation_id, Message.language)
    )
    best: dict[str, tuple[int, bool, str]] = {}
    for conversation_id, language, count in rows:
        choice = (-count, language in _STANDS_IN, str(language))
        best[conversation_id] = min(choice, best.get(conversation_id, choice))
    return {conversation_id: language for conversation_id, (_, _, language) in best.items()}


def _cases(span: Span) -> Subquery:
    """Conversations with a case that was open in a span: `anything` is 1, `somebody` too if one was taken by then."""
    taken = exists().where(
        CaseEvent.case_id == Case.id, CaseEvent.kind == EventKind.CLAIMED, CaseEvent.at < span.ends
    )  # fmt: skip
    was_open = Case.opened_at < span.ends, or_(Case.closed_at.is_(None), Case.closed_at >= span.begins)
    somebody = func.max(case((taken, 1), else_=0)).label("somebody")
    return (
        select(Case.conversation_id, somebody, func.max(1).label("anything"))
        .where(Case.organisation_id == span.organisation_id, Case.conversation_id.is_not(None), *was_open)
        .group_by(Case.conversation_id)
        .subquery()
    )


def _count_misunderstood(session: Session, span: Span) -> int:
    numbers = select(func.count(Address.number_key.distinct())).select_from(InboxEntry)
    joined = numbers.join(Conversation, Conversation.id == InboxEntry.conversation_id)
    joined = joined.join(Address, Address.id == Conversation.address_id).where(*_ours(span))
    missed = joined.where(_within(InboxEntry.received_at, span), InboxEntry.decision == Kind.FALLBACK)
    return session.scalar(missed) or 0


def _count_acts(session: Session, span: Span) -> dict[str, int]:
    """Return numbers of persons by what they wished of our texts."""
    numbers = select(Consent.act, func.count(Address.number_key.distinct()))
    joined = numbers.join(Address, Address.id == Consent.address_id).where(
        Address.organisation_id == span.organisation_id, Consent.kind == "texts", _within(Consent.at, span)
    )
    return {str(act): count for act, count in session.execute(joined.group_by(Consent.act))}


def _within(moment: Any, span: Span) -> Any:
    return and_(moment >= span.begins, moment < span.ends)


def _ours(span: Span) -> tuple[Any, ...]:
    return Conversation.organisation_id == span.organisation_id, Conversation.caseworker_id.is_(None)
