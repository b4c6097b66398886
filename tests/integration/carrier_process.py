"""The stand-in of the carrier as a process of its own, with a second door for tests: order faults, see what arrived.

    PORT=… TWILIO_ACCOUNT_SID=… TWILIO_AUTH_TOKENS=… PUBLIC_URL=… TWILIO_BASE_URL=http://127.0.0.1:40001 \
        python -m tests.integration.carrier_process [each_request|afterwards]

It reads the settings of the deployment it serves and listens where that deployment sends to.
"""

import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from service.settings import read_settings
from simulator.api.broken_connection import BreakableApp
from simulator.api.callbacks import CallbackOrder, CallbackPlan
from simulator.api.faults import Call, Fault, FaultKind, FaultQueue
from simulator.api.memory import Direction, TwilioMessage
from simulator.api.stand_in import CheckTiming, StandIn
from simulator.api.webhooks import sms_form, whatsapp_form
from simulator.loopback_server import build_server
from simulator.phones.details import find_outbox_id
from simulator.settings import SimulatorSettings, StopHandling


class CountingFaults(FaultQueue):
    """Counts the faults that have met their request, by operation and kind."""

    def __init__(self) -> None:
        super().__init__()
        self.met: Counter[str] = Counter()

    def take(self, call: Call) -> Fault | None:
        fault = super().take(call)
        if fault is not None:
            retry_after = "_with_retry_after" if fault.retry_after_s is not None else ""
            self.met[f"{call.value} {fault.kind.value}{retry_after}"] += 1
        return fault


class TestDoor:
    """What a test may ask of the carrier, as JSON under /control."""

    __test__ = False

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in
        self._faults = CountingFaults()
        stand_in.faults = self._faults
        self._arrived: dict[str, float] = {}  # seconds since the epoch, by the carrier's id
        stand_in.carrier.on_change.append(self._note_arrival)

    def routes(self) -> list[Route]:
        return [
            Route("/control/faults", self.order_faults, methods=["POST"]),
            Route("/control/callbacks", self.plan_callbacks, methods=["POST"]),
            Route("/control/inbound", self.receive, methods=["POST"]),
            Route("/control/stopped", self.block, methods=["POST"]),
            Route("/control/messages", self.list_messages),
            Route("/control/faults", self.count_faults),
            Route("/control/violations", self.list_violations),
        ]

    async def order_faults(self, request: Request) -> JSONResponse:
        for one in await request.json():
            fault = one and Fault(FaultKind(one["kind"]), one.get("delay_s", 0.0), one.get("retry_after_s"))
            self._faults.add(fault or None, call=Call((one or {}).get("call", Call.CREATE)))
        return JSONResponse({})

    async def plan_callbacks(self, request: Request) -> JSONResponse:
        asked = await request.json()
        delays_s = tuple(asked.get("delays_s", (0.0,)))
        plan = CallbackPlan(CallbackOrder(asked["order"]), delays_s=delays_s, error_code=asked.get("error_code"))
        self._stand_in.callbacks.plan = plan
        return JSONResponse({})

    async def receive(self, request: Request) -> JSONResponse:
        """Take a person's message as the network would, and return the form its webhook has."""
        asked = await request.json()
        message = self._stand_in.carrier.add_inbound(
            person=asked["person"], our_sender=asked["ours"], body=asked["text"]
        )
        account = self._stand_in.settings.account_sid
        if message.is_whatsapp:
            return JSONResponse(whatsapp_form(message, account, asked.get("profile_name", "Simulated person")))
        return JSONResponse(sms_form(message, account))

    async def block(self, request: Request) -> JSONResponse:
        """Refuse every text to a person from now on, as after a stop that only the carrier has heard."""
        asked = await request.json()
        self._stand_in.carrier.stopped.add((asked["ours"], asked["person"]))
        return JSONResponse({})

    async def list_messages(self, _: Request) -> JSONResponse:
        """Return what the application has sent, in the order in which it came to exist."""
        kept = self._stand_in.carrier.messages.values()
        return JSONResponse([self._describe(one) for one in kept if one.direction is Direction.OUTBOUND])

    async def count_faults(self, _: Request) -> JSONResponse:
        return JSONResponse({"met": dict(self._faults.met), "waiting": self._faults.count()})

    async def list_violations(self, _: Request) -> JSONResponse:
        return JSONResponse([list(violation.reasons) for violation in self._stand_in.check_recorded()])

    def _note_arrival(self, message: TwilioMessage) -> None:
        self._arrived.setdefault(message.sid, time.time())

    def _describe(self, message: TwilioMessage) -> dict[str, Any]:
        return {
            "sid": message.sid,
            "to": message.to,
            "from": message.sender,
            "body": message.body,
            "status": message.status.value,
            "outbox_id": find_outbox_id(message.status_callback),
            "arrived": self._arrived[message.sid],
        }


def main(check: str = CheckTiming.EACH_REQUEST.value) -> None:
    settings = read_settings()
    simulated = SimulatorSettings(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_tokens[0],
        public_url=settings.public_url,
        stop_handling=StopHandling.OURS,
    )
    stand_in = StandIn(simulated, check=CheckTiming(check))

    @asynccontextmanager
    async def lifespan(_: BreakableApp) -> AsyncIterator[None]:
        async with stand_in.running():
            yield

    app = BreakableApp(routes=[*TestDoor(stand_in).routes(), *stand_in.routes()], lifespan=lifespan)
    at = urlsplit(settings.twilio_base_url)
    build_server(app, host=at.hostname or "", port=at.port or 0).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
