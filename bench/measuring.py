"""One load on one program, and what it came to: times at the webhook and at the carrier, losses, processor time."""

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import requests

from bench.load import Answered, Arrival, Road, Writer, open_road
from bench.processes import cpu_s, machine_s

RAMP_S = 2.0  # of a backlog, before throughput is counted
CALLBACKS_S = 0.5  # the last texts' status callbacks belong to their cost


class Target(Protocol):
    """A program that takes webhooks and sends texts.

    Attributes:
        settling_s: how long after an accident a text may still come.
        drain_s: how long it is given to work off what it has, after a load.
        parts: process ids by what is measured.
    """

    name: str
    settling_s: float
    drain_s: float

    @property
    def webhook(self) -> str: ...

    @property
    def parts(self) -> Mapping[str, int]: ...

    def is_settled(self) -> bool: ...

    def kill(self) -> None: ...

    def restart(self) -> None: ...


@dataclass(frozen=True)
class Figures:
    """What one load came to.

    Attributes:
        failed: webhooks without a 2xx within the carrier's 15 seconds.
        webhook_ms: of every webhook; of failed ones until they were given up.
        reply_s: from the webhook's first byte until the carrier has taken the first text that answers it.
        texts: how many went out in all. segments: of the longest.
        per_s: messages answered a second.
        cpu_ms: milliseconds of one core for each message, by process; "carrier" and "load" are the bench's own.
        busy: share of one core in use meanwhile, by process; 1.0 is all that one Python process can use.
        machine, disk: cores in use meanwhile by all programs of the machine, and cores that waited for the disk.
    """

    sent: int
    failed: int
    webhook_ms: Sequence[float]
    reply_s: Sequence[float]
    texts: int
    per_s: float
    cpu_ms: Mapping[str, float]
    busy: Mapping[str, float]
    machine: float = 0.0
    disk: float = 0.0

    @property
    def unanswered(self) -> int:
        return self.sent - len(self.reply_s)


class Carrier:
    """The stand-in as the bench directs it."""

    def __init__(self, url: str, pid: int) -> None:
        self.url, self.pid = url, pid

    def plan(self, latency_s: float, *faults: Mapping[str, str | float]) -> None:
        """From now on it answers so late, and the next requests meet these faults, one each."""
        body: Any = {"latency_s": latency_s, "faults": [{"delay_s": 0.0, **fault} for fault in faults]}
        requests.post(f"{self.url}/bench/plan", json=body, timeout=10).raise_for_status()

    def judge(self) -> tuple[int, int]:
        """Return how many of the last requests were judged by Twilio's description, and how many break it."""
        found = requests.get(f"{self.url}/bench/violations", timeout=120).json()
        return found["judged"], found["violations"]


def load_in_conversation(
    target: Target, carrier: Carrier, people: Sequence[Writer], *, at_once: int, lasts_s: float
) -> Figures:
    """Let so many people write at once, each until she has her reply; then it is the next one's turn."""
    in_turn = itertools.cycle(people)
    return asyncio.run(
        _measure(target, carrier, people, lambda road: road.converse(at_once, lasts_s, in_turn), ramp_s=0.0)
    )


def load_at(rate: float, target: Target, carrier: Carrier, people: Sequence[Writer]) -> Figures:
    """Let each of these people write once, `rate` a second in all, whatever comes back."""

    async def write(road: Road) -> list[Answered]:
        return await road.bring_at(rate, [road.make_post(one.number, one.question.text) for one in people])

    return asyncio.run(_measure(target, carrier, people, write, ramp_s=RAMP_S))


async def wait_settled(target: Target) -> None:
    """Wait until the program has nothing left to send, or too long."""
    deadline = time.monotonic() + target.drain_s
    while time.monotonic() < deadline and not await asyncio.to_thread(target.is_settled):  # noqa: ASYNC110
        await asyncio.sleep(0.5)


async def _measure(
    target: Target,
    carrier: Carrier,
    people: Sequence[Writer],
    write: Callable[[Road], Awaitable[list[Answered]]],
    *,
    ramp_s: float,
) -> Figures:
    def read_cpu() -> dict[str, float]:
        used = {name: cpu_s(pid) for name, pid in {**target.parts, "carrier": carrier.pid}.items()}
        return used | {"load": time.process_time()}

    async with open_road(target.webhook, carrier.url, people) as road:
        before, begun, machine_before = read_cpu(), time.monotonic(), machine_s()
        answered = await write(road)
        await wait_settled(target)
        await asyncio.sleep(CALLBACKS_S)
        lasted_s = time.monotonic() - begun
        used_s = {name: used - before[name] for name, used in read_cpu().items()}
        worked, waited = (now - then for now, then in zip(machine_s(), machine_before, strict=True))
    replied = find_replies(answered, road.arrived)
    return Figures(
        sent=len(answered),
        failed=sum(not one.is_taken for one in answered),
        webhook_ms=[one.took_s * 1000 for one in answered],
        reply_s=[at - one.left for one, at in replied],
        texts=len(road.arrived),
        per_s=_rate([at for _, at in replied], min(one.left for one in answered) + ramp_s),
        cpu_ms={name: used / len(answered) * 1000 for name, used in used_s.items()},
        busy={name: used / lasted_s for name, used in used_s.items()},
        machine=worked / lasted_s,
        disk=waited / lasted_s,
    )


def find_replies(answered: Sequence[Answered], arrived: Sequence[Arrival]) -> list[tuple[Answered, float]]:
    """Return each message that was answered with the moment of its first text, before the person's next message."""
    moments, written = defaultdict(list), defaultdict(list)
    for arrival in arrived:
        moments[arrival.to].append(arrival.at)
    for one in sorted(answered, key=lambda one: one.left):
        written[one.person].append(one)
    found = []
    for person, messages in written.items():
        for one, following in zip(messages, [*messages[1:], None], strict=True):
            until = following.left if following else float("inf")
            at = min((at for at in moments[person] if one.left <= at < until), default=None)
            if at is not None:
                found.append((one, at))
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all do not exceed; NaN for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def _rate(moments: Sequence[float], since: float) -> float:
    """Return how many moments there were a second, from `since` to the last one."""
    counted = [at for at in moments if at > since]
    return len(counted) / (max(counted) - since) if counted else 0.0
