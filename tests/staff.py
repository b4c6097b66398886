"""Caseworkers for tests: added as the command line does, and asked for as every page and command has them."""

from collections.abc import Sequence

from store.staff.accounts import add_caseworker
from store.staff.staff import Role, Staff, find_staff
from tests.house import House


def add_worker(
    house: House, login: str = "ana", *, role: Role = Role.CASEWORKER, disciplines: Sequence[str] = (),
    languages: Sequence[str] = ("es",),
) -> Staff:  # fmt: skip
    """Add an account to the house's organisation and return it."""

    def add(session):  # type: ignore[no-untyped-def]
        staff_id = add_caseworker(
            session, house.vault, house.organisation_id,
            login=login, name=f"{login} Example", role=role, disciplines=disciplines, languages=languages,
            now=house.clock(),
        )  # fmt: skip
        return find_staff(session, house.vault, staff_id or "")

    found = house.database.run_sync(add)
    assert isinstance(found, Staff)
    return found
