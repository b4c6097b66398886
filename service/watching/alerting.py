"""Alerts: what is wrong is judged in web and worker, told by one of them, again each hour, and when it is over.

Told as a log line (error, with a stable code), as a metric, and by POST to ALERT_URL. What is told are codes and
counts. docs/runbook.md has what to do for each code.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from conversation.errors import BrokenWorld
from service import wiring
from service.settings import Settings
from service.watching.surroundings import Surroundings, look_around
from store import alerts
from store.alerts import Finding, Notice, Turn
from store.database import Database
from store.sql.reader import Reader
from store.state import LATE, State, Waiting, read_state

log = logging.getLogger(__name__)

LOOK_S = 15.0
LEAST_DISK_BYTES = 500 * 2**20
MANY_FAILED = 5  # texts within an hour: one number that does not exist is no alert, many are
SETTLING_S = 60.0  # after the start of a process: workers may come up after it
HOOK_TIMEOUT_S = 10.0

DATABASE_DOWN = "database_down"

Tell = Callable[[Notice], Awaitable[bool]]


def judge(state: State, around: Surroundings, settings: Settings, *, up_s: float) -> list[Finding]:
    """Return what is wrong. Pure.

    Args:
        up_s: seconds since this process started.
    """
    longest, texts = settings.alert_after_s, state.texts_waiting
    backup_h = settings.alert_backup_h
    silence_s = min(state.workers, default=float("inf"))
    unsettled, failed = state.ended_badly.get("unsettled", 0), state.ended_badly.get("failed", 0)
    found = [
        (state.urgent.oldest_s > longest, Finding("danger_waits", state.urgent.count, state.urgent.oldest_s)),
        (state.inbox.oldest_s > longest, Finding("messages_wait", state.inbox.count, state.inbox.oldest_s)),
        (texts.oldest_s > longest, Finding("texts_wait", texts.count, texts.oldest_s)),
        (LATE in state.reminders, Finding("reminders_late", state.reminders.get(LATE, Waiting()).count)),
        (unsettled > 0, Finding("texts_unsettled", unsettled)),
        (failed >= MANY_FAILED, Finding("texts_failed", failed)),
        (up_s > SETTLING_S and silence_s > 2 * settings.worker_silent_s, Finding("no_worker")),
        (around.disk_free_bytes < LEAST_DISK_BYTES, Finding("disk_full")),
        (not around.keys_usable, Finding("keys_unusable")),
        (_is_too_old(around.backup_age_s, backup_h), Finding("backup_old", 1, around.backup_age_s or 0.0)),
    ]
    return [finding for wrong, finding in found if wrong]


@dataclass
class Watch:
    """Looks, and tells what it has claimed. `steady`: seconds that only grow."""

    database: Database
    reader: Reader
    settings: Settings
    tell: Tell
    clock: Callable[[], datetime] = wiring.utc_now
    steady: Callable[[], float] = time.monotonic
    look_around: Callable[[Settings, datetime], Surroundings] = look_around
    _begun: float | None = None
    _down: Notice | None = field(default=None)  # of a database that is away no row can tell
    _down_told_at: datetime | None = None

    async def look_once(self) -> None:
        """Look once; harmless when several processes do it at the same time."""
        now = self.clock()
        if self._begun is None:
            self._begun = self.steady()
        try:
            state = await self.reader.run(lambda session: read_state(session, now))
            notices = await self._note(state, now)
        except BrokenWorld:
            await self._tell_down(now)
            return
        await self._tell_up(now)
        for notice in notices:
            await self._tell(notice)

    async def _note(self, state: State, now: datetime) -> list[Notice]:
        around = self.look_around(self.settings, now)
        findings = judge(state, around, self.settings, up_s=self.steady() - (self._begun or 0.0))
        if not findings and not state.alerts:
            return []  # nothing is written while all is well
        return await self.database.run(lambda session: alerts.note(session, findings, now))

    async def _tell(self, notice: Notice) -> None:
        _log(notice)
        if await self.tell(notice):
            now = self.clock()
            with contextlib.suppress(BrokenWorld):  # then it is told once more
                await self.database.run(lambda session: alerts.mark_told(session, notice, now))

    async def _tell_down(self, now: datetime) -> None:
        """Tell that the database is away, by ourselves: other processes tell it as well."""
        turn = Turn.STILL if self._down_told_at else Turn.RAISED
        self._down = Notice(DATABASE_DOWN, turn, 1, self._down.since if self._down else now)
        if self._down_told_at is None or now - self._down_told_at >= alerts.REPEAT:
            _log(self._down)
            self._down_told_at = now if await self.tell(self._down) else self._down_told_at

    async def _tell_up(self, now: datetime) -> None:
        if self._down is None:
            return
        over = Notice(DATABASE_DOWN, Turn.OVER, 1, self._down.since)
        if self._down_told_at is not None:
            _log(over)
            if not await self.tell(over):
                return  # again at the next look
        self._down = self._down_told_at = None


class Hook:
    """Posts notices as JSON to one address. False: it was not taken, and is to be told again later."""

    def __init__(self, url: str, *, clock: Callable[[], datetime] = wiring.utc_now) -> None:
        self._url, self._clock = url, clock

    async def __call__(self, notice: Notice) -> bool:
        if not self._url:
            return True
        timeout = aiohttp.ClientTimeout(total=HOOK_TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self._url, json=render(notice, self._clock()), allow_redirects=False) as answer,
            ):
                taken = 200 <= answer.status < 300
                code = f"http_{answer.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            taken, code = False, type(error).__name__
        if not taken:
            log.error("an alert was not taken by ALERT_URL", extra={"code": notice.code, "reason": code})
        return taken


def render(notice: Notice, now: datetime) -> dict[str, object]:
    """Return what is posted. "text" is what chat programs show."""
    lasted_s = round((now - notice.since).total_seconds())
    text = f"puente: {notice.code} {notice.turn} ({notice.count}, for {lasted_s} s); docs/runbook.md says what to do"
    return {
        "service": "puente", "code": notice.code, "state": notice.turn.value, "count": notice.count,
        "since": notice.since.isoformat(), "at": now.isoformat(), "text": text,
    }  # fmt: skip


@contextlib.asynccontextmanager
async def watching(settings: Settings, database: Database, reader: Reader) -> AsyncIterator[None]:
    """Look every LOOK_S seconds while the block runs."""
    watch = Watch(database, reader, settings, Hook(settings.alert_url))
    task = asyncio.create_task(_look_on(watch))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _look_on(watch: Watch) -> None:
    while True:
        try:
            await watch.look_once()
        except Exception as error:  # whatever it is: the next look is made
            log.error("the look for alerts failed", extra={"reason": type(error).__name__})
        await asyncio.sleep(LOOK_S)


def _is_too_old(age_s: float | None, most_h: int | None) -> bool:
    return most_h is not None and (age_s is None or age_s > most_h * 3600)


def _log(notice: Notice) -> None:
    fields = {"code": notice.code, "kind": notice.turn.value, "count": notice.count}
    if notice.turn is Turn.OVER:
        log.warning("alert is over", extra=fields)
    else:
        log.error("alert", extra=fields)
