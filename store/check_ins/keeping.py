"""A caseworker writes down a release on the page of a case; it is in the timeline and in the audit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from conversation.check_ins.values import DAYS_AFTER
from conversation.messages import CaseStatus
from store.audit import record
from store.cases.access import lock_own
from store.cases.events import EventKind, add_event
from store.cases.outcomes import Outcome as CaseOutcome
from store.check_ins.starting import Outcome, Release, find_release, start_check_ins
from store.reminders.appointments import CASEWORKER, Teller
from store.sealing.vault import Vault
from store.staff.staff import Staff

_KEPT = (Outcome.STARTED, Outcome.CHANGED)


def keep_release(
    session: Session, vault: Vault, release: Release, *,
    caseworker: Staff, case_id: str, now: datetime, days: Sequence[int] = DAYS_AFTER,
) -> Outcome | None:  # fmt: skip
    """Keep a release of the person of a case; None: the case is not theirs, or nobody is at work in it."""
    case = lock_own(session, case_id, caseworker)
    if isinstance(case, CaseOutcome) or case.status != CaseStatus.CLAIMED or case.conversation_id is None:
        return None
    teller = Teller(CASEWORKER, caseworker.id)
    outcome = start_check_ins(session, vault, case.conversation_id, release, teller=teller, now=now, days=days)
    kept = find_release(session, case.conversation_id) if outcome in _KEPT else None
    if kept is not None:
        add_event(
            session, case.id, EventKind.RELEASE_NOTED, caseworker_id=caseworker.id,
            details={"appointment": kept.id}, now=now,
        )  # fmt: skip
        record(
            session, case.organisation_id, actor=caseworker.id, act=f"release.{outcome}", subject_kind="appointment",
            subject_id=kept.id, details={"case": case.id, "phone": release.whose}, now=now,
        )  # fmt: skip
    return outcome
