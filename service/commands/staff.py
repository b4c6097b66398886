"""What `puente staff` does: accounts of those who answer, their one-time links, their roles."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from conversation.errors import ConfigurationError
from service import wiring
from service.settings import Settings
from store.database import Database
from store.sealing.vault import Vault
from store.staff import team
from store.staff.invites import LIVES
from store.staff.profile import LONGEST, ProfileFault, find_role, parse_profile
from store.staff.second_factor import find_standing
from store.staff.staff import DISCIPLINES, Role, Staff, find_by_login, fold_login
from store.staff.staff import list_staff as list_all

OPERATOR = "operator"  # the command line, in the audit
_FAULTS = {
    ProfileFault.LOGIN: f"a login has 1 to {LONGEST} printable characters and no space",
    ProfileFault.NAME: f"a name has 1 to {LONGEST} printable characters",
    ProfileFault.ROLE: f"a role is one of: {', '.join(Role)}",
    ProfileFault.LANGUAGE: 'languages are BCP 47 tags separated by commas ("es,quc")',
    ProfileFault.DISCIPLINE: f"disciplines are of: {', '.join(DISCIPLINES)}",
    ProfileFault.TAKEN: "this login is taken already",
    ProfileFault.LAST_ADMINISTRATOR: "this is the last administrator: make somebody else one first",
}
_NOBODY = "nobody who works here has this login: `puente staff list` shows all"


@dataclass(frozen=True, slots=True)
class _House:
    database: Database
    vault: Vault
    organisation_id: str

    def get(self, session: Session, login: str) -> Staff:
        found = find_by_login(session, self.vault, self.organisation_id, login)
        if found is None or not found.active:
            raise ConfigurationError(_NOBODY)
        return found


def add(settings: Settings, *, login: str, name: str, languages: str, disciplines: str, role: str) -> None:
    """Add an account and print its link.

    Raises:
        ConfigurationError: the login is taken or cannot be one, or a language, discipline or role is none.
    """
    typed = parse_profile(name=name, role=role, languages=languages.split(","), disciplines=disciplines.split(","))
    profile = _get(typed)
    with _open(settings) as house:
        added = house.database.run_sync(
            lambda session: team.add_member(
                session, house.vault, house.organisation_id,
                login=login, profile=profile, actor=OPERATOR, now=wiring.utc_now(),
            )
        )  # fmt: skip
    token = _get(added).token
    print(f"{profile.role} {fold_login(login)} added")
    _print_link(settings, token)


def invite(settings: Settings, login: str) -> None:
    """Print a new link for an account; an older one stops working.

    Raises:
        ConfigurationError: nobody who works here has this login.
    """
    with _open(settings) as house:
        invited = house.database.run_sync(
            lambda session: team.renew_link(
                session, house.vault, house.organisation_id, house.get(session, login).id,
                actor=OPERATOR, now=wiring.utc_now(),
            )
        )  # fmt: skip
    _print_link(settings, _get(invited).token)


def change_role(settings: Settings, login: str, role: str) -> None:
    """Give an account another role.

    Raises:
        ConfigurationError: no such role, nobody who works here has this login, or it is the last administrator's.
    """
    wanted = _get(find_role(role) or ProfileFault.ROLE)

    def change(session: Session) -> int | ProfileFault:
        staff_id, now = house.get(session, login).id, wiring.utc_now()
        return team.change_role(session, house.organisation_id, staff_id, wanted, actor=OPERATOR, now=now)

    with _open(settings) as house:
        left = _get(house.database.run_sync(change))
    print(f"{fold_login(login)} is {wanted}" + (f"; cases that wait again: {left}" if left else ""))


def let_leave(settings: Settings, login: str) -> None:
    """End an account.

    Raises:
        ConfigurationError: nobody who works here has this login, or it is the last administrator's.
    """

    def leave(session: Session) -> int | ProfileFault:
        staff_id = house.get(session, login).id
        return team.let_leave(session, house.organisation_id, staff_id, actor=OPERATOR, now=wiring.utc_now())

    with _open(settings) as house:
        left = _get(house.database.run_sync(leave))
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


def _get[T](done: T | ProfileFault) -> T:
    if isinstance(done, ProfileFault):
        raise ConfigurationError(_FAULTS.get(done, _NOBODY))
    return done
