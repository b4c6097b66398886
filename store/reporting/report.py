"""The report of one month. Each part is a question of its own, so that no reader holds the database up for long."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.errors import ConfigurationError
from store.audit import record
from store.forgetting.periods import Periods
from store.reporting.cases import Cases, count_cases
from store.reporting.check_ins import CheckIns, count_check_ins
from store.reporting.months import Month, Span, find_month
from store.reporting.people import People, count_people
from store.reporting.texts import Texts, count_texts
from store.reporting.workers import Load, count_loads
from store.tables import Organisation


@dataclass(frozen=True, slots=True)
class Labels:
    """All that a month's figures can be divided by: BCP 47 tags, letters of states, ids of answers."""

    languages: tuple[str, ...]
    states: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A month's figures, as they may be told.

    Attributes:
        messages_gone: some of its messages have been deleted since, by rule; cases_gone: so has what cases were about.
    """

    month: Month
    people: People
    cases: Cases
    texts: Texts
    loads: tuple[Load, ...]
    check_ins: CheckIns
    messages_gone: bool
    cases_gone: bool


Part = Callable[[Session], Any]


def plan_report(
    organisation_id: str, month: Month, *, zone: ZoneInfo, labels: Labels, now: datetime
) -> dict[str, Part]:
    """Return what is to be read, by the field of a report.

    Raises:
        ConfigurationError: the month is not over. A month that still grows would be a new report each day, and what
            two of them differ by is one person.
    """
    if month >= find_month(now, zone):
        raise ConfigurationError(f"{month} is not over: a month is counted once it has ended")
    span = Span(organisation_id, month.begins(zone), month.after.begins(zone))
    return {
        "people": lambda session: count_people(session, span, languages=labels.languages, states=labels.states),
        "cases": lambda session: count_cases(session, span, answers=labels.answers, now=now),
        "texts": lambda session: count_texts(session, span),
        "loads": lambda session: count_loads(session, span),
        "check_ins": lambda session: count_check_ins(session, span),
    }


def make_report(month: Month, figures: Mapping[str, Any], *, zone: ZoneInfo, periods: Periods, now: datetime) -> Report:
    """Put together what was read for a plan."""
    begins = month.begins(zone)
    return Report(
        month=month, **figures,
        messages_gone=begins < now - periods.messages, cases_gone=begins < now - periods.cases,
    )  # fmt: skip


def note_reading(session: Session, organisation_id: str, month: Month, *, actor: str, act: str, now: datetime) -> None:
    """Write down that somebody read a report ("report.read") or took it away as a file ("report.export")."""
    record(
        session, organisation_id, actor=actor, act=act, subject_kind="report", subject_id=str(month), now=now
    )  # fmt: skip


def find_first_day(session: Session, organisation_id: str) -> datetime | None:
    """Return when an organisation began; None: there is none such."""
    return session.scalar(select(Organisation.created_at).where(Organisation.id == organisation_id))
