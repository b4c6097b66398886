"""Who is asked to take a case, as rules that hold for all needs and all teams."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.messages import Urgency
from conversation.staffing.routing import TAKING_CASES, WEIGHTS, Choice, Need, Why, WorkerLoad, choose_worker, speaks

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUICHE = Need("quc", "legal", Urgency.NORMAL, bridges=("es", "en"))


def worker(name: str, languages: str = "es", **more: object) -> WorkerLoad:
    given = {"disciplines": ("legal",), "idle_since": NOON, **more}
    return WorkerLoad(name, languages=tuple(languages.split()), **given)  # type: ignore[arg-type]


def choose(need: Need, *workers: WorkerLoad) -> tuple[str | None, bool, Why]:
    choice = choose_worker(need, workers)
    return choice.worker, choice.interpreter_needed, choice.why


def test_who_speaks_the_language_goes_before_who_has_waited_longer() -> None:
    there = worker("ana", "quc es"), worker("ben", "es", idle_since=NOON - timedelta(hours=5))

    assert choose(QUICHE, *there) == ("ana", False, Why.LANGUAGE)


def test_without_a_speaker_somebody_of_the_language_that_stands_in_takes_it_with_an_interpreter() -> None:
    there = worker("ana", "en"), worker("ben", "en es"), worker("eva", "fr", idle_since=None)

    assert choose(QUICHE, *there) == ("ben", True, Why.INTERPRETER)


def test_a_region_of_a_language_is_the_language() -> None:
    assert speaks(worker("ana", "pt-BR es"), "pt")
    assert speaks(worker("ana", "es"), "es-GT")
    assert not speaks(worker("ana", "es"), "quc")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"disciplines": ("school",)}, Why.NO_DISCIPLINE),
        ({"active": False}, Why.NO_DISCIPLINE),
        ({"role": "administrator"}, Why.NO_DISCIPLINE),
        ({"on_shift": False}, Why.OFF_SHIFT),
        ({"resting": True}, Why.RESTING),
        ({"load": 10}, Why.NO_ROOM),
    ],
    ids=["another discipline", "has left", "takes no cases", "not at work", "at rest", "full"],
)
def test_the_choice_says_what_was_missing(change: dict[str, object], why: Why) -> None:
    need = Need("es", "legal", Urgency.NORMAL)

    without = choose(need, worker("ana", **change))

    assert without == (None, without[1], why)
    assert choose(need, worker("ana"))[0] == "ana"


def test_a_crisis_weighs_three_cases() -> None:
    need = Need("es", "safety", Urgency.PAGE_NOW)
    nearly_full = worker("ana", disciplines=("safety",), load=8)

    assert choose(need, nearly_full)[0] is None
    assert choose(need, replace(nearly_full, load=7))[0] == "ana"


def test_who_was_called_too_often_is_not_asked_to_a_crisis() -> None:
    need = Need("es", "safety", Urgency.PAGE_NOW)
    tired = worker("ana", disciplines=("safety",), pages=4)

    assert choose(need, tired)[0] is None
    assert choose(replace(need, urgency=Urgency.SAME_DAY), tired)[0] == "ana"


def test_a_person_comes_back_to_who_knows_them() -> None:
    there = worker("ana", idle_since=NOON - timedelta(days=1)), worker("ben")

    assert choose(Need("es", "legal", Urgency.NORMAL, last_worker="ben"), *there) == ("ben", False, Why.LAST_WORKER)


def test_a_supervisor_is_asked_when_no_caseworker_can() -> None:
    leading = worker("ana", role="supervisor", idle_since=None)

    assert choose(Need("es", "legal", Urgency.NORMAL), leading, worker("ben"))[0] == "ben"
    assert choose(Need("es", "legal", Urgency.NORMAL), leading, worker("ben", on_shift=False))[0] == "ana"


def test_who_must_not_have_it_is_not_asked_even_if_alone() -> None:
    need = Need("es", "safety", Urgency.PAGE_NOW, excluded=frozenset({"ana"}))

    assert choose(need, worker("ana", disciplines=()))[0] is None


tags = st.sampled_from(["es", "en", "quc", "mam", "pt-BR"])
disciplines = st.sampled_from(["legal", "safety", "school", "community", "service"])
names = st.sampled_from("abcdefgh")
needs = st.builds(
    Need,
    st.none() | tags,
    disciplines,
    st.sampled_from(Urgency),
    st.sampled_from([("es", "en"), ("en",), ()]),
    st.none() | names,
    st.frozensets(names, max_size=2),
)
workers = st.lists(
    st.builds(
        WorkerLoad,
        names,
        role=st.sampled_from(["caseworker", "supervisor", "reviewer", "administrator"]),
        languages=st.lists(tags, max_size=3).map(tuple),
        disciplines=st.lists(disciplines, max_size=2).map(tuple),
        capacity=st.integers(0, 6),
        load=st.integers(0, 6),
        active=st.booleans(),
        on_shift=st.booleans(),
        resting=st.booleans(),
        idle_since=st.none() | st.integers(0, 5).map(lambda hours: NOON - timedelta(hours=hours)),
        pages=st.integers(0, 3),
        page_limit=st.integers(0, 3),
    ),
    max_size=8,
    unique_by=lambda one: one.id,
)


def find_eligible(need: Need, team: list[WorkerLoad]) -> list[WorkerLoad]:
    """The rules said once more, without an order."""
    crisis = need.urgency is Urgency.PAGE_NOW
    return [
        one
        for one in team
        if one.active and one.on_shift and one.role in TAKING_CASES and one.id not in need.excluded
        and (need.discipline in ("community", "service", *one.disciplines) or not one.disciplines)
        and one.load + WEIGHTS[need.urgency] <= one.capacity
        and (crisis or not one.resting) and not (crisis and one.pages >= one.page_limit)
    ]  # fmt: skip


def chosen(choice: Choice, team: list[WorkerLoad]) -> WorkerLoad | None:
    return next((one for one in team if one.id == choice.worker), None)


@given(needs, workers)
def test_whoever_is_asked_may_have_it_and_somebody_is_asked_if_anybody_may(need: Need, team: list[WorkerLoad]) -> None:
    choice = choose_worker(need, team)

    eligible = find_eligible(need, team)
    assert (choice.worker is None) == (not eligible)
    assert choice.worker is None or choice.worker in {one.id for one in eligible}


@given(needs, workers)
def test_who_rests_is_asked_to_a_crisis_only_when_nobody_else_may(need: Need, team: list[WorkerLoad]) -> None:
    best = chosen(choose_worker(need, team), team)

    if best is not None and best.resting:
        assert need.urgency is Urgency.PAGE_NOW
        assert all(one.resting for one in find_eligible(need, team))


@given(needs, workers)
def test_an_interpreter_is_needed_exactly_when_nobody_who_may_speaks_the_language(
    need: Need, team: list[WorkerLoad]
) -> None:
    choice = choose_worker(need, team)

    best = chosen(choice, team)
    if best is not None:
        awake = [one for one in find_eligible(need, team) if one.resting == best.resting]
        assert choice.interpreter_needed == (not any(speaks(one, need.language) for one in awake))


@given(needs, workers)
def test_among_equals_the_last_worker_then_the_longest_idle(need: Need, team: list[WorkerLoad]) -> None:
    best = chosen(choose_worker(need, team), team)

    if best is None:
        return
    kind = best.languages, best.role, best.resting
    same = [one for one in find_eligible(need, team) if (one.languages, one.role, one.resting) == kind]
    if need.last_worker in {one.id for one in same}:
        assert best.id == need.last_worker
    elif best.idle_since is not None:
        assert all(one.idle_since is not None and one.idle_since >= best.idle_since for one in same)


@given(needs, workers, st.randoms(use_true_random=False))
def test_the_order_in_which_a_team_is_listed_decides_nothing(
    need: Need, team: list[WorkerLoad], chance: Random
) -> None:
    shuffled = chance.sample(team, len(team))

    assert choose_worker(need, shuffled) == choose_worker(need, team)
