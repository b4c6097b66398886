"""A waiting case is brought to somebody, and nobody is left unanswered: the sweeps over cases, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from conversation.messages import Handoff, Urgency
from conversation.staffing.clock import Step
from conversation.staffing.telling import Notice
from store.cases.transitions import Outcome, release, snooze
from store.staff.staff import find_staff
from store.staffing import paging
from store.staffing.assigning import assign, pass_on, plan_assignments
from store.staffing.roster import read_roster
from store.tables import Address, Case, Caseworker, Conversation, Person, PersonAddress
from store.tables.base import new_id
from tests.care import Care
from tests.rota import DANGER, LEGAL, TODAY, Team

pytest_plugins = ["tests.care_fixtures"]
OTHER, THIRD = "+12025550124", "+12025550125"


@pytest.fixture
def team(care: Care) -> Team:
    return Team(care.house)


async def test_a_waiting_case_is_brought_to_who_speaks_the_language(team: Team) -> None:
    team.add("ana", "es")
    team.add("ben", "quc es")
    first, second = await team.open(language="quc"), await team.open(person=OTHER, language="mam")

    await team.sweep()

    assert (team.assigned(first), team.case(first).interpreter_needed) == ("ben", False)
    assert (team.assigned(second), team.case(second).interpreter_needed) == ("ana", True)
    assert sorted(team.take_told()) == [("ana", "case"), ("ben", "case")]
    assert team.case(first).status == "waiting"
    assert team.events(first, "assigned")[0]["to"] == team.ids["ben"]


async def test_a_case_for_which_nobody_is_there_waits_until_somebody_is(team: Team) -> None:
    team.add("ana", "es", "school")
    team.add("ben", shift_override="off")
    case_id = await team.open()
    await team.sweep()
    waited = team.assigned(case_id), team.take_told()

    team.change("ben", shift_override=None)
    await team.sweep()

    assert waited == (None, [])
    assert team.assigned(case_id) == "ben"


async def test_nobody_gets_more_than_they_have_room_for(team: Team) -> None:
    team.add("ana", capacity=2)
    cases = [await team.open(person=f"+1202555013{number}") for number in range(4)]

    await team.sweep()
    given = [team.assigned(case_id) for case_id in cases]
    team.claim(cases[0], "ana")
    team.close(cases[0])
    await team.sweep()

    assert given == ["ana", "ana", None, None]
    assert [team.assigned(case_id) for case_id in cases[1:]] == ["ana", "ana", None]


async def test_the_work_goes_round(team: Team) -> None:
    for login in ("ana", "ben", "eva"):
        team.add(login)
    cases = []

    for number in range(6):
        cases.append(await team.open(person=f"+1202555013{number}"))
        await team.sweep(1)

    assert len({team.assigned(one) for one in cases[:3]}) == 3
    assert [team.assigned(one) for one in cases[3:]] == [team.assigned(one) for one in cases[:3]]


async def test_a_person_comes_back_to_who_had_them_last(team: Team) -> None:
    team.add("ana")
    first = await team.open()
    await team.sweep()
    team.claim(first, "ana")
    team.close(first)
    team.add("ben")

    again = await team.open(TODAY)
    await team.sweep(10)

    assert team.assigned(again) == "ana"


async def test_who_says_no_is_not_asked_again(team: Team) -> None:
    team.add("ana", "es")
    team.add("ben", "en")
    case_id = await team.open()
    await team.sweep()
    asked_first = team.assigned(case_id)

    said_no = team.run(lambda session: pass_on(session, case_id, team.ids["ana"], team.house.clock()))
    await team.sweep()

    assert (asked_first, said_no) == ("ana", True)
    assert team.assigned(case_id) == "ben"
    assert not team.run(lambda session: pass_on(session, case_id, team.ids["ana"], team.house.clock()))


async def test_two_workers_of_the_engine_that_plan_the_same_ask_once(team: Team) -> None:
    team.add("ana", capacity=1)
    await team.open(), await team.open(person=OTHER)
    house, now = team.house, team.house.clock()
    languages = house.rules.catalogue.languages

    def plan(session: object) -> object:
        return plan_assignments(session, languages, read_roster(session, house.organisation_id, now), now)  # type: ignore[arg-type]

    (one,), (two,) = team.run(plan), team.run(plan)
    done = [team.run(lambda session, each=each: assign(session, team.phones, each, now)) for each in (one, two)]

    assert done == [True, False]
    assert team.take_told() == [("ana", "case")]


async def test_a_worker_who_was_given_another_case_meanwhile_is_chosen_anew(team: Team) -> None:
    team.add("ana", capacity=1)
    first = await team.open()
    house, now = team.house, team.house.clock()
    languages = house.rules.catalogue.languages
    (stale,) = team.run(
        lambda session: plan_assignments(session, languages, read_roster(session, house.organisation_id, now), now)
    )
    urgent = await team.open(TODAY, person=OTHER)
    await team.sweep()

    late = team.run(lambda session: assign(session, team.phones, stale, house.clock()))

    assert (team.assigned(urgent), team.assigned(first), late) == ("ana", None, False)


async def test_a_childs_safety_never_goes_to_the_sponsors_worker(team: Team) -> None:
    team.add("ana", disciplines="", on_call=True)
    sponsors = await team.open(LEGAL, person=OTHER)
    await team.sweep()
    team.claim(sponsors, "ana")
    team.take_told()

    childs = await team.open(DANGER)
    live_together(team, team.case(sponsors), team.case(childs))
    await team.sweep()
    with_ana_only = team.assigned(childs), team.take_told()
    team.add("ben", disciplines="safety")
    await team.sweep(5)

    assert with_ana_only == (None, [])
    assert team.assigned(childs) == "ben"
    assert team.take_told() == [("ben", "case")]


def live_together(team: Team, sponsors: Case, childs: Case) -> None:
    """Let the sponsor's conversation and the child's be of phones of one person."""
    conversations = [team.house.get(Conversation, one.conversation_id) for one in (sponsors, childs)]

    def link(session: object) -> None:
        person_id, now = new_id(), team.house.clock()
        session.execute(  # type: ignore[attr-defined]
            insert(Person).values(id=person_id, organisation_id=team.house.organisation_id, created_at=now)
        )
        for one, role in zip(conversations, ("sponsor", "youth"), strict=True):
            values = {"id": new_id(), "person_id": person_id, "address_id": one.address_id, "since": now}
            session.execute(insert(PersonAddress).values(**values))  # type: ignore[attr-defined]
            session.execute(update(Conversation).where(Conversation.id == one.id).values(role=role))  # type: ignore[attr-defined]

    assert team.house.rows(select(Address))
    team.run(link)


async def test_a_silent_worker_is_reminded_then_another_is_asked_then_others_hear_of_it(team: Team) -> None:
    team.add("ana", "es")
    case_id = await team.open(TODAY)
    await team.sweep()
    team.add("ben", "en")
    team.add("sue", role="supervisor", disciplines="school")
    team.add("tom", disciplines="school", on_call=True)
    steps = []

    for _ in range(5):
        team.take_told()
        await team.sweep(60)
        steps.append((team.case(case_id).clock_step, team.assigned(case_id), team.take_told()))

    assert steps[:4] == [
        ("reminded", "ana", [("ana", "remind")]),
        ("reassigned", "ben", [("ana", "moved"), ("ben", "case")]),
        ("supervisor", "ben", [("sue", "escalated")]),
        ("on_call", "ben", [("tom", "escalated")]),
    ]
    assert steps[4] == ("on_call", "ben", [])
    assert [event["kind"] for event in team.events(case_id, "reminded", "reassigned", "escalated")] == [
        "reminded", "reassigned", "escalated", "escalated",
    ]  # fmt: skip


async def test_a_claimed_case_whose_owner_is_silent_waits_again_for_another(team: Team) -> None:
    team.add("ana")
    case_id = await team.open(TODAY)
    await team.sweep()
    team.claim(case_id, "ana")
    team.add("ben")

    await team.sweep(60)
    reminded = team.case(case_id).status, team.case(case_id).clock_step
    await team.sweep(60)

    case = team.case(case_id)
    assert reminded == ("claimed", "reminded")
    assert (case.status, case.owner_id, team.assigned(case_id), case.clock_step) == (
        "waiting",
        None,
        "ben",
        "reassigned",
    )
    assert ("ana", "moved") in team.take_told()


async def test_an_owner_whom_nobody_could_follow_keeps_the_case_and_a_supervisor_hears_of_it(team: Team) -> None:
    team.add("ana")
    team.add("sue", role="supervisor", disciplines="school")
    case_id = await team.open(TODAY)
    team.claim(case_id, "ana")

    await team.sweep(60)
    await team.sweep(60)

    assert (team.case(case_id).status, team.case(case_id).clock_step) == ("claimed", "supervisor")
    assert team.take_told() == [("ana", "remind"), ("sue", "escalated")]


async def test_the_case_of_somebody_who_has_left_does_not_wait_for_them(team: Team) -> None:
    team.add("ana")
    case_id = await team.open(TODAY)
    team.claim(case_id, "ana")
    team.change("ana", active=False)

    await team.sweep(60)

    assert (team.case(case_id).status, team.case(case_id).clock_step) == ("waiting", "reassigned")


@pytest.mark.parametrize("handoff", [LEGAL, TODAY], ids=["normal", "same day"])
async def test_office_hours_are_what_counts(team: Team, handoff: Handoff) -> None:
    set_time(team, datetime(2026, 11, 20, 16, 30, tzinfo=UTC))  # a Friday
    team.set_hours("mon-fri 9:00-17:00")
    team.add("ana", shift_override="on")
    case_id = await team.open(handoff)

    steps = [await step_at(team, case_id, day, hour) for day, hour in ((20, 23), (22, 12), (23, 9), (23, 13))]

    assert steps == [None, None, None, Step.REMINDED]


async def step_at(team: Team, case_id: str, day: int, hour: int) -> str | None:
    set_time(team, datetime(2026, 11, day, hour, tzinfo=UTC))
    await team.sweep()
    return team.case(case_id).clock_step


def set_time(team: Team, moment: datetime) -> None:
    team.house.later((moment - team.house.clock()).total_seconds())


async def test_an_answered_case_is_left_alone(team: Team) -> None:
    team.add("ana")
    case_id = await team.open(TODAY)
    team.claim(case_id, "ana")
    answered = update(Case).where(Case.id == case_id).values(waiting_since=None, reply_due_at=None, clock_step=None)
    team.run(lambda session: session.execute(answered))

    await team.sweep(600)

    assert (team.take_told(), team.case(case_id).clock_step) == ([], None)


async def test_a_snoozed_case_sleeps_and_then_comes_back_to_its_owner(team: Team) -> None:
    team.add("ana")
    case_id = await team.open(TODAY)
    team.claim(case_id, "ana")
    until = team.house.clock() + timedelta(hours=5)

    def lay_aside(session: object) -> Outcome:
        staff = find_staff(session, team.house.vault, team.ids["ana"])  # type: ignore[arg-type]
        assert staff is not None
        return snooze(session, case_id=case_id, caseworker=staff, until=until, now=team.house.clock())  # type: ignore[arg-type]

    team.run(lay_aside)
    await team.sweep(4 * 60)
    asleep = team.take_told()
    await team.sweep(60)

    assert asleep == []
    assert team.take_told() == [("ana", "remind")]
    assert (team.case(case_id).snoozed_until, team.case(case_id).status) == (None, "claimed")


async def test_the_rota_is_called_one_by_one_until_somebody_has_it(team: Team) -> None:
    for login in ("ana", "ben", "eva"):
        team.add(login, shift_override="off" if login == "eva" else None, on_call=True, idle_since=None, capacity=0)
    case_id = await team.open(DANGER)
    calls = []

    for minutes in (0, 4, 1, 4):
        await team.sweep(minutes)
        calls.append(team.take_told())
    team.claim(case_id, "ben")
    await team.sweep(30)

    assert [len(one) for one in calls] == [1, 0, 1, 0]
    assert {one[0][0] for one in calls if one} == {"ana", "ben"}
    assert len(team.pages()) == 2
    assert [event["step"] for event in team.events(case_id, "paged")] == ["rota", "rota"]
    assert team.case(case_id).page_due_at is None


async def test_who_is_at_work_is_called_before_the_rota_and_it_goes_on_to_everybody(team: Team) -> None:
    team.add("ana")
    team.add("ben", "en")
    team.add("tom", on_call=True, shift_override="off", disciplines="legal")
    team.add("eva", on_call=True, capacity=0)
    team.add("sue", role="supervisor", capacity=0)
    case_id = await team.open(DANGER)

    for _ in range(8):
        await team.sweep(5)

    called = team.pages()
    assert called[:4] == [("ana", "worker"), ("ben", "worker"), ("eva", "rota"), ("sue", "supervisor")]
    assert {login for login, step in called[4:] if step == "on_call"} == {"eva", "tom"}
    assert len(called) == 4 + 2 * 2  # everybody is called every fifteen minutes
    assert [event["to"] for event in team.events(case_id, "reassigned")] == [team.ids["ben"]]


async def test_who_was_called_often_is_spared_until_nobody_else_is_left(team: Team) -> None:
    team.add("ana", on_call=True, capacity=0, page_limit=1)
    first = await team.open(DANGER)
    await team.sweep()
    team.claim(first, "ana")
    team.close(first)
    team.add("ben", on_call=True, capacity=0)

    await team.open(DANGER, person=OTHER)
    await team.sweep(60)
    await team.sweep(5)

    called = team.pages()
    assert called[:2] == [("ana", "rota"), ("ben", "rota")]
    assert sorted(called[2:]) == [("ana", "on_call"), ("ben", "on_call")]


async def test_after_a_crisis_there_is_rest_and_then_there_is_none(team: Team) -> None:
    team.add("ana")
    crisis = await team.open(DANGER)
    await team.sweep()
    team.claim(crisis, "ana")
    team.close(crisis)

    waiting = await team.open(person=OTHER)
    await team.sweep(29)
    resting = team.assigned(waiting)
    await team.sweep(1)

    assert (resting, team.assigned(waiting)) == (None, "ana")


async def test_closing_another_case_brings_no_rest(team: Team) -> None:
    team.add("ana")
    case_id = await team.open()
    team.claim(case_id, "ana")

    team.close(case_id)

    worker = team.house.get(Caseworker, team.ids["ana"])
    assert (worker.resting_until, worker.idle_since) == (None, team.house.clock())


async def test_a_new_danger_calls_the_owner_first_and_then_the_rota(team: Team) -> None:
    team.add("ana", capacity=3)
    team.add("tom", on_call=True, capacity=0)
    case_id = await team.open(DANGER)
    await team.sweep()
    team.claim(case_id, "ana")
    await team.sweep(2)
    team.take_told()

    await team.open(DANGER)
    await team.sweep()
    first = team.take_told()
    await team.sweep(5)

    assert first == [("ana", "case")]
    assert ("tom", "case") in team.take_told()


async def test_an_owner_who_has_answered_ends_the_alarm(team: Team) -> None:
    team.add("ana")
    team.add("tom", on_call=True, capacity=0)
    case_id = await team.open(DANGER)
    await team.sweep()
    team.claim(case_id, "ana")
    await team.open(DANGER)
    await team.sweep(1)
    answered = update(Case).where(Case.id == case_id).values(waiting_since=None, reply_due_at=None)
    team.run(lambda session: session.execute(answered))
    team.take_told()

    await team.sweep(5)

    assert (team.take_told(), team.case(case_id).page_due_at) == ([], None)


async def test_a_case_that_was_given_back_calls_everybody_anew(team: Team) -> None:
    team.add("tom", on_call=True, capacity=0)
    case_id = await team.open(DANGER)
    await team.sweep()
    team.claim(case_id, "tom")
    team.run(lambda session: release(session, case_id=case_id, caseworker=None, now=team.house.clock()))

    await team.sweep(1)

    assert team.pages() == [("tom", "rota"), ("tom", "rota")]


async def test_a_phone_that_takes_no_texts_costs_no_five_minutes(team: Team) -> None:
    team.add("ana", on_call=True, capacity=0, idle_since=None)
    team.add("ben", "en", on_call=True, capacity=0)
    team.phones.away.add("ana")
    await team.open(DANGER)

    await team.sweep()
    await team.sweep()

    assert team.take_told() == [("ben", "case")]


async def test_when_nobody_can_be_called_it_is_said_once_and_tried_again(team: Team) -> None:
    case_id = await team.open(DANGER)
    for _ in range(3):
        await team.sweep(5)
    said = team.events(case_id, "paged")

    team.add("tom", on_call=True, capacity=0)
    await team.sweep(5)

    assert [event["step"] for event in said] == ["nobody"]
    assert team.take_told() == [("tom", "case")]


async def test_a_text_that_could_not_be_put_in_line_leaves_no_page_behind(team: Team) -> None:
    team.add("tom", on_call=True, capacity=0)
    case_id = await team.open(DANGER)
    whole = team.phones.tell
    team.phones.tell = break_off  # type: ignore[assignment]

    with pytest.raises(ConnectionError):
        await team.clock.page()
    before = team.pages(), team.case(case_id).page_due_at
    team.phones.tell = whole  # type: ignore[assignment]
    await team.sweep()

    assert before[0] == []
    assert before[1] is not None
    assert team.pages() == [("tom", "rota")]


def break_off(*_: object, **__: object) -> bool:
    raise ConnectionError


async def test_a_case_that_fails_keeps_no_other_from_its_turn(team: Team) -> None:
    team.add("tom", on_call=True, capacity=0, page_limit=9)
    cases = [await team.open(DANGER, person=person) for person in (OTHER, THIRD)]
    whole = team.phones.tell

    def fail_for_the_first(session: object, *, case_id: str, notice: Notice, **more: object) -> bool:
        if case_id == cases[0]:
            raise ConnectionError
        return whole(session, case_id=case_id, notice=notice, **more)  # type: ignore[arg-type]

    team.phones.tell = fail_for_the_first  # type: ignore[assignment]
    with pytest.raises(ConnectionError):
        await team.clock.page()

    assert team.take_told() == [("tom", "case")]


async def test_many_workers_of_the_engine_at_once_call_once(team: Team) -> None:
    team.add("tom", on_call=True, capacity=0)
    await team.open(DANGER)
    house = team.house
    case_id, languages, now = house.cases()[0].id, house.rules.catalogue.languages, house.clock()

    await asyncio.gather(
        *(
            house.database.run(lambda session: paging.page(session, team.phones, languages, case_id, now))
            for _ in range(8)
        )
    )

    assert team.pages() == [("tom", "rota")]


async def test_many_workers_of_the_engine_at_once_take_one_step(team: Team) -> None:
    team.add("ana")
    case_id = await team.open(TODAY)
    team.claim(case_id, "ana")
    team.house.later(3600)

    await asyncio.gather(*(team.clock.tick() for _ in range(6)))

    assert len(team.events(case_id, "reminded")) == 1
    assert team.case(case_id).clock_step == "reminded"


async def test_another_organisations_workers_are_not_asked(team: Team) -> None:
    from store.people import get_or_add_organisation

    ours = team.house.organisation_id
    team.house.organisation_id = team.run(
        lambda session: get_or_add_organisation(session, "other", time_zone="UTC", now=team.house.clock())
    )
    team.add("stranger", disciplines="", on_call=True)
    team.house.organisation_id = ours
    cases = await team.open(DANGER), await team.open(person=OTHER)

    await team.sweep(300)

    assert [team.assigned(one) for one in cases] == [None, None]
    assert team.take_told() == []
    assert team.case(cases[0]).urgency == Urgency.PAGE_NOW
