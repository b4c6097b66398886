"""Files of inbound messages, fetched from Twilio: our credentials go to its API alone, and size and time are limited.

The API answers with a redirect to a signed address of Twilio's storage, which gets no credentials.
https://www.twilio.com/docs/messaging/api/media-resource (checked 2026-11)
"""

import asyncio
import re
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import aiohttp

from channels.twilio.account import TwilioAccount
from channels.twilio.web_address import parse_web_address
from conversation.media import MOST_BYTES, Fetched, FetchProblem

CONNECT_S, TOTAL_S = 5.0, 30.0  # somebody waits in front of a page
AT_A_TIME = 4  # files in memory, each of at most MOST_BYTES
MOST_REDIRECTS = 3

_PATH = re.compile(r"/2010-04-01/Accounts/AC[0-9a-fA-F]{32}/Messages/[A-Z]{2}[0-9a-fA-F]{32}/Media/ME[0-9a-fA-F]{32}")
_API, _STORAGE = ".twilio.com", ".twiliocdn.com"
# Storage before 2022, still seen: the bucket is the first part of the path.
_OLD_STORAGE, _OLD_BUCKET = "s3-external-1.amazonaws.com", "/media.twiliocdn.com/"
_REDIRECTS = (301, 302, 303, 307, 308)


class TwilioMedia:
    """Fetches files of one account; one loop. Close it when done."""

    def __init__(
        self, *, account: TwilioAccount, base_url: str | None = None, total_timeout_s: float = TOTAL_S
    ) -> None:
        """Prepare; nothing is opened yet. `base_url`: a stand-in that is asked instead of Twilio, and only it."""
        self._auth = aiohttp.encode_basic_auth(account.username, account.password)
        self._base = urlsplit(parse_web_address(base_url, of="Twilio's base address")) if base_url else None
        self._timeout = aiohttp.ClientTimeout(total=total_timeout_s, connect=CONNECT_S)
        self._session: aiohttp.ClientSession | None = None
        self._turns = asyncio.Semaphore(AT_A_TIME)

    async def fetch(self, url: str, *, most_bytes: int = MOST_BYTES) -> Fetched | FetchProblem:
        """Get the file of an inbound message by the address its webhook named.

        Returns:
            ELSEWHERE for an address that is not of Twilio's API, or a redirect away from Twilio: nothing is asked
            there. GONE for 404 and 410. TOO_LARGE as soon as more than `most_bytes` have come, or are announced.
            AWAY for any other answer, none, or one that takes too long.
        """
        target = self._address(url)
        if target is None:
            return FetchProblem.ELSEWHERE
        try:
            async with asyncio.timeout(self._timeout.total), self._turns:  # to wait for a turn counts too
                return await self._follow(target, most_bytes)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return FetchProblem.AWAY

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def is_storage(self, url: str) -> bool:
        """Return whether an address is where the carrier keeps files; no other redirect is followed."""
        parts = _split(url)
        if parts is None:
            return False
        if self._base is not None:
            return (parts.scheme, parts.netloc) == (self._base.scheme, self._base.netloc)
        name = f".{parts.hostname}"
        is_old = parts.hostname == _OLD_STORAGE and parts.path.startswith(_OLD_BUCKET)
        return _is_plain_https(parts) and (name.endswith((_API, _STORAGE)) or is_old)

    async def _follow(self, target: str, most_bytes: int) -> Fetched | FetchProblem:
        headers = {"Authorization": self._auth}
        for _ in range(1 + MOST_REDIRECTS):
            async with self._open_session().get(target, headers=headers, allow_redirects=False) as answer:
                if answer.status not in _REDIRECTS:
                    return await _read(answer, most_bytes)
                target, headers = urljoin(target, answer.headers.get("Location", "")), {}
            if not self.is_storage(target):
                return FetchProblem.ELSEWHERE
        return FetchProblem.AWAY

    def _address(self, url: str) -> str | None:
        """Return where to ask for a file with credentials; None: not an address of Twilio's API."""
        parts = _split(url)
        if parts is None or not _PATH.fullmatch(parts.path) or parts.query or parts.fragment:
            return None
        if self._base is not None:
            return urlunsplit((self._base.scheme, self._base.netloc, parts.path, "", ""))
        return url if _is_plain_https(parts) and f".{parts.hostname}".endswith(_API) else None

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=AT_A_TIME),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                headers={"Accept-Encoding": "identity"},  # a small answer must not unpack into a large one
                auto_decompress=False,
            )
        return self._session


async def _read(answer: aiohttp.ClientResponse, most_bytes: int) -> Fetched | FetchProblem:
    if answer.status in (404, 410):
        return FetchProblem.GONE
    if answer.status != 200:
        return FetchProblem.AWAY
    if (answer.content_length or 0) > most_bytes:
        return FetchProblem.TOO_LARGE
    content = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        content += chunk
        if len(content) > most_bytes:
            return FetchProblem.TOO_LARGE
    return Fetched(bytes(content), answer.headers.get("Content-Type", ""))


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is no port
    except ValueError:
        return None
    return parts


def _is_plain_https(parts: SplitResult) -> bool:
    return parts.scheme == "https" and not parts.username and parts.port in (None, 443)
