"""The whole path under load: real web, worker and Rasa on SQLite, and the carrier in record-only mode, on one machine.

Open loop: messages leave at their moment, however slow the answers are. The load and the carrier share the machine's
cores with what is measured; their part is in the table. Ratios are against an empty Starlette route in the same run.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from service.ports import find_free_ports
from simulator.carrier import Direction, Status, TwilioMessage, new_message_sid
from simulator.webhooks import sms_form
from tests.integration.own_process import OwnProcess, answers, until
from tests.integration.running import ACCOUNT, OUR_SMS, TOKEN, Puente, RunningBot, build_settings, environment_of

PEOPLE = [f"+1{area}555{line:04}" for area in (202, 213, 305) for line in range(101, 171)]
QUESTIONS = (
    "¿Qué papeles necesito para inscribir a mi sobrina en la escuela?",
    "What papers do I need to enroll my niece in school?",
    "¿Cuándo es mi fecha de corte?",
    "How do I find my court date?",
    "¿Qué vacunas pide la escuela?",
    "What vaccines does the school ask for?",
    "Jas taq wuj kajawaxik rech kinb'an inscribir ri wal pa ri escuela?",
)
RATES = (20, 80)  # messages a second
LASTS_S = 20
RAMP_S = 3.0  # of a backlog, before throughput is counted
DRAIN_S = 300.0
_TICKS = os.sysconf("SC_CLK_TCK")
_ANSWERED = """
    SELECT inbox.provider_message_id, outbox.id FROM inbox
    JOIN message answer ON answer.in_reply_to = inbox.message_id JOIN outbox ON outbox.message_id = answer.id
"""

_HANDED_OVER = "SELECT provider_message_id FROM inbox WHERE decision IN ('handoff', 'silent') OR status = 'failed'"


@dataclass(frozen=True)
class Post:
    """One webhook ready to go. `sid` is the carrier's id of the message."""

    sid: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answered:
    """One webhook that went: when it left, seconds since the epoch, how long its answer took, and what it was."""

    sid: str
    left: float
    took_s: float
    status: int


@dataclass(frozen=True)
class Run:
    """What one rate came to. Milliseconds and seconds as named.

    Attributes:
        cpu_ms: milliseconds of one core for each message, by process; the load itself is "load".
        reply_s: from the webhook's first byte to the reply at the carrier, for each message.
        per_s: messages a second that were answered, counted from RAMP_S after the first to the last reply.
        texts: how many went out for each message.
        unanswered, handed_over: messages without any text, and messages that wait for a person.
    """

    rate: int
    webhook_ms: list[float]
    failures: int
    cpu_ms: dict[str, float]
    reply_s: list[float]
    unanswered: int
    handed_over: int
    per_s: float
    texts: float


def build_empty_app() -> Starlette:
    """The least a webhook can do."""

    async def accept(_: Request) -> Response:
        return Response()

    return Starlette(routes=[Route("/twilio/messages", accept, methods=["POST"]), Route("/", accept)])


class Bench:
    """A running deployment with a bot, and a baseline beside it."""

    def __init__(self, folder: Path, bot: RunningBot) -> None:
        # the limit per sender number would be what is measured: it is lifted
        self.puente = Puente(build_settings(folder, bot, sends_per_second=100_000.0), check="afterwards")
        self.bot = bot
        (port,) = find_free_ports(1)
        self.baseline_url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "uvicorn", "--factory", "bench.gateway:build_empty_app", "--no-access-log"]
        command += ["--port", str(port), "--log-level", "warning", "--no-server-header"]
        self.baseline = OwnProcess("baseline", command, environment_of(self.puente.settings), folder)

    def warm_up(self) -> None:
        """Let everybody write once: the first notice goes out, sessions open, caches fill."""
        self.load(20, count=len(PEOPLE))

    def load(self, rate: int, *, count: int | None = None) -> Run:
        """Send at a rate for LASTS_S seconds, or `count` messages, and wait until all is done."""
        url = self.puente.settings.public_url
        posts = make_posts(url, count or rate * LASTS_S)
        processes = {
            "web": self.puente.web.pid,
            "worker": self.puente.worker.pid,
            "rasa": self.bot.process.pid,
            "carrier": self.puente.carrier.process.pid,
            "load": os.getpid(),
        }
        before = {name: cpu_s(pid) for name, pid in processes.items()}
        answered = asyncio.run(send_all(url, posts, rate))
        until(self._is_done, "all is answered", limit_s=DRAIN_S)
        cpu = {name: (cpu_s(pid) - before[name]) / len(posts) * 1000 for name, pid in processes.items()}
        return self._sum_up(rate, answered, cpu)

    def load_baseline(self, rate: int) -> Run:
        posts = make_posts(self.baseline_url, rate * LASTS_S)
        before = cpu_s(self.baseline.pid)
        answered = asyncio.run(send_all(self.baseline_url, posts, rate))
        cpu = {"web": (cpu_s(self.baseline.pid) - before) / len(posts) * 1000}
        failures = sum(one.status != 200 for one in answered)
        return Run(rate, [one.took_s * 1000 for one in answered], failures, cpu, [], 0, 0, 0.0, 0.0)

    def memory_mb(self) -> dict[str, float]:
        processes = {"web": self.puente.web, "worker": self.puente.worker, "rasa": self.bot.process}
        return {name: rss_mb(process.pid) for name, process in processes.items()}

    def _is_done(self) -> bool:
        # one query at a time, and seldom: the look itself costs
        time.sleep(0.5)
        waiting = "SELECT count(*) FROM workflow_status WHERE status <> 'SUCCESS'"
        return bool(self.puente.rows(waiting) == [(0,)])

    def _sum_up(self, rate: int, answered: Sequence[Answered], cpu: dict[str, float]) -> Run:
        arrived = {message["outbox_id"]: message["arrived"] for message in self.puente.carrier.messages()}
        replies: dict[str, list[float]] = {one.sid: [] for one in answered}
        for sid, outbox_id in self.puente.rows(_ANSWERED):
            if sid in replies and outbox_id in arrived:
                replies[sid].append(arrived[outbox_id])
        first = {sid: min(moments) for sid, moments in replies.items() if moments}
        replied = sorted(first.values())
        counted = [moment for moment in replied if moment >= replied[0] + RAMP_S]
        return Run(
            rate=rate,
            webhook_ms=[one.took_s * 1000 for one in answered],
            failures=sum(one.status != 200 for one in answered),
            cpu_ms=cpu,
            reply_s=[first[one.sid] - one.left for one in answered if one.sid in first],
            unanswered=len(answered) - len(replied),
            handed_over=sum(sid in replies for (sid,) in self.puente.rows(_HANDED_OVER)),
            per_s=len(counted) / (counted[-1] - replied[0] - RAMP_S) if counted else 0.0,
            texts=sum(map(len, replies.values())) / len(replies),
        )


def make_posts(url: str, count: int) -> list[Post]:
    """Return signed webhooks: people in turn, questions in turn."""
    validator, now = RequestValidator(TOKEN), datetime.now(UTC)
    posts = []
    for number in range(count):
        message = TwilioMessage(
            sid=new_message_sid(), direction=Direction.INBOUND, sender=PEOPLE[number % len(PEOPLE)], to=OUR_SMS,
            body=QUESTIONS[number % len(QUESTIONS)], status=Status.RECEIVED, created=now, updated=now,
        )  # fmt: skip
        form = sms_form(message, ACCOUNT)
        signature = validator.compute_signature(f"{url}/twilio/messages", form)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
        posts.append(Post(message.sid, urlencode(form).encode(), headers))
    return posts


async def send_all(url: str, posts: Sequence[Post], rate: int) -> list[Answered]:
    """Post each at its moment, whether or not the ones before have been answered."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60)) as session:
        start = time.monotonic()
        sending = []
        for number, post in enumerate(posts):
            await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
            sending.append(asyncio.create_task(_send(session, f"{url}/twilio/messages", post)))
        return await asyncio.gather(*sending)


async def _send(session: aiohttp.ClientSession, url: str, post: Post) -> Answered:
    left, start = time.time(), time.perf_counter()
    try:
        async with session.post(url, data=post.body, headers=post.headers) as answer:
            await answer.read()
            status = answer.status
    except (aiohttp.ClientError, TimeoutError):
        status = 0
    return Answered(post.sid, left, time.perf_counter() - start, status)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def cpu_s(pid: int) -> float:
    """Return the processor seconds a process has used, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def measure(folder: Path, bot: RunningBot) -> tuple[dict[int, Run], dict[int, Run], dict[str, float]]:
    """Return our runs and the empty route's, by rate, and megabytes by process."""
    bench = Bench(folder, bot)
    try:
        bench.baseline.start(lambda: answers(bench.baseline_url))
        with bench.puente.running():
            bench.warm_up()
            empty = {rate: bench.load_baseline(rate) for rate in RATES}
            ours = {rate: bench.load(rate) for rate in RATES}
            return ours, empty, bench.memory_mb()
    finally:
        bench.baseline.end(signal.SIGTERM)
