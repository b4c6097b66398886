"""Opening a case, or joining a message to the one that is open: once per conversation and topic."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus, Handoff, Urgency
from conversation.staffing.clock import REPLY_WITHIN
from store.cases.clock import start_clock
from store.cases.events import EventKind, add_event
from store.conversations import find_joined, hold
from store.tables import Case, Conversation, Organisation
from store.tables.base import new_id

JOINED = "joined"  # reason of a handoff that is only another message for an open case

_CODES_PER_LETTER = 99
RANKS = {Urgency.PAGE_NOW: 0, Urgency.SAME_DAY: 1, Urgency.NORMAL: 2}


def open_or_join(
    session: Session, conversation_id: str, handoff: Handoff, *, language: str, message_id: str | None, now: datetime
) -> str:
    """Open a case, or add the message to the one already open for its topic; return the code people say aloud.

    A joined case only grows more urgent, never less; each new danger pages again, and a snoozed case wakes. A handoff
    with reason "joined" joins whatever is open when its own topic has been closed meanwhile. What comes by SMS from who
    agreed to be answered there belongs to their conversation on WhatsApp while somebody has it.
    """
    hold(session, conversation_id)
    joined = find_joined(session, conversation_id)
    if joined != conversation_id:
        hold(session, joined)  # after that by SMS, as everybody takes them
        conversation_id = joined
    found = _find_open(session, conversation_id, handoff)
    if found is None:
        return _open(session, conversation_id, handoff, language=language, message_id=message_id, now=now)
    if RANKS[handoff.urgency] < RANKS[Urgency(found.urgency)]:
        found.urgency = handoff.urgency
    if handoff.urgency is Urgency.PAGE_NOW:
        found.page_due_at = found.page_due_at or now
    start_clock(found, now)
    add_event(session, found.id, EventKind.JOINED, message_id=message_id, details={"reason": handoff.reason}, now=now)
    if found.snoozed_until is not None:
        found.snoozed_until = None
        add_event(session, found.id, EventKind.WOKEN, message_id=message_id, details={"reason": JOINED}, now=now)
    session.flush()  # what is read next goes past the object mapper
    return found.code


def join_claimed(session: Session, conversation_id: str, *, message_id: str, now: datetime) -> None:
    """Show the owner a message to which the bot had an answer that it may no longer send (I1, I4)."""
    joined = Handoff(topic=JOINED, discipline="community", urgency=Urgency.NORMAL, reason=JOINED)
    open_or_join(session, conversation_id, joined, language="und", message_id=message_id, now=now)


def note_good_time(session: Session, conversation_id: str, text: str, *, now: datetime) -> None:
    """A "1" after the neutral first text says that it is a good time; anything else is for the caseworker to judge."""
    if text.strip().strip(".!") != "1":
        return
    asked = select(Case).where(
        Case.conversation_id == find_joined(session, conversation_id),
        Case.opening == "asked",
        Case.status == CaseStatus.CLAIMED,
    )
    for case in session.scalars(asked):
        case.opening = "answered"
        add_event(session, case.id, EventKind.OPENING_ANSWERED, now=now)
    session.flush()


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
    claimed_first = (Case.status == CaseStatus.CLAIMED).desc(), Case.opened_at.desc()
    return session.scalar(is_open.order_by(*claimed_first).limit(1))


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
    owner_id = _find_owner(session, conversation_id)
    session.execute(
        insert(Case).values(
            id=case_id, organisation_id=organisation_id, conversation_id=conversation_id, code=code,
            topic=handoff.topic, discipline=handoff.discipline, language=language, state=state,
            urgency=handoff.urgency, reason=handoff.reason, status=CaseStatus.WAITING, opened_at=now,
            page_due_at=now if handoff.urgency is Urgency.PAGE_NOW else None,
            opening="needed" if handoff.discipline == "safety" else None,
            waiting_since=now, reply_due_at=now + REPLY_WITHIN[handoff.urgency],
            assigned_to_id=owner_id, assigned_at=now if owner_id else None, interpreter_needed=False,
        )
    )  # fmt: skip
    add_event(session, case_id, EventKind.OPENED, message_id=message_id, details={"reason": handoff.reason}, now=now)
    return code


def _find_owner(session: Session, conversation_id: str) -> str | None:
    """Return who has the conversation already: what else it needs is theirs to see first."""
    claimed = Case.conversation_id == conversation_id, Case.status == CaseStatus.CLAIMED
    return session.scalar(select(Case.owner_id).where(*claimed).order_by(Case.claimed_at).limit(1))
