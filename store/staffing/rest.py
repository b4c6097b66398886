"""Rest after a crisis: who has closed an urgent case gets nothing new for a while."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from conversation.messages import Urgency
from conversation.staffing.paging import REST
from store.tables import Case, Caseworker


def begin_rest(session: Session, case: Case, now: datetime) -> None:
    """Write, in the transaction that closes a case, that its owner is free, and rests if it was urgent."""
    if case.owner_id is None:
        return
    rest = {"resting_until": now + REST} if case.urgency == Urgency.PAGE_NOW else {}
    session.execute(update(Caseworker).where(Caseworker.id == case.owner_id).values(idle_since=now, **rest))
