"""Taking a case by its code, and who has it when another was faster."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.cases import transitions
from store.cases.transitions import Outcome
from store.staff.staff import Staff
from store.tables import Case


def claim_by_code(session: Session, *, code: str, caseworker: Staff, now: datetime) -> tuple[Outcome, str | None]:
    """Claim a case by its code; return also whose it is now, for who was a moment too late.

    Such a one may not see the case any more, and still has to be told by whom it is looked after.
    """
    found = Case.organisation_id == caseworker.organisation_id, Case.code == code.strip().upper()
    case_id = session.scalar(select(Case.id).where(*found))
    if case_id is None:
        return Outcome.GONE, None
    outcome = transitions.claim(session, case_id=case_id, caseworker=caseworker, now=now)
    owner_id = None if outcome is Outcome.GONE else session.scalar(select(Case.owner_id).where(Case.id == case_id))
    return outcome, owner_id
