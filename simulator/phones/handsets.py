"""The phones as things: whose they are, what was typed into them, what reached them, what goes wrong around them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from conversation.messages import Channel
from simulator.api.fetched_media import ReceivedFile
from simulator.api.webhooks import user_id
from simulator.numbers import new_number
from simulator.phones.conditions import Conditions
from simulator.phones.details import Details
from simulator.phones.person_messages import Choice
from simulator.phones.sample_media import MediaKind
from simulator.settings import SimulatorSettings

MOST_PHONES = 6
MOST_BUBBLES = 300  # on one phone; the oldest go first
MOST_EVENTS = 80
LONGEST_NAME = 40
_NAMES = {
    Channel.SMS: ("Sponsor", "Sponsor's cousin", "A neighbor", "A teacher"),
    Channel.WHATSAPP: ("Youth", "Another youth", "An aunt", "A brother"),
}
_FIRST_NUMBERS = {Channel.SMS: "+12025550123", Channel.WHATSAPP: "+12025550124"}


class Side(StrEnum):
    """Who wrote a bubble. The carrier writes when somebody texts one of its own keywords."""

    PERSON = "person"
    PUENTE = "puente"
    CARRIER = "carrier"


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text on a small screen.

    Attributes:
        state: where it is, in the carrier's word.
        failed: it did not get through.
        about: what it is, when there are no words in it ("a poll").
        note: what happened to it, in plain words; "" when nothing did.
        sid: the carrier's id; None for what never became a message.
        media: sample files that this phone sent; `received`: files that the application sent to it.
        choices: what can be tapped.
        template: name of the approved template that it is; None for free words.
    """

    id: str
    side: Side
    text: str = field(repr=False)
    at: datetime
    state: str
    failed: bool = False
    about: str = ""
    note: str = ""
    sid: str | None = None
    media: tuple[MediaKind, ...] = ()
    received: tuple[ReceivedFile, ...] = ()
    choices: tuple[Choice, ...] = ()
    template: str | None = None
    segments: int | None = None
    details: Details | None = None


@dataclass(frozen=True, slots=True)
class CarrierEvent:
    """One exchange between carrier and application about one phone, as it was.

    Attributes:
        arrow: "out" from the carrier to the application, "in" from the application to the carrier.
        fields: names and values of the form or query.
    """

    id: str
    at: datetime
    arrow: str
    title: str
    outcome: str
    failed: bool
    fields: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(slots=True)
class Handset:
    """One phone and the person who holds it now. Addresses in Twilio's form.

    Attributes:
        id: part of its web address ("sms", "whatsapp-2").
        shared_with: who else reads here; "" when nobody does.
        hides_number: WhatsApp gives a business-scoped id instead of the number.
        reachable: set while the phone is on.
    """

    id: str
    channel: Channel
    our_address: str
    number: str = field(repr=False)
    name: str
    shared_with: str = field(default="", repr=False)
    hides_number: bool = False
    conditions: Conditions = Conditions()
    reachable: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    bubbles: dict[str, Bubble] = field(default_factory=dict, repr=False)
    events: dict[str, CarrierEvent] = field(default_factory=dict, repr=False)

    @property
    def address(self) -> str:
        if self.channel is Channel.SMS:
            return self.number
        return f"whatsapp:{user_id(self.number) if self.hides_number else self.number}"

    @property
    def is_on(self) -> bool:
        return self.reachable.is_set()

    def empty(self, number: str) -> None:
        """Give the phone to somebody new."""
        self.number, self.shared_with, self.hides_number = number, "", False
        self.bubbles.clear()
        self.events.clear()


class Handsets:
    """All phones. Changes are told to the functions in `on_bubble`, `on_event`, `on_status` and `on_phones`.

    `on_status` tells of the weather around one phone, `on_phones` that the page looks different altogether.
    """

    def __init__(self, settings: SimulatorSettings) -> None:
        self.by_id: dict[str, Handset] = {}
        self.on_bubble: list[Callable[[Handset, Bubble], None]] = []
        self.on_event: list[Callable[[Handset, CarrierEvent], None]] = []
        self.on_status: list[Callable[[Handset], None]] = []
        self.on_phones: list[Callable[[], None]] = []
        self._our_addresses = {Channel.SMS: settings.sms_number, Channel.WHATSAPP: settings.whatsapp_sender}
        self._taken: set[str] = set()
        self._made = dict.fromkeys(Channel, 0)
        for channel in Channel:
            self.add(channel)

    def add(self, channel: Channel) -> Handset | None:
        """Put one more phone on the table; None when it is full."""
        if len(self.by_id) >= MOST_PHONES:
            return None
        self._made[channel] += 1
        made = self._made[channel]
        names = _NAMES[channel]
        handset = Handset(
            id=channel.value if made == 1 else f"{channel.value}-{made}",
            channel=channel,
            our_address=self._our_addresses[channel],
            number=_FIRST_NUMBERS[channel] if made == 1 else self._new_number(),
            name=names[(made - 1) % len(names)] if made <= len(names) else f"{names[-1]} {made}",
        )
        handset.reachable.set()
        self._taken.add(handset.number)
        self.by_id[handset.id] = handset
        self.tell_phones()
        return handset

    def remove(self, handset: Handset) -> bool:
        """Take a phone away; False for the last one, which stays."""
        if len(self.by_id) < 2:
            return False
        del self.by_id[handset.id]
        self.tell_phones()
        return True

    def give_to_new_person(self, handset: Handset) -> None:
        """Empty a phone and give it a number nobody has written from."""
        handset.empty(self._new_number())
        self.tell_phones()

    def find_by_address(self, address: str | None) -> Handset | None:
        return next((phone for phone in self.by_id.values() if phone.address == address), None)

    def show(self, handset: Handset, bubble: Bubble) -> None:
        """Put a bubble on a screen, or change the one with its id."""
        handset.bubbles[bubble.id] = bubble
        while len(handset.bubbles) > MOST_BUBBLES:
            del handset.bubbles[next(iter(handset.bubbles))]
        for tell in self.on_bubble:
            tell(handset, bubble)

    def note_event(self, handset: Handset, event: CarrierEvent) -> None:
        handset.events[event.id] = event
        while len(handset.events) > MOST_EVENTS:
            del handset.events[next(iter(handset.events))]
        for tell in self.on_event:
            tell(handset, event)

    def tell_status(self, handset: Handset) -> None:
        for tell in self.on_status:
            tell(handset)

    def tell_phones(self) -> None:
        for tell in self.on_phones:
            tell()

    def _new_number(self) -> str:
        number = new_number(frozenset(self._taken))
        self._taken.add(number)
        return number
