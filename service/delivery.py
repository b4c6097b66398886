"""The send queue's work: offer a text to the carrier once, and settle it before any repeat (I2).

queued ──offer──▶ sending ──▶ accepted ──(callbacks)──▶ sent ▶ delivered ▶ read
  ▲ │ too fast       │ refused ▶ failed          unknown: wait for a callback, else look up at the carrier:
  └─┘ waiting ◀──────┘ later                      found ▶ accepted · surely absent ▶ queued · cannot say ▶ unsettled
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from conversation.handoff import make_plain_handoff
from conversation.messages import Address, Command, DeliveryStatus, Urgency
from conversation.ports import Accepted, CarrierMessage, Refused, RetryLater, Sender, SendOutcome, Unknown
from store import outbox
from store.cases import open_or_join
from store.database import Database
from store.outbox import Letter
from store.people import get_address_of, record_consent
from store.rates import reserve
from store.vault import Vault

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
STAYS_IN_LINE_S = 60.0  # a longer wait leaves the line; the sweep of due texts brings it back
LOOK_AFTER_S = (2.0, 8.0, 30.0, 120.0, 600.0)  # when an unknown send is looked up, counted from the last look
SURE_AFTER_LOOKS = 2  # looks that must find nothing before the text is offered again
CLOCKS_DIFFER = timedelta(seconds=30)  # ours and the carrier's


@dataclass(frozen=True, slots=True)
class Delivery:
    """Sends texts. `clock` returns aware UTC times; `carrier_form` writes an address as the carrier wants it."""

    database: Database
    vault: Vault
    sender: Sender
    carrier_form: Callable[[Address], str]
    per_second: float
    clock: Callable[[], datetime]

    async def send(self, outbox_id: str) -> float | None:
        """Do the next thing for one text.

        Returns:
            Seconds after which to be called again, or None when nothing is left to do here.
        """
        letter, wait_s = await self.database.run(lambda session: self._begin(session, outbox_id))
        if letter is None:
            return wait_s
        if letter.status is DeliveryStatus.SENDING:
            return await self._settle(letter)
        sender, to = self._both_ends(letter)
        outcome = await self.sender.send(outbox_id=letter.id, sender=sender, to=to, body=letter.body)
        log.info("offered", extra={"outbox": letter.id, "outcome": type(outcome).__name__, "attempt": letter.attempt})
        return await self.database.run(lambda session: self._take(session, letter, outcome))

    async def give_up(self, outbox_id: str) -> None:
        """A text that cannot be handled goes before a person (I1)."""

        def end(session: Session) -> None:
            letter = outbox.find_letter(session, self.vault, outbox_id)
            if letter and letter.status not in outbox.FINAL:
                self._end(session, letter, DeliveryStatus.UNSETTLED, self.clock(), reason="gave_up")

        await self.database.run(end)

    def _begin(self, session: Session, outbox_id: str) -> tuple[Letter | None, float | None]:
        """Judge a text just before the network: (letter to send or settle, None) or (None, seconds to wait)."""
        now = self.clock()
        letter = outbox.find_letter(session, self.vault, outbox_id)
        if letter is None or letter.status in outbox.FINAL:
            return None, None
        if letter.due_at and letter.due_at > now:
            return None, _stay((letter.due_at - now).total_seconds())
        if letter.status is DeliveryStatus.SENDING:
            return letter, None
        if reason := letter.reason_to_drop(now):
            self._drop(session, letter, reason, now)
            return None, None
        if letter.due_at is None and (wait_s := self._reserve(session, letter, now)) > 0:
            outbox.change(session, letter.id, now=now, due_at=now + timedelta(seconds=wait_s))
            return None, wait_s
        outbox.change(
            session, letter.id, now=now,
            status=DeliveryStatus.SENDING, attempt=letter.attempt + 1, checks=0, offered_at=now, due_at=None,
        )  # fmt: skip
        return letter, None

    def _both_ends(self, letter: Letter) -> tuple[str, str]:
        ours = Address(letter.to.channel, letter.sender)
        return self.carrier_form(ours), self.carrier_form(letter.to)

    def _reserve(self, session: Session, letter: Letter, now: datetime) -> float:
        return reserve(session, self._both_ends(letter)[0], per_second=self.per_second, now_s=now.timestamp())

    def _take(self, session: Session, letter: Letter, outcome: SendOutcome) -> float | None:
        """Write what the carrier said; a callback may have come first, and then it stands."""
        now = self.clock()
        match outcome:
            case Accepted(provider_message_id):
                self._accept(session, letter, provider_message_id, now)
                return None
            case RetryLater(code, after_s):
                return self._wait(session, letter, code, after_s, now)
            case Refused():
                self._refuse(session, letter, outcome, now)
                return None
            case Unknown(reason):
                due_at = now + timedelta(seconds=LOOK_AFTER_S[0])
                outbox.change(session, letter.id, now=now, reason=reason, due_at=due_at)
                return LOOK_AFTER_S[0]

    async def _settle(self, letter: Letter) -> float | None:
        """An offered text of unknown fate: look it up among the carrier's messages."""
        since = (letter.offered_at or self.clock()) - CLOCKS_DIFFER
        sender, to = self._both_ends(letter)
        found = await self.sender.find_sent(sender=sender, to=to, since_s=since.timestamp())
        return await self.database.run(lambda session: self._take_look(session, letter, found))

    def _take_look(self, session: Session, letter: Letter, found: Any) -> float | None:
        now, looks = self.clock(), letter.checks + 1
        if not isinstance(found, Unknown):
            if match := self._find_match(session, letter, found):
                self._accept(session, letter, match, now)
                return None
            if looks >= SURE_AFTER_LOOKS and letter.attempt < MOST_ATTEMPTS:
                back = {"status": DeliveryStatus.QUEUED, "due_at": None}
                outbox.change(session, letter.id, now=now, while_in=DeliveryStatus.SENDING, **back)
                return 0.0
        if looks >= len(LOOK_AFTER_S):
            self._end(session, letter, DeliveryStatus.UNSETTLED, now, reason="unsettled")
            return None
        due_at = now + timedelta(seconds=LOOK_AFTER_S[looks])
        outbox.change(session, letter.id, now=now, checks=looks, due_at=due_at)
        return _stay(LOOK_AFTER_S[looks])

    def _find_match(self, session: Session, letter: Letter, found: list[CarrierMessage]) -> str | None:
        same = [one.provider_message_id for one in found if one.body == letter.body]
        ours = outbox.find_ours(session, same)
        return next((one for one in same if one not in ours), None)

    def _accept(self, session: Session, letter: Letter, provider_message_id: str, now: datetime) -> None:
        values = {"provider_message_id": provider_message_id, "settled_at": now}
        if not outbox.move_forward(session, letter.id, DeliveryStatus.ACCEPTED, now=now, values=values):
            outbox.change(session, letter.id, now=now, provider_message_id=provider_message_id)

    def _wait(self, session: Session, letter: Letter, code: int, after_s: float, now: datetime) -> float | None:
        if letter.attempt + 1 >= MOST_ATTEMPTS:
            self._end(session, letter, DeliveryStatus.FAILED, now, reason="too_many_attempts", error_code=code)
            return None
        after_s *= 2**letter.attempt
        due_at = now + timedelta(seconds=after_s)
        values = {"status": DeliveryStatus.WAITING, "due_at": due_at, "error_code": code}
        outbox.change(session, letter.id, now=now, while_in=DeliveryStatus.SENDING, **values)
        return _stay(after_s)

    def _refuse(self, session: Session, letter: Letter, refused: Refused, now: datetime) -> None:
        if refused.opted_out:
            known = get_address_of(session, self.vault, letter.conversation_id)
            record_consent(session, known, Command.STOP, source="carrier", language=None, message_id=None, now=now)
        if refused.operator:
            log.error("the carrier refuses our configuration", extra={"code": refused.code})
        reason = "opted_out" if refused.opted_out else "refused"
        self._end(session, letter, DeliveryStatus.FAILED, now, reason=reason, error_code=refused.code)

    def _drop(self, session: Session, letter: Letter, reason: str, now: datetime) -> None:
        self._end(session, letter, DeliveryStatus.DROPPED, now, reason=reason)

    def _end(
        self, session: Session, letter: Letter, status: DeliveryStatus, now: datetime, *,
        reason: str, error_code: int | None = None,
    ) -> None:  # fmt: skip
        """Close an entry that did not reach its person; unless the person wished so, somebody looks at it."""
        outbox.move_forward(
            session, letter.id, status, now=now,
            values={"reason": reason, "error_code": error_code, "settled_at": now},
        )  # fmt: skip
        if reason in ("stopped", "opted_out", "claimed"):
            return
        handoff = make_plain_handoff("system.delivery", reason, urgency=Urgency.SAME_DAY)
        open_or_join(session, letter.conversation_id, handoff, language="und", message_id=letter.message_id, now=now)


def _stay(seconds: float) -> float | None:
    """Return the wait when it is short enough to be waited in line, else None."""
    return seconds if seconds <= STAYS_IN_LINE_S else None
