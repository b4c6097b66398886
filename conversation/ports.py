"""What the rules need from the world: small Protocols named for what they do. `service/wiring.py` has the real ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from conversation.messages import BotSession, DeliveryReport, InboundMessage


@dataclass(frozen=True, slots=True)
class Understanding:
    """What the NLU made of a text: intents with confidences between 0 and 1, best first, at most ten."""

    ranking: tuple[tuple[str, float], ...]

    @property
    def intent(self) -> str | None:
        return self.ranking[0][0] if self.ranking else None

    @property
    def confidence(self) -> float:
        return self.ranking[0][1] if self.ranking else 0.0


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Send this catalogue entry with these values."""

    answer: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class AskKey:
    """Ask for this slot ("state")."""

    slot: str


@dataclass(frozen=True, slots=True)
class ChooseKey:
    """Offer these answers as a numbered menu; one to three ids."""

    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandoffKey:
    """A person is needed; `topic` is an answer id or a reason."""

    topic: str


BotKey = AnswerKey | AskKey | ChooseKey | HandoffKey


@dataclass(frozen=True, slots=True)
class BotReply:
    """Answer of the bot to one turn: keys, never prose."""

    understanding: Understanding
    keys: tuple[BotKey, ...]
    slots: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BotSilence:
    """The bot gave nothing we can use: down, too slow, an empty list, an unknown key. `reason` is a code for logs."""

    reason: str


class Bot(Protocol):
    """Understanding and dialogue. Neither method raises: a failure is a BotSilence."""

    async def understand(self, text: str) -> Understanding | BotSilence:
        """NLU alone, for a conversation in which the bot must not speak."""

    async def converse(
        self, text: str, *, session: BotSession, language: str, slots: Mapping[str, Any]
    ) -> BotReply | BotSilence:
        """One turn of dialogue. A session the bot does not know is seeded with `slots` first."""


class Inbox(Protocol):
    async def accept(self, message: InboundMessage) -> bool:
        """Store one message durably and queue its work, in one transaction. False: it was already there."""


class Deliveries(Protocol):
    async def record(self, report: DeliveryReport) -> bool:
        """Move one outgoing message forward. False: unknown message or a step back, nothing changed."""


class WorkQueue(Protocol):
    """Puts work in line inside the caller's own transaction; one conversation's work runs in `seq` order.

    `connection` is the sqlalchemy.Connection of that transaction (typed Any: this room knows no database).
    """

    def enqueue_decide(self, connection: Any, *, inbox_id: str, conversation_id: str, seq: int) -> None: ...

    def enqueue_send(self, connection: Any, *, outbox_id: str, line: str, seq: int, attempt: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Accepted:
    provider_message_id: str


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Surely not processed by the carrier: may be repeated after `after_s` seconds."""

    code: int
    after_s: float


@dataclass(frozen=True, slots=True)
class Refused:
    """Never repeat this message. `opted_out`: copy the stop; `operator`: the configuration is wrong, tell a person."""

    code: int
    opted_out: bool = False
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The carrier may or may not have it: settle before any repeat. `reason` is a code ("timeout", "http_502")."""

    reason: str


SendOutcome = Accepted | RetryLater | Refused | Unknown


@dataclass(frozen=True, slots=True)
class CarrierMessage:
    """One outgoing message as the carrier lists it, for settling an unknown send."""

    provider_message_id: str
    body: str = field(repr=False)
    created_at: float  # seconds since the epoch


class Sender(Protocol):
    """The carrier's door. Neither method raises for what a carrier or network can do."""

    async def send(self, *, outbox_id: str, sender: str, to: str, body: str) -> SendOutcome:
        """`sender` and `to` in the carrier's own form ("+1…", "whatsapp:+1…")."""

    async def find_sent(self, *, sender: str, to: str, since_s: float) -> Sequence[CarrierMessage] | Unknown:
        """Messages of ours to this address since a time, newest first; Unknown when the carrier cannot say."""
