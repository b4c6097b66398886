"""The daily purge: walks every table by the rules of store/forgetting/retention.py, a few rows at a time."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from store.database import Database
from store.forgetting import ledger
from store.forgetting.expiry import PURGES, Purge
from store.forgetting.periods import WISHES_DAYS, Periods
from store.sql.reader import Reader
from store.sql.sqlite import empty_log

log = logging.getLogger(__name__)

PAUSE_S = 0.02  # between two steps: messages come first


@dataclass(frozen=True, slots=True)
class Purger:
    """Deletes what has expired. `ledger_file`: this machine's copy of the ledger, which expires with its table."""

    database: Database
    reader: Reader
    periods: Periods
    ledger_file: Path
    clock: Callable[[], datetime]

    async def purge(self) -> Counter[str]:
        """Delete what has expired and return how many rows that were, by table."""
        counts = Counter({one.table: await self._walk(one, dry_run=False) for one in PURGES})
        forgotten = ledger.forget_lines(self.ledger_file, self.clock() - timedelta(days=WISHES_DAYS))
        await asyncio.to_thread(empty_log, self.database.engine)  # also of what went while it was busy
        if counts.total() or forgotten:
            log.info("purged", extra={"rows": counts.total()})
        return counts

    async def purge_daily(self) -> None:
        """The same as a sweep."""
        await self.purge()

    async def count(self) -> Counter[str]:
        """Return how many rows have expired, by table; nothing is deleted."""
        return Counter({one.table: await self._walk(one, dry_run=True) for one in PURGES})

    async def _walk(self, purge: Purge, *, dry_run: bool) -> int:
        """Walk through one table; the writer is asked only where something has expired."""
        total, after, now = 0, "", self.clock()
        while True:
            step = partial(purge.step, after=after, periods=self.periods, now=now)
            expired, last = await self.reader.run(partial(step, dry_run=True))
            if expired and not dry_run:
                expired, _ = await self.database.run(partial(step, dry_run=False))
            total += expired
            if last is None:
                return total
            after = last
            await asyncio.sleep(PAUSE_S)
