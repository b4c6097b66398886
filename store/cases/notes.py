"""Notes of caseworkers to each other; a lawyer's are walled: for the lawyers on the case and their author alone."""

from datetime import datetime

from sqlalchemy.orm import Session

from store.audit import record
from store.cases import access
from store.cases.events import NOTE, EventKind, add_event
from store.cases.forms import take_form
from store.cases.outcomes import Outcome
from store.sealing.vault import Vault
from store.staff.staff import DISCIPLINES, Staff

ALWAYS_WALLED = ("legal",)  # what a lawyer writes down is privileged, whether or not they think of it
LONGEST = 8000  # characters


def add_note(
    session: Session, vault: Vault, *, caseworker: Staff, case_id: str, body: str, form_key: str, now: datetime,
    discipline: str | None = None,
) -> Outcome:  # fmt: skip
    """Write a note into the timeline of a case one may see.

    Args:
        discipline: who alone may read it; None: everybody who may see the case, unless the author is a lawyer.
    """
    case = access.lock_case(session, case_id, caseworker)
    if case is None or not access.may_see(session, case_id, caseworker):
        return Outcome.GONE
    wall = find_wall(caseworker, discipline)
    if not 0 < len(body.strip()) <= LONGEST or (wall is not None and wall not in DISCIPLINES):
        return Outcome.NOT_ALLOWED
    if take_form(session, form_key, caseworker_id=caseworker.id, now=now):
        sealed = vault.seal(body.strip(), NOTE)
        add_event(
            session, case_id, EventKind.NOTE, caseworker_id=caseworker.id, discipline=wall, note_sealed=sealed, now=now
        )
        record(
            session, case.organisation_id,
            actor=caseworker.id, act="case.note", subject_kind="case", subject_id=case_id, now=now,
        )  # fmt: skip
    return Outcome.DONE


def find_wall(caseworker: Staff, wished: str | None) -> str | None:
    """Return the wall around somebody's own words: the one they cannot leave out, else what was wished.

    It is around every free text of theirs beside a case: notes, remarks on calls, the reason for leaving the neutral
    opening out. That there was a call or such a reason is no secret.
    """
    return next((one for one in ALWAYS_WALLED if one in caseworker.disciplines), wished)
