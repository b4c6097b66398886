"""The values that travel through the house: what came in, what we remember, what is decided. Pure, frozen.

No value here shows a text, a number or a name in its repr: reprs end in logs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from conversation.appointments.values import AppointmentAct, CalendarLine, KnownAppointment
from conversation.check_ins.values import CheckInAct, KnownRound


class Channel(StrEnum):
    SMS = "sms"
    WHATSAPP = "whatsapp"


class Author(StrEnum):
    """Who wrote a message of the timeline."""

    PERSON = "person"
    BOT = "bot"
    CASEWORKER = "caseworker"
    SYSTEM = "system"


class MessageKind(StrEnum):
    """What an inbound message is, whatever its carrier calls it."""

    TEXT = "text"
    BUTTON = "button"
    AUDIO = "audio"
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"
    CONTACTS = "contacts"
    LOCATION = "location"
    STICKER = "sticker"
    EMPTY = "empty"


class Command(StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"
    PERSON = "person"
    PRIVATE = "private"
    PRIVATE_OFF = "private_off"
    LANGUAGE = "language"
    ERASE = "erase"


class Kind(StrEnum):
    """What a decision is, in the words of `puente ask`."""

    ANSWER = "answer"
    ASK = "ask"
    CHOOSE = "choose"
    HANDOFF = "handoff"
    CRISIS = "crisis"
    COMMAND = "command"
    FALLBACK = "fallback"
    SILENT = "silent"


class Urgency(StrEnum):
    """`page_now` wakes somebody; `same_day` waits for the morning; `normal` waits its turn."""

    PAGE_NOW = "page_now"
    SAME_DAY = "same_day"
    NORMAL = "normal"


class CaseStatus(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Address:
    """A channel and an opaque id: an E.164 number or a WhatsApp business-scoped id. Never parsed, never guessed."""

    channel: Channel
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    url: str = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True)
class Location:
    latitude: float = field(repr=False)
    longitude: float = field(repr=False)


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message as the carrier delivered it, after the signature was checked.

    Attributes:
        provider: name of the carrier ("twilio"); with provider_message_id the key that makes a repeat harmless.
        sender: the person's address.
        alias: the other identifier of the same sender when the carrier gives two (WhatsApp number and scoped id).
        recipient: our own number or WhatsApp sender, which must also send the reply.
        text: as received, "" when there is none; never repaired.
        button: payload of a tapped button or list item (our own id), else None.
        state_hint: US state where the number was issued, two letters: a first guess, never a fact.
        carrier_command: STOP, START or HELP when the carrier itself has recognised one and already answered it.
    """

    provider: str
    provider_message_id: str
    sender: Address
    recipient: Address
    kind: MessageKind
    text: str = field(repr=False)
    received_at: datetime
    alias: Address | None = None
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    button: str | None = field(default=None, repr=False)
    profile_name: str | None = field(default=None, repr=False)
    state_hint: str | None = None
    carrier_command: Command | None = None


class DeliveryStatus(StrEnum):
    """Life of an outgoing message, ours first, then the carrier's. `rank` says what may follow what."""

    QUEUED = "queued"  # in our outbox, never offered to the carrier
    WAITING = "waiting"  # will be tried again at due_at
    SENDING = "sending"  # offered; the answer is not known yet
    ACCEPTED = "accepted"  # the carrier has it
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNDELIVERED = "undelivered"
    FAILED = "failed"  # refused by the carrier
    DROPPED = "dropped"  # not sent on purpose: stopped, a person took over, window closed
    UNSETTLED = "unsettled"  # the carrier may or may not have it: a person looks

    @property
    def rank(self) -> int:
        """Order of life; a status never moves to a lower rank. Final failures rank above SENT, below DELIVERED."""
        return _RANKS[self]


_RANKS = {
    DeliveryStatus.QUEUED: 0,
    DeliveryStatus.WAITING: 0,
    DeliveryStatus.SENDING: 1,
    DeliveryStatus.UNSETTLED: 2,
    DeliveryStatus.ACCEPTED: 3,
    DeliveryStatus.SENT: 4,
    DeliveryStatus.UNDELIVERED: 5,
    DeliveryStatus.FAILED: 5,
    DeliveryStatus.DROPPED: 5,
    DeliveryStatus.DELIVERED: 6,
    DeliveryStatus.READ: 7,
}


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One status callback. `outbox_id` comes back from the callback address we gave; None when it did not."""

    provider: str
    provider_message_id: str
    status: DeliveryStatus
    outbox_id: str | None
    error_code: int | None = None


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question we asked whose answer the next message may be: digits pick from `choices`.

    Attributes:
        kind: "choose" (choices are answer ids, "0" a person), "language" (choices are tags), "read" (what waits behind
            a neutral text), "erase" (erase or keep), "stop" (stop or keep), "state" (in the person's own words;
            choices are letters of states where several may be meant), or those of appointments/questions.py and
            check_ins/questions.py.
    """

    kind: str
    choices: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class BotSession:
    """Rasa's conversation id; a fresh one now and then, since Rasa's cost grows with every turn."""

    id: str
    turns: int
    started_at: datetime


@dataclass(frozen=True, slots=True)
class OpenCase:
    """What the pipeline may know of the case of this conversation."""

    code: str
    status: CaseStatus
    topic: str
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Memory:
    """What we remember of a conversation between two messages; the pipeline returns the next one.

    Attributes:
        language: stated by the person or a caseworker; wins over everything.
        language_votes: running sum of clipped log-probabilities per BCP 47 tag.
        state: US state, two letters, as told by the person.
        role: "sponsor", "youth" or None.
        slots: the bot's slots and active form, so that the bot may be killed at any time.
        state_asked: we have asked for the state, which we do once.
        last_answer: the text we said last; `topic`: the last answer to a question, which short ones after it mean
            until `topic_until` (aware).
        misunderstood: messages in a row that we did not understand.
        noticed: the first notice (who we are, STOP) has been given.
        private: only neutral texts may light up this phone.
        stopped: STOP holds; only a crisis text and confirmations go out.
        crisis_after_stop: the one crisis text after a stop has been used.
        in_danger: an urgent case of the same number is open, in whichever conversation; read, never written.
        people_from: when somebody of the team is there again, on the office's wall clock; None: somebody is there now,
            or nobody can say. Read, never written.
        appointments: what is to come, and the last one past; `full_reminders`: reminders may say what they are about.
            Both are read, never written: a decision tells what changes.
        check_in: the round of questions whose question is open; `release_id`: the release after which questions still
            come, or None. Both are read, never written.
    """

    language: str | None = None
    language_votes: Mapping[str, float] = field(default_factory=dict)
    language_asked: bool = False
    state: str | None = None
    state_asked: bool = False
    role: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict, repr=False)
    bot_session: BotSession | None = None
    open_question: OpenQuestion | None = None
    last_answer: str | None = None
    topic: str | None = None
    topic_until: datetime | None = None
    misunderstood: int = 0
    noticed: bool = False
    private: bool = False
    stopped: bool = False
    crisis_after_stop: bool = False
    in_danger: bool = False
    case: OpenCase | None = None
    appointments: tuple[KnownAppointment, ...] = field(default=(), repr=False)
    full_reminders: bool = False
    check_in: KnownRound | None = None
    release_id: str | None = None
    people_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """One text to send: a catalogue entry in one language, ready to be split and sent.

    Attributes:
        answer: id of the catalogue entry; None only for a caseworker's own words.
        draft: no named person has reviewed it yet.
        overtakes: must not wait behind an earlier text that is held up (crisis text, confirmation of a stop).
        short: only the answer's short form: nobody has looked lately whether the whole still holds.
        calendar: dates of the calendar file whose address the store puts where the body has {link}.
    """

    answer: str | None
    language: str
    body: str = field(repr=False)
    author: Author
    draft: bool
    overtakes: bool = False
    short: bool = False
    calendar: tuple[CalendarLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Handoff:
    """A case to open, or to add to when the same topic is already open.

    Attributes:
        topic: an answer id or a reason of ours ("service.talk_to_person", "system.not_understood").
        discipline: school, health, mental_health, legal, reunification, community, safety or service.
        reason: request, danger, misunderstood, answer, media, bot_down, unsettled_send.
    """

    topic: str
    discipline: str
    urgency: Urgency
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a message leads to. Everything the store writes in one transaction, nothing else.

    Attributes:
        answers: ids of all that is answered when the message asked two things; `answer` is the first.
        stop: nothing more goes to this number, as after STOP: it is not our person's.
        complaint: the person says that we were wrong; kept for reviewers with the answer said before it.
        erase: the person has confirmed that all of theirs is to be erased; the store carries it out after `texts`
            (one, "system.erased") have left. Never set by the question itself. docs/decisions/0016
        appointments: what the message does to dates that are kept; check_ins: to the questions after a release.
    """

    kind: Kind
    language: str
    texts: tuple[OutgoingText, ...]
    memory: Memory
    answer: str | None = None
    command: Command | None = None
    confidence: float | None = None
    choices: tuple[str, ...] = ()
    handoff: Handoff | None = None
    answers: tuple[str, ...] = ()
    stop: bool = False
    complaint: bool = False
    erase: bool = False
    appointments: tuple[AppointmentAct, ...] = field(default=(), repr=False)
    check_ins: tuple[CheckInAct, ...] = field(default=(), repr=False)
