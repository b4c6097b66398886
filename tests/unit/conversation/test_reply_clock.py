"""How long a person may wait, and the order in which others hear of it; who is called to an urgent case, and when."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.messages import Urgency
from conversation.staffing.clock import ON_CALL_AGAIN, REPLY_WITHIN, Step, find_reply_due, find_step
from conversation.staffing.office import Span, Week
from conversation.staffing.paging import ALL_AGAIN, EACH, PageStep, choose_call
from conversation.staffing.routing import Need, WorkerLoad

OFFICE = Week(ZoneInfo("UTC"), tuple(Span(day, 9 * 60, 17 * 60) for day in range(5)))
FRIDAY_EVENING = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
DANGER = Need("es", "safety", Urgency.PAGE_NOW)


@pytest.mark.parametrize(
    ("urgency", "due"),
    [
        (Urgency.PAGE_NOW, datetime(2026, 11, 20, 16, 35, tzinfo=UTC)),
        (Urgency.SAME_DAY, datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
        (Urgency.NORMAL, datetime(2026, 11, 23, 12, 30, tzinfo=UTC)),
    ],
)
def test_danger_goes_by_the_clock_and_all_else_by_office_hours(urgency: Urgency, due: datetime) -> None:
    assert find_reply_due(OFFICE, urgency, FRIDAY_EVENING) == due


def test_the_steps_follow_one_another_and_the_last_one_comes_again() -> None:
    always, now = Week(ZoneInfo("UTC")), FRIDAY_EVENING
    taken: list[str | None] = [None]
    times = []

    for _ in range(6):
        due = find_step(always, Urgency.SAME_DAY, taken[-1], now, has_worker=True)
        taken.append(due.step)
        times.append(due.next_at - now)

    assert taken[1:] == [Step.REMINDED, Step.REASSIGNED, Step.SUPERVISOR, *[Step.ON_CALL] * 3]
    assert times == [REPLY_WITHIN[Urgency.SAME_DAY]] * 3 + [ON_CALL_AGAIN[Urgency.SAME_DAY]] * 3


def test_when_nobody_has_the_case_a_supervisor_hears_of_it_first() -> None:
    due = find_step(OFFICE, Urgency.NORMAL, None, FRIDAY_EVENING, has_worker=False)

    assert due.step is Step.SUPERVISOR


@given(st.sampled_from(Urgency), st.none() | st.sampled_from(Step) | st.text(), st.booleans())
def test_every_step_has_one_after_it(urgency: Urgency, last: str | None, has_worker: bool) -> None:
    due = find_step(OFFICE, urgency, last, FRIDAY_EVENING, has_worker=has_worker)

    assert due.next_at > FRIDAY_EVENING


def phone(name: str, **more: object) -> WorkerLoad:
    given = {"languages": ("es",), "reachable": True, "on_call": True, **more}
    return WorkerLoad(name, **given)  # type: ignore[arg-type]


def call_all(team: list[WorkerLoad], *, responsible: str | None = None, times: int = 6) -> list[tuple[str, str]]:
    """Let nobody answer; return each call."""
    called: dict[str, datetime] = {}
    calls = []
    for _ in range(times):
        call = choose_call(DANGER, team, responsible=responsible, called=called)
        called |= dict.fromkeys(call.workers, FRIDAY_EVENING)
        calls.append((call.step.value, " ".join(call.workers)))
    return calls


def test_the_rota_is_called_one_by_one_then_the_supervisor_then_everybody_again() -> None:
    team = [
        phone("ana", pages=1),
        phone("ben"),
        phone("sue", role="supervisor", on_call=False),
        phone("tom", on_call=False),
    ]

    calls = call_all(team, responsible="tom")

    assert calls == [
        ("worker", "tom"), ("rota", "ben"), ("rota", "ana"), ("supervisor", "sue"),
        ("on_call", "ana ben"), ("on_call", "ana ben"),
    ]  # fmt: skip


def test_who_rests_is_called_last_and_who_was_called_too_often_only_with_everybody() -> None:
    team = [phone("ana", resting=True), phone("ben", pages=4), phone("eva", off=True), phone("tom", languages=("en",))]

    calls = call_all(team, times=3)

    assert calls == [("rota", "tom"), ("rota", "ana"), ("on_call", "ana ben eva tom")]


def test_each_has_five_minutes_and_everybody_is_called_less_often() -> None:
    team = [phone("ana")]

    first = choose_call(DANGER, team, responsible=None, called={})
    again = choose_call(DANGER, team, responsible=None, called={"ana": FRIDAY_EVENING})

    assert (first.again_after, again.again_after) == (EACH, ALL_AGAIN) == (timedelta(minutes=5), timedelta(minutes=15))


def test_nobody_is_called_who_has_no_phone_has_left_or_stands_behind_a_wall() -> None:
    team = [phone("ana", reachable=False), phone("ben", active=False), phone("eva")]
    walled = Need("es", "safety", Urgency.PAGE_NOW, excluded=frozenset({"eva"}))

    call = choose_call(walled, team, responsible="eva", called={})

    assert (call.step, call.workers) == (PageStep.NOBODY, ())


names = st.sampled_from("abcdef")
teams = st.lists(
    st.builds(
        WorkerLoad, names, role=st.sampled_from(["caseworker", "supervisor", "administrator"]),
        active=st.booleans(), reachable=st.booleans(), on_call=st.booleans(), off=st.booleans(), resting=st.booleans(),
        pages=st.integers(0, 2), page_limit=st.integers(0, 2),
    ),
    max_size=6, unique_by=lambda one: one.id,
)  # fmt: skip


@given(teams, st.none() | names, st.frozensets(names))
def test_a_call_goes_to_phones_of_who_may_have_the_case_and_within_limits(
    team: list[WorkerLoad], responsible: str | None, before: frozenset[str]
) -> None:
    call = choose_call(DANGER, team, responsible=responsible, called=dict.fromkeys(before, FRIDAY_EVENING))

    called = [one for one in team if one.id in call.workers]
    assert all(one.active and one.reachable for one in called)
    assert len(called) == len(call.workers)
    if call.step is PageStep.ROTA:
        assert called[0].id not in before
        assert called[0].pages < called[0].page_limit
        assert not called[0].off
    assert call.again_after > timedelta(0)
