"""A connection that breaks without an answer. ASGI has no word for it, so this reaches for uvicorn's own transport."""

from typing import Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_TRANSPORT = "simulator.transport"


class BreakableApp(Starlette):
    """A Starlette app that lets BrokenConnection find the transport: middleware hides the server's own `send`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cycle: Any = getattr(send, "__self__", None)
        scope[_TRANSPORT] = getattr(cycle, "transport", None)
        await super().__call__(scope, receive, send)


class BrokenConnection(Response):
    """Ends the request by aborting its TCP connection: the client sees no byte of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope.get(_TRANSPORT)
        if transport is None:
            raise RuntimeError("Connections can only be broken in a BreakableApp served by uvicorn.")
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
