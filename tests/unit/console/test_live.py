"""The stream of the inbox: told when a mark changes, at once when it is outdated, never after the end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from console.inbox import live
from console.inbox.live import LiveInbox
from conversation.errors import BrokenWorld
from store.cases.marks import Subject

HERE, THERE = Subject("ours", "case1"), Subject("ours")
OLD, NEW = "0" * 16, "1" * 16


async def holds() -> bool:
    return True


class Marks:
    """What the database would say."""

    def __init__(self, **marks: str) -> None:
        self.now = {HERE: OLD, THERE: OLD}
        self.broken = 0

    async def read(self, _: Callable[..., Any]) -> dict[Subject, str]:
        if self.broken:
            self.broken -= 1
            raise BrokenWorld("the database does not answer")
        return dict(self.now)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_S", 0.01)


async def next_change(stream: AsyncIterator[str]) -> str:
    async for text in stream:
        if text.startswith("event:"):
            return text
    return "ended"


async def test_a_page_is_told_the_new_mark_when_what_it_shows_changes() -> None:
    marks = Marks()
    inbox = LiveInbox(marks.read)
    stream = inbox.subscribe(HERE, OLD, holds=holds)
    told = asyncio.create_task(next_change(stream))
    await asyncio.sleep(0.05)

    assert not told.done()
    marks.now[HERE] = NEW

    assert await told == f"event: changed\nid: {NEW}\ndata: {NEW}\n\n"
    inbox.close()


@pytest.mark.parametrize(
    "brought", ["", "forged", "f" * 16, "'; DROP TABLE"], ids=["none", "odd", "outdated", "hostile"]
)
async def test_a_page_that_brings_another_mark_is_told_at_once(brought: str) -> None:
    inbox = LiveInbox(Marks().read)

    told = await next_change(inbox.subscribe(HERE, brought, holds=holds))

    assert told == f"event: changed\nid: {OLD}\ndata: {OLD}\n\n"
    inbox.close()


async def test_a_change_elsewhere_is_not_told() -> None:
    marks = Marks()
    inbox = LiveInbox(marks.read)
    told = asyncio.create_task(next_change(inbox.subscribe(HERE, OLD, holds=holds)))
    marks.now[THERE] = NEW
    await asyncio.sleep(0.1)

    assert not told.done()
    inbox.close()
    assert await told == "ended"


async def test_a_database_that_fails_for_a_while_ends_no_stream() -> None:
    marks = Marks()
    inbox = LiveInbox(marks.read)
    told = asyncio.create_task(next_change(inbox.subscribe(HERE, OLD, holds=holds)))
    marks.broken = 3
    marks.now[HERE] = NEW

    assert NEW in await told
    inbox.close()


async def test_a_busy_page_ends_with_its_sign_in_too() -> None:
    async def signed_out() -> bool:
        return False

    inbox = LiveInbox(Marks().read)

    assert await next_change(inbox.subscribe(HERE, NEW, holds=signed_out)) == "ended"


async def test_who_is_signed_out_meanwhile_is_told_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    async def signed_out() -> bool:
        return False

    monkeypatch.setattr(live, "_HEARTBEAT_S", 0.01)
    inbox = LiveInbox(Marks().read)

    assert await next_change(inbox.subscribe(HERE, OLD, holds=signed_out)) == "ended"
    assert inbox.pages == 0
