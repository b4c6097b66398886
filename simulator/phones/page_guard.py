"""Guards the phones' pages: only pages of this machine may read or post, and a page may load nothing from elsewhere."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.settings import is_loopback_url

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # "no-referrer" would make browsers send `Origin: null` with our own forms
    "Cross-Origin-Resource-Policy": "same-origin",
}


class PageGuard:
    """ASGI middleware. A name that is no loopback address (DNS rebinding) and posts from other sites get 403."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        app = self._app if _is_ours(scope["method"], Headers(scope=scope)) else _REFUSAL
        await app(scope, receive, send_guarded)


_REFUSAL = PlainTextResponse("The phones answer to pages of this machine only.", status_code=403)


def _is_ours(method: str, headers: Headers) -> bool:
    host = headers.get("host", "")
    if not is_loopback_url(f"http://{host}"):
        return False
    if method in ("GET", "HEAD"):
        return True
    same_origin = headers.get("origin", f"http://{host}") == f"http://{host}"
    return same_origin and headers.get("sec-fetch-site", "none") in ("same-origin", "none")
