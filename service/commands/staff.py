"""What `puente staff` does: accounts of those who answer, their one-time links, their roles."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from conversation.errors import ConfigurationError
from service import wiring
from service.settings import Settings
from store.cases.members import leave_all
from store.database import Database
from store.sealing.vault import Vault
from store.staff import accounts
from store.staff.invites import LIVES, make_invite
from store.staff.second_factor import find_standing
from store.staff.staff import DISCIPLINES, Role, Staff, find_by_login, fold_login
from store.staff.staff import list_staff as list_all

_LONGEST = 64
_TAG = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class _House:
    database: Database
    vault: Vault
    organisation_id: str

    def get(self, session: Session, login: str) -> Staff:
        found = find_by_login(session, self.vault, self.organisation_id, login)
        if found is None or not found.active:
            raise ConfigurationError("nobody who works here has this login: `puente staff list` shows all")
        return found


def add(settings: Settings, *, login: str, name: str, languages: str, disciplines: str, role: str) -> None:
    """Add an account and print its link.

    Raises:
        ConfigurationError: the login is taken or cannot be one, or a language, discipline or role is none.
    """
    _refuse_odd_names(login, name)
    given_role, tongues, fields = _read_role(role), _read_languages(languages), _read_disciplines(disciplines)

    def add_and_invite(session: Session) -> str | None:
        now = wiring.utc_now()
        staff_id = accounts.add_caseworker(
            session, house.vault, house.organisation_id,
            login=login, name=name.strip(), languages=tongues, disciplines=fields, role=given_role, now=now,
        )  # fmt: skip
        return make_invite(session, house.vault, house.get(session, login), now=now) if staff_id else None

    with _open(settings) as house:
        token = house.database.run_sync(add_and_invite)
    if token is None:
        raise ConfigurationError("this login is taken already")
    print(f"{given_role} {fold_login(login)} added")
    _print_link(settings, token)


def invite(settings: Settings, login: str) -> None:
    """Print a new link for an account; an older one stops working.

    Raises:
        ConfigurationError: nobody who works here has this login.
    """
    with _open(settings) as house:
        token = house.database.run_sync(
            lambda session: make_invite(session, house.vault, house.get(session, login), now=wiring.utc_now())
        )
    _print_link(settings, token)


def change_role(settings: Settings, login: str, role: str) -> None:
    """Give an account another role.

    Raises:
        ConfigurationError: no such role, or nobody who works here has this login.
    """
    wanted = _read_role(role)

    def change(session: Session) -> None:
        house.get(session, login)
        accounts.set_role(session, house.organisation_id, login, wanted, now=wiring.utc_now())

    with _open(settings) as house:
        house.database.run_sync(change)
    print(f"{fold_login(login)} is {wanted}")


def let_leave(settings: Settings, login: str) -> None:
    """End an account.

    Raises:
        ConfigurationError: nobody who works here has this login.
    """

    def leave(session: Session) -> int:
        now, staff = wiring.utc_now(), house.get(session, login)
        accounts.end_account(session, house.organisation_id, login, now=now)
        return leave_all(session, staff.id, now=now)

    with _open(settings) as house:
        left = house.database.run_sync(leave)
    print(f"{fold_login(login)} has left: signed out everywhere, and cannot sign in any more; cases left: {left}")


def print_all(settings: Settings, *, left: bool) -> None:
    """Print one line an account: login, role, languages, disciplines, second factor."""

    def read(session: Session) -> list[str]:
        found, now = list_all(session, house.vault, house.organisation_id, left=left), wiring.utc_now()
        return [_render(one, "-" if left else find_standing(session, one.id, now)) for one in found]

    with _open(settings) as house:
        lines = house.database.run_sync(read)
    print("\n".join([*lines, f"{len(lines)} account{'' if len(lines) == 1 else 's'}"]))


@contextmanager
def _open(settings: Settings) -> Iterator[_House]:
    vault, database = wiring.build_vault(settings), wiring.build_database(settings)
    try:
        yield _House(database, vault, wiring.get_organisation(settings, database))
    finally:
        database.close()


def _print_link(settings: Settings, token: str) -> None:
    print(f"one-time link, for {LIVES.total_seconds() / 3600:.0f} hours: {settings.public_url}/invite/{token}")


def _render(staff: Staff, second_factor: str) -> str:
    tongues, fields = ",".join(staff.languages) or "-", ",".join(staff.disciplines) or "-"
    return f"{staff.login:<16} {staff.role:<14} {tongues:<16} {fields:<24} second factor: {second_factor}"


def _refuse_odd_names(login: str, name: str) -> None:
    plain = fold_login(login)
    if not 0 < len(plain) <= _LONGEST or not plain.isprintable() or any(one.isspace() for one in plain):
        raise ConfigurationError(f"a login has 1 to {_LONGEST} printable characters and no space")
    if not 0 < len(name.strip()) <= _LONGEST or any(unicodedata.category(one) == "Cc" for one in name):
        raise ConfigurationError(f"a name has 1 to {_LONGEST} printable characters")


def _read_role(text: str) -> Role:
    try:
        return Role(text.strip().lower())
    except ValueError:
        raise ConfigurationError(f"a role is one of: {', '.join(Role)}") from None


def _read_languages(text: str) -> list[str]:
    found = _words(text)
    if not all(_TAG.fullmatch(tag) for tag in found):
        raise ConfigurationError('languages are BCP 47 tags separated by commas ("es,quc")')
    return found


def _read_disciplines(text: str) -> list[str]:
    found = _words(text)
    if not set(found) <= set(DISCIPLINES):
        raise ConfigurationError(f"disciplines are of: {', '.join(DISCIPLINES)}")
    return found


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
