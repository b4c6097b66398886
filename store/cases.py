"""Cases: opened once per conversation and topic, with one timeline of what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case as choose
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus, Handoff, Urgency
from store.conversations import hold
from store.tables import Case, CaseEvent, Conversation, Organisation
from store.tables.base import new_id

JOINED = "joined"  # reason of a handoff that is only another message for an open case
_CODES_PER_LETTER = 99
_RANKS = {Urgency.PAGE_NOW: 0, Urgency.SAME_DAY: 1, Urgency.NORMAL: 2}
_URGENCY_ORDER = choose({urgency.value: rank for urgency, rank in _RANKS.items()}, value=Case.urgency)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case as a list shows it: no words of the person. `role`: who wrote last, as far as it was told."""

    code: str
    status: str
    urgency: str
    discipline: str
    topic: str
    reason: str
    language: str | None
    state: str | None
    opened_at: datetime
    role: str | None = None


def open_or_join(
    session: Session, conversation_id: str, handoff: Handoff, *, language: str, message_id: str | None, now: datetime
) -> str:
    """Open a case, or add the message to the one already open for its topic; return the code people say aloud.

    A joined case only grows more urgent, never less; each new danger pages again. A handoff with reason "joined" joins
    whatever is open when its own topic has been closed meanwhile.
    """
    hold(session, conversation_id)
    found = _find_open(session, conversation_id, handoff)
    if found is None:
        return _open(session, conversation_id, handoff, language=language, message_id=message_id, now=now)
    if _RANKS[handoff.urgency] < _RANKS[Urgency(found.urgency)]:
        found.urgency = handoff.urgency
    if handoff.urgency is Urgency.PAGE_NOW:
        found.page_due_at = found.page_due_at or now
    _add_event(session, found.id, "joined", message_id=message_id, reason=handoff.reason, now=now)
    return found.code


def list_cases(session: Session, organisation_id: str, *, closed: bool = False) -> Sequence[CaseLine]:
    """Return the cases of an organisation, most urgent first, then oldest."""
    rows = session.execute(
        select(Case, Conversation.role, Conversation.state)
        .outerjoin(Conversation, Conversation.id == Case.conversation_id)
        .where(Case.organisation_id == organisation_id, (Case.status == CaseStatus.CLOSED) == closed)
        .order_by(_URGENCY_ORDER, Case.opened_at)
    )
    return [
        CaseLine(
            row.code, row.status, row.urgency, row.discipline, row.topic, row.reason, row.language,
            state or row.state, row.opened_at, role,
        )
        for row, role, state in rows
    ]  # fmt: skip


def close(session: Session, organisation_id: str, code: str, *, now: datetime) -> bool:
    """Close an open case and wake the bot. False: no open case has this code."""
    case_id = session.scalar(
        update(Case)
        .where(Case.organisation_id == organisation_id, Case.code == code, Case.status != CaseStatus.CLOSED)
        .values(status=CaseStatus.CLOSED, closed_at=now, page_due_at=None)
        .returning(Case.id)
    )
    if case_id is None:
        return False
    _add_event(session, case_id, "closed", message_id=None, reason="command_line", now=now)
    return True


def format_code(number: int) -> str:
    """Return "A1" … "A99", "B1" … "Z99", "AA1" …: short to say, never twice."""
    letters, place = "", (number - 1) // _CODES_PER_LETTER
    while True:
        letters = chr(ord("A") + place % 26) + letters
        place = place // 26 - 1
        if place < 0:
            return f"{letters}{(number - 1) % _CODES_PER_LETTER + 1}"


def _find_open(session: Session, conversation_id: str, handoff: Handoff) -> Case | None:
    is_open = select(Case).where(Case.conversation_id == conversation_id, Case.status != CaseStatus.CLOSED)
    same = session.scalar(is_open.where(Case.topic == handoff.topic))
    if same or handoff.reason != JOINED:
        return same
    return session.scalar(is_open.order_by(Case.opened_at.desc()).limit(1))


def _open(
    session: Session, conversation_id: str, handoff: Handoff, *, language: str, message_id: str | None, now: datetime
) -> str:
    organisation_id, state = session.execute(
        select(Conversation.organisation_id, Conversation.state).where(Conversation.id == conversation_id)
    ).one()  # fmt: skip
    number = session.scalar(
        update(Organisation)
        .where(Organisation.id == organisation_id)
        .values(cases_opened=Organisation.cases_opened + 1)
        .returning(Organisation.cases_opened)
    )
    assert number is not None
    case_id, code = new_id(), format_code(number)
    session.execute(
        insert(Case).values(
            id=case_id, organisation_id=organisation_id, conversation_id=conversation_id, code=code,
            topic=handoff.topic, discipline=handoff.discipline, language=language, state=state,
            urgency=handoff.urgency, reason=handoff.reason, status=CaseStatus.WAITING, opened_at=now,
            page_due_at=now if handoff.urgency is Urgency.PAGE_NOW else None,
        )
    )  # fmt: skip
    _add_event(session, case_id, "opened", message_id=message_id, reason=handoff.reason, now=now)
    return code


def _add_event(
    session: Session, case_id: str, kind: str, *, message_id: str | None, reason: str, now: datetime
) -> None:
    session.execute(
        insert(CaseEvent).values(
            id=new_id(), case_id=case_id, kind=kind, actor="system", message_id=message_id,
            details={"reason": reason}, at=now,
        )
    )  # fmt: skip
