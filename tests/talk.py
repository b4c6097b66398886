"""A conversation with the real rules and a bot that answers from a table; memory and cases are kept as the store does.

talk = Talk(bot=FakeBot({"school?": "school.enroll_documents"}))
decision = await talk.say("school?")
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from conversation.answers.catalogue import Catalogue
from conversation.answers.reviews import Ledger, Review, ReviewKind
from conversation.answers.wording import Entry, Wording
from conversation.handoff import SILENCING_NOBODY
from conversation.messages import (
    Address,
    CaseStatus,
    Channel,
    Decision,
    InboundMessage,
    Memory,
    MessageKind,
    OpenCase,
)
from conversation.pipeline import decide
from conversation.ports import Bot, BotKey, BotReply, Understanding
from conversation.turn import Rules
from store.content import read_rules
from tests.fakes import START, FakeBot

ROOT = Path(__file__).resolve().parent.parent
TODAY = START.date()


@cache
def real_rules() -> Rules:
    """The project's own rules and catalogue, drafts sent, commands confirmed by us."""
    return read_rules(ROOT / "data", drafts=True, confirm_commands=True)


def strict_rules(*reviewed: str) -> Rules:
    """The project's rules where drafts are refused and only these entries are reviewed, in every language they have."""
    rules = real_rules()
    texts = [wording for wording in rules.catalogue.wordings.values() if wording.answer in reviewed]
    ledger = Ledger(review for text in texts for review in approve(rules.catalogue.entries[text.answer], text))
    return replace(rules, catalogue=replace(rules.catalogue, ledger=ledger, drafts=False))


@cache
def fresh_rules() -> Rules:
    """The project's rules where everybody has read every text today: nothing goes in its short form."""
    catalogue = real_rules().catalogue
    return replace(real_rules(), catalogue=replace(catalogue, ledger=approve_all(catalogue)))


def approve_all(catalogue: Catalogue) -> Ledger:
    """A ledger with all reviews that each text needs."""
    texts = catalogue.wordings.values()
    return Ledger(review for text in texts for review in approve(catalogue.entries[text.answer], text))


def approve(entry: Entry, wording: Wording, *, on: date = TODAY) -> Iterator[Review]:
    """The reviews that an entry needs, made of this wording."""
    for kind in entry.reviews:
        yield Review(wording.answer, wording.language, ReviewKind(kind), "Ana Reader", on, wording.digest)


@dataclass
class RankedBot(FakeBot):
    """A bot that is not sure: a ranking and keys, whatever the text."""

    ranking: tuple[tuple[str, float], ...] = ()
    says: tuple[BotKey, ...] = ()

    async def understand(self, text: str) -> Understanding:
        self.heard.append(text)
        return Understanding(self.ranking)

    async def converse(self, text: str, **context: Any) -> BotReply:
        return BotReply(await self.understand(text), self.says, {})


@dataclass
class Talk:
    """One person writing to us, message after message.

    Attributes:
        memory: what the store would remember; change it to begin somewhere else.
    """

    bot: Bot = field(default_factory=FakeBot)
    rules: Rules = field(default_factory=fresh_rules)
    memory: Memory = field(default_factory=Memory)
    now: datetime = START
    channel: Channel = Channel.SMS

    async def say(self, text: str, kind: MessageKind | None = None, **fields: Any) -> Decision:
        """Send one message and return its decision, with the code of its case filled in."""
        message = InboundMessage(
            provider="twilio",
            provider_message_id="SM" + "0" * 32,
            sender=Address(self.channel, "+12025550123"),
            recipient=Address(self.channel, "+12025550100"),
            kind=kind or (MessageKind.TEXT if text.strip() else MessageKind.EMPTY),
            text=text,
            received_at=self.now,
            **fields,
        )
        decision = await decide(message, self.memory, rules=self.rules, bot=self.bot, now=self.now)
        self.memory = replace(decision.memory, case=self._open_case(decision))
        return self._fill_code(decision)

    def remember(self, **values: Any) -> None:
        self.memory = replace(self.memory, **values)

    def claim(self) -> None:
        assert self.memory.case
        self.remember(case=replace(self.memory.case, status=CaseStatus.CLAIMED))

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def _open_case(self, decision: Decision) -> OpenCase | None:
        handoff, case = decision.handoff, self.memory.case
        if handoff is None or case is not None or handoff.topic in SILENCING_NOBODY:
            return case  # as the store does: such a case silences nobody until it is claimed
        return OpenCase("A1", CaseStatus.WAITING, handoff.topic, handoff.urgency)

    def _fill_code(self, decision: Decision) -> Decision:
        if decision.handoff is None:
            return decision
        code = self.memory.case.code if self.memory.case else "A1"
        texts = tuple(replace(text, body=text.body.replace("{code}", code)) for text in decision.texts)
        return replace(decision, texts=texts)


def said(decision: Decision) -> list[str | None]:
    """The ids of the texts of a decision, in order."""
    return [text.answer for text in decision.texts]


def languages(decision: Decision) -> list[str]:
    """The languages of the texts of a decision, in order."""
    return [text.language for text in decision.texts]
