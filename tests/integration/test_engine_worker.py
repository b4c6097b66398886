"""A running worker: order, waiting, sweeps, shutdown. Each test starts and stops the real engine."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_bench import CANARY, Bench, until

from service.engine import EngineWorker


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.client.close()
    bench.database.close()


async def test_each_line_is_worked_in_order_one_piece_at_a_time(bench: Bench) -> None:
    lines = [f"c{number}" for number in range(10)]
    for seq in (3, 1, 4, 2, 5):
        for line in lines:
            bench.enqueue_decide(f"{line}-{seq}", line=line, seq=seq)
    in_hand: list[str] = []
    together: list[list[str]] = []

    async def decide(inbox_id: str) -> None:
        in_hand.append(inbox_id)
        together.append([one.partition("-")[0] for one in in_hand])
        await asyncio.sleep(0.005)
        in_hand.remove(inbox_id)
        bench.decided.append(inbox_id)

    async with bench.running(decide=decide):
        await until(lambda: len(bench.decided) == 50)

    for line in lines:
        assert [one for one in bench.decided if one.startswith(f"{line}-")] == [f"{line}-{seq}" for seq in range(1, 6)]
    assert all(len(set(at_once)) == len(at_once) for at_once in together)
    assert max(len(at_once) for at_once in together) > 1


async def test_a_text_that_waits_holds_up_its_own_line_only(bench: Bench) -> None:
    held = asyncio.Event()

    async def send(outbox_id: str) -> float | None:
        bench.sent.append(outbox_id)
        return 0.02 if outbox_id == "waits" and not held.is_set() else None

    bench.enqueue_send("waits", line="c1", seq=1)
    bench.enqueue_send("behind", line="c1", seq=2)
    bench.enqueue_send("crisis", line="c1!", seq=3)
    bench.enqueue_send("other", line="c2", seq=1)
    bench.enqueue_decide("danger", line="c1", seq=4)
    async with bench.running(send=send):
        await until(lambda: bench.decided == ["danger"] and {"crisis", "other"} <= set(bench.sent))
        before = set(bench.sent)
        held.set()
        await until(lambda: "behind" in bench.sent)

    assert before == {"waits", "crisis", "other"}


async def test_what_waits_at_a_shutdown_is_taken_up_by_the_next_start(bench: Bench) -> None:
    async def wait_long(outbox_id: str) -> float | None:
        bench.sent.append(outbox_id)
        return 3600.0

    bench.enqueue_send("first", seq=1)
    bench.enqueue_send("second", seq=2)
    async with bench.running(send=wait_long):
        await until(lambda: bench.sent == ["first"])
    async with bench.running():
        await until(lambda: "second" in bench.sent)

    assert bench.sent == ["first", "first", "second"]


async def test_a_call_in_progress_ends_before_a_shutdown_does(bench: Bench) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def decide(inbox_id: str) -> None:
        begun.set()
        await go_on.wait()
        bench.decided.append(inbox_id)

    worker = EngineWorker(bench.settings, decide=decide, send=bench.send, on_failure=bench.give_up, sweeps={})
    bench.enqueue_decide("slow")
    await worker.launch()
    await begun.wait()

    stopping = asyncio.create_task(worker.shutdown(30.0))
    go_on.set()
    await stopping

    assert (bench.decided, bench.statuses()) == (["slow"], {"slow": "SUCCESS"})


async def test_sweeps_run_beside_the_work_and_survive_their_own_failures(bench: Bench) -> None:
    swept: list[str] = []

    async def sweep() -> None:
        swept.append("reminders")
        raise RuntimeError(CANARY)

    async with bench.running(sweeps={"reminders": (0.01, sweep)}):
        await until(lambda: len(swept) > 2)
        bench.enqueue_decide("in1")
        await until(lambda: bench.decided == ["in1"])

    assert set(swept) == {"reminders"}


async def test_threads_can_be_used_after_a_worker_has_ended(bench: Bench) -> None:
    async with bench.running():
        pass

    assert await asyncio.to_thread(lambda: "alive") == "alive"
