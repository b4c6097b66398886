"""The least a webhook can do, measured in the same run: what it takes is the machine's, what is above that is ours."""

import os
import signal
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.running.ports import find_free_ports
from tests.integration.own_process import OwnProcess, answers


def build_app() -> Starlette:
    async def accept(_: Request) -> Response:
        return Response()

    return Starlette(routes=[Route("/webhook", accept, methods=["POST"]), Route("/", accept)])


class EmptyRoute:
    """A server that takes every webhook and does nothing."""

    name = "an empty route"
    settling_s = drain_s = 0.0

    def __init__(self, folder: Path) -> None:
        (port,) = find_free_ports(1)
        self._url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "uvicorn", "--factory", "bench.empty_route:build_app", "--no-access-log"]
        command += ["--port", str(port), "--log-level", "warning", "--no-server-header"]
        self._process = OwnProcess("empty-route", command, os.environ, folder)

    @property
    def webhook(self) -> str:
        return f"{self._url}/webhook"

    @property
    def parts(self) -> dict[str, int]:
        return {"web": self._process.pid}

    def is_settled(self) -> bool:
        return True

    def start(self) -> None:
        self._process.start(lambda: answers(self._url))

    def kill(self) -> None:
        self._process.end(signal.SIGKILL)

    restart, end = start, kill
