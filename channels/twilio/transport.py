"""The wire to Twilio's API for its official client: one pooled session, real time-outs, no hidden repetition.

Why our own: twilio 9.13's AsyncTwilioHttpClient ignores its time-out, sends JSON bodies as forms, and with retries
repeats a POST on 5xx, which sends a text twice. The client's exceptions and logs quote numbers and texts; here neither
comes about, since an error answer is raised as a bare status and code before the client sees it.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from channels.twilio.web_address import parse_web_address
from conversation.errors import PuenteError

MAX_ANSWER_BYTES = 8 * 1024 * 1024
KEEP_ALIVE_S = 20.0  # below usual server limits: a connection the server is just closing costs an unknown send
POOL_SIZE = 32

_DOMAIN = "twilio.com"
_FORM_TYPE = "application/x-www-form-urlencoded"


class NotSentError(PuenteError):
    """Nothing left this machine: no connection came about, or none was free in time. Repeating is safe."""


class NoAnswerError(PuenteError):
    """The request may have arrived and its answer is lost. `reason` is a code: "timeout", "connection_lost" …"""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ApiError(PuenteError):
    """Twilio answered, and not with success."""

    def __init__(self, status: int, code: int | None, retry_after_s: float | None) -> None:
        super().__init__(f"HTTP {status}, code {code}")
        self.status, self.code, self.retry_after_s = status, code, retry_after_s


class Transport(AsyncHttpClient):  # type: ignore[misc]
    """HTTP client for twilio.rest.Client. Its session is made at the first request, inside the running loop."""

    def __init__(
        self,
        *,
        base_url: str | None,
        connect_timeout_s: float,
        total_timeout_s: float,
        pool_size: int = POOL_SIZE,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Make the client; nothing is opened yet.

        Args:
            base_url: scheme, host and port of a stand-in that receives what would go to twilio.com; None for Twilio.
            connect_timeout_s: until a connection is there, waiting for a free one included.
            total_timeout_s: from the call to the last byte of the answer.
            pool_size: connections at a time; more requests than that wait their turn.
            clock: current time, aware; only an HTTP date in Retry-After needs it.

        Raises:
            ConfigurationError: base_url is unusable.
        """
        super().__init__(logging.getLogger("twilio.transport"), True, None)
        self._base = urlsplit(parse_web_address(base_url, of="Twilio's base address")) if base_url else None
        self._timeout = aiohttp.ClientTimeout(total=total_timeout_s, connect=connect_timeout_s)
        self._pool_size = pool_size
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def request(  # the signature is the official client's
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - unused: ours are set once
        allow_redirects: bool = False,
    ) -> Response:
        """Send one request once and return its successful answer.

        Raises:
            NotSentError: no connection came about; surely nothing was sent.
            NoAnswerError: time-out or broken connection after that, or an answer over MAX_ANSWER_BYTES.
            ApiError: any status but 2xx; redirections are not followed (they would carry our credentials away).
            ValueError: the address is not one of Twilio's, or a value is not Unicode; nothing was sent.
        """
        target, sent_headers = self._address(url, dict(headers or {}))
        if auth:
            sent_headers["Authorization"] = aiohttp.encode_basic_auth(*auth)
        body = _encode(data, sent_headers.get("Content-Type", _FORM_TYPE)) if data else None
        status, text, retry_after = await self._exchange(method, target, params=params, body=body, headers=sent_headers)
        if not 200 <= status < 300:
            raise ApiError(status, _error_code(text), parse_retry_after(retry_after, self._clock()))
        return Response(status, text)

    async def close(self) -> None:
        """Close the session and its connections. A later request opens a new one."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _address(self, url: str, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" or not (host == _DOMAIN or host.endswith(f".{_DOMAIN}")):
            raise ValueError("not an address of Twilio")  # our credentials go nowhere else
        if self._base is None:
            return url, headers
        rewritten = urlunsplit((self._base.scheme, self._base.netloc, parts.path, parts.query, ""))
        return rewritten, headers | {"Host": parts.netloc}

    async def _exchange(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None,
        body: bytes | None,
        headers: dict[str, str],
    ) -> tuple[int, str, str | None]:
        # The order matters: a connector error and a connection time-out come before the first byte is written; every
        # other error may come after the whole request has arrived.
        try:
            async with self._open_session().request(
                method, url, params=params, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status, await _read_text(answer), answer.headers.get("Retry-After")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise NotSentError("no connection") from None
        except TimeoutError:
            raise NoAnswerError("timeout") from None
        except (aiohttp.ClientError, OSError):
            raise NoAnswerError("connection_lost") from None

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._pool_size, keepalive_timeout=KEEP_ALIVE_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
            )
        return self._session


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date, as seconds from now, never negative; None when unreadable."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):  # TypeError: a date without zone, which HTTP does not allow
        return None


def _encode(data: Mapping[str, Any], content_type: str) -> bytes:
    if "json" in content_type:
        return json.dumps(data).encode()
    return urlencode(data, doseq=True).encode()


async def _read_text(answer: aiohttp.ClientResponse) -> str:
    content = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        content += chunk
        if len(content) > MAX_ANSWER_BYTES:
            raise NoAnswerError("answer_too_large")
    return content.decode("utf-8", errors="replace")


def _error_code(text: str) -> int | None:
    try:
        code = json.loads(text).get("code")
    except (ValueError, AttributeError, RecursionError):
        return None
    return code if isinstance(code, int) and not isinstance(code, bool) else None
