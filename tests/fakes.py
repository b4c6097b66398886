"""Stand-ins for the collaborators that `service/wiring.py` builds: bot, carrier, engine and clock. No network.

bot = FakeBot({"school?": "school.enroll_documents"})
sender = FakeSender(script=[RetryLater(20429, 1.0), Lost(Unknown("timeout"))])  # then it accepts everything
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from conversation.messages import BotSession
from conversation.ports import (
    Accepted,
    AnswerKey,
    BotKey,
    BotReply,
    BotSilence,
    CarrierMessage,
    SendOutcome,
    TemplateText,
    Understanding,
    Unknown,
)

START = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """Stands still until told to move."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class FakeBot:
    """Knows some texts by heart; `keys`: what it replies by text; `silence`: why it says nothing at all."""

    answers: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, tuple[BotKey, ...]] = field(default_factory=dict)
    slots: Mapping[str, Any] = field(default_factory=dict)
    silence: str | None = None
    heard: list[str] = field(default_factory=list)

    async def understand(self, text: str) -> Understanding | BotSilence:
        self.heard.append(text)
        if self.silence:
            return BotSilence(self.silence)
        answer = self.answers.get(text)
        return Understanding(((answer, 0.9),) if answer else ())

    async def converse(
        self, text: str, *, session: BotSession, language: str, slots: Mapping[str, Any]
    ) -> BotReply | BotSilence:
        heard = await self.understand(text)
        if isinstance(heard, BotSilence):
            return heard
        keys = self.keys.get(text) or ((AnswerKey(heard.intent),) if heard.intent else ())
        return BotReply(heard, keys, {**slots, **self.slots})


@dataclass(frozen=True)
class Offer:
    """One text as it was handed to the carrier. `sid`: what the carrier calls it; None when it never had it."""

    outbox_id: str
    sender: str
    to: str
    body: str
    sid: str | None
    template: TemplateText | None = None
    media_url: str | None = None


@dataclass(frozen=True)
class Lost:
    """The carrier has the text, and we hear something else."""

    outcome: SendOutcome


@dataclass
class FakeSender:
    """A carrier. `script` holds what it says next, first to last; after that it accepts everything.

    `meanwhile` runs while an offer is under way: a callback that overtakes the answer, a STOP, a second worker.
    `blind`: why it cannot list its messages. `hidden_looks`: so many lists leave out what it has.
    """

    script: list[SendOutcome | Lost] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    looks: int = 0
    blind: str | None = None
    hidden_looks: int = 0
    meanwhile: Callable[[Offer], Awaitable[None]] | None = None

    @property
    def texts(self) -> list[Offer]:
        """What the carrier really has."""
        return [offer for offer in self.offers if offer.sid]

    async def send(
        self, *, outbox_id: str, sender: str, to: str, body: str, template: TemplateText | None = None,
        media_url: str | None = None,
    ) -> SendOutcome:  # fmt: skip
        sid = "SM" + secrets.token_hex(16)
        said = self.script.pop(0) if self.script else Accepted(sid)
        has_it = isinstance(said, Accepted | Lost)
        offer = Offer(outbox_id, sender, to, body, sid if has_it else None, template, media_url)
        self.offers.append(offer)
        if self.meanwhile:
            await self.meanwhile(offer)
        return said.outcome if isinstance(said, Lost) else said

    async def find_sent(self, *, sender: str, to: str, since_s: float) -> Sequence[CarrierMessage] | Unknown:
        self.looks += 1
        if self.blind:
            return Unknown(self.blind)
        if self.looks <= self.hidden_looks:
            return []
        sent = [one for one in reversed(self.texts) if one.to == to]
        return [CarrierMessage(one.sid or "", one.body, since_s, int(one.media_url is not None)) for one in sent]


@dataclass(frozen=True)
class Work:
    """One piece of work in line; `id` tells the engine that it is the same piece."""

    kind: str
    id: str
    item_id: str
    line: str
    seq: int


@dataclass
class FakeQueue:
    """Remembers what is put in line; the same piece twice stands there once. It does not know of roll-backs."""

    pieces: dict[str, Work] = field(default_factory=dict)

    def enqueue_decide(self, connection: Any, *, inbox_id: str, conversation_id: str, seq: int) -> None:
        self.pieces.setdefault(inbox_id, Work("decide", inbox_id, inbox_id, conversation_id, seq))

    def enqueue_send(self, connection: Any, *, outbox_id: str, line: str, seq: int, attempt: int) -> None:
        work_id = f"{outbox_id}:{attempt}"
        self.pieces.setdefault(work_id, Work("send", work_id, outbox_id, line, seq))

    def of(self, kind: str) -> list[Work]:
        """What stands in line, in its order."""
        return sorted((piece for piece in self.pieces.values() if piece.kind == kind), key=lambda piece: piece.seq)
