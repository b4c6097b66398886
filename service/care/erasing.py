"""Forgetting, carried out: orders in the database, the bot's memory, the carrier's copies. Each step may be the last.

Whatever is not finished stays a row with a due time; the next sweep of any worker goes on there (I1).
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy.orm import Session

from conversation.ports import CarrierRecords, Done, Gone, RecordOutcome, Refused, RetryLater
from store.audit import record
from store.database import Database
from store.forgetting import carrier_erasure, erasure
from store.forgetting.carrier_erasure import DELETE_MEDIA, DELETE_MESSAGE, REDACT, Due, Window
from store.forgetting.erasure import BATCH, Order
from store.sql.reader import Reader
from store.sql.sqlite import empty_log

log = logging.getLogger(__name__)

BOT_FORGETS = timedelta(hours=1)  # by itself, after 30 minutes; a bot that is down has forgotten already
MOST_ATTEMPTS = 24  # at the carrier; with the pauses below four days
LONGEST_PAUSE_S = 6 * 3600.0
AT_ONCE = 50  # acts at the carrier in one sweep, one after the other: sending comes first
PAUSE_S = 0.02  # between two looks at many rows


class ForgetfulBot(Protocol):
    async def forget(self, session_id: str) -> bool:
        """Erase a conversation; False: not confirmed."""


@dataclass(frozen=True, slots=True)
class Eraser:
    """Carries out orders to forget, and what the carrier has to take away."""

    database: Database
    reader: Reader
    bot: ForgetfulBot
    records: CarrierRecords
    organisation_id: str
    clock: Callable[[], datetime]

    async def carry_out_orders(self) -> None:
        """Take every open order as far as it goes now."""
        finished = [await self._carry_out(order) for order in await self.reader.run(erasure.find_orders)]
        if any(finished):
            await asyncio.to_thread(empty_log, self.database.engine)

    async def erase_at_carrier(self) -> None:
        """Try what is due at the carrier, once each."""
        now = self.clock()
        for due in await self.reader.run(lambda session: carrier_erasure.find_due(session, now, limit=AT_ONCE)):
            outcome = await self._ask_carrier(due)
            await self.database.run(partial(self._take, due=due, outcome=outcome))

    async def queue_delivered(self) -> None:
        """Queue the carrier's copies of what is delivered or handled (ERASE_AT_CARRIER=after_delivery)."""
        await self._walk(carrier_erasure.find_texts_to_redact)
        await self._walk(carrier_erasure.find_heard_to_redact)

    async def _carry_out(self, order: Order) -> bool:
        while await self.database.run(lambda session: erasure.erase_some(session, order, self.clock())) == BATCH:
            pass
        left = [one for one in order.bot_sessions if not await self.bot.forget(one)]
        if len(left) < len(order.bot_sessions):
            await self.database.run(lambda session: erasure.note_forgotten(session, order.id, left))
        if left and self.clock() - order.ordered_at < BOT_FORGETS:
            return False
        done = await self.database.run(lambda session: erasure.finish_erasure(session, order, self.clock()))
        if done:
            log.info("a number is forgotten", extra={"erasure": order.id})
        return done

    async def _ask_carrier(self, due: Due) -> RecordOutcome:
        ask = {
            REDACT: self.records.redact,
            DELETE_MEDIA: self.records.delete_media,
            DELETE_MESSAGE: self.records.delete_message,
        }
        return await ask[due.act](due.provider_message_id)

    def _take(self, session: Session, due: Due, outcome: RecordOutcome) -> None:
        now = self.clock()
        match outcome:
            case Done() | Gone():
                carrier_erasure.settle(session, due, "done", now=now)
            case RetryLater(code, after_s) if due.attempts + 1 < MOST_ATTEMPTS:
                pause_s = max(after_s, min(30.0 * 2**due.attempts, LONGEST_PAUSE_S))
                carrier_erasure.postpone(session, due, until=now + timedelta(seconds=pause_s), error_code=code)
            case RetryLater(code) | Refused(code):
                self._give_up(session, due, code, now)

    def _give_up(self, session: Session, due: Due, code: int, now: datetime) -> None:
        """Leave it to people, visibly: a log line, an audit entry, a count in the metrics."""
        carrier_erasure.settle(session, due, "given_up", now=now, error_code=code)
        record(
            session, self.organisation_id, actor="system", act="carrier_erasure_given_up",
            subject_kind="carrier_erasure", subject_id=due.id, now=now, details={"code": code, "act": due.act},
        )  # fmt: skip
        log.error("the carrier does not erase", extra={"carrier_erasure": due.id, "code": code})

    async def _walk(self, find: Callable[..., Window]) -> None:
        """Look at every row once; the writer is asked only when there is something to queue."""
        after: str | None = ""
        while after is not None:
            window = await self.reader.run(partial(find, after=after, now=self.clock()))
            if any(window.acts.values()):
                await self.database.run(partial(_queue, window=window, now=self.clock()))
            after = window.last
            await asyncio.sleep(PAUSE_S)


def _queue(session: Session, window: Window, now: datetime) -> None:
    for act, copies in window.acts.items():
        carrier_erasure.queue_carrier_erasure(session, copies, act, due_at=now)
