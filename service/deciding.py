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
from service.staff_talk import StaffTalk
from store import inbox
from store.cases.opening import open_or_join
from store.conversations import find_joined, hold
from store.database import Database
from store.decisions import DecisionWriter
from store.inbox import Undecided
from store.staff_phones.registering import is_staff_conversation

log = logging.getLogger(__name__)
PATIENCE_S = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 6.0, 6.0, 6.0)  # a bot that was killed is back within these


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides messages. `clock` returns aware UTC times; `pause` waits for some seconds."""

    database: Database
    rules: Rules
    bot: WatchedBot
    writer: DecisionWriter
    staff: StaffTalk
    clock: Callable[[], datetime]
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def decide(self, inbox_id: str) -> None:
        """Decide one message and write the decision; harmless when repeated (I2)."""
        heard = await self.database.read(lambda session: inbox.find_undecided(session, self.writer.vault, inbox_id))
        if heard is None or await self._is_of_staff(inbox_id, heard):
            return
        decision = await self._decide_patiently(inbox_id, heard)
        await self.database.run(lambda session: self._write(session, inbox_id, heard, decision))
        log.info("decided", extra={"inbox": inbox_id, "kind": decision.kind, "answer": decision.answer})

    async def give_up(self, inbox_id: str) -> None:
        """A message that cannot be decided waits visibly for a person (I1)."""
        await self.database.run(lambda session: self._fail(session, inbox_id))
        log.error("gave a message up to a person", extra={"inbox": inbox_id})

    async def _is_of_staff(self, inbox_id: str, heard: Undecided) -> bool:
        """Let a caseworker's own phone be answered without pipeline and bot. False: it is a person's message."""
        if not self.staff.is_for_us(heard):
            return False
        is_theirs = await self.database.run(
            lambda session: self.staff.answer(session, inbox_id, heard, self.clock())
        )  # fmt: skip
        if is_theirs:
            log.info("a caseworker's text is done", extra={"inbox": inbox_id})
        return is_theirs

    def _write(self, session: Session, inbox_id: str, heard: Undecided, decision: Decision) -> None:
        """Write a decision, and let who has the person's case read the message on their phone."""
        news, now = self.staff.news, self.clock()
        if heard.memory.case is not None:
            news.hold_owners(session, find_joined(session, heard.conversation_id))
        if self.writer.write(session, inbox_id, heard, decision, now):
            news.tell_owners(session, find_joined(session, heard.conversation_id), heard.message_id, now)

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
        self.staff.news.hold_owners(session, conversation_id)
        hold(session, conversation_id)  # before the entry, as everywhere: two orders would wait for each other
        if not inbox.close_entry(session, inbox_id, status="failed", now=now):
            return
        if is_staff_conversation(session, conversation_id):
            self.staff.apologise(session, conversation_id, message_id, now)
            return
        handoff = make_plain_handoff(BOT_DOWN, "failed", urgency=Urgency.SAME_DAY)
        open_or_join(session, conversation_id, handoff, language="und", message_id=message_id, now=now)
        self.staff.news.tell_owners(session, conversation_id, message_id, now)
