"""The two phones as things: whose they are, what was typed into them, what reached them."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from conversation.messages import Channel
from simulator.carrier import Direction, Status, TwilioMessage
from simulator.details import Details, DetailsClient
from simulator.keywords import REPLIES, find_keyword
from simulator.numbers import new_number
from simulator.stand_in import StandIn
from simulator.webhooks import PostOutcome, opt_out_type, sms_form, whatsapp_form

_TWIML_TYPES = ("text/xml", "application/xml")
_NOT_DELIVERED = (Status.FAILED, Status.UNDELIVERED, Status.CANCELED)


class Side(StrEnum):
    """Who wrote a bubble. The carrier writes when somebody texts one of its own keywords."""

    PERSON = "person"
    PUENTE = "puente"
    CARRIER = "carrier"


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text on a small screen. `state` is in words for the reader; `failed` says that it did not get through."""

    id: str
    side: Side
    text: str = field(repr=False)
    at: datetime
    state: str
    failed: bool = False
    segments: int | None = None
    details: Details | None = None


@dataclass(slots=True)
class Handset:
    """One phone and the person who holds it now. Addresses in Twilio's form."""

    channel: Channel
    our_address: str
    number: str = field(repr=False)
    bubbles: dict[str, Bubble] = field(default_factory=dict, repr=False)

    @property
    def address(self) -> str:
        return f"whatsapp:{self.number}" if self.channel is Channel.WHATSAPP else self.number


class Handsets:
    """Both phones, joined to the stand-in. Changes are told to every function in `on_bubble` and `on_person`."""

    def __init__(self, stand_in: StandIn, details: DetailsClient) -> None:
        settings = stand_in.settings
        self.by_channel = {
            Channel.SMS: Handset(Channel.SMS, settings.sms_number, "+12025550123"),
            Channel.WHATSAPP: Handset(Channel.WHATSAPP, settings.whatsapp_sender, "+12025550124"),
        }
        self.on_bubble: list[Callable[[Handset, Bubble], None]] = []
        self.on_person: list[Callable[[Handset], None]] = []
        self._webhook_url = settings.public_url.rstrip("/") + "/twilio/messages"
        self._stand_in = stand_in
        self._details = details
        self._taken = {handset.number for handset in self.by_channel.values()}
        self._running: set[asyncio.Task[None]] = set()
        stand_in.carrier.on_change.append(self._notice)

    def send(self, channel: Channel, text: str) -> None:
        """Text the application from a phone: shown at once, posted as a signed webhook in the background."""
        handset = self.by_channel[channel]
        carrier = self._stand_in.carrier
        message = carrier.add_inbound(person=handset.address, our_sender=handset.our_address, body=text)
        bubble = Bubble(f"b-{message.sid}", Side.PERSON, text, datetime.now(UTC), "sending")
        self._show(handset, bubble)
        keyword = find_keyword(text) if channel is Channel.SMS else None
        if carrier.apply_keyword(person=handset.address, our_sender=handset.our_address, keyword=keyword):
            self._show_carrier_reply(handset, message, keyword or "")
        self._start(self._post(handset, bubble, self._form(message, keyword)))

    def give_to_new_person(self, channel: Channel) -> None:
        """Empty a phone and give it a number nobody has written from."""
        handset = self.by_channel[channel]
        handset.number = new_number(frozenset(self._taken))
        self._taken.add(handset.number)
        handset.bubbles.clear()
        for tell in self.on_person:
            tell(handset)

    async def close(self) -> None:
        """Stop what runs in the background."""
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _form(self, message: TwilioMessage, keyword: str | None) -> dict[str, str]:
        settings = self._stand_in.settings
        if message.is_whatsapp:
            return whatsapp_form(message, settings.account_sid, "Simulated person")
        return sms_form(message, settings.account_sid, opt_out_type(settings.stop_handling, keyword))

    async def _post(self, handset: Handset, bubble: Bubble, form: dict[str, str]) -> None:
        outcome = await self._stand_in.webhooks.post(self._webhook_url, form)
        state = describe_webhook(outcome)
        if bubble.id in handset.bubbles:
            self._show(handset, replace(bubble, state=state or "sent", failed=state is not None))

    def _notice(self, message: TwilioMessage) -> None:
        """Show what the application sent to a phone, and every step of its delivery."""
        handset = next((phone for phone in self.by_channel.values() if phone.address == message.to), None)
        if handset is None or message.direction is not Direction.OUTBOUND:
            return
        known = handset.bubbles.get(f"b-{message.sid}")
        bubble = Bubble(
            id=f"b-{message.sid}",
            side=Side.PUENTE,
            text=known.text if known else message.body,  # a deletion at the carrier does not reach into phones
            at=known.at if known else datetime.now(UTC),
            state=describe_delivery(message),
            failed=message.status in _NOT_DELIVERED,
            segments=message.num_segments,
            details=known.details if known else None,
        )
        self._show(handset, bubble)
        if bubble.details is None:
            self._start(self._ask_details(handset, bubble.id, message.status_callback))

    async def _ask_details(self, handset: Handset, bubble_id: str, status_callback: str | None) -> None:
        details = await self._details.find(status_callback)
        bubble = handset.bubbles.get(bubble_id)
        if details is not None and bubble is not None:
            self._show(handset, replace(bubble, details=details))

    def _show_carrier_reply(self, handset: Handset, message: TwilioMessage, keyword: str) -> None:
        reply = Bubble(f"c-{message.sid}", Side.CARRIER, REPLIES[keyword], datetime.now(UTC), "answered by the carrier")
        self._show(handset, replace(reply, details=Details(language="en")))

    def _show(self, handset: Handset, bubble: Bubble) -> None:
        handset.bubbles[bubble.id] = bubble
        for tell in self.on_bubble:
            tell(handset, bubble)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def describe_webhook(outcome: PostOutcome) -> str | None:
    """Return what is wrong with the application's answer, in words; None when Twilio would be content."""
    if outcome.status is None:
        return f"webhook: {outcome.problem}"
    if outcome.status != 200:
        return f"webhook answered {outcome.status}"
    if outcome.content_type not in _TWIML_TYPES:
        return "webhook answered 200, but not TwiML (12300)"
    return None


def describe_delivery(message: TwilioMessage) -> str:
    """Return Twilio's word for the state, with the error code of a failure."""
    return f"{message.status.value} ({message.error_code})" if message.error_code else message.status.value
