"""A worker that never returns leaves work in hand; another puts it back in line (I1). docs/decisions/0012.

Each worker counts its own lease up and watches those of the others. One that stands still for `silent_s` seconds of
the watcher's own steady clock is taken over: no clock of a machine or database is compared with another, since clocks
step. Who was away themselves (paused, or without a database) begin to watch anew, and a worker whose own lease was
taken meanwhile stops: its work is in other hands.
"""

import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from store import leases
from store.database import Database
from store.leases import Lease

log = logging.getLogger(__name__)

BEATS = 6  # renewals within the time after which a silent worker is given up


@dataclass
class Rescue:
    """Keeps one worker's lease and takes over the work of workers that are gone.

    Attributes:
        readmit: puts one worker's work back in line, in batches.
        find_owners: the names of the workers that have work in hand.
        silent_s: how long a lease stands still before its work is taken over, seconds.
        on_taken: called when our own lease was taken: this worker must stop.
        is_taken: whether that has happened.
        steady: seconds that only grow, whatever happens to the clock on the wall.
    """

    database: Database
    executor_id: str
    readmit: Callable[[str], AsyncIterator[int]]
    find_owners: Callable[[], Awaitable[set[str]]]
    silent_s: float
    on_taken: Callable[[], None]
    steady: Callable[[], float] = time.monotonic
    holder: str = field(default_factory=lambda: secrets.token_hex(16))
    is_taken: bool = False
    _has_lease: bool = False
    _since: dict[Lease, float] = field(default_factory=dict)  # each lease as last read, and when it was first so
    _last_beat: float | None = None

    @property
    def interval_s(self) -> float:
        return self.silent_s / BEATS

    async def beat(self) -> None:
        """Renew our lease, and take over what belongs to workers that stand still.

        The first call takes the lease. The worker's name must be held by then: whoever had the lease before is gone.
        """
        kept, others = await self.database.run(self._renew)
        if not kept:
            log.error("this worker was away too long and its work was taken over: it stops")
            self.is_taken = True
            self.on_taken()
            return
        self._has_lease = True
        for lease in self._find_still(others):
            await self._take_over(lease)

    async def adopt(self) -> None:
        """Watch workers that have work in hand and no lease: their lease was dropped while they were still at it."""
        owners = await self.find_owners()
        if owners:
            await self.database.run(lambda session: leases.add_missing(session, owners))

    def _renew(self, session: Session) -> tuple[bool, list[Lease]]:
        if not self._has_lease:
            leases.take(session, self.executor_id, self.holder)
        kept = leases.renew(session, self.executor_id, self.holder)
        return kept, [one for one in leases.list_leases(session) if one.executor_id != self.executor_id]

    def _find_still(self, others: list[Lease]) -> list[Lease]:
        now = self.steady()
        was_away = self._last_beat is None or now - self._last_beat > self.silent_s / 2
        self._last_beat = now
        known = {} if was_away else self._since
        self._since = {one: known.get(one, now) for one in others}
        return [one for one, since in self._since.items() if now - since >= self.silent_s]

    async def _take_over(self, lease: Lease) -> None:
        """Put one worker's work back in line; if we die in the middle, our hold on it stands still in turn."""
        dead, holder = lease.executor_id, secrets.token_hex(16)
        if not await self.database.run(lambda session: leases.claim(session, lease, holder)):
            return
        log.warning("worker %s is silent: its work goes back in line", dead)
        async for count in self.readmit(dead):
            log.warning("%d pieces of worker %s are back in line", count, dead)
            if not await self.database.run(lambda session: leases.renew(session, dead, holder)):
                return  # it is back, or another took over from us
        await self.database.run(lambda session: leases.drop(session, dead, holder))
