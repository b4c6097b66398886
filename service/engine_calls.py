"""How the worker calls back: again after a pause when a call raises, over to a person when it keeps raising."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from conversation.errors import BrokenWorld

log = logging.getLogger(__name__)

MAX_FAILURES = 8  # calls that raise, in a row; with the default pauses a person has it after about a minute
MAX_RETRY_S = 60.0
MIN_WAIT_S = 0.01  # whatever is asked for: nobody gets a busy loop
MAX_WAIT_S = 3600.0  # longer waits are rows of ours with a due time, not work that stays in line
DONE, FAILED = "done", "failed"

Call = Callable[[str], Awaitable[float | None]]
Sweep = Callable[[], Awaitable[None]]


class NotHandedOver(Exception):
    """Nobody could be told of a failure. Without a text: the engine keeps it, and asks again later."""


class Caller:
    """Calls one callback per kind of work until it is done, and remembers nothing across a crash."""

    def __init__(
        self, calls: Mapping[str, Call], *, on_failure: Callable[[str, str], Awaitable[None]], retry_s: float
    ) -> None:
        self._calls = calls
        self._on_failure = on_failure
        self._retry_s = retry_s
        self._stopping = asyncio.Event()
        self.active: dict[str, asyncio.Task[Any] | None] = {}  # by the engine's own id of the work

    async def carry_out(self, kind: str, item_id: str, *, work_id: str) -> str:
        """Call until the callback returns None; return DONE, or FAILED when a person has it instead.

        Raises:
            NotHandedOver: neither the callback nor `on_failure` worked.
            asyncio.CancelledError: `stop` or `drain` was called; the work is to be carried out again.
        """
        self.active[work_id] = asyncio.current_task()
        try:
            return await self._call_until_done(kind, item_id)
        finally:
            self.active.pop(work_id, None)

    async def hand_over(self, kind: str, item_id: str) -> bool:
        """Bring failed work to a person. False: that failed as well."""
        try:
            await self._on_failure(kind, item_id)
        except Exception as error:
            log.error("%s %s could not be handed over: %s", kind, item_id, type(error).__name__)
            return False
        return True

    def stop(self) -> None:
        """End every pause at once and start no further call; calls in progress run to their end."""
        self._stopping.set()

    async def drain(self, timeout_s: float) -> None:
        """Wait for the calls in progress; interrupt those that take longer than `timeout_s` seconds."""
        if calls := {task for task in self.active.values() if task is not None}:
            _, late = await asyncio.wait(calls, timeout=timeout_s)
            for task in late:
                task.cancel()

    async def _call_until_done(self, kind: str, item_id: str) -> str:
        failures = outages = 0
        while not self._stopping.is_set():
            try:
                wait_s = await self._calls[kind](item_id)
                failures = outages = 0
            except BrokenWorld as error:  # no limit: nothing could be handed over either
                outages += 1
                wait_s = self._back_off(outages)
                log.warning("%s %s waits %.1f s: %s", kind, item_id, wait_s, error)
            except Exception as error:  # the worker's own broad except; the text may quote a person
                failures += 1
                wait_s = self._back_off(failures)
                log.warning("%s %s failed, call %d in a row: %s", kind, item_id, failures, type(error).__name__)
                if failures == MAX_FAILURES:
                    return await self._give_up(kind, item_id)
            if wait_s is None:
                return DONE
            await self._pause(wait_s)
        raise asyncio.CancelledError

    async def _give_up(self, kind: str, item_id: str) -> str:
        if not await self.hand_over(kind, item_id):
            raise NotHandedOver from None
        return FAILED

    def _back_off(self, times: int) -> float:
        return float(min(self._retry_s * 2 ** min(times - 1, 20), MAX_RETRY_S))

    async def _pause(self, seconds: float) -> None:
        wait_s = min(max(MIN_WAIT_S, seconds), MAX_WAIT_S)  # in this order a NaN becomes MIN_WAIT_S
        try:
            await asyncio.wait_for(self._stopping.wait(), wait_s)
        except TimeoutError:
            return


async def repeat(name: str, interval_s: float, sweep: Sweep) -> None:
    """Call a sweep now and on its interval until cancelled; one that raises is called again like any other."""
    while True:
        try:
            await sweep()
        except Exception as error:
            log.warning("sweep %s failed: %s", name, type(error).__name__)
        await asyncio.sleep(interval_s)
