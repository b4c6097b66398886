"""What every page of ours tells the browser: load nothing from elsewhere, run nothing inline, keep nothing."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not read frame-ancestors
    "Referrer-Policy": "same-origin",  # "no-referrer" would make browsers send `Origin: null` with our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    "Cache-Control": "no-store",
}
_ONLY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


def list_headers(*, secure: bool) -> dict[str, str]:
    """Return these headers by name; `secure`: the pages are served by https."""
    return _ALWAYS | _ONLY_HTTPS if secure else dict(_ALWAYS)


def dress(send: Send, *, secure: bool, cookies: tuple[str, ...] = ()) -> Send:
    """Return a `send` that adds these headers where the page did not set them itself, and cookies.

    Args:
        secure: the pages are served by https.
        cookies: values of Set-Cookie.
    """

    async def send_dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in list_headers(secure=secure).items():
                headers.setdefault(name, value)
            for cookie in cookies:
                headers.append("Set-Cookie", cookie)
        await send(message)

    return send_dressed


class Dressed:
    """ASGI middleware that adds these headers and asks nothing: around an application, and files for anybody."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app, self._secure = app, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, dress(send, secure=self._secure))
