"""The decide queue's work: one message, from its inbox row to a written decision."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from conversation import pipeline
from conversation.handoff import BOT_DOWN, make_plain_handoff
from conversation.messages import Decision, Urgency
from conversation.turn import Rules
from service.patience import WatchedBot
from store import inbox
from store.cases import open_or_join
from store.conversations import hold
from store.database import Database
from store.decisions import DecisionWriter
from store.inbox import Undecided

log = logging.getLogger(__name__)
PATIENCE_S = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 6.0, 6.0, 6.0)  # a bot that was killed is back within these


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides messages. `clock` returns aware UTC times; `pause` waits for some seconds."""

    database: Database
    rules: Rules
    bot: WatchedBot
    writer: DecisionWriter
    clock: Callable[[], datetime]
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def decide(self, inbox_id: str) -> None:
        """Decide one message and write the decision; harmless when repeated (I2)."""
        heard = await self.database.read(lambda session: inbox.find_undecided(session, self.writer.vault, inbox_id))
        if heard is None:
            return
        decision = await self._decide_patiently(inbox_id, heard)
        await self.database.run(lambda session: self.writer.write(session, inbox_id, heard, decision, self.clock()))
        log.info("decided", extra={"inbox": inbox_id, "kind": decision.kind, "answer": decision.answer})

    async def give_up(self, inbox_id: str) -> None:
        """A message that cannot be decided waits visibly for a person (I1)."""
        await self.database.run(lambda session: self._fail(session, inbox_id))
        log.error("gave a message up to a person", extra={"inbox": inbox_id})

    async def _decide_patiently(self, inbox_id: str, heard: Undecided) -> Decision:
        """Wait for a bot that is away; not for one that is long gone, and not while danger waits behind (I7)."""
        for wait_s in PATIENCE_S:
            decision = await self._decide_once(heard)
            if decision.handoff is None or not decision.handoff.reason.startswith("bot_"):
                return decision
            log.warning("the bot gives no answer", extra={"inbox": inbox_id, "reason": decision.handoff.reason})
            if self.bot.silent_s > sum(PATIENCE_S) or await self._is_danger_behind(inbox_id, heard):
                return decision
            await self.pause(wait_s)
        return await self._decide_once(heard)

    async def _is_danger_behind(self, inbox_id: str, heard: Undecided) -> bool:
        def read(session: Session) -> list[str]:
            return inbox.list_waiting_texts(session, self.writer.vault, inbox_id, heard.conversation_id)

        return any(self.rules.danger.find_danger(text) for text in await self.database.read(read))

    async def _decide_once(self, heard: Undecided) -> Decision:
        return await pipeline.decide(heard.message, heard.memory, rules=self.rules, bot=self.bot, now=self.clock())

    def _fail(self, session: Session, inbox_id: str) -> None:
        now = self.clock()
        conversation = inbox.find_conversation(session, inbox_id)
        if conversation is None:
            return
        conversation_id, message_id = conversation
        hold(session, conversation_id)  # before the entry, as everywhere: two orders would wait for each other
        if not inbox.close_entry(session, inbox_id, status="failed", now=now):
            return
        handoff = make_plain_handoff(BOT_DOWN, "failed", urgency=Urgency.SAME_DAY)
        open_or_join(session, conversation_id, handoff, language="und", message_id=message_id, now=now)
