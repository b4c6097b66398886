"""What a worker does so that reminders go out in their time: sends what is due, follows what was sent.

Any number of workers may do so at once: each reminder is read again under its conversation's lock before anything
happens to it. A worker queues no more than the carrier takes from one number in `DRAINED_S`, so that what is urgent
never stands behind a crowd.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from conversation.ports import WorkQueue
from conversation.turn import Rules
from service import wiring
from service.engine_calls import Sweep
from service.settings import Settings
from store.database import Database
from store.reminders import due, holding, settling
from store.reminders.sending import Sending, send_due
from store.sealing.vault import Vault

log = logging.getLogger(__name__)

SEND_S, SETTLE_S, HELD_S, PAST_S = 5.0, 15.0, 30.0, 3600.0  # seconds between two looks
DRAINED_S = 60.0  # what stands in line for one number is gone within it
TOGETHER = 16  # reminders judged at the same time

Act = Callable[[Session], Any]


@dataclass(frozen=True, slots=True)
class ReminderClock:
    """The sweeps over reminders. `per_second`: what one of our numbers may hand to the carrier."""

    database: Database
    sending: Sending
    per_second: float
    clock: Callable[[], datetime] = wiring.utc_now

    def sweeps(self) -> dict[str, tuple[float, Sweep]]:
        """Return what a worker does again and again, by name: (seconds between, what)."""
        return {
            "reminders": (SEND_S, self.send),
            "reminders sent": (SETTLE_S, self.settle),
            "reminders held": (HELD_S, self.release),
            "dates past": (PAST_S, self.close_past),
        }

    async def send(self) -> None:
        """Judge and send what is due, the nearest dates first, as much as can leave within a minute."""
        now, room = self.clock(), max(1, int(self.per_second * DRAINED_S))
        ids = await self.database.read(lambda session: due.find_due(session, now, per_sender=room))
        await self._run([partial(send_due, sending=self.sending, reminder_id=one, now=now) for one in ids])
        if ids:
            log.info("reminders judged", extra={"count": len(ids)})

    async def settle(self) -> None:
        """Follow what became of sent reminders, and of those that wait to hear whose number it is."""
        now = self.clock()
        ids = await self.database.read(lambda session: settling.find_unsettled(session, now))
        await self._run([partial(settling.settle, reminder_id=one, now=now) for one in ids])
        waiting = await self.database.read(lambda session: settling.find_unconfirmed_soon(session, now))
        await self._run([partial(settling.tell_unconfirmed, reminder_id=one, now=now) for one in waiting])

    async def release(self) -> None:
        """Let go what was held for an owner for too long, or is not held by anybody any more."""
        now = self.clock()
        ids = await self.database.read(lambda session: holding.find_releasable(session, now))
        release = partial(holding.release_by_itself, sending=self.sending, now=now)
        await self._run([partial(release, reminder_id=one) for one in ids])

    async def close_past(self) -> None:
        """Write of dates whose day is over that they are past."""
        now = self.clock()
        await self.database.run(lambda session: settling.close_past(session, now))

    async def _run(self, acts: Sequence[Act]) -> None:
        """Do each in a transaction of its own; one that fails keeps no other from its turn, and is told at the end."""
        first: BaseException | None = None
        for start in range(0, len(acts), TOGETHER):
            batch = [self.database.run(act) for act in acts[start : start + TOGETHER]]
            for outcome in await asyncio.gather(*batch, return_exceptions=True):
                if isinstance(outcome, BaseException):
                    first = first or outcome
        if first is not None:
            raise first


def build_reminder_sweeps(
    settings: Settings, database: Database, queue: WorkQueue, rules: Rules, vault: Vault
) -> dict[str, tuple[float, Sweep]]:
    """Return the sweeps over reminders with the real outbox."""
    split = partial(wiring.split_body, accents=settings.accents)
    return ReminderClock(database, Sending(vault, queue, split, rules), settings.sends_per_second).sweeps()
