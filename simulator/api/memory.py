"""What the carrier remembers: messages, stops, and when a person last wrote. In memory, gone with the process."""

import secrets
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from simulator.api.content_rules import find_later_error, parse_variables
from simulator.api.contents import Contents
from simulator.api.fetched_media import ReceivedFile
from simulator.api.kept_files import KeptFiles
from simulator.api.rules import NewMessage
from simulator.api.segments import count_segments
from simulator.settings import SimulatorSettings, StopHandling, WindowRule

WINDOW = timedelta(hours=24)  # https://www.twilio.com/docs/whatsapp/key-concepts (checked 2026-11)


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound-api"


class Status(StrEnum):
    """Twilio's words for where a message is; `rank` says what may follow what."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    RECEIVED = "received"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    @property
    def is_final(self) -> bool:
        """True when Twilio lets the record be redacted or deleted."""
        return self.rank >= _RANKS[Status.UNDELIVERED]


_RANKS = {
    Status.ACCEPTED: 0,
    Status.QUEUED: 1,
    Status.SENT: 2,
    Status.UNDELIVERED: 3,
    Status.FAILED: 3,
    Status.CANCELED: 3,
    Status.RECEIVED: 3,
    Status.DELIVERED: 4,
    Status.READ: 5,
}


@dataclass(frozen=True, slots=True)
class TwilioMessage:
    """One message as Twilio keeps it. `sender` and `to` in Twilio's form; times aware, UTC, whole seconds."""

    sid: str
    direction: Direction
    sender: str | None = field(repr=False)
    to: str = field(repr=False)
    body: str = field(repr=False)
    status: Status
    created: datetime
    updated: datetime
    num_media: int = 0
    num_segments: int = 1
    sent: datetime | None = None
    error_code: int | None = None
    later_error: int | None = None  # accepted, but fails with this code afterwards
    service_sid: str | None = None
    content_sid: str | None = None
    status_callback: str | None = field(default=None, repr=False)
    received: tuple[ReceivedFile, ...] = ()  # what an application sent

    @property
    def is_whatsapp(self) -> bool:
        return self.to.startswith("whatsapp:")


class Carrier:
    """The account's state. Changes are told to every function in `on_change`, in the thread that made them.

    Attributes:
        files: what messages brought beside their text.
        contents: templates, and what WhatsApp's reviewers said of them.
        fates: recipient → codes with which the next messages to them fail after they were accepted, first to last.
    """

    def __init__(self, settings: SimulatorSettings, clock: Callable[[], datetime]) -> None:
        self.messages: dict[str, TwilioMessage] = {}
        self.stopped: set[tuple[str, str]] = set()
        self.last_inbound: dict[tuple[str, str], datetime] = {}
        self.files = KeptFiles()
        self.contents = Contents(clock)
        self.fates: dict[str, deque[int]] = defaultdict(deque)
        self.on_change: list[Callable[[TwilioMessage], None]] = []
        self.stop_handling = settings.stop_handling  # may be replaced at any time
        self._settings = settings
        self._clock = clock

    @property
    def our_senders(self) -> frozenset[str]:
        return frozenset({self._settings.sms_number, self._settings.whatsapp_sender})

    def has_stopped(self, our_sender: str, person: str) -> bool:
        return (our_sender, person) in self.stopped

    def add_outbound(self, new: NewMessage, files: tuple[ReceivedFile, ...] | int = ()) -> TwilioMessage:
        """Take a message that the rules let pass. Through a Messaging Service its sender is known later.

        Args:
            files: what was fetched for it, or the code with which it fails because that could not be.
        """
        now, body = self._now(), self._body(new)
        message = TwilioMessage(
            sid=new_message_sid("MM" if new.media else "SM"),
            direction=Direction.OUTBOUND,
            sender=None if new.service_sid else new.sender,
            to=new.to,
            body=body,
            status=Status.ACCEPTED if new.service_sid else Status.QUEUED,
            created=now,
            updated=now,
            num_media=len(new.media),
            num_segments=0 if new.service_sid else self._segments(new.to, body),
            later_error=files if isinstance(files, int) else self._later_error(new),
            service_sid=new.service_sid,
            content_sid=new.content_sid,
            status_callback=new.status_callback,
            received=() if isinstance(files, int) else files,
        )
        if self._keep(message).received:
            self.files.describe(message.sid, [one.content_type for one in message.received])
        return message

    def add_inbound(self, *, person: str, our_sender: str, body: str, num_media: int = 0) -> TwilioMessage:
        """Take a person's message: it opens WhatsApp's window and, by SMS, may be one of the carrier's keywords."""
        now = self._now()
        self.last_inbound[our_sender, person] = now
        message = TwilioMessage(
            sid=new_message_sid("MM" if num_media else "SM"),
            direction=Direction.INBOUND,
            sender=person,
            to=our_sender,
            body=body,
            status=Status.RECEIVED,
            created=now,
            updated=now,
            sent=now,
            num_media=num_media,
            num_segments=self._segments(our_sender, body),
        )
        return self._keep(message)

    def advance(self, sid: str, status: Status, error_code: int | None = None) -> TwilioMessage | None:
        """Move a message forward, never back; None when it was deleted meanwhile."""
        message = self.messages.get(sid)
        if message is None or status.rank <= message.status.rank:
            return message
        now = self._now()
        before_sending = status in (Status.QUEUED, Status.FAILED, Status.CANCELED)
        return self._keep(
            replace(
                message,
                status=status,
                error_code=error_code,
                sender=message.sender or self._sender_for(message.to),
                num_segments=message.num_segments or self._segments(message.to, message.body),
                sent=message.sent or (None if before_sending else now),
                updated=now,
            )
        )

    def redact(self, sid: str) -> TwilioMessage:
        return self._keep(replace(self.messages[sid], body="", updated=self._now()))

    def remove(self, sid: str) -> None:
        del self.messages[sid]
        self.files.forget(sid)

    def remove_file(self, message_sid: str, sid: str) -> bool:
        """Delete one file of a message; False when there is none of that name."""
        removed = self.files.remove(message_sid, sid)
        if removed and message_sid in self.messages:
            message = self.messages[message_sid]
            self.messages[message_sid] = replace(message, num_media=message.num_media - 1)
        return removed

    def window_is_open(self, our_sender: str, person: str) -> bool:
        """Whether a free text may go out on WhatsApp: the person wrote within the last 24 hours."""
        if self._settings.window_rule is WindowRule.ALWAYS_OPEN:
            return True
        last = self.last_inbound.get((our_sender, person))
        return last is not None and self._clock() - last < WINDOW

    def apply_keyword(self, *, person: str, our_sender: str, keyword: str | None) -> bool:
        """Block or unblock by the carrier's own keyword; True when the carrier also answers the person."""
        if keyword is None or self.stop_handling is StopHandling.OURS:
            return False
        pair = (our_sender, person)
        was_stopped = pair in self.stopped
        if keyword == "STOP":
            self.stopped.add(pair)
        elif keyword == "START":
            self.stopped.discard(pair)
        return {"STOP": not was_stopped, "START": was_stopped, "HELP": not was_stopped}[keyword]

    def _later_error(self, new: NewMessage) -> int | None:
        if self.fates.get(new.to):
            return self.fates[new.to].popleft()
        if not new.to.startswith("whatsapp:"):
            return None
        sender = new.sender or self._settings.whatsapp_sender
        if self.window_is_open(sender, new.to):
            return None
        return find_later_error(self.contents.by_id.get(new.content_sid or ""))

    def _body(self, new: NewMessage) -> str:
        content = self.contents.by_id.get(new.content_sid or "")
        return content.fill(parse_variables(new.content_variables) or {}) if content else new.body or ""

    def _sender_for(self, to: str) -> str:
        """The sender a Messaging Service would choose."""
        return self._settings.whatsapp_sender if to.startswith("whatsapp:") else self._settings.sms_number

    def _segments(self, address: str, body: str) -> int:
        return 1 if address.startswith("whatsapp:") else count_segments(body)

    def _keep(self, message: TwilioMessage) -> TwilioMessage:
        self.files.add(message.sid, message.num_media, message.created)
        self.messages[message.sid] = message
        for tell in self.on_change:
            tell(message)
        return message

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC).replace(microsecond=0)


def new_message_sid(prefix: str = "SM") -> str:
    return prefix + secrets.token_hex(16)
