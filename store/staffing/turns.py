"""Acting on a case on the side, from several processes at once: one acts, the others see that it is done.

Locks are taken in the order in which a caseworker's own text takes them: their phone's conversation, the person's
conversation, the case, the caseworker.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.cases.access import lock_case
from store.tables import Case, Conversation

_Sight = tuple[object, ...]


def take_up(session: Session, case: Case, workers: Sequence[str]) -> Case | None:
    """Hold the phones of those who will be told, then the case; None: it is no longer as it was read."""
    seen = _look(case)
    hold_phones(session, workers)
    locked = lock_case(session, case.id, None)
    return locked if locked is not None and _look(locked) == seen else None


def hold_phones(session: Session, workers: Sequence[str]) -> None:
    """Let nobody else write to these phones, or take in what comes from them, before the transaction ends."""
    phones = select(Conversation.id).where(Conversation.caseworker_id.in_(sorted(set(workers))))
    session.execute(phones.order_by(Conversation.id).with_for_update()).all()


def _look(case: Case) -> _Sight:
    """What the clock, a page and a claim change."""
    return (
        case.status, case.urgency, case.owner_id, case.assigned_to_id, case.page_due_at, case.reply_due_at,
        case.clock_step, case.waiting_since, case.snoozed_until,
    )  # fmt: skip
