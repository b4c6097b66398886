"""Looking after those who work here: the one way for the pages and the command line. Each act is in the audit.

An organisation that has an administrator never loses its last one. Whoever leaves, or takes a role without cases,
leaves their cases behind: these wait again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus
from conversation.staffing.routing import WorkerLoad
from store.audit import record
from store.cases.members import leave_all
from store.editing import hold_team, mark_of
from store.sealing.vault import Vault
from store.staff import accounts
from store.staff.invites import make_invite
from store.staff.profile import Profile, ProfileFault, find_login_fault
from store.staff.second_factor import Standing, find_standing
from store.staff.staff import NAME, Role, Staff, open_staff
from store.staffing.roster import read_roster
from store.tables import Case, Caseworker

WITH_CASES = (Role.CASEWORKER, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works here, as those who look after the staff see them.

    Attributes:
        load: their place in routing now; None for who has left.
        cases: open ones that are theirs.
        mark: of the profile as it is shown.
    """

    staff: Staff
    profile: Profile = field(repr=False)
    load: WorkerLoad | None
    cases: int
    has_password: bool
    second_factor: Standing
    mark: str

    @property
    def has_phone(self) -> bool:
        return self.load is not None and self.load.reachable


@dataclass(frozen=True, slots=True)
class Invited:
    """A new account or a new link. `token` is shown once: only its keyed hash is kept."""

    staff: Staff
    token: str = field(repr=False)


def list_members(
    session: Session, vault: Vault, organisation_id: str, *, now: datetime, left: bool = False
) -> list[Member]:
    """Return those who work here, or those who have left, by login."""
    of_ours = Caseworker.organisation_id == organisation_id, Caseworker.active.is_(not left)
    rows = session.scalars(select(Caseworker).where(*of_ours).order_by(Caseworker.login)).all()
    loads = {one.id: one for one in read_roster(session, organisation_id, now).workers}
    cases = _count_cases(session, organisation_id)
    return [_to_member(session, vault, row, loads.get(row.id), cases.get(row.id, 0), now) for row in rows]


def find_member(session: Session, vault: Vault, organisation_id: str, staff_id: str, *, now: datetime) -> Member | None:
    """Return somebody who works here; None: nobody of this organisation, or they have left."""
    return next(
        (one for one in list_members(session, vault, organisation_id, now=now) if one.staff.id == staff_id), None
    )


def add_member(
    session: Session, vault: Vault, organisation_id: str, *, login: str, profile: Profile, actor: str, now: datetime
) -> Invited | ProfileFault:
    """Add an account and make the link by which its owner comes in."""
    if fault := find_login_fault(login):
        return fault
    hold_team(session, organisation_id)
    staff_id = accounts.add_caseworker(
        session, vault, organisation_id,
        login=login, name=profile.name, languages=profile.languages, disciplines=profile.disciplines,
        role=profile.role, capacity=profile.capacity, page_limit=profile.page_limit, on_call=profile.on_call,
        actor=actor, now=now,
    )  # fmt: skip
    if staff_id is None:
        return ProfileFault.TAKEN
    return renew_link(session, vault, organisation_id, staff_id, actor=actor, now=now)


def renew_link(
    session: Session, vault: Vault, organisation_id: str, staff_id: str, *, actor: str, now: datetime
) -> Invited | ProfileFault:
    """Make a new one-time link: for a first password, a forgotten one, or a lost telephone. It sets both anew."""
    row = _find_row(session, organisation_id, staff_id)
    if row is None:
        return ProfileFault.GONE
    staff = open_staff(vault, row)
    return Invited(staff, make_invite(session, vault, staff, actor=actor, now=now))


def change_profile(
    session: Session, vault: Vault, organisation_id: str, staff_id: str, profile: Profile, *,
    mark: str, actor: str, now: datetime,
) -> int | ProfileFault:  # fmt: skip
    """Change an account; return how many cases wait again because of it.

    Args:
        mark: of the profile as it was shown when it was edited.
    """
    hold_team(session, organisation_id)
    row = _find_row(session, organisation_id, staff_id)
    if row is None:
        return ProfileFault.GONE
    before = _profile_of(vault, row)
    if _mark(before) != mark:
        return ProfileFault.STALE
    left = change_role(session, organisation_id, staff_id, profile.role, actor=actor, now=now)
    if isinstance(left, ProfileFault):
        return left
    changed = [name for name in Profile.__slots__ if getattr(before, name) != getattr(profile, name)]
    session.execute(
        update(Caseworker).where(Caseworker.id == staff_id).values(
            name_sealed=vault.seal(profile.name, NAME), languages=list(profile.languages),
            disciplines=list(profile.disciplines), capacity=profile.capacity, page_limit=profile.page_limit,
            on_call=profile.on_call,
        )
    )  # fmt: skip
    if changed:
        note(session, organisation_id, staff_id, "staff_changed", actor=actor, now=now, fields=",".join(changed))
    return left


def change_role(
    session: Session, organisation_id: str, staff_id: str, role: Role, *, actor: str, now: datetime
) -> int | ProfileFault:
    """Give somebody another role at once; return how many cases wait again because of it."""
    hold_team(session, organisation_id)
    row = _find_row(session, organisation_id, staff_id)
    if row is None:
        return ProfileFault.GONE
    if row.role == role:
        return 0
    if _is_last_administrator(session, row):
        return ProfileFault.LAST_ADMINISTRATOR
    accounts.set_role(session, organisation_id, row.login, role, actor=actor, now=now)
    return 0 if role in WITH_CASES else leave_all(session, staff_id, now=now)


def let_leave(
    session: Session, organisation_id: str, staff_id: str, *, actor: str, now: datetime
) -> int | ProfileFault:
    """End an account; return how many cases wait again because of it."""
    hold_team(session, organisation_id)
    row = _find_row(session, organisation_id, staff_id)
    if row is None:
        return ProfileFault.GONE
    if row.id == actor:
        return ProfileFault.OWN_ACCOUNT
    if _is_last_administrator(session, row):
        return ProfileFault.LAST_ADMINISTRATOR
    accounts.end_account(session, organisation_id, row.login, actor=actor, now=now)
    return leave_all(session, staff_id, now=now)


def set_on_call(
    session: Session, organisation_id: str, staff_id: str, *,
    on: bool | None, limit: int | None, actor: str, now: datetime,
) -> ProfileFault | None:  # fmt: skip
    """Put somebody on the rota for urgent cases or take them off, and set their page limit; None: as it is."""
    hold_team(session, organisation_id)
    row = _find_row(session, organisation_id, staff_id)
    if row is None:
        return ProfileFault.GONE
    row.on_call = row.on_call if on is None else on
    row.page_limit = row.page_limit if limit is None else limit
    note(session, organisation_id, staff_id, "staff.on_call", actor=actor, now=now)
    session.flush()
    return None


def note(
    session: Session, organisation_id: str, staff_id: str, act: str, *, actor: str, now: datetime, **details: str
) -> None:
    """Write down what was done about an account."""
    record(
        session, organisation_id,
        actor=actor, act=act, subject_kind="caseworker", subject_id=staff_id, now=now, details=details,
    )  # fmt: skip


def _find_row(session: Session, organisation_id: str, staff_id: str) -> Caseworker | None:
    of_ours = Caseworker.id == staff_id, Caseworker.organisation_id == organisation_id, Caseworker.active.is_(True)
    return session.scalar(select(Caseworker).where(*of_ours).execution_options(populate_existing=True))


def _is_last_administrator(session: Session, row: Caseworker) -> bool:
    if row.role != Role.ADMINISTRATOR:
        return False
    others = (
        Caseworker.organisation_id == row.organisation_id, Caseworker.active.is_(True),
        Caseworker.role == Role.ADMINISTRATOR, Caseworker.id != row.id,
    )  # fmt: skip
    return session.scalar(select(Caseworker.id).where(*others).limit(1)) is None


def _count_cases(session: Session, organisation_id: str) -> Mapping[str, int]:
    theirs = Case.organisation_id == organisation_id, Case.status != CaseStatus.CLOSED, Case.owner_id.is_not(None)
    found = session.execute(select(Case.owner_id, func.count()).where(*theirs).group_by(Case.owner_id))
    return {str(owner_id): count for owner_id, count in found}


def _to_member(
    session: Session, vault: Vault, row: Caseworker, load: WorkerLoad | None, cases: int, now: datetime
) -> Member:
    profile = _profile_of(vault, row)
    return Member(
        staff=open_staff(vault, row), profile=profile, load=load, cases=cases,
        has_password=row.password_hash is not None, second_factor=find_standing(session, row.id, now),
        mark=_mark(profile),
    )  # fmt: skip


def _profile_of(vault: Vault, row: Caseworker) -> Profile:
    return Profile(
        vault.open(row.name_sealed, NAME), Role(row.role), tuple(row.languages), tuple(row.disciplines), row.capacity,
        row.page_limit, row.on_call,
    )  # fmt: skip


def _mark(profile: Profile) -> str:
    return mark_of(*(getattr(profile, name) for name in Profile.__slots__))
