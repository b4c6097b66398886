"""Who works here: one value that every page, rule and command speaks of."""

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.sealing.vault import Vault
from store.tables import Caseworker

NAME = "caseworker.name"
DISCIPLINES = ("school", "health", "mental_health", "legal", "reunification", "community", "safety")


class Role(StrEnum):
    """What somebody may do beyond answering people. A supervisor is a caseworker too."""

    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    REVIEWER = "reviewer"  # of wording; sees no person
    ADMINISTRATOR = "administrator"  # of accounts; sees no person


@dataclass(frozen=True, slots=True)
class Staff:
    """One account, opened. Name and login are kept out of every repr.

    Attributes:
        languages: BCP 47 tags they work in.
        disciplines: codes as of a case ("legal", "school" …).
        locale: language of the pages, one of console/locale.
    """

    id: str
    organisation_id: str
    login: str = field(repr=False)
    name: str = field(repr=False)
    role: Role
    languages: tuple[str, ...]
    disciplines: tuple[str, ...]
    locale: str = "en"
    active: bool = True


def find_staff(session: Session, vault: Vault, staff_id: str) -> Staff | None:
    """Return an account by its id, also of somebody who has left."""
    row = session.get(Caseworker, staff_id)
    return None if row is None else open_staff(vault, row)


def find_by_login(session: Session, vault: Vault, organisation_id: str, login: str) -> Staff | None:
    """Return an account by its login, however it is spelled, also of somebody who has left."""
    row = find_row(session, organisation_id, login)
    return None if row is None else open_staff(vault, row)


def list_staff(session: Session, vault: Vault, organisation_id: str, *, left: bool = False) -> list[Staff]:
    """Return those who work here, or those who have left, by login."""
    return [one for one in list_everybody(session, vault, organisation_id) if one.active is not left]


def list_everybody(session: Session, vault: Vault, organisation_id: str) -> list[Staff]:
    """Return those who work here and those who have left, by login."""
    rows = select(Caseworker).where(Caseworker.organisation_id == organisation_id).order_by(Caseworker.login)
    return [open_staff(vault, row) for row in session.scalars(rows)]


def open_staff(vault: Vault, row: Caseworker) -> Staff:
    """Return a row as the value of it."""
    return Staff(
        id=row.id, organisation_id=row.organisation_id, login=row.login, name=vault.open(row.name_sealed, NAME),
        role=Role(row.role), languages=tuple(row.languages), disciplines=tuple(row.disciplines),
        locale=row.locale, active=row.active,
    )  # fmt: skip


def find_row(session: Session, organisation_id: str, login: str) -> Caseworker | None:
    """Return the row of a login; for the other modules of this folder."""
    of_login = Caseworker.organisation_id == organisation_id, Caseworker.login == fold_login(login)
    return session.scalar(select(Caseworker).where(*of_login))


def fold_login(login: str) -> str:
    """Return a login as it is kept: a telephone's keyboard begins it with a capital and ends it with a space."""
    return login.strip().lower()
