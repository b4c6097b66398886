"""What was answered after releases, counted; who did not answer; what one family answered."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from conversation.check_ins.values import KIND, Answer, Question
from conversation.messages import CaseStatus
from store.audit import Look, record, record_look
from store.cases.access import LEADING, visible_to
from store.check_ins.plan import AGAIN, AGAIN_AFTER, find_days, is_again, is_first
from store.reminders.states import COMING, ReminderStatus
from store.staff.staff import Staff
from store.tables import Appointment, Case, CheckInAnswer, Reminder

# What is counted of a question; of "are you safe" only that it was asked, and who was not, or not sure.
ANSWERS: Mapping[str, tuple[str, ...]] = {
    Question.HOME: (Answer.YES, Answer.NO, Answer.UNSURE),
    Question.SCHOOL: (Answer.YES, Answer.NO, Answer.UNSURE),
    Question.COURT: (Answer.YES, Answer.NO, Answer.UNSURE),
    Question.SAFE: (Answer.ASKED, Answer.NO, Answer.UNSURE),
}
_SENT = (ReminderStatus.QUEUED, ReminderStatus.SENT, ReminderStatus.UNREACHED)
_LOOKED_FOR = timedelta(days=14)  # so long a round without an answer is on the daily list


@dataclass(frozen=True, slots=True)
class RoundCounts:
    """One round of an organisation: families asked, reached by no text, silent; answers by (question, answer)."""

    days: int
    asked: int
    unreached: int
    silent: int
    answers: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Silent:
    """A family that has not answered a round. `why`: "silent" or "unreached"; `case_code`: a case that leads there."""

    release_id: str
    days: int
    asked_at: datetime
    why: str
    case_code: str | None


def count_rounds(
    session: Session, organisation_id: str, *, begins: datetime | None = None, ends: datetime | None = None
) -> list[RoundCounts]:
    """Return the counts of each round, earliest first. `begins`, `ends`: of when it was asked and answered."""
    sent = _count_sent(session, organisation_id, begins, ends)
    answers: dict[int, dict[tuple[str, str], int]] = {}
    rows = session.execute(
        select(CheckInAnswer.days, CheckInAnswer.question, CheckInAnswer.answer, func.count())
        .where(CheckInAnswer.organisation_id == organisation_id, *_within(CheckInAnswer.answered_at, begins, ends))
        .group_by(CheckInAnswer.days, CheckInAnswer.question, CheckInAnswer.answer)
    )
    for days, question, answer, count in rows:
        answers.setdefault(days, {})[question, answer] = count
    return [
        RoundCounts(days, sent[days, "asked"], sent[days, "unreached"], sent[days, "silent"], answers.get(days, {}))
        for days in sorted({days for days, _ in sent} | set(answers))
    ]


def find_unanswered(session: Session, caseworker: Staff, now: datetime, *, limit: int = 200) -> list[Silent]:
    """Return the families that a second text did not bring to answer, or that none reached, the latest first.

    Only those that the caseworker may see: through a case, or, who leads, also where there is none.
    """
    columns = Reminder.step, Reminder.status, Reminder.sent_at, Appointment.id, Appointment.conversation_id
    wanted = _select_unanswered(caseworker, now, *columns)
    rows = session.execute(wanted.order_by(Reminder.sent_at.desc(), Reminder.id).limit(limit)).all()
    codes = _find_codes(session, caseworker, {row.conversation_id for row in rows})
    found = []
    for row in rows:
        days = find_days(row.step)
        if days is not None:
            why = "unreached" if row.status == ReminderStatus.UNREACHED else "silent"
            found.append(Silent(row.id, days, row.sent_at, why, codes.get(row.conversation_id)))
    return found


def count_unanswered(session: Session, caseworker: Staff, now: datetime) -> int:
    """Return how many `find_unanswered` would find without a limit."""
    return session.scalar(_select_unanswered(caseworker, now, func.count(Reminder.id))) or 0


def list_answers(session: Session, release_id: str) -> list[tuple[int, str, str, datetime]]:
    """Return (days, question, answer, when) of one release, in order; the caller has come through `get_case_for`."""
    order = case({str(one): place for place, one in enumerate(Question)}, value=CheckInAnswer.question)
    rows = session.execute(
        select(CheckInAnswer.days, CheckInAnswer.question, CheckInAnswer.answer, CheckInAnswer.answered_at)
        .where(CheckInAnswer.appointment_id == release_id)
        .order_by(CheckInAnswer.days, order)
    )
    return [(days, question, answer, at) for days, question, answer, at in rows]


def note_reading(session: Session, caseworker: Staff, *, act: str, now: datetime) -> None:
    """Write down that somebody reads counts of many families ("check_ins.read") or takes them away as a file."""
    record(
        session, caseworker.organisation_id, actor=caseworker.id, act=act, subject_kind="check_ins",
        subject_id=caseworker.organisation_id, now=now,
    )  # fmt: skip


def note_look(session: Session, caseworker: Staff, *, sign_in: str, now: datetime) -> None:
    """Write down that somebody looks at who did not answer: once each quarter of an hour of their sign-in."""
    organisation_id = caseworker.organisation_id
    look = Look(caseworker.id, "check_ins.list", "check_ins", organisation_id, {"sign_in": sign_in})
    record_look(session, organisation_id, look, now=now)


def _count_sent(
    session: Session, organisation_id: str, begins: datetime | None, ends: datetime | None
) -> Counter[tuple[int, str]]:
    """Return by (days, what) how many rounds were asked, reached nobody, or had no word after them."""
    rows = session.execute(
        select(Reminder.appointment_id, Reminder.step, Reminder.status, Reminder.replied_at)
        .join(Appointment, Appointment.id == Reminder.appointment_id)
        .where(Appointment.organisation_id == organisation_id, Appointment.kind == KIND)
        .where(Reminder.status.in_(_SENT), Reminder.step.like("c%"), *_within(Reminder.sent_at, begins, ends))
    )
    rounds: dict[tuple[str, int], list[tuple[str, bool]]] = {}
    for release_id, step, status, replied_at in rows:
        days = find_days(step)
        if days is not None and (is_first(step) or is_again(step)):
            rounds.setdefault((release_id, days), []).append((status, replied_at is not None))
    counts = Counter[tuple[int, str]]()
    for (_, days), texts in rounds.items():
        counts[days, "asked"] += 1
        if all(status == ReminderStatus.UNREACHED for status, _ in texts):
            counts[days, "unreached"] += 1
        elif not any(replied for _, replied in texts):
            counts[days, "silent"] += 1
    return counts


def _select_unanswered(caseworker: Staff, now: datetime, *columns: Any) -> Select[Any]:
    """Return the query of rounds that nobody has answered and after which no second text comes.

    The cases are found once a query and not once a round: the wall around children is dear to look at.
    """
    once_more = aliased(Reminder)
    followed = exists().where(
        once_more.appointment_id == Reminder.appointment_id, once_more.version == Reminder.version,
        once_more.step == Reminder.step + AGAIN, once_more.status != ReminderStatus.DROPPED,
    )  # fmt: skip
    is_over = or_(
        Reminder.status == ReminderStatus.UNREACHED, Reminder.step.endswith(AGAIN, autoescape=True),
        Reminder.sent_at < now - AGAIN_AFTER,
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(Reminder)
        .join(Appointment, Appointment.id == Reminder.appointment_id)
        .where(Appointment.organisation_id == caseworker.organisation_id, Appointment.kind == KIND)
        .where(Appointment.status.in_(COMING), Reminder.version == Appointment.version)
        .where(Reminder.status.in_(_SENT), Reminder.replied_at.is_(None), Reminder.sent_at > now - _LOOKED_FOR)
        .where(Reminder.step.like("c%"), is_over, ~followed, _is_visible(caseworker))
    )


def _is_visible(caseworker: Staff) -> ColumnElement[bool]:
    """Return the condition: a case of the family may be seen, or there is none and the reader leads."""
    cases = select(Case.conversation_id).where(Case.conversation_id.is_not(None), visible_to(caseworker))
    seen = Appointment.conversation_id.in_(cases)
    if caseworker.role in LEADING and caseworker.active:
        return or_(seen, ~exists().where(Case.conversation_id == Appointment.conversation_id))
    return seen


def _find_codes(session: Session, caseworker: Staff, conversation_ids: set[str]) -> Mapping[str, str]:
    """Return by conversation the code of the case to go to, an open one before others."""
    order = case((Case.status == CaseStatus.CLOSED, 0), else_=1)
    rows = session.execute(
        select(Case.conversation_id, Case.code)
        .where(Case.conversation_id.in_(conversation_ids), visible_to(caseworker))
        .order_by(order, Case.opened_at)
    )
    return {str(conversation_id): code for conversation_id, code in rows}  # the last one named wins


def _within(moment: Any, begins: datetime | None, ends: datetime | None) -> list[ColumnElement[bool]]:
    return [*([moment >= begins] if begins else []), *([moment < ends] if ends else [])]
