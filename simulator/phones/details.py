"""What the carrier does not know of a message: answer id, language, draft mark. The application tells, on loopback."""

import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import aiohttp

_OUTBOX_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LIMIT = 10_000  # bytes of an answer that are read
_TIMEOUT = aiohttp.ClientTimeout(total=2)


@dataclass(frozen=True, slots=True)
class Details:
    """Each is None when the application did not tell. `language` is a well-formed BCP 47 tag."""

    answer: str | None = None
    language: str | None = None
    draft: bool | None = None
    author: str | None = None


class DetailsClient:
    """Asks {details_url}/{outbox_id} for `{"answer", "language", "draft", "author"}`. No address: never knows any."""

    def __init__(self, details_url: str | None) -> None:
        self._url = details_url.rstrip("/") if details_url else None
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def find(self, status_callback: str | None) -> Details | None:
        """Return what the application says of the message with this callback address; None when it says nothing."""
        outbox_id = find_outbox_id(status_callback)
        if self._url is None or self._session is None or outbox_id is None:
            return None
        try:
            async with self._session.get(f"{self._url}/{outbox_id}", allow_redirects=False) as response:
                if response.status != 200:
                    return None
                return parse_details(await response.content.read(_LIMIT))
        except (aiohttp.ClientError, TimeoutError):
            return None


def find_outbox_id(status_callback: str | None) -> str | None:
    """Return the opaque outbox id that our callback addresses carry as `o`; None when absent or odd."""
    try:
        query = dict(parse_qsl(urlsplit(status_callback or "").query))
    except ValueError:
        return None
    outbox_id = query.get("o", "")
    return outbox_id if _OUTBOX_ID.fullmatch(outbox_id) else None


def parse_details(body: bytes) -> Details | None:
    """Read the application's answer; fields of another type or form count as not told. None for anything but JSON."""
    try:
        told = json.loads(body)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    language = _text(told.get("language"))
    draft = told.get("draft")
    return Details(
        answer=_text(told.get("answer")),
        language=language if language and _LANGUAGE.fullmatch(language) else None,
        draft=draft if isinstance(draft, bool) else None,
        author=_text(told.get("author")),
    )


def _text(value: object) -> str | None:
    return value[:100] if isinstance(value, str) and value else None
