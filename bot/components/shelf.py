"""A bounded memory of conversations: least recently used out first, and nothing kept longer than its time. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator


class ExpiringShelf:
    """Texts by key. Every `put` starts the time of that key anew; reading it does not."""

    def __init__(self, *, capacity: int, expiry_s: float, clock: Callable[[], float]) -> None:
        """Keep at most `capacity` texts, each for `expiry_s` seconds of `clock` (monotonic seconds)."""
        if capacity < 1 or expiry_s <= 0:
            raise ValueError("a shelf needs a capacity of 1 or more and an expiry above 0 seconds")
        self._capacity, self._expiry_s, self._clock = capacity, expiry_s, clock
        self._texts: OrderedDict[str, tuple[float, str]] = OrderedDict()  # oldest put first

    def put(self, key: str, text: str) -> None:
        self._texts[key] = (self._clock() + self._expiry_s, text)
        self._texts.move_to_end(key)
        self._forget()

    def find(self, key: str) -> str | None:
        self._forget()
        kept = self._texts.get(key)
        return kept[1] if kept else None

    def erase(self, key: str) -> bool:
        """Remove one text now. False: there was none."""
        return self._texts.pop(key, None) is not None

    def __iter__(self) -> Iterator[str]:
        self._forget()
        return iter(list(self._texts))

    def __len__(self) -> int:
        self._forget()
        return len(self._texts)

    def _forget(self) -> None:
        """Drop what is too old or too much; all keys live equally long, so the oldest are at the front."""
        now = self._clock()
        while self._texts and (len(self._texts) > self._capacity or next(iter(self._texts.values()))[0] <= now):
            self._texts.popitem(last=False)
