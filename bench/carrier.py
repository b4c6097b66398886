"""The stand-in of the carrier for the bench: one process for every program measured, in record-only mode.

    python -m bench.carrier PORT

It answers each call of Twilio's API after the latency it was told, and tells arrivals as they come. Requests are judged
by Twilio's description afterwards: judging costs about 10 ms each, on the cores of what is measured.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from simulator.api.broken_connection import BreakableApp
from simulator.api.faults import Fault, FaultKind, FaultQueue
from simulator.api.memory import Direction, TwilioMessage
from simulator.api.schema_check import SchemaCheck
from simulator.api.stand_in import CheckTiming, StandIn
from simulator.loopback_server import build_server
from simulator.settings import SimulatorSettings, StopHandling
from tests.integration.running import ACCOUNT, TOKEN

JUDGED = 300  # of the last requests: all of them would take minutes
_API = "/2010-04-01/"


class DistantApp(BreakableApp):
    """An app whose API is `latency_s` away; the bench's own door is not."""

    latency_s = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.latency_s and scope["type"] == "http" and scope["path"].startswith(_API):
            await asyncio.sleep(self.latency_s)
        await super().__call__(scope, receive, send)


class Door:
    """What the bench asks of the carrier, as JSON under /bench."""

    def __init__(self, stand_in: StandIn) -> None:
        self.app: DistantApp | None = None
        self._stand_in = stand_in
        self._known: set[str] = set()
        self._listeners: set[asyncio.Queue[TwilioMessage]] = set()
        stand_in.carrier.on_change.append(self._note)

    def routes(self) -> list[Route]:
        return [
            Route("/bench/plan", self.plan, methods=["POST"]),
            Route("/bench/arrivals", self.tell_arrivals),
            Route("/bench/violations", self.count_violations),
        ]

    async def plan(self, request: Request) -> JSONResponse:
        """Take {"latency_s": 0.15, "faults": [{"kind": "drop", "delay_s": 0}]}: from now on this and nothing else."""
        asked = await request.json()
        assert self.app is not None
        self.app.latency_s = asked["latency_s"]
        self._stand_in.faults = FaultQueue()
        self._stand_in.faults.add(*(Fault(FaultKind(one["kind"]), one["delay_s"]) for one in asked["faults"]))
        return JSONResponse({})

    async def tell_arrivals(self, _: Request) -> StreamingResponse:
        """Tell every text accepted from now on, a line of JSON each; the first line is empty: now it begins."""
        return StreamingResponse(self._follow(), media_type="application/x-ndjson")

    async def count_violations(self, _: Request) -> JSONResponse:
        """Judge the last requests by Twilio's own description."""
        check, last = SchemaCheck(), list(self._stand_in.requests)[-JUDGED:]
        found = [check.judge(one) for one in last]
        return JSONResponse({"judged": len(last), "violations": sum(one is not None for one in found)})

    async def _follow(self) -> AsyncIterator[str]:
        arrivals: asyncio.Queue[TwilioMessage] = asyncio.Queue()
        self._listeners.add(arrivals)
        try:
            yield "\n"
            while True:
                message = await arrivals.get()
                told = {"to": message.to, "at": time.time(), "body": message.body, "segments": message.num_segments}
                yield json.dumps(told) + "\n"
        finally:
            self._listeners.discard(arrivals)

    def _note(self, message: TwilioMessage) -> None:
        if message.direction is Direction.OUTBOUND and message.sid not in self._known:
            self._known.add(message.sid)
            for arrivals in self._listeners:
                arrivals.put_nowait(message)


def main(port: int) -> None:
    settings = SimulatorSettings(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        public_url="http://127.0.0.1",  # of nobody: callbacks go where each message says
        stop_handling=StopHandling.OURS,
    )
    stand_in = StandIn(settings, check=CheckTiming.AFTERWARDS)
    door = Door(stand_in)

    @asynccontextmanager
    async def lifespan(_: BreakableApp) -> AsyncIterator[None]:
        async with stand_in.running():
            yield

    door.app = DistantApp(routes=[*door.routes(), *stand_in.routes()], lifespan=lifespan)
    build_server(door.app, host="127.0.0.1", port=port).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
