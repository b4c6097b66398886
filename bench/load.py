"""People who write, as the carrier brings it: signed webhooks, and what reaches the carrier in return."""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Container, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

import aiohttp
from twilio.request_validator import RequestValidator

from simulator.api.memory import Direction, Status, TwilioMessage, new_message_sid
from simulator.api.webhooks import sms_form
from tests.integration.running import ACCOUNT, OUR_SMS, TOKEN

# For a webhook's answer: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides (2026-11)
CARRIER_WAITS_S = 15.0
PERSON_WAITS_S = 30.0  # for a reply, before she writes again
RETRY_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 7.0)  # five repeats within the carrier's 15 seconds (#rc=5&rp=all)
_AREAS = (202, 205, 213, 305, 312, 404, 423, 502)


@dataclass(frozen=True)
class Question:
    """One text and the intent it has in the stock bot. `texts`: how many we answer with."""

    about: str
    text: str
    texts: int = 1


QUESTIONS = (
    Question("papers", "¿Qué papeles necesito para inscribir a mi sobrina en la escuela?"),
    Question("papers", "What papers do I need to enroll my niece in school?"),
    Question("court", "¿Cuándo es mi fecha de corte?"),
    Question("court", "How do I find my court date?"),
    Question("vaccines", "¿Qué vacunas pide la escuela?"),
    Question("vaccines", "What vaccines does the school ask for?"),
    Question("papers", "Jas taq wuj kajawaxik rech kinb'an inscribir ri wal pa ri escuela?", texts=2),
)


@dataclass(frozen=True)
class Writer:
    """A person with a number, who always asks the same."""

    number: str
    question: Question


@dataclass(frozen=True)
class Post:
    """One webhook ready to go. `sid` is the carrier's id of the message."""

    sid: str
    person: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Answered:
    """One webhook that went: when it first left, seconds since the epoch, and what came back; status 0: nothing."""

    person: str
    left: float
    took_s: float
    status: int

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Arrival:
    """One text at the carrier; `at` seconds since the epoch."""

    to: str
    at: float
    body: str
    segments: int


def writers(count: int) -> list[Writer]:
    """Return people with different numbers, at most 792, the questions in turn."""
    numbers = (f"+1{area}555{line:04}" for area in _AREAS for line in range(101, 200))
    return [
        Writer(number, QUESTIONS[place % len(QUESTIONS)])
        for place, number in enumerate(itertools.islice(numbers, count))
    ]


class Road:
    """Between the people and one program: brings it webhooks, sees its texts arrive at the carrier."""

    def __init__(self, webhook: str, session: aiohttp.ClientSession, people: Container[str]) -> None:
        self.arrived: list[Arrival] = []
        self._people = people
        self._webhook, self._session = webhook, session
        self._validator = RequestValidator(TOKEN)
        self._news: dict[str, asyncio.Event] = {}

    def make_post(self, person: str, text: str) -> Post:
        now = datetime.now(UTC)
        message = TwilioMessage(
            sid=new_message_sid(), direction=Direction.INBOUND, sender=person, to=OUR_SMS, body=text,
            status=Status.RECEIVED, created=now, updated=now,
        )  # fmt: skip
        form = sms_form(message, ACCOUNT)
        signature = self._validator.compute_signature(self._webhook, form)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
        return Post(message.sid, person, urlencode(form).encode(), headers)

    async def bring(self, post: Post, *, pauses_s: Sequence[float] = ()) -> Answered:
        """Post once, and again after each pause while it is not taken."""
        left, start = time.time(), time.perf_counter()
        status = await self._post(post)
        for pause_s in pauses_s:
            if 200 <= status < 300:
                break
            await asyncio.sleep(pause_s)
            status = await self._post(post)
        return Answered(post.person, left, time.perf_counter() - start, status)

    async def bring_at(self, rate: float, posts: Sequence[Post], *, pauses_s: Sequence[float] = ()) -> list[Answered]:
        """Post each at its moment, `rate` a second, whether or not the ones before have been answered."""
        start = time.monotonic()
        going = []
        for number, post in enumerate(posts):
            await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
            going.append(asyncio.create_task(self.bring(post, pauses_s=pauses_s)))
        return await asyncio.gather(*going)

    async def converse(self, at_once: int, lasts_s: float, people: Iterator[Writer]) -> list[Answered]:
        """Let `at_once` people write, the next one whenever one has a reply or waited in vain."""
        end = time.monotonic() + lasts_s
        answered: list[Answered] = []

        async def write_in_turn() -> None:
            while time.monotonic() < end:
                writer = next(people)
                post = self.make_post(writer.number, writer.question.text)
                news = self._news[writer.number] = asyncio.Event()
                answered.append(await self.bring(post))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), PERSON_WAITS_S if answered[-1].is_taken else 0.1)

        await asyncio.gather(*(write_in_turn() for _ in range(at_once)))
        return answered

    async def wait_quiet(self, expected: int, *, quiet_s: float, limit_s: float = 240.0) -> None:
        """Wait until so many texts have arrived, or none for `quiet_s`, or too long."""
        begun = last = time.monotonic()
        count = len(self.arrived)
        while count < expected and time.monotonic() < min(last + quiet_s, begun + limit_s):
            await asyncio.sleep(0.1)
            if len(self.arrived) != count:
                count, last = len(self.arrived), time.monotonic()

    async def follow(self, carrier_url: str, begun: asyncio.Event) -> None:
        """Note what arrives at the carrier, until cancelled."""
        forever = aiohttp.ClientTimeout(total=None)
        async with self._session.get(f"{carrier_url}/bench/arrivals", timeout=forever) as answer:
            async for line in answer.content:
                begun.set()
                if line.strip():
                    self._note(Arrival(**json.loads(line)))

    def _note(self, arrival: Arrival) -> None:
        if arrival.to not in self._people:
            return
        self.arrived.append(arrival)
        if news := self._news.pop(arrival.to, None):
            news.set()

    async def _post(self, post: Post) -> int:
        try:
            async with self._session.post(self._webhook, data=post.body, headers=post.headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0


@asynccontextmanager
async def open_road(webhook: str, carrier_url: str, people: Iterable[Writer]) -> AsyncIterator[Road]:
    """Open a road for one load: it sees only what arrives from now on, and only for these people."""
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=2.0)  # shorter than any server's: none hangs up first
    timeout = aiohttp.ClientTimeout(total=CARRIER_WAITS_S)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        road, begun = Road(webhook, session, {one.number for one in people}), asyncio.Event()
        following = asyncio.create_task(road.follow(carrier_url, begun))
        await asyncio.wait({following, asyncio.create_task(begun.wait())}, return_when=asyncio.FIRST_COMPLETED)
        try:
            yield road
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
