"""Accounts, passwords, one-time links, the second factor, sign-ins and tries, in the database."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from store.staff import passwords, tries
from store.staff.accounts import add_caseworker, end_account
from store.staff.invites import accept_invite, find_invited, make_invite
from store.staff.second_factor import STEP_S, Standing, find_standing, get_or_add_secret, render_link, use_code
from store.staff.sessions import add_session, end_all_sessions, find_session, is_open
from store.staff.staff import Role, Staff, find_by_login, find_staff, list_staff
from store.tables import Caseworker, StaffSession
from tests.front_desk import FrontDesk, code_at
from tests.house import House


@pytest.fixture
def ana(house: House) -> Staff:
    return FrontDesk(house).add(languages=["es", "quc"], disciplines=["legal"])


def test_an_account_is_found_by_id_and_by_login_and_says_nothing_in_a_repr(house: House, ana: Staff) -> None:
    found = house.database.run_sync(lambda session: find_staff(session, house.vault, ana.id))
    by_login = house.database.run_sync(
        lambda session: find_by_login(session, house.vault, house.organisation_id, " ANA ")
    )

    assert found == by_login == ana
    assert (ana.name, ana.role, ana.languages, ana.disciplines) == ("Ana", Role.CASEWORKER, ("es", "quc"), ("legal",))
    assert "Ana" not in repr(ana)
    assert "ana" not in repr(ana)


def test_a_login_is_given_once_and_who_left_is_listed_apart(house: House, ana: Staff) -> None:
    again = house.database.run_sync(
        lambda session: add_caseworker(
            session, house.vault, house.organisation_id, login="Ana", name="Another", now=house.clock()
        )
    )
    FrontDesk(house).add("eva")
    house.database.run_sync(lambda session: end_account(session, house.organisation_id, "eva", now=house.clock()))

    here, left = (
        house.database.run_sync(
            lambda session, left=left: list_staff(session, house.vault, house.organisation_id, left=left)
        )
        for left in (False, True)
    )

    assert again is None
    assert ([one.login for one in here], [one.login for one in left]) == (["ana"], ["eva"])


# Passwords


def test_a_password_is_known_again_and_never_kept() -> None:
    kept = passwords.hash_password("walnut kettle seven")

    assert kept.startswith("$argon2id$v=19$m=47104,t=2,p=1$")
    assert "walnut" not in kept
    assert passwords.is_password(kept, "walnut kettle seven")
    assert not passwords.is_password(kept, "walnut kettle sevem")
    assert not passwords.needs_new_hash(kept)


def test_nobodys_password_costs_the_same_work_and_is_never_right() -> None:
    assert not passwords.needs_new_hash(passwords._NOBODY)  # the same costs as a hash of today
    assert not passwords.is_password(None, "")
    assert not passwords.is_password("not a hash", "")
    assert not passwords.is_password("", "walnut kettle seven")


def test_a_password_of_yesterdays_costs_is_hashed_anew() -> None:
    cheaper = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"

    assert passwords.needs_new_hash(cheaper)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("eleven char", passwords.Fault.SHORT),
        ("x" * 257, passwords.Fault.LONG),
        ("aaaaaaaaaaaaaaaa", passwords.Fault.COMMON),
        ("012345678901", passwords.Fault.COMMON),
        ("passwordpassword", passwords.Fault.COMMON),
        ("Puente-ana-ana-1", passwords.Fault.COMMON),
        ("tres ríos mansos", None),
        ("我們一起走過長長的路回家", None),
        ("correct horse battery", None),
    ],
)
def test_length_counts_and_no_recipe_does(password: str, fault: passwords.Fault | None) -> None:
    assert passwords.find_fault(password, password, login="ana") is fault


# One-time links


def test_of_two_who_use_a_link_at_once_one_gets_in(house: House, ana: Staff) -> None:
    token = house.database.run_sync(lambda session: make_invite(session, house.vault, ana, now=house.clock()))

    taken = [
        house.database.run_sync(lambda session: accept_invite(session, house.vault, token, "hash", now=house.clock()))
        for _ in range(2)
    ]

    assert [one is not None for one in taken] == [True, False]
    assert token not in str(house.rows(select(Caseworker.invite_key)))


def test_a_link_of_somebody_who_left_is_dead(house: House, ana: Staff) -> None:
    token = house.database.run_sync(lambda session: make_invite(session, house.vault, ana, now=house.clock()))

    house.database.run_sync(lambda session: end_account(session, house.organisation_id, "ana", now=house.clock()))

    assert house.database.run_sync(lambda session: find_invited(session, house.vault, token, house.clock())) is None


# The second factor


def add_secret(house: House, staff: Staff) -> str:
    secret = house.database.run_sync(lambda session: get_or_add_secret(session, house.vault, staff.id))
    assert secret
    return secret


def use(house: House, staff: Staff, code: str) -> bool:
    return house.database.run_sync(lambda session: use_code(session, house.vault, staff.id, code, house.clock()))


def test_a_code_works_once_and_an_older_one_never_after_it(house: House, ana: Staff) -> None:
    secret = add_secret(house, ana)
    now = house.clock()
    steps = [now + timedelta(seconds=STEP_S * drift) for drift in (-1, 0, 1)]

    used = [use(house, ana, code_at(secret, steps[at])) for at in (1, 1, 0, 2, 2)]

    assert used == [True, False, False, True, False]


@pytest.mark.parametrize("drift", [-2, 2])
def test_a_clock_that_is_a_minute_off_is_not_believed(house: House, ana: Staff, drift: int) -> None:
    secret = add_secret(house, ana)

    assert not use(house, ana, code_at(secret, house.clock() + timedelta(seconds=STEP_S * drift)))


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 34 5x", "-12345"])
def test_what_is_no_code_is_wrong(house: House, ana: Staff, code: str) -> None:
    add_secret(house, ana)

    assert not use(house, ana, code)


def test_without_a_secret_no_code_is_right(house: House, ana: Staff) -> None:
    assert not use(house, ana, "000000")


def test_the_secret_is_shown_until_its_first_code_and_is_sealed(house: House, ana: Staff) -> None:
    secret = add_secret(house, ana)
    again = add_secret(house, ana)
    use(house, ana, code_at(secret, house.clock()))

    later = house.database.run_sync(lambda session: get_or_add_secret(session, house.vault, ana.id))
    standing = house.database.run_sync(lambda session: find_standing(session, ana.id, house.clock()))

    assert (again, later, standing) == (secret, None, Standing.ON)
    assert secret.encode() not in house.rows(select(Caseworker.totp_sealed))[0]


def test_an_app_understands_the_link() -> None:
    read = pyotp.parse_uri(render_link("A" * 32, login="ana & eva", issuer="Puente demo"))

    assert isinstance(read, pyotp.TOTP)
    assert (read.secret, read.name, read.issuer) == ("A" * 32, "ana & eva", "Puente demo")


# Sign-ins


def test_a_sign_in_is_found_by_its_token_alone_and_not_by_what_is_kept(house: House, ana: Staff) -> None:
    token = house.database.run_sync(
        lambda session: add_session(session, house.vault, ana.id, whole=True, now=house.clock())
    )
    (kept,) = house.rows(select(StaffSession))

    found, by_key = (
        house.database.run_sync(lambda session, text=text: find_session(session, house.vault, text, house.clock()))
        for text in (token, kept.token_key)
    )

    assert found is not None
    assert (found.staff, found.whole, by_key) == (ana, True, None)
    assert token not in repr(found)
    assert found.form_token not in repr(found)
    assert kept.token_key != token


def test_a_sign_in_of_somebody_who_is_not_here_any_more_is_none(house: House, ana: Staff) -> None:
    token = house.database.run_sync(
        lambda session: add_session(session, house.vault, ana.id, whole=True, now=house.clock())
    )

    house.database.run_sync(lambda session: session.execute(update(Caseworker).values(active=False)))

    assert house.database.run_sync(lambda session: find_session(session, house.vault, token, house.clock())) is None


def test_an_open_page_is_told_that_its_sign_in_has_ended(house: House, ana: Staff) -> None:
    house.database.run_sync(lambda session: add_session(session, house.vault, ana.id, whole=True, now=house.clock()))
    (session_id,) = house.rows(select(StaffSession.id))

    before = house.database.run_sync(lambda session: is_open(session, session_id, house.clock()))
    house.database.run_sync(lambda session: end_all_sessions(session, ana.id))
    after = house.database.run_sync(lambda session: is_open(session, session_id, house.clock()))

    assert (before, after) == (True, False)


# Tries


def guess(house: House, login: str, address: str) -> float:
    """Guess once; return the seconds to wait, 0.0 for a guess that is looked at."""
    guessed = tries.at_door(house.vault, login=login, address=address)
    return house.database.run_sync(
        lambda session: tries.begin_try(session, guessed, house.clock())
    ).wait.total_seconds()


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(house: House) -> None:
    waits = []
    for _ in range(34):
        waits.append(wait := guess(house, "ana", "198.51.100.7"))
        house.clock.advance(wait)

    held = [wait for wait in waits[5:] if wait]
    assert waits[:5] == [0.0] * 5
    assert held[:7] == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]
    assert held[-2:] == [900.0, 900.0]


def test_one_address_is_held_up_whatever_login_it_tries_and_others_are_not(house: House) -> None:
    waits = [guess(house, f"login{number}", "198.51.100.7") for number in range(21)]

    assert waits == [0.0] * 20 + [1.0]
    assert guess(house, "login0", "198.51.100.8") == 0.0


def test_many_addresses_cannot_lock_a_worker_out_for_more_than_a_minute(house: House) -> None:
    waits = []
    for number in range(200):
        waits.append(wait := guess(house, "ana", f"198.51.100.{number}"))
        house.clock.advance(wait)

    assert waits[:50] == [0.0] * 50
    assert max(waits) == 60.0


def test_after_a_day_all_is_forgotten(house: House) -> None:
    for _ in range(5):
        guess(house, "ana", "198.51.100.7")
    held = guess(house, "ana", "198.51.100.7")

    house.clock.advance(tries.DAY.total_seconds())

    assert (held, guess(house, "ana", "198.51.100.7")) == (1.0, 0.0)
