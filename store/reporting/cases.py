"""What led to a person, how soon one answered, how it ended. Cases keep their times when all else has gone."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session

from conversation.handoff import DELIVERY
from conversation.messages import CaseStatus, Urgency
from store.cases.events import EventKind
from store.cases.outcomes import Ending
from store.reporting.hiding import LEAST, Parts, divide, tell
from store.reporting.months import Span
from store.tables import Case, CaseEvent, MandatedReport

ANSWER = "answer:"  # begins the label of cases that an answer led to; its id follows
REASONS = (
    "request", "danger", "misunderstood", "unreviewed", "media", "interpreter", "delivery", "bot_down", "gone", "other",
)  # fmt: skip
_NAMED = {"doubtful_danger": "danger", "expired": "gone", "erased": "gone", "failed": "bot_down"}
REPLIED = ("replied", "not_replied")


@dataclass(frozen=True, slots=True)
class Waits:
    """How long it took, of LEAST cases or more."""

    median: timedelta
    nine_in_ten: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases of a month. Those that ended are counted by when they ended, all others by when they were opened.

    Attributes:
        by_need: what led to a person: `ANSWER` + an answer's id, or one of REASONS.
        first_reply: from the opening to a caseworker's first text; urgent_claim: to the first claim, of urgent cases.
        reports_due: mandated reports that were due in the month; reports_late: those made later, or not yet.
    """

    by_need: Parts
    by_reply: Parts
    by_ending: Parts
    first_reply: Waits | None
    urgent_claim: Waits | None
    reports_due: int | None
    reports_late: int | None


def count_cases(session: Session, span: Span, *, answers: Collection[str], now: datetime) -> Cases:
    """Count the cases of a span. `answers`: ids of all answers there are; cases of others count as "other"."""
    rows = session.execute(select(Case.opened_at, Case.first_reply_at).where(*_opened(span))).all()
    waits = [reply - opened for opened, reply in rows if reply is not None]
    due, late = _count_reports(session, span, now)
    return Cases(
        by_need=divide(_count_needs(session, span), [*(ANSWER + one for one in answers), *REASONS]),
        by_reply=divide({"replied": len(waits), "not_replied": len(rows) - len(waits)}, REPLIED),
        by_ending=divide(_count_endings(session, span), list(Ending)),
        first_reply=measure(waits),
        urgent_claim=measure(_urgent_waits(session, span)),
        reports_due=tell(due),
        reports_late=tell(late),
    )


def measure(waits: Iterable[timedelta]) -> Waits | None:
    """Return what half and nine in ten took at most (nearest rank); None of fewer than LEAST."""
    ordered = sorted(waits)
    if len(ordered) < LEAST:
        return None
    return Waits(_at_most(ordered, 0.5), _at_most(ordered, 0.9), ordered[-1])


def _at_most(ordered: Sequence[timedelta], share: float) -> timedelta:
    return ordered[math.ceil(len(ordered) * share) - 1]


def _opened(span: Span) -> tuple[Any, ...]:
    ours = Case.organisation_id == span.organisation_id
    return ours, Case.opened_at >= span.begins, Case.opened_at < span.ends


def _count_needs(session: Session, span: Span) -> Counter[str]:
    rows = session.execute(
        select(Case.reason, Case.topic, func.count()).where(*_opened(span)).group_by(Case.reason, Case.topic)
    )
    counts: Counter[str] = Counter()
    for reason, topic, count in rows:
        counts[_name_need(reason, topic)] += count
    return counts


def _name_need(reason: str, topic: str) -> str:
    if reason == "answer":
        return ANSWER + topic
    if topic == DELIVERY:
        return "delivery"
    return "bot_down" if reason.startswith("bot_") else _NAMED.get(reason, reason)


def _count_endings(session: Session, span: Span) -> dict[str, int]:
    ended = and_(Case.status == CaseStatus.CLOSED, Case.closed_at >= span.begins, Case.closed_at < span.ends)
    ending = func.coalesce(Case.outcome, Ending.OTHER.value).label("ending")
    named = select(ending).where(Case.organisation_id == span.organisation_id, ended).subquery()
    rows = session.execute(select(named.c.ending, func.count()).group_by(named.c.ending))
    return {str(label): count for label, count in rows}


def _urgent_waits(session: Session, span: Span) -> list[timedelta]:
    claims = (
        select(CaseEvent.case_id, func.min(CaseEvent.at).label("at"))
        .where(CaseEvent.kind == EventKind.CLAIMED)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(*_opened(span), Case.urgency == Urgency.PAGE_NOW)
        .group_by(CaseEvent.case_id)
        .subquery()
    )
    rows: Sequence[Row[datetime, datetime]] = session.execute(
        select(Case.opened_at, claims.c.at).join(claims, claims.c.case_id == Case.id)
    ).all()
    return [claimed - opened for opened, claimed in rows]


def _count_reports(session: Session, span: Span, now: datetime) -> tuple[int, int]:
    """Return how many mandated reports were due, and how many of them were late or are still missing."""
    rows = session.execute(
        select(MandatedReport.due_at, MandatedReport.reported_at)
        .join(Case, Case.id == MandatedReport.case_id)
        .where(Case.organisation_id == span.organisation_id)
        .where(MandatedReport.due_at >= span.begins, MandatedReport.due_at < span.ends)
    ).all()
    return len(rows), sum((made or now) > due for due, made in rows)
