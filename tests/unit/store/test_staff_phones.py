"""A caseworker's own phone: whose it becomes, by which code, and whose it never becomes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from conversation.messages import Address, Channel, Command
from store.cases.transitions import close_by_code
from store.people import get_or_add_address, record_consent
from store.staff.accounts import end_account
from store.staff_phones.registering import (
    CODE_LIVES,
    MOST_TRIES,
    CodeOutcome,
    PhoneCode,
    PhoneRefusal,
    read_number,
    remove_phone,
)
from store.tables import AuditEntry, Caseworker, Conversation
from tests.house import PERSON, House
from tests.team import Colleague, Team

PHONE = "+12025550150"


@pytest.fixture
def team(house: House) -> Team:
    return Team(house)


@pytest.fixture
def ana(team: Team) -> Colleague:
    return team.add_without_phone("ana", phone=PHONE)


def ask(team: Team, colleague: Colleague) -> PhoneCode:
    asked = team.ask(colleague)
    assert isinstance(asked, PhoneCode)
    return asked


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_the_code_that_comes_back_makes_the_phone_theirs(team: Team, ana: Colleague) -> None:
    asked = ask(team, ana)

    outcome = team.confirm(ana, asked.code)

    row = team.house.get(Caseworker, ana.id)
    assert outcome is CodeOutcome.CONFIRMED
    assert row.phone_confirmed_at == team.house.clock()
    assert (row.phone_code_key, row.phone_code_until) == (None, None)


def test_neither_number_nor_code_is_kept_in_the_clear(team: Team, ana: Colleague) -> None:
    asked = ask(team, ana)

    row = team.house.get(Caseworker, ana.id)
    kept = " ".join(map(repr, vars(row).values())) + repr(asked)
    assert len(asked.code) == 6
    assert asked.code not in kept
    assert PHONE not in kept


def test_a_code_is_good_for_a_quarter_of_an_hour(team: Team, ana: Colleague) -> None:
    asked = ask(team, ana)

    team.house.later((CODE_LIVES + timedelta(seconds=1)).total_seconds())

    assert team.confirm(ana, asked.code) is CodeOutcome.OVER


def test_after_five_wrong_tries_the_right_code_is_too_late(team: Team, ana: Colleague) -> None:
    asked = ask(team, ana)

    outcomes = [team.confirm(ana, other_than(asked.code)) for _ in range(MOST_TRIES)]

    assert outcomes == [CodeOutcome.WRONG] * MOST_TRIES
    assert team.confirm(ana, asked.code) is CodeOutcome.OVER


def test_the_fifth_try_may_be_the_right_one(team: Team, ana: Colleague) -> None:
    asked = ask(team, ana)

    for _ in range(MOST_TRIES - 1):
        team.confirm(ana, other_than(asked.code))

    assert team.confirm(ana, asked.code) is CodeOutcome.CONFIRMED


def test_a_new_code_makes_the_older_one_void(team: Team, ana: Colleague) -> None:
    older, newer = ask(team, ana), ask(team, ana)

    assert older.code == newer.code or team.confirm(ana, older.code) is CodeOutcome.WRONG
    assert team.confirm(ana, newer.code) is CodeOutcome.CONFIRMED


def test_a_code_works_once_and_for_its_own_caseworker_alone(team: Team, ana: Colleague) -> None:
    asked, ben = ask(team, ana), team.add_without_phone("ben", phone="+12025550151")
    ask(team, ben)

    stolen, own, again = team.confirm(ben, asked.code), team.confirm(ana, asked.code), team.confirm(ana, asked.code)

    assert stolen in (CodeOutcome.WRONG, CodeOutcome.CONFIRMED)  # one time in a million both have the same code
    assert (own, again) == (CodeOutcome.CONFIRMED, CodeOutcome.OVER)


@pytest.mark.parametrize("number", ["2025550123", "+1202555", "+1202555012345678", "+1202555o123", "", "none"])
def test_what_is_no_number_is_refused(team: Team, number: str) -> None:
    colleague = team.add_without_phone("ana", phone=number)

    assert team.ask(colleague) is PhoneRefusal.NO_NUMBER


def test_a_number_may_be_spaced_as_people_write_it() -> None:
    assert read_number("+1 (202) 555-0150") == PHONE


async def test_a_number_with_an_open_case_of_a_person_is_refused(team: Team) -> None:
    await team.asked(person=PERSON)
    colleague = team.add_without_phone("ana", phone=PERSON)

    assert team.ask(colleague) is PhoneRefusal.OF_A_PERSON


async def test_a_number_whose_closed_case_is_kept_is_refused(team: Team) -> None:
    house, case = team.house, await team.asked(person=PERSON)
    house.database.run_sync(lambda session: close_by_code(session, house.organisation_id, case.code, now=house.clock()))
    colleague = team.add_without_phone("ana", phone=PERSON)

    assert team.ask(colleague) is PhoneRefusal.HAS_HISTORY


async def test_a_number_that_becomes_a_persons_before_the_code_is_back_is_not_taken(team: Team, ana: Colleague) -> None:
    asked = ask(team, ana)

    await team.asked(person=PHONE)

    assert team.confirm(ana, asked.code) is CodeOutcome.OVER


def test_a_colleagues_phone_is_refused(team: Team) -> None:
    team.add("ana", phone=PHONE)
    ben = team.add_without_phone("ben", phone=PHONE)

    assert team.ask(ben) is PhoneRefusal.SOMEBODY_ELSES


def test_a_phone_that_said_stop_is_refused_until_it_says_start(team: Team, ana: Colleague) -> None:
    house = team.house

    def stop(session):  # type: ignore[no-untyped-def]
        address = Address(Channel.WHATSAPP, PHONE)
        known = get_or_add_address(
            session, house.vault, house.organisation_id, address, alias=None, state_hint=None, now=house.clock()
        )
        record_consent(
            session, known, Command.STOP, source="keyword", language=None, message_id=None, now=house.clock()
        )

    house.database.run_sync(stop)

    assert team.ask(ana) is PhoneRefusal.STOPPED


def test_who_has_left_gets_no_phone(team: Team, ana: Colleague) -> None:
    house = team.house
    house.database.run_sync(lambda session: end_account(session, house.organisation_id, "ana", now=house.clock()))

    assert team.ask(ana) is PhoneRefusal.LEFT


async def test_conversations_of_the_number_are_the_staffs_on_every_channel_and_from_the_first_message(
    team: Team, ana: Colleague
) -> None:
    await team.house.hear("Hola", person=PHONE)  # they have tried the service before
    assert team.confirm(ana, ask(team, ana).code) is CodeOutcome.CONFIRMED

    await team.house.hear("HELP", person=PHONE, channel=Channel.WHATSAPP)

    owners = team.house.rows(select(Conversation.caseworker_id))
    assert owners == [ana.id, ana.id]


def test_taking_a_phone_away_leaves_nothing_of_it(team: Team) -> None:
    ana = team.add("ana", phone=PHONE)

    team.house.database.run_sync(
        lambda session: remove_phone(session, caseworker_id=ana.id, actor="operator", now=team.house.clock())
    )

    row = team.house.get(Caseworker, ana.id)
    assert (row.phone_sealed, row.phone_key, row.phone_confirmed_at) == (None, None, None)


def test_each_act_is_in_the_audit(team: Team) -> None:
    ana = team.add("ana", phone=PHONE)

    acts = team.house.rows(select(AuditEntry.act).where(AuditEntry.subject_id == ana.id).order_by(AuditEntry.at))
    assert [act for act in acts if act.startswith("phone")] == ["phone_asked", "phone_confirmed"]
