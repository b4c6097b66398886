"""What becomes of work that fails, kills its worker or cannot be finished. Each test runs the real engine."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from engine_bench import CANARY, Bench, until

from service.engine_calls import MAX_FAILURES


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.client.close()
    bench.database.close()


async def test_work_that_keeps_failing_goes_to_a_person_and_leaves_no_words_anywhere(
    bench: Bench, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async def decide(inbox_id: str) -> None:
        bench.decided.append(inbox_id)
        if inbox_id == "bad":
            raise ValueError(CANARY)

    caplog.set_level(logging.DEBUG)
    bench.enqueue_decide("bad", seq=1)
    bench.enqueue_decide("next", seq=2)
    async with bench.running(decide=decide):
        await until(lambda: "next" in bench.decided)
    files = b"".join(path.read_bytes() for path in bench.folder.iterdir())
    printed = capfd.readouterr()

    assert bench.decided == ["bad"] * MAX_FAILURES + ["next"]
    assert bench.failed == [("decide", "bad")]
    assert "ValueError" in caplog.text
    for words in (CANARY, "uncle", "12025550123"):
        assert words.encode() not in files
        assert words not in caplog.text + printed.out + printed.err


async def test_a_failure_nobody_could_be_told_of_is_told_later_and_keeps_no_words(bench: Bench) -> None:
    absent = True

    async def send(outbox_id: str) -> float | None:
        raise RuntimeError(CANARY)

    async def give_up(kind: str, item_id: str) -> None:
        if absent:
            raise RuntimeError(CANARY)
        bench.failed.append((kind, item_id))

    bench.enqueue_send("bad")
    async with bench.running(send=send, on_failure=give_up) as worker:
        await until(lambda: bench.statuses() == {"bad:1": "ERROR"})
        await worker.hand_over_dead()
        kept = bench.statuses()
        absent = False
        await worker.hand_over_dead()
    files = b"".join(path.read_bytes() for path in bench.folder.iterdir())

    assert kept == {"bad:1": "ERROR"}
    assert (bench.failed, bench.statuses()) == ([("send", "bad")], {})
    assert b"uncle" not in files


async def test_work_that_kills_its_worker_each_time_goes_to_a_person(bench: Bench) -> None:
    bench.enqueue_decide("poison", seq=1)
    bench.enqueue_decide("next", seq=2)
    bench.execute("UPDATE workflow_status SET recovery_attempts = 51 WHERE workflow_uuid = 'poison'")

    async with bench.running() as worker:
        await until(lambda: bench.decided == ["next"])
        await worker.hand_over_dead()

    assert bench.failed == [("decide", "poison")]


async def test_work_whose_end_could_not_be_written_does_not_hold_its_line_for_ever(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.execute(
        "CREATE TRIGGER full BEFORE UPDATE ON workflow_status WHEN NEW.status IN ('SUCCESS', 'ERROR') "
        "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
    )
    bench.enqueue_decide("first", seq=1)
    bench.enqueue_decide("second", seq=2)
    async with bench.running() as worker:
        await until(lambda: "database or disk is full" in caplog.text)
        await asyncio.sleep(1)  # the library tries to write the error as well, and tells nobody when it gave up
        bench.execute("DROP TRIGGER full")
        await worker.readmit_strays()
        once = list(bench.decided)
        await worker.readmit_strays()
        await until(lambda: "second" in bench.decided)

    assert once == ["first"]
    assert bench.decided == ["first", "first", "second"]


async def test_work_in_hand_is_not_taken_for_a_stray(bench: Bench) -> None:
    go_on = asyncio.Event()

    async def decide(inbox_id: str) -> None:
        bench.decided.append(inbox_id)
        await go_on.wait()

    bench.enqueue_decide("slow")
    async with bench.running(decide=decide) as worker:
        await until(lambda: bench.decided == ["slow"])
        for _ in range(3):
            await worker.readmit_strays()
        in_hand = bench.statuses()
        go_on.set()
        await until(lambda: bench.statuses() == {"slow": "SUCCESS"})

    assert in_hand == {"slow": "PENDING"}
    assert bench.decided == ["slow"]


async def test_ended_work_is_forgotten_after_a_while(bench: Bench) -> None:
    bench.enqueue_decide("done")
    async with bench.running() as worker:
        await until(lambda: bench.statuses() == {"done": "SUCCESS"})
        await worker.forget_ended()
        kept = bench.statuses()
        await worker.forget_ended(timedelta(seconds=-1))

    assert (kept, bench.statuses()) == ({"done": "SUCCESS"}, {})
