"""What the rules need from the world: small Protocols named for what they do. `service/wiring.py` has the real ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
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
    files: int = 0


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A text the carrier itself keeps, which its channel has approved; `values` fill its numbered places, from 1."""

    content_id: str
    values: tuple[str, ...] = field(default=(), repr=False)


class Sender(Protocol):
    """The carrier's door. Neither method raises for what a carrier or network can do."""

    async def send(
        self, *, outbox_id: str, sender: str, to: str, body: str, template: TemplateText | None = None,
        media_url: str | None = None,
    ) -> SendOutcome:  # fmt: skip
        """`sender` and `to` in the carrier's own form ("+1…", "whatsapp:+1…"). With a template it goes, not `body`.

        `media_url`: where the carrier fetches the file of this message.
        """

    async def find_sent(self, *, sender: str, to: str, since_s: float) -> Sequence[CarrierMessage] | Unknown:
        """Messages of ours to this address since a time, newest first; Unknown when the carrier cannot say."""


@dataclass(frozen=True, slots=True)
class Done:
    """The carrier has carried it out."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The carrier has no such message any more, or never had: nothing is left to erase."""


RecordOutcome = Done | Gone | RetryLater | Refused


class CarrierRecords(Protocol):
    """What the carrier keeps of a message, in either direction, taken away. No method raises for carrier or network.

    Each may be repeated at any time and says Done again, or Gone; so RetryLater also stands for a lost answer. A
    message on its way cannot be erased yet: RetryLater. Refused: a person must look, it may still be there.
    """

    async def redact(self, provider_message_id: str) -> RecordOutcome:
        """Take the text out and keep the record (numbers, times, price)."""

    async def delete_media(self, provider_message_id: str) -> RecordOutcome:
        """Delete every file of a message, whichever sent it; Done when there was none."""

    async def delete_message(self, provider_message_id: str) -> RecordOutcome:
        """Delete the whole record with its files."""


class TemplateStatus(StrEnum):
    """How the review of a template by its channel stands; only an approved one may open a conversation."""

    UNSUBMITTED = "unsubmitted"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"  # too many people did not want it; comes back by itself, or not
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class TemplateState:
    """One template at the carrier. `reason`: why it was rejected, in the channel's words."""

    content_id: str
    status: TemplateStatus
    reason: str = ""


TemplateOutcome = TemplateState | RetryLater | Refused | Unknown


class Templates(Protocol):
    """Templates at the carrier. No method raises for carrier or network; each may be repeated."""

    def speaks(self, language: str) -> bool:
        """Return whether the channel takes templates in a language (BCP 47)."""

    async def submit(self, *, name: str, language: str, text: str) -> TemplateOutcome:
        """Lay a text down and ask for its approval, unless one of this name is there; a name never means two texts."""

    async def look(self, content_id: str) -> TemplateOutcome:
        """Ask how the review stands."""
