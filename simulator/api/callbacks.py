"""The life of an accepted message: it moves forward, and status callbacks tell the application, well-behaved or not."""

import asyncio
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from simulator.api.memory import Carrier, Status, TwilioMessage
from simulator.api.webhooks import PostOutcome, WebhookClient, status_form

# Codes after which Twilio says "failed" (it never went out); after all others it says "undelivered".
_NEVER_SENT = frozenset({30001, 30036, 63016, 63040, 63041, 63042})


class CallbackOrder(Enum):
    """How callbacks arrive. Twilio promises neither order nor uniqueness nor that the last one comes."""

    IN_ORDER = "in_order"
    DOUBLED = "doubled"  # each twice, with the same idempotency token
    OUT_OF_ORDER = "out_of_order"  # latest first
    BEFORE_ANSWER = "before_answer"  # all of them before the create request is answered
    NONE = "none"


@dataclass(frozen=True, slots=True)
class CallbackPlan:
    """What happens to messages accepted from now on.

    Attributes:
        delays_s: seconds after acceptance for the first, second and third step; later steps use the last one.
        error_code: every message fails with this code in the end; None delivers them.
        read_receipts: WhatsApp people let us know that they have read.
    """

    order: CallbackOrder = CallbackOrder.IN_ORDER
    delays_s: tuple[float, ...] = (0.0,)
    error_code: int | None = None
    read_receipts: bool = True
    reachable: asyncio.Event | None = None  # nothing is delivered before it is set; None: the phone is on


@dataclass(frozen=True, slots=True)
class CallbackRecord:
    """One callback that was posted, and what came of it."""

    message_sid: str
    status: Status
    outcome: PostOutcome


class CallbackDriver:
    """Moves messages forward and posts their callbacks.

    Attributes:
        plan: what happens to messages from now on; may be replaced at any time.
        choose_plan: what happens to one message; returns `plan` unless replaced.
    """

    def __init__(self, carrier: Carrier, client: WebhookClient, account_sid: str) -> None:
        self.plan = CallbackPlan()
        self.choose_plan: Callable[[TwilioMessage], CallbackPlan] = lambda _: self.plan
        self.posted: list[CallbackRecord] = []
        self._carrier = carrier
        self._client = client
        self._account_sid = account_sid
        self._running: set[asyncio.Task[None]] = set()

    async def begin(self, message: TwilioMessage) -> None:
        """Start a message on its way. Under BEFORE_ANSWER this returns when it has arrived."""
        plan = self.choose_plan(message)
        if plan.order is CallbackOrder.BEFORE_ANSWER:
            await self._live(message, plan)
            return
        task = asyncio.create_task(self._live(message, plan))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Stop all messages where they are."""
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _live(self, message: TwilioMessage, plan: CallbackPlan) -> None:
        error_code = message.later_error or plan.error_code
        steps = life_of(message, error_code, plan.read_receipts)
        waits = _waits(plan.delays_s, len(steps))
        if plan.order is CallbackOrder.OUT_OF_ORDER:
            await asyncio.sleep(sum(waits))
            self._move(message, steps, error_code)
            for status in reversed(steps):
                await self._tell(message.sid, status)
            return
        for wait, status in zip(waits, steps, strict=True):
            await asyncio.sleep(wait)
            if plan.reachable is not None and status is Status.DELIVERED:
                await plan.reachable.wait()
            self._move(message, [status], error_code)
            if plan.order is not CallbackOrder.NONE:
                await self._tell(message.sid, status, times=2 if plan.order is CallbackOrder.DOUBLED else 1)

    def _move(self, message: TwilioMessage, steps: Iterable[Status], error_code: int | None) -> None:
        for status in steps:
            failed = status in (Status.FAILED, Status.UNDELIVERED)
            self._carrier.advance(message.sid, status, error_code if failed else None)

    async def _tell(self, sid: str, status: Status, *, times: int = 1) -> None:
        message = self._carrier.messages.get(sid)
        if message is None or message.status_callback is None:
            return
        token = str(uuid.uuid4())
        form = status_form(message, status, self._account_sid)
        for _ in range(times):
            outcome = await self._client.post(message.status_callback, form, token=token)
            self.posted.append(CallbackRecord(sid, status, outcome))


def life_of(message: TwilioMessage, error_code: int | None, read_receipts: bool) -> list[Status]:
    """Return the steps that are told by callback, in order. The state in the create answer is not among them."""
    first = [Status.QUEUED] if message.service_sid else []
    if error_code in _NEVER_SENT:
        return [*first, Status.FAILED]
    if error_code is not None:
        return [*first, Status.SENT, Status.UNDELIVERED]
    reads = [Status.READ] if message.is_whatsapp and read_receipts else []
    return [*first, Status.SENT, Status.DELIVERED, *reads]


def _waits(delays_s: tuple[float, ...], count: int) -> list[float]:
    """Turn delays after acceptance into waits from step to step."""
    moments = [delays_s[min(i, len(delays_s) - 1)] for i in range(count)]
    return [max(0.0, moment - before) for before, moment in zip([0.0, *moments], moments, strict=False)]
