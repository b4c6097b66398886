"""What goes wrong in the field, done to each program alike: what is lost, doubled, answered to strangers, held up."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.load import QUESTIONS, RETRY_PAUSES_S, Arrival, Writer, open_road
from bench.measuring import Carrier, Target, wait_settled

LATENCY_S = 0.15
HANG_S = 20.0
OTHERS = 8
RESETS_S = 4.0
FIRST_SEND_FAULTS = {
    "server_error": "500",
    "too_many_requests": "429",
    "drop": "connection reset",
    "drop_after": "taken, then connection reset",
}
_BAD_SIGNATURE = "AAAAAAAAAAAAAAAAAAAAAAAAAAA="
_KILL_AT_SHARE = 0.33

Outcome = dict[str, float | str]  # by what the table calls it


@dataclass(frozen=True)
class Scale:
    """How much of it: `killed_load` messages at `killed_rate` a second, `faults` of each kind, `pairs` of texts."""

    killed_load: int = 80
    killed_rate: float = 10.0
    faults: int = 10
    pairs: int = 20


async def check_signature(target: Target, carrier: Carrier, people: Sequence[Writer]) -> Outcome:
    """Post one message as the carrier signs it, one unsigned, one wrongly signed."""
    found: Outcome = {}
    for name, writer in zip(("valid", "missing", "wrong"), people, strict=False):
        async with open_road(target.webhook, carrier.url, [writer]) as road:
            post = road.make_post(writer.number, writer.question.text)
            if name == "missing":
                post.headers.pop("X-Twilio-Signature")
            elif name == "wrong":
                post.headers["X-Twilio-Signature"] = _BAD_SIGNATURE
            answered = await road.bring(post)
            await road.wait_quiet(1, quiet_s=3.0)
            found[f"signature {name}: status, texts sent"] = f"{answered.status}, {len(road.arrived)}"
    return found


async def deliver_thrice(target: Target, carrier: Carrier, people: Sequence[Writer]) -> Outcome:
    """Post one webhook three times in a row, and another one three times at once. One text each is right."""
    found: Outcome = {}
    for name, writer in zip(("in a row", "at once"), people, strict=False):
        async with open_road(target.webhook, carrier.url, [writer]) as road:
            post = road.make_post(writer.number, writer.question.text)
            if name == "at once":
                await asyncio.gather(*(road.bring(post) for _ in range(3)))
            else:
                for _ in range(3):
                    await road.bring(post)
            await road.wait_quiet(4, quiet_s=3.0)
            found[f"one webhook three times {name}: texts sent"] = len(road.arrived)
    return found


async def fail_first_sends(target: Target, carrier: Carrier, people: Sequence[Writer], kind: str) -> Outcome:
    """Let the carrier fail the first send to each of these people. Lost: people without a text."""
    carrier.plan(0.0, *({"kind": kind} for _ in people))
    async with open_road(target.webhook, carrier.url, people) as road:
        posts = [road.make_post(one.number, one.question.text) for one in people]
        answered = await asyncio.gather(*(road.bring(post, pauses_s=RETRY_PAUSES_S) for post in posts))
        await road.wait_quiet(len(people), quiet_s=target.settling_s)
    name = f"first send fails ({FIRST_SEND_FAULTS[kind]})"
    waits = [arrival.at - min(one.left for one in answered) for arrival in road.arrived]
    return {
        f"{name}: lost of {len(people)}": count_lost(people, road.arrived),
        f"{name}: doubled": count_doubled(road.arrived),
        f"{name}: longest wait, s": max(waits, default="–"),
    }


async def hang_one_send(target: Target, carrier: Carrier, people: Sequence[Writer]) -> Outcome:
    """Let one send hang; a second later others write. What do these wait?"""
    carrier.plan(0.0, {"kind": "slow", "delay_s": HANG_S})
    slow, *others = people
    async with open_road(target.webhook, carrier.url, people) as road:
        first = asyncio.create_task(road.bring(road.make_post(slow.number, slow.question.text)))
        await asyncio.sleep(1.0)
        answered = await asyncio.gather(*(road.bring(road.make_post(one.number, one.question.text)) for one in others))
        await first
        await road.wait_quiet(OTHERS + 1, quiet_s=HANG_S + 5)
        left = {one.person: one.left for one in answered}
        waits = [arrival.at - left[arrival.to] for arrival in road.arrived if arrival.to in left]
    return {
        f"one send hangs {HANG_S:.0f} s, {OTHERS} others: longest wait for a reply, s": max(waits, default=HANG_S),
        f"one send hangs {HANG_S:.0f} s, {OTHERS} others: longest webhook, s": max(one.took_s for one in answered),
        f"one send hangs {HANG_S:.0f} s: webhooks the carrier gave up": sum(not one.is_taken for one in answered),
    }


async def write_in_pairs(target: Target, carrier: Carrier, people: Sequence[Writer]) -> Outcome:
    """Let people send two questions 2 ms apart. Swapped: the answer to the second one came first."""
    carrier.plan(LATENCY_S)
    asker, *chosen = people
    async with open_road(target.webhook, carrier.url, people) as road:
        await road.bring(road.make_post(asker.number, QUESTIONS[0].text))
        await road.wait_quiet(1, quiet_s=10.0)
        right = road.arrived[0].body
        for writer in chosen:
            first, second = (road.make_post(writer.number, QUESTIONS[asked].text) for asked in (0, 2))
            going = asyncio.create_task(road.bring(first))
            await asyncio.sleep(0.002)
            await asyncio.gather(going, road.bring(second))
        await road.wait_quiet(1 + 2 * len(chosen), quiet_s=10.0)
    came_first = {arrival.to: arrival.body for arrival in reversed(road.arrived)}
    return {
        f"two texts 2 ms apart, {len(chosen)} pairs: swapped": sum(
            came_first.get(one.number, right) != right for one in chosen
        ),
        "two texts 2 ms apart: lost": 2 * len(chosen) + 1 - len(road.arrived),
    }


async def kill_in_mid_run(target: Target, carrier: Carrier, people: Sequence[Writer], rate: float) -> Outcome:
    """Kill every process of a program in mid-load and start them again; the carrier repeats for 15 seconds."""
    carrier.plan(LATENCY_S)
    async with open_road(target.webhook, carrier.url, people) as road:
        *load, last = people  # the last one writes when it is up again
        posts = [road.make_post(one.number, one.question.text) for one in load]
        bringing = asyncio.create_task(road.bring_at(rate, posts, pauses_s=RETRY_PAUSES_S))
        await asyncio.sleep(len(load) / rate * _KILL_AT_SHARE)
        await asyncio.to_thread(target.kill)
        gone_at = time.time() + 2 * LATENCY_S  # what was on its way to the carrier has arrived by then
        await asyncio.to_thread(target.restart)
        answered = await bringing
        answered.append(await road.bring(road.make_post(last.number, last.question.text), pauses_s=RETRY_PAUSES_S))
        await road.wait_quiet(len(people), quiet_s=target.settling_s)
    taken = {one.person for one in answered if one.is_taken}
    first_again = min((arrival.at for arrival in road.arrived if arrival.at > gone_at), default=float("nan"))
    return {
        f"kill -9 in mid-run, {len(people)} messages: next reply after, s": first_again - gone_at,
        "kill -9: never taken, though repeated for 15 s": len(people) - len(taken),
        "kill -9: taken and never answered": len(taken) - len(taken & {arrival.to for arrival in road.arrived}),
        "kill -9: doubled": count_doubled(road.arrived),
    }


def count_lost(people: Sequence[Writer], arrived: Sequence[Arrival]) -> int:
    replied = {arrival.to for arrival in arrived}
    return sum(one.number not in replied for one in people)


def count_doubled(arrived: Sequence[Arrival]) -> int:
    """Count texts that a person has got before; everybody has asked one thing, which one text answers."""
    return sum(times - 1 for times in Counter(arrival.to for arrival in arrived).values())


async def cause_all(target: Target, carrier: Carrier, people: Sequence[Writer], scale: Scale) -> Outcome:
    """Do all of it, the kill last. `people` ask what one text answers."""
    carrier.plan(0.0)
    left = iter(people)

    def take(count: int) -> list[Writer]:
        return list(itertools.islice(left, count))

    found: Outcome = {}
    for kind in ("server_error", "too_many_requests", "drop_after"):
        found |= await fail_first_sends(target, carrier, take(scale.faults), kind)
    resets = asyncio.create_task(fail_first_sends(target, carrier, take(scale.faults), "drop"))
    await asyncio.sleep(RESETS_S)  # all of them have met their fault: what follows goes on beside their repeats
    found |= await check_signature(target, carrier, take(3))
    found |= await deliver_thrice(target, carrier, take(2))
    found |= await hang_one_send(target, carrier, take(OTHERS + 1))
    killed = take(scale.killed_load)
    asking_the_same = [one for one in left if one.question is QUESTIONS[0]]
    found |= await write_in_pairs(target, carrier, asking_the_same[: scale.pairs + 1])
    found |= await resets
    await wait_settled(target)
    return found | await kill_in_mid_run(target, carrier, killed, scale.killed_rate)
