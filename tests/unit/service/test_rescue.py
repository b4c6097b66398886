"""The work of a worker that is gone is taken over once, that of a living one never, whatever the clocks say."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from conversation.errors import BrokenWorld
from service.rescue import Rescue
from store import leases
from tests.house import House

SILENT_S = 30.0


@dataclass
class World:
    """Workers on one database, each with its steady clock; what each put back in line, as (rescuer, dead)."""

    house: House
    now: float = 1000.0
    rescued: list[tuple[str, str]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    in_hand: set[str] = field(default_factory=set)

    def worker(self, name: str, *, dies_at_batch: int | None = None) -> Rescue:
        async def readmit(dead: str) -> AsyncIterator[int]:
            for batch in range(2):
                if batch == dies_at_batch:
                    raise BrokenWorld("killed")
                self.rescued.append((name, dead))
                yield 100

        async def find_owners() -> set[str]:
            return self.in_hand

        return Rescue(
            self.house.database, name, readmit, find_owners, silent_s=SILENT_S,
            on_taken=lambda: self.taken.append(name), steady=lambda: self.now,
        )  # fmt: skip

    async def pass_time(self, *workers: Rescue, seconds: float = 2 * SILENT_S) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now += SILENT_S / 6
            for worker in workers:
                await worker.beat()


@pytest.fixture
def world(house: House) -> World:
    return World(house)


async def test_living_workers_leave_each_other_alone(world: World) -> None:
    first, second = world.worker("worker-1"), world.worker("worker-2")

    await world.pass_time(first, second, seconds=600)

    assert (world.rescued, world.taken) == ([], [])


async def test_the_work_of_a_worker_that_is_gone_is_taken_over_by_one(world: World) -> None:
    gone, *others = (world.worker(f"worker-{number}") for number in range(1, 4))
    await world.pass_time(gone, *others)

    await world.pass_time(*others, seconds=SILENT_S - 6)
    too_early = list(world.rescued)
    await world.pass_time(*others, seconds=600)

    assert too_early == []
    assert [dead for _, dead in world.rescued] == ["worker-1", "worker-1"]
    assert len({rescuer for rescuer, _ in world.rescued}) == 1


async def test_a_worker_that_was_only_paused_notices_and_stops(world: World) -> None:
    paused, other = world.worker("worker-1"), world.worker("worker-2")
    await world.pass_time(paused, other)
    await world.pass_time(other)

    await paused.beat()

    assert world.taken == ["worker-1"]
    assert paused.is_taken


async def test_a_worker_that_was_paused_for_a_moment_goes_on(world: World) -> None:
    paused, other = world.worker("worker-1"), world.worker("worker-2")
    await world.pass_time(paused, other)
    await world.pass_time(other, seconds=SILENT_S / 2)

    await world.pass_time(paused, other, seconds=600)

    assert (world.rescued, world.taken) == ([], [])


async def test_who_was_away_does_not_judge_the_others(world: World) -> None:
    first, second = world.worker("worker-1"), world.worker("worker-2")
    await world.pass_time(second, first)

    world.now += 3600  # a database that was down for all; one finds it again before the other
    await first.beat()
    await world.pass_time(second, first, seconds=600)

    assert (world.rescued, world.taken) == ([], [])


async def test_a_rescue_that_dies_half_way_is_finished_by_another(world: World) -> None:
    gone, dying = world.worker("worker-1"), world.worker("worker-2", dies_at_batch=1)
    await world.pass_time(gone, dying)
    with pytest.raises(BrokenWorld):
        await world.pass_time(dying)

    third = world.worker("worker-3")
    await world.pass_time(third, seconds=3 * SILENT_S)

    assert world.rescued[:3] == [("worker-2", "worker-1"), ("worker-3", "worker-1"), ("worker-3", "worker-1")]
    held = world.house.database.run_sync(leases.list_leases)
    assert "worker-1" not in [lease.executor_id for lease in held]


async def test_a_rescue_ends_when_the_worker_is_back(world: World) -> None:
    gone, other = world.worker("worker-1"), world.worker("worker-2")
    await world.pass_time(gone, other)
    again = world.worker("worker-1")
    readmit = other.readmit

    async def readmit_while_it_starts(dead: str) -> AsyncIterator[int]:
        async for count in readmit(dead):
            await again.beat()
            yield count

    other.readmit = readmit_while_it_starts
    await world.pass_time(other)
    await world.pass_time(again, other)

    assert world.rescued == [("worker-2", "worker-1")]
    assert world.taken == []


async def test_a_worker_that_starts_again_is_not_rescued_and_keeps_its_name(world: World) -> None:
    killed, other = world.worker("worker-1"), world.worker("worker-2")
    await world.pass_time(killed, other)

    again = world.worker("worker-1")
    await world.pass_time(again, other, seconds=600)
    await killed.beat()

    assert (world.rescued, world.taken) == ([], ["worker-1"])
    assert not again.is_taken


async def test_work_in_the_hands_of_nobody_is_found(world: World) -> None:
    only = world.worker("worker-2")
    world.in_hand = {"worker-1", "worker-2"}

    await world.pass_time(only)
    await only.adopt()
    await world.pass_time(only)

    assert world.rescued == [("worker-2", "worker-1")] * 2
