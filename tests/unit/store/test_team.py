"""Looking after the staff: the last administrator, two who edit at once, and the cases of who leaves."""

import pytest
from sqlalchemy import select

from store.cases import transitions
from store.database import Session
from store.staff import team
from store.staff.profile import Profile, ProfileFault, parse_profile
from store.staff.staff import Role, Staff
from store.tables import AuditEntry, Case, Caseworker
from tests.house import PERSON, House
from tests.staff import add_worker


@pytest.fixture
def admin(house: House) -> Staff:
    return add_worker(house, "ada", role=Role.ADMINISTRATOR)


@pytest.fixture
def ana(house: House, admin: Staff) -> Staff:
    return add_worker(house, "ana")


def member(house: House, staff: Staff) -> team.Member:
    found = house.database.run_sync(
        lambda session: team.find_member(session, house.vault, house.organisation_id, staff.id, now=house.clock())
    )
    assert found is not None
    return found


def change(house: House, staff: Staff, profile: Profile, *, mark: str, by: Staff) -> int | ProfileFault:
    return house.database.run_sync(
        lambda session: team.change_profile(
            session, house.vault, house.organisation_id, staff.id, profile, mark=mark, actor=by.id, now=house.clock()
        )
    )


def set_role(house: House, staff: Staff, role: Role) -> int | ProfileFault:
    return house.database.run_sync(
        lambda session: team.change_role(
            session, house.organisation_id, staff.id, role, actor="operator", now=house.clock()
        )
    )


def leave(house: House, staff: Staff, *, by: str) -> int | ProfileFault:
    return house.database.run_sync(
        lambda session: team.let_leave(session, house.organisation_id, staff.id, actor=by, now=house.clock())
    )


async def claimed_by(house: House, staff: Staff) -> Case:
    await house.hear("PERSONA", person=PERSON)
    case: Case = house.cases()[-1]

    def claim(session: Session) -> None:
        transitions.claim(session, case_id=case.id, caseworker=staff, now=house.clock())

    house.database.run_sync(claim)
    return case


def test_of_two_who_edit_one_account_the_second_is_told(house: House, admin: Staff, ana: Staff) -> None:
    shown = member(house, ana).mark

    first = change(house, ana, Profile("Ana One", capacity=3), mark=shown, by=admin)
    second = change(house, ana, Profile("Ana Two", capacity=9), mark=shown, by=admin)

    assert (first, second) == (0, ProfileFault.STALE)
    assert member(house, ana).profile == Profile("Ana One", capacity=3)


def test_a_change_is_in_the_audit_by_the_names_of_its_fields_alone(house: House, admin: Staff, ana: Staff) -> None:
    change(house, ana, Profile("Ana One", languages=("es",), on_call=True), mark=member(house, ana).mark, by=admin)

    (entry,) = house.rows(select(AuditEntry).where(AuditEntry.act == "staff_changed"))
    assert (entry.actor, entry.subject_id, entry.details) == (admin.id, ana.id, {"fields": "name,on_call"})


def test_the_last_administrator_stays_one(house: House, admin: Staff) -> None:
    demoted, left = set_role(house, admin, Role.CASEWORKER), leave(house, admin, by="operator")

    assert (demoted, left) == (ProfileFault.LAST_ADMINISTRATOR, ProfileFault.LAST_ADMINISTRATOR)
    assert house.get(Caseworker, admin.id).role == Role.ADMINISTRATOR


def test_with_another_administrator_one_may_go_but_not_by_their_own_hand(house: House, admin: Staff) -> None:
    other = add_worker(house, "eve", role=Role.ADMINISTRATOR)

    alone, by_other = leave(house, admin, by=admin.id), leave(house, admin, by=other.id)

    assert (alone, by_other) == (ProfileFault.OWN_ACCOUNT, 0)


async def test_the_cases_of_who_leaves_wait_again(house: House, admin: Staff, ana: Staff) -> None:
    case = await claimed_by(house, ana)

    left = leave(house, ana, by=admin.id)

    assert left == 1
    assert (house.get(Case, case.id).status, house.get(Case, case.id).owner_id) == ("waiting", None)


async def test_whoever_gets_a_role_without_cases_leaves_theirs(house: House, ana: Staff) -> None:
    case = await claimed_by(house, ana)

    still_hers = set_role(house, ana, Role.SUPERVISOR)
    left = set_role(house, ana, Role.REVIEWER)

    assert (still_hers, left) == (0, 1)
    assert house.get(Case, case.id).status == "waiting"


def test_an_account_of_elsewhere_is_not_there(house: House, ana: Staff) -> None:
    found = house.database.run_sync(
        lambda session: team.renew_link(session, house.vault, "elsewhere", ana.id, actor="operator", now=house.clock())
    )

    assert found is ProfileFault.GONE


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"name": " "}, ProfileFault.NAME),
        ({"name": "a\u0000b"}, ProfileFault.NAME),
        ({"role": "king"}, ProfileFault.ROLE),
        ({"languages": ["es", "<b>"]}, ProfileFault.LANGUAGE),
        ({"disciplines": ["plumbing"]}, ProfileFault.DISCIPLINE),
        ({"capacity": "-1"}, ProfileFault.CAPACITY),
        ({"capacity": "²"}, ProfileFault.CAPACITY),
        ({"page_limit": "101"}, ProfileFault.PAGES),
        ({"page_limit": "9" * 5000}, ProfileFault.PAGES),
    ],
)
def test_what_cannot_be_is_refused(typed: dict[str, object], fault: ProfileFault) -> None:
    fields = {"name": "Ana", "role": "caseworker", "languages": ["es"], "disciplines": [], **typed}

    assert parse_profile(**fields) is fault  # type: ignore[arg-type]
