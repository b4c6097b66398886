"""The Bot of the app: speaks to Rasa processes over loopback HTTP. The only code of ours that calls Rasa.

Whatever goes wrong ends in a BotSilence with a code, never in an exception, and a silent bot means a person is asked.
"""

import re
import time
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.payloads import ReplyError, parse_reply
from conversation.messages import BotSession
from conversation.ports import BotReply, BotSilence, Understanding

CONNECT_TIMEOUT_S = 1.0
TOTAL_TIMEOUT_S = 5.0  # for one message, however many Rasa processes are asked
MIN_ATTEMPT_S = 0.05  # with less time left, asking one more process is only a burden to it
REST_S = 30.0  # a process that did not answer is asked last for so long
MAX_DOUBTS = 10_000  # sessions and processes; a process forgets by itself after half an hour
MAX_TEXT = 1600  # characters; the longest message a carrier brings, and the most our channel reads

_HEADER = "X-Puente-Token"
_DOOR = "/webhooks/puente"
_ORDER = re.compile(r"^[\s/]+")  # Rasa obeys a text that begins with "/"
_UNREADABLE = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of characters that no encoding can carry

_Json = dict[str, Any]


class HttpBot:
    """Implements conversation.ports.Bot over one pooled session.

    A conversation session always asks the same process first, as long as that one answers, then the others in turn. A
    process that has missed a turn of a session, or may have taken one that we know nothing of, forgets the session
    before it is asked again: it then begins afresh with the slots that we remember.
    Belongs to the event loop that asks first; `close` ends it.
    """

    def __init__(self, urls: Sequence[str], *, token: str, timeout_s: float = TOTAL_TIMEOUT_S) -> None:
        """Take addresses like "http://127.0.0.1:5005", at least one, and the token that all of them expect.

        A message is given up after `timeout_s`; with several processes the first has half of it.
        """
        if not urls:
            raise ValueError("a bot needs at least one address")
        self._urls = tuple(url.rstrip("/") for url in urls)
        self._timeout_s = timeout_s
        self._attempt_s = timeout_s / min(len(self._urls), 2)
        self._headers = {_HEADER: token}
        self._session: aiohttp.ClientSession | None = None
        self._asked = 0
        self._doubtful: OrderedDict[tuple[str, str], None] = OrderedDict()  # (address, session), oldest first
        self._resting_until = dict.fromkeys(self._urls, 0.0)  # monotonic seconds

    async def understand(self, text: str) -> Understanding | BotSilence:
        self._asked += 1
        reply = await self._ask(text, {"dialogue": False}, first=self._asked)
        return reply.understanding if isinstance(reply, BotReply) else reply

    async def converse(
        self, text: str, *, session: BotSession, language: str, slots: Mapping[str, Any]
    ) -> BotReply | BotSilence:
        turn = {"session": session.id, "language": language, "slots": dict(slots), "dialogue": True}
        return await self._ask(text, turn, first=_position(session.id))

    async def forget(self, session_id: str) -> bool:
        """Erase a conversation in every process. False: one of them did not confirm; it forgets by itself later."""
        path = f"{_DOOR}/session/{quote(session_id, safe='')}"
        return all([await self._status("DELETE", url + path) == 204 for url in self._urls])

    async def is_ready(self) -> bool:
        """Return whether at least one process has its model loaded and accepts our token."""
        statuses = [await self._status("GET", f"{url}{_DOOR}/ready") for url in self._urls]
        return 200 in statuses

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(self, text: str, turn: _Json, *, first: int) -> BotReply | BotSilence:
        readable = readable_text(text)
        if not readable:
            return BotSilence("empty_text")
        silence, session = BotSilence("timeout"), str(turn.get("session", ""))
        deadline = time.monotonic() + self._timeout_s
        for url in self._in_turn(first):
            left_s = min(deadline - time.monotonic(), self._attempt_s)
            if left_s < MIN_ATTEMPT_S:
                break
            await self._begin_afresh(url, session)
            reply = await self._post(url, {**turn, "text": readable}, timeout_s=left_s)
            if isinstance(reply, BotReply):
                if url != self._urls[first % len(self._urls)]:
                    self._doubt(session, *(other for other in self._urls if other != url))
                return reply
            self._doubt(session, url)
            silence = reply
        return silence

    def _doubt(self, session: str, *urls: str) -> None:
        if session:
            self._doubtful.update({(url, session): None for url in urls})
        while len(self._doubtful) > MAX_DOUBTS:
            self._doubtful.popitem(last=False)

    async def _begin_afresh(self, url: str, session: str) -> None:
        if (url, session) in self._doubtful:
            path = f"{_DOOR}/session/{quote(session, safe='')}"
            if await self._status("DELETE", url + path) == 204:
                self._doubtful.pop((url, session), None)

    async def _post(self, url: str, turn: _Json, *, timeout_s: float) -> BotReply | BotSilence:
        timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=CONNECT_TIMEOUT_S)
        try:
            async with self._pool().post(
                f"{url}{_DOOR}/turn", json=turn, timeout=timeout, allow_redirects=False
            ) as response:
                if response.status != 200:
                    return BotSilence(f"http_{response.status}")
                reply = parse_reply(await response.read())
            return reply if reply.keys or not turn["dialogue"] else BotSilence("empty_reply")
        except ReplyError as error:
            return BotSilence(error.code)
        except TimeoutError:  # first: aiohttp's own time-outs are connection errors too
            self._rest(url)
            return BotSilence("timeout")
        except aiohttp.ClientConnectionError:
            self._rest(url)
            return BotSilence("unreachable")
        except aiohttp.ClientError:
            return BotSilence("broken_reply")

    async def _status(self, method: str, url: str) -> int | None:
        try:
            async with self._pool().request(method, url, allow_redirects=False) as response:
                return response.status
        except (TimeoutError, aiohttp.ClientError):
            return None

    def _in_turn(self, first: int) -> list[str]:
        """Return every address, beginning with the given one (modulo their count); those at rest come last."""
        start, now = first % len(self._urls), time.monotonic()
        in_turn = self._urls[start:] + self._urls[:start]
        return sorted(in_turn, key=lambda url: self._resting_until[url] > now)

    def _rest(self, url: str) -> None:
        self._resting_until[url] = time.monotonic() + REST_S

    def _pool(self) -> aiohttp.ClientSession:
        """Open the session on first use: it belongs to the event loop that runs then."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._attempt_s, sock_connect=CONNECT_TIMEOUT_S)
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        return self._session


def readable_text(text: str) -> str:
    """Return what the bot may read of a text; "" when nothing is left.

    The NLU gets a text that cannot be mistaken for an order to Rasa and that JSON can carry: leading slashes and white
    space go, NUL goes, broken characters become U+FFFD, and the rest is cut at MAX_TEXT. What is stored stays as it is.
    """
    whole = _UNREADABLE.sub(lambda broken: "" if broken.group() == "\0" else "\ufffd", text)
    return _ORDER.sub("", whole)[:MAX_TEXT].rstrip()


def _position(session_id: str) -> int:
    return zlib.crc32(session_id.encode())  # the same in every process, unlike hash()
