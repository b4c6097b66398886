"""What each caseworker did in a month. They are staff: nothing here is hidden, and it is for those who lead them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.cases.events import EventKind
from store.reporting.months import Span
from store.tables import Case, CaseEvent, Caseworker, Page

_TAKING = (EventKind.CLAIMED, EventKind.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Load:
    """One caseworker's month: cases taken, cases closed, texts written, times called to an urgent case."""

    caseworker_id: str
    taken: int
    closed: int
    replies: int
    pages: int


def count_loads(session: Session, span: Span) -> tuple[Load, ...]:
    """Return the load of everybody who did anything, by id."""
    taken = _count(session, span, *_TAKING)
    closed, replies = _count(session, span, EventKind.CLOSED), _count_replies(session, span)
    pages = _count_pages(session, span)
    everybody = sorted({*taken, *closed, *replies, *pages})
    return tuple(
        Load(one, taken.get(one, 0), closed.get(one, 0), replies.get(one, 0), pages.get(one, 0)) for one in everybody
    )


def _count(session: Session, span: Span, *kinds: EventKind) -> dict[str, int]:
    """Return numbers of cases by who moved them so."""
    return _by_worker(session, span, func.count(CaseEvent.case_id.distinct()), kinds)


def _count_replies(session: Session, span: Span) -> dict[str, int]:
    return _by_worker(session, span, func.count(CaseEvent.id), (EventKind.REPLIED,))


def _by_worker(session: Session, span: Span, counted: Any, kinds: tuple[EventKind, ...]) -> dict[str, int]:
    rows = session.execute(
        select(CaseEvent.caseworker_id, counted)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(Case.organisation_id == span.organisation_id, CaseEvent.kind.in_(kinds))
        .where(CaseEvent.at >= span.begins, CaseEvent.at < span.ends, CaseEvent.caseworker_id.is_not(None))
        .group_by(CaseEvent.caseworker_id)
    )
    return {str(caseworker_id): count for caseworker_id, count in rows}


def _count_pages(session: Session, span: Span) -> dict[str, int]:
    rows = session.execute(
        select(Page.caseworker_id, func.count())
        .join(Caseworker, Caseworker.id == Page.caseworker_id)
        .where(Caseworker.organisation_id == span.organisation_id)
        .where(Page.sent_at >= span.begins, Page.sent_at < span.ends)
        .group_by(Page.caseworker_id)
    )
    return {str(label): count for label, count in rows}
