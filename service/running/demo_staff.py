"""Two demo accounts for who tries Puente on one machine. Their passwords are printed once and kept nowhere."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from service import wiring
from service.settings import Settings
from service.signing_in import is_on_this_machine
from store.database import Database
from store.sealing.vault import Vault
from store.staff.accounts import add_caseworker
from store.staff.passwords import hash_password, keep_password_hash
from store.staff.staff import DISCIPLINES, Role, find_by_login

DEMO_LOGINS = {"demo": Role.CASEWORKER, "supervisor": Role.SUPERVISOR}
_LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class Credentials:
    """How a demo account is entered, told when it is made and never again."""

    login: str
    password: str = field(repr=False)


def add_demo_staff(settings: Settings) -> list[Credentials]:
    """Add what is missing of the demo accounts, where everything is on this machine only; return the new ones.

    Elsewhere nothing is added: a known login is the first that somebody tries.
    """
    if not is_on_this_machine(settings):
        return []
    vault, database = wiring.build_vault(settings), wiring.build_database(settings)
    try:
        organisation_id = wiring.get_organisation(settings, database)
        added = [_add(database, vault, organisation_id, login) for login in DEMO_LOGINS]
        return [one for one in added if one is not None]
    finally:
        database.close()


def describe(made: Sequence[Credentials]) -> list[str]:
    """Return the lines that tell how the new accounts are entered, this one time."""
    lines = [f"    {one.login:<12} {one.password}" for one in made]
    return ["  to sign in (shown this once; `puente staff invite demo` makes a new link):", *lines] if lines else []


def _add(database: Database, vault: Vault, organisation_id: str, login: str) -> Credentials | None:
    if database.run_sync(lambda session: find_by_login(session, vault, organisation_id, login)) is not None:
        return None
    password = "-".join(secrets.token_hex(2) for _ in range(5))
    kept = hash_password(password)

    def add(session: Session) -> bool:
        staff_id = add_caseworker(
            session, vault, organisation_id, login=login, name=f"Demo {DEMO_LOGINS[login]}", languages=_LANGUAGES,
            disciplines=DISCIPLINES, role=DEMO_LOGINS[login], now=wiring.utc_now(),
        )  # fmt: skip
        if staff_id is not None:
            keep_password_hash(session, staff_id, kept)
        return staff_id is not None

    return Credentials(login, password) if database.run_sync(add) else None
