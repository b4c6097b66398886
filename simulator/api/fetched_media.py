"""Files that an application sends: fetched from its address without credentials, and judged as Twilio judges them.

Rules: https://www.twilio.com/docs/messaging/guides/accepted-mime-types and
https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages (checked 2026-11). Loopback addresses only.
"""

from dataclasses import dataclass, field

import aiohttp

from conversation.media import HEAD_BYTES, sniff
from simulator.api.rules import NewMessage
from simulator.settings import is_loopback_url

NOT_FETCHED, NOT_FETCHED_BY_MMS = 63019, 11200
NOT_TAKEN, NOT_TAKEN_BY_MMS = 63021, 12300
NOT_AS_DECLARED = 63034
TOO_LARGE = 11751
_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
_MEGABYTE = 1_000_000
_BY_MMS = frozenset({"image/jpeg", "image/png", "image/gif", "audio/mpeg", "audio/ogg", "audio/amr", "application/pdf"})
_BY_WHATSAPP = frozenset(
    {
        "image/jpeg", "image/png", "image/webp", "audio/ogg", "audio/amr", "audio/3gpp", "audio/aac", "audio/mp4",
        "audio/mpeg", "video/mp4", "application/pdf", "text/vcard",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """One file as the carrier has fetched it."""

    content_type: str
    content: bytes = field(repr=False)


class MediaFetcher:
    """Fetches with one session. Open and close it inside the running loop."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT, headers={"User-Agent": "TwilioProxy/1.1"})

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch_all(self, message: NewMessage) -> tuple[ReceivedFile, ...] | int:
        """Return the files of a message, or the code with which Twilio fails it afterwards."""
        found = []
        for url in message.media:
            file = await self._fetch(url, by_whatsapp=message.to.startswith("whatsapp:"))
            if isinstance(file, int):
                return file
            found.append(file)
        return tuple(found)

    async def _fetch(self, url: str, *, by_whatsapp: bool) -> ReceivedFile | int:
        absent = NOT_FETCHED if by_whatsapp else NOT_FETCHED_BY_MMS
        if self._session is None or not is_loopback_url(url):
            return absent
        try:
            async with self._session.head(url, allow_redirects=False) as described:
                declared = described.headers.get("Content-Type", "")
                if described.status != 200:
                    return absent
            async with self._session.get(url, allow_redirects=False) as answer:
                content = await answer.read() if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, OSError):
            return absent
        return absent if content is None else _judge(ReceivedFile(declared, content), by_whatsapp=by_whatsapp)


def _judge(file: ReceivedFile, *, by_whatsapp: bool) -> ReceivedFile | int:
    if file.content_type not in (_BY_WHATSAPP if by_whatsapp else _BY_MMS):
        return NOT_TAKEN if by_whatsapp else NOT_TAKEN_BY_MMS
    if sniff(file.content[:HEAD_BYTES], file.content_type) != file.content_type:
        return NOT_AS_DECLARED if by_whatsapp else NOT_TAKEN_BY_MMS
    is_picture_there = by_whatsapp and file.content_type.startswith("image/")
    most = 5 * _MEGABYTE if is_picture_there or not by_whatsapp else 16 * _MEGABYTE
    return TOO_LARGE if len(file.content) > most else file
