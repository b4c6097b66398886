"""Mandated reports: that a child in danger was reported, to whom, under which number, and who signed it off.

The clock and the duty differ by state and by profession; docs/decisions/0034 says what is kept and why.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.audit import record
from store.cases import access
from store.cases.events import EventKind, add_event
from store.cases.outcomes import Outcome
from store.sealing.vault import Vault
from store.staff.staff import Staff
from store.tables import Case, MandatedReport
from store.tables.base import new_id

# Most states ask for an oral report "immediately" and none gives longer than 48 hours: Child Welfare Information
# Gateway, Mandated Reporting of Child Abuse and Neglect. We remind after a day at the latest; a lawyer has to confirm.
REPORT_WITHIN = timedelta(hours=24)
LONGEST = 200  # characters of a name or number
_TO_WHOM, _REFERENCE = "mandated_report.to_whom", "mandated_report.reference"


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `due_at`: when it must have been made; `reference` is "" until it was."""

    id: str
    case_id: str
    caseworker_id: str
    state: str | None
    to_whom: str = field(repr=False)
    reference: str = field(repr=False)
    due_at: datetime
    reported_at: datetime | None
    signed_by_id: str | None
    signed_at: datetime | None


def begin_report(
    session: Session, vault: Vault, *, caseworker: Staff, case_id: str, to_whom: str, state: str | None, now: datetime
) -> Outcome:
    """Start the clock of a report: from now on the case shows that one is due."""
    case = access.lock_own(session, case_id, caseworker)
    if isinstance(case, Outcome):
        return case
    if not 0 < len(to_whom.strip()) <= LONGEST:
        return Outcome.NOT_ALLOWED
    session.add(
        MandatedReport(
            id=new_id(), case_id=case_id, caseworker_id=caseworker.id, state=state or case.state,
            to_whom_sealed=vault.seal(to_whom.strip(), _TO_WHOM), due_at=now + REPORT_WITHIN, created_at=now,
        )
    )  # fmt: skip
    _note(session, case, EventKind.REPORT_BEGUN, caseworker, now)
    return Outcome.DONE


def make_report(
    session: Session, vault: Vault, *,
    caseworker: Staff, case_id: str, report_id: str, reference: str, reported_at: datetime, now: datetime,
) -> Outcome:  # fmt: skip
    """Write down that a report was made, and the number the authority gave for it; once."""
    case = access.lock_own(session, case_id, caseworker)
    if isinstance(case, Outcome):
        return case
    row = _find_row(session, case_id, report_id)
    if row is None or row.reported_at is not None or reported_at > now or len(reference.strip()) > LONGEST:
        return Outcome.NOT_ALLOWED
    row.reported_at, row.reference_sealed = reported_at, vault.seal(reference.strip(), _REFERENCE)
    _note(session, case, EventKind.REPORT_MADE, caseworker, now)
    return Outcome.DONE


def sign_report(session: Session, *, caseworker: Staff, case_id: str, report_id: str, now: datetime) -> Outcome:
    """A supervisor signs a report that was made; nobody signs their own."""
    case = access.lock_case(session, case_id, caseworker)
    if case is None:
        return Outcome.GONE
    row = _find_row(session, case_id, report_id)
    may_sign = caseworker.role in access.LEADING and row is not None and row.caseworker_id != caseworker.id
    if row is None or not may_sign or row.reported_at is None or row.signed_at is not None:
        return Outcome.NOT_ALLOWED
    row.signed_by_id, row.signed_at = caseworker.id, now
    _note(session, case, EventKind.REPORT_SIGNED, caseworker, now)
    return Outcome.DONE


def list_reports(session: Session, vault: Vault, case: access.CaseFile) -> list[Report]:
    """Return the reports of a case that `get_case_for` has returned, oldest first."""
    rows = select(MandatedReport).where(MandatedReport.case_id == case.id).order_by(MandatedReport.created_at)
    return [_open(vault, row) for row in session.scalars(rows)]


def find_overdue(session: Session, organisation_id: str, now: datetime, *, limit: int = 100) -> list[tuple[str, str]]:
    """Return (case id, caseworker id) of reports that should have been made by now, longest overdue first."""
    rows = (
        select(MandatedReport.case_id, MandatedReport.caseworker_id)
        .join(Case, Case.id == MandatedReport.case_id)
        .where(Case.organisation_id == organisation_id, MandatedReport.reported_at.is_(None))
        .where(MandatedReport.due_at <= now, Case.conversation_id.is_not(None))
        .order_by(MandatedReport.due_at)
    )
    return [(case_id, caseworker_id) for case_id, caseworker_id in session.execute(rows.limit(limit))]


def _find_row(session: Session, case_id: str, report_id: str) -> MandatedReport | None:
    of_case = MandatedReport.id == report_id, MandatedReport.case_id == case_id
    return session.scalar(select(MandatedReport).where(*of_case))


def _note(session: Session, case: Case, kind: EventKind, caseworker: Staff, now: datetime) -> None:
    add_event(session, case.id, kind, caseworker_id=caseworker.id, now=now)
    record(
        session, case.organisation_id,
        actor=caseworker.id, act=f"case.{kind}", subject_kind="case", subject_id=case.id, now=now,
    )  # fmt: skip
    session.flush()


def _open(vault: Vault, row: MandatedReport) -> Report:
    return Report(
        id=row.id, case_id=row.case_id, caseworker_id=row.caseworker_id, state=row.state,
        to_whom=vault.open(row.to_whom_sealed, _TO_WHOM) if row.to_whom_sealed else "",
        reference=vault.open(row.reference_sealed, _REFERENCE) if row.reference_sealed else "",
        due_at=row.due_at, reported_at=row.reported_at, signed_by_id=row.signed_by_id, signed_at=row.signed_at,
    )  # fmt: skip
