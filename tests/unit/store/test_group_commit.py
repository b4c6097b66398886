"""What waits together is committed together, and each has its own end."""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from conversation.errors import BrokenWorld
from store.database import Database, build_engine
from store.sql import group_commit


class Counted:
    """A database that counts its commits, and whose writer can be kept busy meanwhile others come."""

    def __init__(self, path: Path) -> None:
        self.database = Database(build_engine(f"sqlite:///{path}"))
        self.database.run_sync(lambda session: session.execute(text("CREATE TABLE word (id TEXT PRIMARY KEY)")))
        self.commits = 0
        event.listen(self.database.engine, "commit", self._count)

    def _count(self, _: object) -> None:
        self.commits += 1

    async def run_together(self, *fns: Callable[[Session], object]) -> list[object]:
        """Let all of them wait behind one that is at work, then let them go; return results and exceptions."""
        at_work, gate = threading.Event(), threading.Event()
        first = asyncio.create_task(self.database.run(lambda _: (at_work.set(), gate.wait(60))))
        await asyncio.to_thread(at_work.wait, 60)
        self.commits = -1  # without that of the first
        rest = [asyncio.create_task(self.database.run(fn)) for fn in fns]
        await asyncio.sleep(0)  # all of them have been submitted
        gate.set()
        await first
        return await asyncio.gather(*rest, return_exceptions=True)

    def words(self) -> list[str]:
        return self.database.run_sync(lambda session: list(session.scalars(text("SELECT id FROM word ORDER BY id"))))


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[Counted]:
    counted = Counted(tmp_path / "one.db")
    yield counted
    counted.database.close()


def add(word: str) -> Callable[[Session], str]:
    def write(session: Session) -> str:
        session.execute(text("INSERT INTO word VALUES (:word)"), {"word": word})
        return word

    return write


def add_and_raise(word: str) -> Callable[[Session], str]:
    def write(session: Session) -> str:
        add(word)(session)
        raise LookupError

    return write


async def test_what_waits_together_is_committed_together(counted: Counted) -> None:
    returned = await counted.run_together(*(add(word) for word in "abcd"))

    assert counted.commits == 1
    assert returned == counted.words() == ["a", "b", "c", "d"]


async def test_one_that_fails_takes_nothing_of_the_others_with_it(counted: Counted) -> None:
    returned = await counted.run_together(add("a"), add_and_raise("b"), add("a"), add("c"))

    assert [type(one) for one in returned] == [str, LookupError, IntegrityError, str]
    assert counted.words() == ["a", "c"]


async def test_each_sees_what_those_before_it_wrote(counted: Counted) -> None:
    def count(session: Session) -> int:
        return int(session.execute(text("SELECT count(*) FROM word")).scalar_one())

    assert await counted.run_together(add("a"), count, add("b"), count) == ["a", 1, "b", 2]


async def test_nobody_is_told_before_the_commit(counted: Counted) -> None:
    ended_at_commit: list[bool] = []
    tasks: list[asyncio.Task[str]] = []
    event.listen(counted.database.engine, "commit", lambda _: ended_at_commit.extend(task.done() for task in tasks))

    tasks.append(asyncio.create_task(counted.database.run(add("a"))))
    await asyncio.gather(*tasks)

    assert ended_at_commit == [False]


async def test_when_the_commit_fails_all_hear_of_it_and_nothing_is_kept(counted: Counted) -> None:
    def break_commit(_: object) -> None:
        event.remove(counted.database.engine, "commit", break_commit)
        raise BrokenWorld("the disk has gone")

    def arm(_: Session) -> None:
        event.listen(counted.database.engine, "commit", break_commit)

    returned = await counted.run_together(add("a"), arm, add("b"))

    assert [type(one) for one in returned] == [BrokenWorld] * 3
    assert counted.words() == []


async def test_a_full_disk_fails_those_who_had_already_written_too(counted: Counted) -> None:
    def fill(session: Session) -> None:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
        for _ in range(1000):
            add(os.urandom(500).hex())(session)

    returned = await counted.run_together(add("a"), fill, add("b"))

    assert [type(one) for one in returned] == [BrokenWorld] * 3
    assert counted.words() == []


async def test_a_caller_that_gives_up_before_its_turn_changes_nothing(counted: Counted) -> None:
    at_work, gate = threading.Event(), threading.Event()
    first = asyncio.create_task(counted.database.run(lambda _: (at_work.set(), gate.wait(60))))
    await asyncio.to_thread(at_work.wait, 60)
    given_up = asyncio.create_task(counted.database.run(add("a")))
    last = asyncio.create_task(counted.database.run(add("b")))
    await asyncio.sleep(0)

    given_up.cancel()
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, last)

    assert given_up.cancelled()
    assert counted.words() == ["b"]


async def test_a_long_one_lets_other_processes_write_before_the_next(
    counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "LONGEST_S", -1.0)

    returned = await counted.run_together(add("a"), add("b"), add("c"))

    assert counted.commits == 3
    assert returned == counted.words() == ["a", "b", "c"]


async def test_closing_finishes_what_waits(tmp_path: Path) -> None:
    counted = Counted(tmp_path / "two.db")
    gate = threading.Event()
    tasks = [asyncio.create_task(counted.database.run(lambda _: gate.wait(60)))]
    tasks += [asyncio.create_task(counted.database.run(lambda _: True)) for _ in range(3)]
    await asyncio.sleep(0)

    threading.Timer(0.1, gate.set).start()
    await asyncio.to_thread(counted.database.close)

    assert await asyncio.gather(*tasks) == [True] * 4
