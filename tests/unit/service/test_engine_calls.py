"""Calling back: again after a pause, over to a person in the end."""

import asyncio
import math
from collections.abc import Callable

import pytest

from conversation.errors import BrokenWorld
from service.engine_calls import DONE, FAILED, MAX_FAILURES, Call, Caller, NotHandedOver, repeat

CANARY = "my uncle hits me"


class Person:
    """Whom failed work is handed over to."""

    def __init__(self, *, absent: bool = False) -> None:
        self.absent = absent
        self.told: list[tuple[str, str]] = []

    async def tell(self, kind: str, item_id: str) -> None:
        if self.absent:
            raise RuntimeError(CANARY)
        self.told.append((kind, item_id))


class Script:
    """A callback that follows a script: returns numbers and None, raises exceptions, then returns None for ever."""

    def __init__(self, *steps: float | Exception | None) -> None:
        self.steps = list(steps)
        self.calls: list[str] = []

    async def __call__(self, item_id: str) -> float | None:
        self.calls.append(item_id)
        step = self.steps.pop(0) if self.steps else None
        if isinstance(step, Exception):
            raise step
        return step


def caller_of(call: Call, person: Person) -> Caller:
    return Caller({"send": call}, on_failure=person.tell, retry_s=0.0)


async def test_work_is_done_when_its_callback_returns_nothing() -> None:
    script, person = Script(), Person()

    outcome = await caller_of(script, person).carry_out("send", "a", work_id="a:1")

    assert (outcome, script.calls, person.told) == (DONE, ["a"], [])


@pytest.mark.parametrize("wait_s", [0.0, -5.0, math.nan, 0.001])
async def test_a_callback_that_asks_to_wait_is_called_again(wait_s: float) -> None:
    script = Script(wait_s, wait_s)

    outcome = await caller_of(script, Person()).carry_out("send", "a", work_id="a:1")

    assert (outcome, len(script.calls)) == (DONE, 3)


async def test_work_that_keeps_failing_is_handed_to_a_person() -> None:
    script, person = Script(*[RuntimeError(CANARY)] * MAX_FAILURES), Person()

    outcome = await caller_of(script, person).carry_out("send", "a", work_id="a:1")

    assert (outcome, len(script.calls), person.told) == (FAILED, MAX_FAILURES, [("send", "a")])


async def test_failures_count_only_in_a_row() -> None:
    almost: list[float | Exception | None] = [RuntimeError()] * (MAX_FAILURES - 1)
    script, person = Script(*almost, 0.0, *almost), Person()

    outcome = await caller_of(script, person).carry_out("send", "a", work_id="a:1")

    assert (outcome, person.told) == (DONE, [])


async def test_work_waits_for_a_broken_world_without_being_handed_over() -> None:
    script, person = Script(*[BrokenWorld("the database does not answer: SQLITE_FULL")] * (3 * MAX_FAILURES)), Person()

    outcome = await caller_of(script, person).carry_out("send", "a", work_id="a:1")

    assert (outcome, len(script.calls), person.told) == (DONE, 3 * MAX_FAILURES + 1, [])


async def test_work_nobody_can_be_told_of_fails_without_words() -> None:
    script = Script(*[RuntimeError(CANARY)] * MAX_FAILURES)

    with pytest.raises(NotHandedOver) as caught:
        await caller_of(script, Person(absent=True)).carry_out("send", "a", work_id="a:1")

    assert str(caught.value) == ""
    assert caught.value.__suppress_context__


async def test_the_log_names_the_kind_of_failure_and_no_words(caplog: pytest.LogCaptureFixture) -> None:
    script = Script(*[ValueError(CANARY)] * MAX_FAILURES)

    with pytest.raises(NotHandedOver):
        await caller_of(script, Person(absent=True)).carry_out("send", "a", work_id="a:1")

    assert "send a failed, call 1 in a row: ValueError" in caplog.text
    assert CANARY not in caplog.text


async def test_stopping_ends_a_pause_and_leaves_the_work_undone() -> None:
    script = Script(3600.0)
    caller = caller_of(script, Person())
    work = asyncio.create_task(caller.carry_out("send", "a", work_id="a:1"))
    await until(lambda: script.calls == ["a"])

    caller.stop()

    with pytest.raises(asyncio.CancelledError):
        await work
    assert script.calls == ["a"]


async def test_stopping_lets_a_call_in_progress_end() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_item_id: str) -> None:
        begun.set()
        await go_on.wait()

    caller = caller_of(slow, Person())
    work = asyncio.create_task(caller.carry_out("send", "a", work_id="a:1"))
    await begun.wait()

    caller.stop()
    go_on.set()
    await caller.drain(10.0)

    assert await work == DONE


async def test_draining_interrupts_a_call_that_does_not_end() -> None:
    begun = asyncio.Event()

    async def endless(_item_id: str) -> None:
        begun.set()
        await asyncio.Event().wait()

    caller = caller_of(endless, Person())
    work = asyncio.create_task(caller.carry_out("send", "a", work_id="a:1"))
    await begun.wait()

    await caller.drain(0.0)

    with pytest.raises(asyncio.CancelledError):
        await work
    assert caller.active == {}


async def test_a_sweep_that_raises_is_called_again_and_says_no_words(caplog: pytest.LogCaptureFixture) -> None:
    calls: list[int] = []

    async def sweep() -> None:
        calls.append(1)
        raise RuntimeError(CANARY)

    sweeping = asyncio.create_task(repeat("reminders", 0.0, sweep))
    await until(lambda: len(calls) >= 3)
    sweeping.cancel()

    assert "sweep reminders failed: RuntimeError" in caplog.text
    assert CANARY not in caplog.text


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
