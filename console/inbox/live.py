"""Server-sent events for open pages of the inbox: "something changed here", never what.

One task looks at the database for all pages of a process. What a page shows is summed up in a mark; when the mark is
another than the one the page has, it is told the new one and fetches itself again, through the same door as before.
The mark is the event's id: after a lost line or a restarted server the browser gives it back (Last-Event-ID), and a
forged or outdated one is only unequal. docs/decisions/0040
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from conversation.errors import PuenteError
from store.cases.marks import Subject, read_marks
from store.database import Session

T = TypeVar("T")
log = logging.getLogger(__name__)

LOOK_S = 0.5  # between two looks; a change is on its page well within a second
_HEARTBEAT_S = 15.0
_MARK = re.compile("[0-9a-f]{16}")


@dataclass(eq=False)
class _Page:
    """One open page: what it shows, the mark it has, and whether it was told to fetch itself."""

    subject: Subject
    mark: str
    holds: Callable[[], Awaitable[bool]]
    news: asyncio.Event = field(default_factory=asyncio.Event)


class LiveInbox:
    """Tells open pages that what they show has changed. All methods belong to the server's loop.

    Args:
        read: runs a reading function on the database (`Database.read`).
    """

    def __init__(
        self, read: Callable[[Callable[[Session], Mapping[Subject, str]]], Awaitable[Mapping[Subject, str]]]
    ) -> None:
        self._read = read
        self._pages: set[_Page] = set()
        self._look_now = asyncio.Event()
        self._closed = False
        self._task: asyncio.Task[None] | None = None

    def subscribe(self, subject: Subject, mark: str, *, holds: Callable[[], Awaitable[bool]]) -> AsyncIterator[str]:
        """Return the text of an event stream for a page that was drawn, or last told, at `mark`.

        It ends when `holds` says that its reader is not signed in any more.
        """
        page = _Page(subject, mark if _MARK.fullmatch(mark) else "", holds)
        self._pages.add(page)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._watch())
        self._look_now.set()
        return self._stream(page)

    def poke(self) -> None:
        """Look at once: this process has just written something."""
        self._look_now.set()

    def close(self) -> None:
        """End every stream and the looking, so that the server can stop."""
        self._closed = True
        for page in self._pages:
            page.news.set()
        self._look_now.set()

    @property
    def pages(self) -> int:
        """How many pages are open."""
        return len(self._pages)

    async def _stream(self, page: _Page) -> AsyncIterator[str]:
        try:
            yield "retry: 1000\n\n"
            while not self._closed:
                try:
                    await asyncio.wait_for(page.news.wait(), _HEARTBEAT_S)
                except TimeoutError:
                    if not await _still_holds(page):
                        return
                    yield ": still here\n\n"
                    continue
                page.news.clear()
                if not await _still_holds(page):  # a busy page has no pause in which to ask
                    return
                if not self._closed:
                    yield render_change(page.mark)
        finally:
            self._pages.discard(page)

    async def _watch(self) -> None:
        """Look until nobody is there any more; a database that does not answer is asked again later."""
        while self._pages and not self._closed:
            self._look_now.clear()
            try:
                await self._look()
            except PuenteError as error:
                log.warning("open pages cannot be told what changed", extra={"kind": type(error).__name__})
            try:
                await asyncio.wait_for(self._look_now.wait(), LOOK_S)
            except TimeoutError:
                continue

    async def _look(self) -> None:
        pages: Sequence[_Page] = tuple(self._pages)
        subjects = {page.subject for page in pages}
        marks = await self._read(lambda session: read_marks(session, subjects))
        for page in pages:
            mark = marks.get(page.subject, page.mark)
            if mark != page.mark:
                page.mark = mark
                page.news.set()


async def _still_holds(page: _Page) -> bool:
    """A database that does not answer signs nobody out."""
    try:
        return await page.holds()
    except PuenteError:
        return True


def render_change(mark: str) -> str:
    """Return one event as text."""
    return f"event: changed\nid: {mark}\ndata: {mark}\n\n"
