"""The send queue's work: offer a text to the carrier once, and settle it before any repeat (I2).

queued ──offer──▶ sending ──▶ accepted ──(callbacks)──▶ sent ▶ delivered ▶ read
  ▲ │ too fast       │ refused ▶ failed          unknown: wait for a callback, else look up at the carrier:
  └─┘ waiting ◀──────┘ later                      found ▶ accepted · surely absent ▶ queued · cannot say ▶ unsettled

Every step is written only if the entry is still as it was read: of two workers with one text, one goes on. A text that
waits for long leaves its line, and those behind it wait until it is settled (I3).
"""

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from conversation.answers.catalogue import KNOCK
from conversation.messages import Address, DeliveryStatus
from conversation.ports import Accepted, CarrierMessage, Refused, RetryLater, Sender, SendOutcome, Unknown
from service.failures import follow_refusal, show_to_people
from service.settling import NO_ANSWER, is_surely_absent, wait_for_look
from service.window import Drop, Held, Window
from store import held, lines, outbox
from store.database import Database
from store.outbox import Letter
from store.rates import reserve
from store.sealing.vault import Vault

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 12  # at a carrier that cannot be reached, most of an hour
LONGEST_BACK_OFF_S = 900.0  # unless the carrier itself asks for more
STAYS_IN_LINE_S = 60.0  # a longer back-off leaves the line; the sweep of due texts brings it back
LONGEST_BEHIND_S = 60.0  # then a text behind another looks whether that one is settled
CLOCKS_DIFFER = timedelta(hours=24)  # ours and the carrier's: a look-up leaves out what is ours already anyway
MOVED_S = 1.0  # pause after another worker was seen with the same text
STALE = 0.5  # of an answer time: who was paused for longer between marking a text and offering it does not offer it


@dataclass(frozen=True, slots=True)
class _Offer:
    """This letter is marked as under way: hand it to the carrier."""

    letter: Letter


@dataclass(frozen=True, slots=True)
class _Look:
    """This letter was under way and nobody knows its fate: look it up."""

    letter: Letter


@dataclass(frozen=True, slots=True)
class Delivery:
    """Sends texts. `clock` returns aware UTC times; `carrier_form` writes an address as the carrier wants it.

    `jitter` returns a number from 0 to 1, new each time: what was turned away together does not come back together.
    `answer_s`: how long the sender waits for an answer. `steady`: seconds that only grow, whatever the clock does.
    """

    database: Database
    vault: Vault
    sender: Sender
    carrier_form: Callable[[Address], str]
    per_second: float
    clock: Callable[[], datetime]
    window: Window
    jitter: Callable[[], float] = random.random
    answer_s: float = 10.0
    steady: Callable[[], float] = time.monotonic

    async def send(self, outbox_id: str) -> float | None:
        """Do the next thing for one text.

        Returns:
            Seconds after which to be called again, or None when nothing is left to do here.
        """
        begun = self.steady()
        step = await self.database.run(lambda session: self._begin(session, outbox_id))
        match step:
            case _Offer(letter) if self.steady() - begun > STALE * self.answer_s:
                return await self.database.run(lambda session: self._take_back(session, letter))
            case _Offer(letter):
                return await self._offer(letter)
            case _Look(letter):
                return await self._look_up(letter)
            case wait_s:
                return wait_s

    async def give_up(self, outbox_id: str) -> None:
        """A text that cannot be handled goes before a person, unopened (I1)."""
        await self.database.run(
            lambda session: self._end(session, outbox_id, DeliveryStatus.UNSETTLED, reason="gave_up")
        )

    def _begin(self, session: Session, outbox_id: str) -> _Offer | _Look | float | None:
        """Judge a text just before the network; seconds to wait, or None, when there is nothing to do now."""
        now = self.clock()
        letter = outbox.take_letter(session, self.vault, outbox_id)
        if letter is None or letter.status in outbox.FINAL:
            return None
        if letter.due_at and now < letter.due_at <= now + lines.LONGEST_WAIT:
            wait_s = (letter.due_at - now).total_seconds()
            # what only waits for its turn keeps its place in line
            return wait_s if letter.status is DeliveryStatus.QUEUED else _stay(wait_s)
        if letter.status is DeliveryStatus.SENDING:
            return _Look(letter)
        judged = self.window.judge(session, letter, now)
        if isinstance(judged, Drop):
            self._end(session, letter.id, DeliveryStatus.DROPPED, reason=judged.reason)
        if isinstance(judged, Drop | Held):
            return None
        if not judged.goes_first and (earlier := lines.find_earlier(session, judged)):
            self._stand_behind(session, judged, earlier[0], now)
            return None
        return self._take_turn(session, judged, now)

    def _stand_behind(self, session: Session, letter: Letter, due_at: datetime | None, now: datetime) -> None:
        """Leave the line too until the earlier text is likely to be settled: in the line it could not pass this one."""
        soonest, latest = now + timedelta(seconds=MOVED_S), now + timedelta(seconds=LONGEST_BEHIND_S)
        due_at = min(max(due_at or soonest, soonest), latest)
        values = {"status": DeliveryStatus.WAITING, "checks": letter.checks + 1, "due_at": due_at}
        outbox.change(session, letter, now=now, **values)

    def _take_back(self, session: Session, letter: Letter) -> float:
        """This process was paused and may have lost its work: what was not offered is offered by whoever has it now."""
        unmarked = {"status": DeliveryStatus.QUEUED, "due_at": None, "offered_at": None}
        outbox.change(session, letter, now=self.clock(), **unmarked)
        return MOVED_S

    def _take_turn(self, session: Session, letter: Letter, now: datetime) -> _Offer | float:
        """Mark a text as under way, or give it a later turn when its sender number has been too fast."""
        has_turn = letter.status is DeliveryStatus.QUEUED and letter.due_at is not None
        wait_s = 0.0 if has_turn else self._reserve(session, letter, now)
        if wait_s > 0 and not letter.overtakes:
            due_at = now + timedelta(seconds=wait_s)
            outbox.change(session, letter, now=now, status=DeliveryStatus.QUEUED, due_at=due_at)
            return wait_s
        begun = replace(
            letter, status=DeliveryStatus.SENDING, attempt=letter.attempt + 1, checks=0, offered_at=now,
            due_at=now + timedelta(seconds=NO_ANSWER * self.answer_s), reason=None,
        )  # fmt: skip
        values = {"status": begun.status, "attempt": begun.attempt, "checks": 0, "offered_at": now, "reason": None}
        if not outbox.change(session, letter, now=now, due_at=begun.due_at, **values):
            return MOVED_S
        return _Offer(begun)

    async def _offer(self, letter: Letter) -> float | None:
        sender, to = self._both_ends(letter)
        outcome = await self.sender.send(
            outbox_id=letter.id, sender=sender, to=to, body=letter.body, template=letter.template,
            media_url=letter.media_url,
        )  # fmt: skip
        log.info("offered", extra={"outbox": letter.id, "outcome": type(outcome).__name__, "attempt": letter.attempt})
        return await self.database.run(lambda session: self._take(session, letter, outcome))

    def _take(self, session: Session, letter: Letter, outcome: SendOutcome) -> float | None:
        """Write what the carrier said; a callback may have come first, and then it stands."""
        now = self.clock()
        match outcome:
            case Accepted(provider_message_id):
                outbox.accept(session, letter.id, provider_message_id, now=now)
                return None
            case RetryLater(code, after_s):
                return self._postpone(session, letter, code, after_s)
            case Refused():
                self._refuse(session, letter, outcome)
                return None
            case Unknown(reason):
                wait_s = wait_for_look(0, answer_s=self.answer_s) or MOVED_S
                outbox.change(session, letter, now=now, reason=reason, due_at=now + timedelta(seconds=wait_s))
                return wait_s

    def _postpone(self, session: Session, letter: Letter, code: int, after_s: float) -> float | None:
        """Surely not processed: wait, longer each time, never less than the carrier asks."""
        now = self.clock()
        if letter.attempt >= MOST_ATTEMPTS:
            self._end(session, letter.id, DeliveryStatus.FAILED, reason="too_many_attempts", error_code=code)
            return None
        doubled_s = min(after_s * 2 ** (letter.attempt - 1), LONGEST_BACK_OFF_S)
        wait_s = max(after_s, doubled_s) * (1 + self.jitter() / 2)
        due_at = now + timedelta(seconds=wait_s)
        values = {"status": DeliveryStatus.WAITING, "checks": letter.checks + 1}  # a late answer's turn may be used up
        outbox.change(session, letter, now=now, due_at=due_at, error_code=code, **values)
        return _stay(wait_s)

    def _refuse(self, session: Session, letter: Letter, refused: Refused) -> None:
        reason = follow_refusal(session, self.vault, letter.id, refused, now=self.clock()) or "refused"
        self._end(session, letter.id, DeliveryStatus.FAILED, reason=reason, error_code=refused.code)

    async def _look_up(self, letter: Letter) -> float | None:
        since = (letter.offered_at or self.clock()) - CLOCKS_DIFFER
        sender, to = self._both_ends(letter)
        found = await self.sender.find_sent(sender=sender, to=to, since_s=since.timestamp())
        return await self.database.run(lambda session: self._take_look(session, letter, found))

    def _take_look(self, session: Session, letter: Letter, found: Sequence[CarrierMessage] | Unknown) -> float | None:
        now, looks = self.clock(), letter.checks + 1
        if not isinstance(found, Unknown):
            if match := _find_match(session, letter, found):
                outbox.accept(session, letter.id, match, now=now)
                return None
            if self._is_surely_absent(letter, looks, now) and letter.attempt < MOST_ATTEMPTS:
                outbox.change(session, letter, now=now, status=DeliveryStatus.QUEUED, due_at=None, checks=looks)
                return 0.0
        wait_s = wait_for_look(looks, answer_s=self.answer_s)
        if wait_s is None:
            self._end(session, letter.id, DeliveryStatus.UNSETTLED, reason="unsettled")
            return None
        outbox.change(session, letter, now=now, checks=looks, due_at=now + timedelta(seconds=wait_s))
        return _stay(wait_s)

    def _is_surely_absent(self, letter: Letter, looks: int, now: datetime) -> bool:
        age_s = (now - (letter.offered_at or now)).total_seconds()
        return is_surely_absent(
            reason=letter.reason, is_crisis=letter.is_crisis, looks=looks, age_s=age_s,
            answer_s=self.answer_s,
        )  # fmt: skip

    def _end(
        self, session: Session, outbox_id: str, status: DeliveryStatus, *, reason: str, error_code: int | None = None
    ) -> None:
        """Close an entry that did not reach its person, if nothing better is known of it; somebody looks at it."""
        values = {"reason": reason, "error_code": error_code, "settled_at": (now := self.clock())}
        if held.end(session, outbox_id, status, now=now, values=values):
            show_to_people(session, outbox_id, reason=reason, now=now)

    def _reserve(self, session: Session, letter: Letter, now: datetime) -> float:
        return reserve(session, self._both_ends(letter)[0], per_second=self.per_second, now_s=now.timestamp())

    def _both_ends(self, letter: Letter) -> tuple[str, str]:
        ours = Address(letter.to.channel, letter.sender)
        return self.carrier_form(ours), self.carrier_form(letter.to)


def _find_match(session: Session, letter: Letter, found: Sequence[CarrierMessage]) -> str | None:
    wanted = [letter.body.split(), []] if letter.answer == KNOCK else [letter.body.split()]  # docs/decisions/0014
    with_file = [one for one in found if (one.files > 0) == letter.has_file]
    same = [one.provider_message_id for one in with_file if one.body.split() in wanted]
    ours = outbox.find_ours(session, same)
    return next((one for one in same if one not in ours), None)


def _stay(seconds: float) -> float | None:
    """Return the wait when it is short enough to be waited in line, else None."""
    return seconds if seconds <= STAYS_IN_LINE_S else None
