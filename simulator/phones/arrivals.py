"""From the application to a phone: every text, every step of its delivery, and why one did not come."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime

from conversation.messages import Channel
from simulator.api.callbacks import CallbackPlan
from simulator.api.faults import Call, Fault
from simulator.api.memory import WINDOW, Direction, TwilioMessage
from simulator.api.played import ResourceCall
from simulator.api.stand_in import StandIn
from simulator.phones.background import Background
from simulator.phones.conditions import OFF_S, STOP_WORDS, UNREACHABLE
from simulator.phones.details import DetailsClient
from simulator.phones.handsets import Bubble, Handset, Handsets, Side
from simulator.phones.person_messages import find_choices
from simulator.phones.plain_words import describe_delivery, explain_code, is_lost


class Arrivals:
    """Joins the phones to what the stand-in does, and the weather around them to what it does next."""

    def __init__(self, stand_in: StandIn, handsets: Handsets, details: DetailsClient, background: Background) -> None:
        self._stand_in = stand_in
        self._handsets = handsets
        self._details = details
        self._background = background
        stand_in.carrier.on_change.append(self._notice)
        stand_in.choose_fault = self._choose_fault
        stand_in.callbacks.choose_plan = self._choose_plan

    def show_refusal(self, handset: Handset, body: str, code: int | None) -> None:
        """Show a text that the carrier did not take at all."""
        bubble = Bubble(
            id=f"r-{secrets.token_hex(8)}",
            side=Side.PUENTE,
            text=body,
            at=datetime.now(UTC),
            state=f"refused ({code})" if code else "refused",
            failed=True,
            note=explain_code(code),
        )
        self._handsets.show(handset, bubble)

    def close_window(self, handset: Handset) -> None:
        """Let a day pass for the carrier: this person has not written on WhatsApp for longer than that."""
        last = self._stand_in.carrier.last_inbound
        pair = (handset.our_address, handset.address)
        if pair in last:
            last[pair] -= WINDOW
        self._handsets.tell_status(handset)

    def describe(self, handset: Handset) -> list[str]:
        """Return what is not as usual around a phone, a phrase each."""
        carrier = self._stand_in.carrier
        pair = (handset.our_address, handset.address)
        found = [] if handset.is_on else ["Switched off"]
        if handset.channel is Channel.WHATSAPP and pair in carrier.last_inbound:
            found += [] if carrier.window_is_open(*pair) else ["24-hour window closed: only approved templates arrive"]
        if pair in carrier.stopped:
            found.append("Blocked by the carrier (STOP)")
        if handset.channel is Channel.SMS and carrier.stop_handling is not self._stand_in.settings.stop_handling:
            found.append(f"STOP is handled by {STOP_WORDS[carrier.stop_handling]}")
        return found + handset.conditions.describe()

    def _choose_fault(self, call: ResourceCall) -> Fault | None:
        handset = self._handsets.find_by_address(dict(call.form).get("To"))
        if handset is None or call.operation.id != Call.CREATE or handset.conditions.fault is None:
            return self._stand_in.faults.take(Call(call.operation.id))
        fault = handset.conditions.fault
        self._use_up(handset)
        return fault

    def _choose_plan(self, message: TwilioMessage) -> CallbackPlan:
        handset = self._handsets.find_by_address(message.to)
        if handset is None:
            return self._stand_in.callbacks.plan
        pace = self._stand_in.settings.pace
        plan = handset.conditions.plan(pace=pace)
        if plan.error_code is not None:
            self._use_up(handset)
        if handset.is_on:
            return plan
        if handset.channel is Channel.WHATSAPP:
            return replace(plan, reachable=handset.reachable)  # WhatsApp keeps it until the phone is on
        return replace(
            plan, delays_s=tuple(moment * pace for moment in OFF_S), error_code=plan.error_code or UNREACHABLE
        )

    def _use_up(self, handset: Handset) -> None:
        handset.conditions = handset.conditions.after_send()
        self._handsets.tell_status(handset)

    def _notice(self, message: TwilioMessage) -> None:
        """Show what the application sent to a phone, and every step of its delivery."""
        handset = self._handsets.find_by_address(message.to)
        if handset is None or message.direction is not Direction.OUTBOUND:
            return
        known = handset.bubbles.get(f"b-{message.sid}")
        content = self._stand_in.carrier.contents.by_id.get(message.content_sid or "")
        bubble = Bubble(
            id=f"b-{message.sid}",
            side=Side.PUENTE,
            text=known.text if known else message.body,  # a deletion at the carrier does not reach into phones
            at=known.at if known else datetime.now(UTC),
            state=describe_delivery(message),
            failed=is_lost(message.status),
            note=explain_code(message.error_code),
            sid=message.sid,
            received=message.received,
            choices=find_choices(content.types) if content else (),
            template=(content.name or content.friendly_name or content.sid) if content else None,
            segments=message.num_segments,
            details=known.details if known else None,
        )
        self._handsets.show(handset, bubble)
        if bubble.details is None:
            self._background.start(self._ask_details(handset, bubble.id, message.status_callback))

    async def _ask_details(self, handset: Handset, bubble_id: str, status_callback: str | None) -> None:
        details = await self._details.find(status_callback)
        bubble = handset.bubbles.get(bubble_id)
        if details is not None and bubble is not None:
            self._handsets.show(handset, replace(bubble, details=details))
