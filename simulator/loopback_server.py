"""Serving an app on this machine by uvicorn: for ever in a process of its own, or for a while beside a test."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

_START_LIMIT_S = 30.0


class LoopbackServer(uvicorn.Server):
    """A server that ends the app's open event streams first: uvicorn would wait for them."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        close_streams = getattr(getattr(self.config.app, "state", None), "close_streams", None)
        if close_streams is not None:
            close_streams()
        await super().shutdown(sockets)


def build_server(app: Starlette, *, host: str, port: int) -> LoopbackServer:
    """Return a server that logs no requests: their addresses carry numbers."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
    )
    return LoopbackServer(config)


@contextmanager
def serve_on_loopback(app: Starlette) -> Iterator[str]:
    """Serve an app in a thread on a free port; yield its base URL ("http://127.0.0.1:40001").

    Raises:
        RuntimeError: the app did not start; its own error is in the log.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        server = build_server(app, host="127.0.0.1", port=port)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def _wait_until_started(server: LoopbackServer, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("The loopback server did not start.")
        time.sleep(0.01)
