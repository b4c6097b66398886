"""From a phone to the application: a bubble at once, then the webhook as Twilio would post it, or as it goes wrong."""

import asyncio
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from conversation.messages import Channel
from simulator.api.keywords import REPLIES, find_keyword
from simulator.api.memory import TwilioMessage
from simulator.api.stand_in import StandIn
from simulator.api.webhooks import PostOutcome, Signature, opt_out_type, sms_form, whatsapp_form
from simulator.phones.background import Background
from simulator.phones.conditions import LATE_S, PostTrouble
from simulator.phones.details import Details
from simulator.phones.handsets import Bubble, Handset, Handsets, Side
from simulator.phones.media_door import MediaShelf
from simulator.phones.person_messages import PersonMessage, body_of, extra_fields, media_files, split_for_channel
from simulator.phones.plain_words import describe_webhook

_BLOCK_WORDS = {
    "STOP": "the carrier now refuses our texts to this phone (21610)",
    "START": "the carrier takes our texts to this phone again",
}
_POST_NOTES = {
    PostTrouble.LATE: "posted late on purpose",
    PostTrouble.TWICE: "posted twice on purpose: Puente must answer once",
    PostTrouble.SWAPPED: "posted in the wrong order on purpose",
    PostTrouble.UNSIGNED: "posted without a signature on purpose: Puente must refuse it with 403",
}


@dataclass(frozen=True, slots=True)
class _Letter:
    """A message on its way from a phone to the application."""

    handset: Handset
    bubble: Bubble
    form: dict[str, str] = field(repr=False)


class Texting:
    """Sends what people type. Belongs to the server's loop."""

    def __init__(self, stand_in: StandIn, handsets: Handsets, shelf: MediaShelf, background: Background) -> None:
        self._webhook_url = stand_in.settings.public_url.rstrip("/") + "/twilio/messages"
        self._stand_in = stand_in
        self._handsets = handsets
        self._shelf = shelf
        self._background = background
        self._held: dict[str, _Letter] = {}  # by phone: waits for the next one, which overtakes it

    def send(self, handset: Handset, sent: PersonMessage, *, media_base: str) -> None:
        """Text the application from a phone: shown at once, posted in the background.

        Args:
            media_base: where this simulator is reached, for the addresses of media ("http://127.0.0.1:8082").
        """
        for one in split_for_channel(sent, handset.channel):
            self._send_one(handset, one, media_base)

    def release(self, handset: Handset) -> None:
        """Post what is held back on a phone."""
        letter = self._held.pop(handset.id, None)
        if letter is not None:
            self._background.start(self._post(letter))

    def _send_one(self, handset: Handset, sent: PersonMessage, media_base: str) -> None:
        message = self._stand_in.carrier.add_inbound(
            person=handset.address,
            our_sender=handset.our_address,
            body=body_of(sent, handset.channel),
            num_media=len(sent.media),
        )
        bubble = Bubble(
            id=f"b-{message.sid}",
            side=Side.PERSON,
            text=message.body,
            about=sent.about,
            at=datetime.now(UTC),
            state="sending",
            sid=message.sid,
            media=sent.media,
        )
        self._handsets.show(handset, bubble)
        keyword = self._apply_keyword(handset, bubble, message)
        form = self._form(handset, sent, message, keyword=keyword, media_base=media_base)
        self._dispatch(_Letter(handset, handset.bubbles[bubble.id], form))
        self._handsets.tell_status(handset)  # its window is open now

    def _apply_keyword(self, handset: Handset, bubble: Bubble, message: TwilioMessage) -> str | None:
        """Let the carrier act on its own words, by SMS alone; the word that it has recognised."""
        carrier = self._stand_in.carrier
        keyword = find_keyword(message.body, carrier.stop_handling) if handset.channel is Channel.SMS else None
        pair = (handset.our_address, handset.address)
        was_stopped = pair in carrier.stopped
        answers = carrier.apply_keyword(person=handset.address, our_sender=handset.our_address, keyword=keyword)
        if (pair in carrier.stopped) != was_stopped:
            self._handsets.show(handset, replace(bubble, note=_BLOCK_WORDS[keyword or ""]))
        if answers:
            self._show_carrier_reply(handset, message, keyword or "")
        return keyword

    def _show_carrier_reply(self, handset: Handset, message: TwilioMessage, keyword: str) -> None:
        reply = Bubble(f"c-{message.sid}", Side.CARRIER, REPLIES[keyword], datetime.now(UTC), "answered by the carrier")
        self._handsets.show(handset, replace(reply, details=Details(language="en")))

    def _form(
        self, handset: Handset, sent: PersonMessage, message: TwilioMessage, *, keyword: str | None, media_base: str
    ) -> dict[str, str]:
        account = self._stand_in.settings.account_sid
        paths = self._shelf.add(message.sid, media_files(sent, handset.channel))
        urls = [f"{media_base.rstrip('/')}{path}" for path in paths]
        if handset.channel is Channel.WHATSAPP:
            plain = whatsapp_form(message, account, handset.name)
        else:
            plain = sms_form(message, account, opt_out_type(self._stand_in.carrier.stop_handling, keyword))
        return plain | extra_fields(sent, handset.channel, our_sender=handset.our_address, media_urls=urls)

    def _dispatch(self, letter: _Letter) -> None:
        """Post a message as the weather around its phone has it."""
        handset, trouble = letter.handset, letter.handset.conditions.post
        if trouble is PostTrouble.NONE:
            self._background.start(self._post(letter))
            return
        note = "; ".join(part for part in (letter.bubble.note, _POST_NOTES[trouble]) if part)
        letter = replace(letter, bubble=replace(letter.bubble, note=note))
        if trouble is PostTrouble.SWAPPED and handset.id not in self._held:
            self._held[handset.id] = letter
            self._handsets.show(handset, replace(letter.bubble, state="held back until the next one"))
            return
        handset.conditions = handset.conditions.after_post()
        self._background.start(self._misdeliver(letter, trouble, self._held.pop(handset.id, None)))

    async def _misdeliver(self, letter: _Letter, trouble: PostTrouble, held: _Letter | None) -> None:
        match trouble:
            case PostTrouble.LATE:
                self._handsets.show(letter.handset, replace(letter.bubble, state="on its way"))
                await asyncio.sleep(LATE_S * self._stand_in.settings.pace)
                await self._post(letter)
            case PostTrouble.TWICE:
                await self._post(letter, times=2)
            case PostTrouble.UNSIGNED:
                await self._post(letter, signature=Signature.ABSENT)
            case _:
                await self._post(letter)
        if held is not None:
            await self._post(held)

    async def _post(self, letter: _Letter, *, times: int = 1, signature: Signature = Signature.VALID) -> None:
        token = str(uuid.uuid4())
        outcome = PostOutcome(None, "not posted")
        for _ in range(times):
            outcome = await self._stand_in.webhooks.post(
                self._webhook_url, letter.form, token=token, signature=signature
            )
        problem = describe_webhook(outcome)
        bubble = letter.handset.bubbles.get(letter.bubble.id)
        if bubble is not None:
            done = replace(letter.bubble, state=problem or "sent", failed=problem is not None)
            self._handsets.show(letter.handset, done)
