"""Server-sent events for open pages: every subscriber gets every event from the moment it comes."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

_WAITING_EVENTS = 1_000  # a page that lags further behind is cut off; it comes back and is told everything anew
_HEARTBEAT_S = 15.0


class LiveFeed:
    """Events for any number of pages. All methods belong to the server's loop."""

    def __init__(self) -> None:
        self._subscribers: set[asyncio.Queue[str | None]] = set()

    def publish(self, event: str, data: Any) -> None:
        """Send a named event with JSON data to every open page."""
        for queue in tuple(self._subscribers):
            if queue.qsize() >= _WAITING_EVENTS:
                self._end(queue)
            else:
                queue.put_nowait(render_event(event, data))

    def subscribe(self, first: str) -> AsyncIterator[str]:
        """Return the text of an event stream that begins with `first` and misses nothing published from now on."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._subscribers.add(queue)
        queue.put_nowait(first)
        return self._stream(queue)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        for queue in tuple(self._subscribers):
            self._end(queue)

    async def _stream(self, queue: asyncio.Queue[str | None]) -> AsyncIterator[str]:
        try:
            while True:
                try:
                    text = await asyncio.wait_for(queue.get(), _HEARTBEAT_S)
                except TimeoutError:
                    text = ": still here\n\n"
                if text is None:
                    return
                yield text
        finally:
            self._subscribers.discard(queue)

    def _end(self, queue: asyncio.Queue[str | None]) -> None:
        self._subscribers.discard(queue)
        queue.put_nowait(None)


def render_event(event: str, data: Any) -> str:
    """Return one event as text; JSON has no line breaks, so one data line is enough."""
    return f"event: {event}\nretry: 1000\ndata: {json.dumps(data)}\n\n"
