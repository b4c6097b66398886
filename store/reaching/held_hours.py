"""Texts held until a person's safe hours begin: out of their line, so that what may go passes them.

They are put back by the worker's sweep, and judged again then: stop, ownership, hours and window as they stand.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from conversation.messages import Author, DeliveryStatus
from conversation.one_voice import KNOCK, is_crisis, may_follow_stop
from conversation.ports import WorkQueue
from store import outbox
from store.audit import record
from store.cases import access
from store.cases.events import NOTE, EventKind, add_event
from store.cases.outcomes import Outcome
from store.conversations import hold
from store.lines import MOST_TURNS, SAFE_HOURS
from store.outbox import Letter
from store.sealing.vault import Vault
from store.staff.staff import Staff
from store.tables import Case, Message, OutboxEntry

IN_HAND = timedelta(minutes=30)  # after writing somebody still holds the phone: the answer to it does not wait
CANCELLED = "cancelled"  # a caseworker took their text back before it went
LONGEST_HELD = timedelta(days=8)  # hours come again every week: what is due later was noted by a clock that was wrong
LONGEST_REASON = 300  # characters
_WAITING = OutboxEntry.status == DeliveryStatus.WAITING
_HELD = _WAITING, OutboxEntry.reason == SAFE_HOURS


class _Held(NamedTuple):
    """A text that waits for safe hours, as it goes back into line."""

    id: str
    line: str
    seq: int
    attempt: int
    checks: int


def keeps_hours(letter: Letter, now: datetime) -> bool:
    """Return whether a text waits for safe hours: what a caseworker writes, and what comes out of the blue.

    Never danger and what answers a stop; nor an automatic answer to somebody who has just written.
    """
    if letter.any_hour or letter.to_staff or is_crisis(letter.answer) or may_follow_stop(letter.answer):
        return False
    if letter.author is Author.CASEWORKER or letter.answer == KNOCK:
        return True
    return letter.last_inbound_at is None or now - letter.last_inbound_at > IN_HAND


def hold_letter(session: Session, letter: Letter, until: datetime, *, now: datetime) -> bool:
    """Take a text out of its line until a time. False: somebody else moved it meanwhile."""
    values = {"status": DeliveryStatus.WAITING, "reason": SAFE_HOURS, "due_at": None, "held_until": until}
    return outbox.change(session, letter, now=now, **values)


def find_due(session: Session, now: datetime, *, limit: int = 100) -> list[str]:
    """Return conversations in which a text is held whose hours have begun."""
    begun = (OutboxEntry.held_until <= now) | (OutboxEntry.held_until > now + LONGEST_HELD)
    rows = select(OutboxEntry.conversation_id).where(*_HELD, begun).group_by(OutboxEntry.conversation_id)
    return list(session.scalars(rows.limit(limit)))


def release(session: Session, queue: WorkQueue, conversation_id: str, *, now: datetime) -> int:
    """Put the held texts of a conversation back into line, oldest first, to be judged again; return how many."""
    hold(session, conversation_id)  # of two that release at once one finds nothing
    return _put_back(session, queue, _list_held(session, OutboxEntry.conversation_id == conversation_id), now)


def cancel(session: Session, *, caseworker: Staff, case_id: str, message_id: str, now: datetime) -> Outcome:
    """Take back a caseworker's text that has not gone yet, for whatever it waits."""
    case = access.lock_own(session, case_id, caseworker)
    if isinstance(case, Outcome):
        return case
    ids = _list_own(session, case, message_id)
    dropped = {"status": DeliveryStatus.DROPPED, "reason": CANCELLED, "held_until": None, "due_at": None}
    stopped = update(OutboxEntry).where(OutboxEntry.id.in_(ids), _WAITING).returning(OutboxEntry.id)
    found = session.scalars(stopped.values(**dropped, settled_at=now, updated_at=now)).all()
    if not found:
        return Outcome.NOT_ALLOWED
    _note(session, case, EventKind.TEXT_CANCELLED, caseworker, message_id, now)
    return Outcome.DONE


def send_now(
    session: Session, vault: Vault, queue: WorkQueue, *,
    caseworker: Staff, case_id: str, message_id: str, reason: str, now: datetime,
) -> Outcome:  # fmt: skip
    """Let a text go that is held for safe hours; why it may not wait stays in the timeline."""
    case = access.lock_own(session, case_id, caseworker)
    if isinstance(case, Outcome):
        return case
    ids = _list_own(session, case, message_id)
    held = _list_held(session, OutboxEntry.id.in_(ids))
    if not held or not 0 < len(reason.strip()) <= LONGEST_REASON:
        return Outcome.NOT_ALLOWED
    session.execute(update(OutboxEntry).where(OutboxEntry.id.in_(ids)).values(any_hour=True))
    _put_back(session, queue, held, now)
    sealed = vault.seal(reason.strip(), NOTE)
    _note(session, case, EventKind.HOURS_OVERRIDDEN, caseworker, message_id, now, note_sealed=sealed)
    return Outcome.DONE


def _list_own(session: Session, case: Case, message_id: str) -> Sequence[str]:
    of_case = Message.case_id == case.id, Message.author == Author.CASEWORKER
    rows = select(OutboxEntry.id).join(Message, Message.id == OutboxEntry.message_id)
    return session.scalars(rows.where(Message.id == message_id, *of_case)).all()


def _list_held(session: Session, which: ColumnElement[bool]) -> list[_Held]:
    columns = OutboxEntry.id, OutboxEntry.line, OutboxEntry.seq, OutboxEntry.attempt, OutboxEntry.checks
    rows = session.execute(select(*columns).where(which, *_HELD).order_by(OutboxEntry.seq))
    return [_Held(*row) for row in rows]


def _put_back(session: Session, queue: WorkQueue, rows: Sequence[_Held], now: datetime) -> int:
    for row in rows:
        back = {"status": DeliveryStatus.QUEUED, "reason": None, "held_until": None, "checks": row.checks + 1}
        session.execute(update(OutboxEntry).where(OutboxEntry.id == row.id).values(updated_at=now, **back))
        turn = row.attempt * MOST_TURNS + row.checks + 1  # work of its own for the engine
        queue.enqueue_send(session.connection(), outbox_id=row.id, line=row.line, seq=row.seq, attempt=turn)
    return len(rows)


def _note(
    session: Session, case: Case, kind: EventKind, caseworker: Staff, message_id: str, now: datetime, *,
    note_sealed: bytes | None = None,
) -> None:  # fmt: skip
    told = {"caseworker_id": caseworker.id, "message_id": message_id, "note_sealed": note_sealed}
    add_event(session, case.id, kind, now=now, **told)  # type: ignore[arg-type]
    record(
        session, case.organisation_id,
        actor=caseworker.id, act=f"case.{kind}", subject_kind="case", subject_id=case.id, now=now,
    )  # fmt: skip
    session.flush()
