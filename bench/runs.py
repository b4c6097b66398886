"""What is measured of each program, in which order: conversations, loads at a pace, accidents."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.accidents import Outcome, Scale, cause_all
from bench.empty_route import EmptyRoute
from bench.gateway import Gateway, postgres_database
from bench.load import writers
from bench.measuring import Carrier, Figures, Target, load_at, load_in_conversation
from bench.processes import memory_mb
from bench.stock import Stock
from tests.integration.running import RunningBot

NEAR_S, FAR_S = 0.0, 0.15  # from us to the carrier and back
_WARM_UP_RATE = 40.0

Paced = dict[tuple[float, int], Figures]  # by seconds to the carrier and messages a second
Conversing = dict[tuple[float, int], Figures]  # by seconds to the carrier and people at once


@dataclass(frozen=True)
class Plan:
    """How long and how much. `rates`: how many messages at each pace."""

    people: int = 480
    at_once: tuple[int, ...] = (1, 8, 32)
    conversing_s: float = 3.5
    rates: Mapping[int, int] = field(default_factory=lambda: {20: 240, 80: 480})
    scale: Scale = field(default_factory=Scale)


QUICK = Plan(people=240, at_once=(1, 8), conversing_s=2.0, rates={20: 80, 80: 240}, scale=Scale(40, 10.0, 4, 8))


@dataclass(frozen=True)
class Measured:
    """All that was seen of one program, set up in one way. `training_s`: of its model, when it was trained just now."""

    name: str
    paced: Paced
    memory: Mapping[str, float]
    conversing: Conversing = field(default_factory=dict)
    accidents: Outcome = field(default_factory=dict)
    with_people: int = 0


def say(words: str) -> None:
    print(f"bench: {words}", file=sys.stderr, flush=True)


def measure_empty_route(folder: Path, carrier: Carrier, plan: Plan) -> Paced:
    route = EmptyRoute(folder)
    try:
        route.start()
        return _pace(route, carrier, plan, NEAR_S)
    finally:
        route.end()


def measure_stock(folder: Path, carrier: Carrier, plan: Plan) -> Measured:
    """Measure Rasa's own channel; `folder` keeps its bot."""
    stock = Stock(folder, carrier.url)
    say("training the stock bot, about a minute")
    stock.prepare()
    try:
        stock.start()
        _converse(stock, carrier, plan, NEAR_S, plan.at_once[:1])  # the first messages are slow
        conversing = {key: one for far in (NEAR_S, FAR_S) for key, one in _converse(stock, carrier, plan, far).items()}
        paced = _pace(stock, carrier, plan, NEAR_S) | _pace(stock, carrier, plan, FAR_S)
        memory = _memory(stock)
        stock.kill()  # and with it what is left of the last load
        stock.start()
        return Measured(stock.name, paced, memory, conversing, _accidents(stock, carrier, plan))
    finally:
        stock.end()


def measure_on_sqlite(folder: Path, bot: RunningBot, carrier: Carrier, plan: Plan) -> list[Measured]:
    """Measure ours on SQLite: everything with one worker, then the far loads with two."""
    gateway = Gateway(folder, bot, carrier_url=carrier.url)
    try:
        _begin(gateway, carrier, plan)
        conversing = {
            key: one for far in (NEAR_S, FAR_S) for key, one in _converse(gateway, carrier, plan, far).items()
        }
        paced = _pace(gateway, carrier, plan, NEAR_S) | _pace(gateway, carrier, plan, FAR_S)
        memory, people = _memory(gateway), gateway.count_with_people()
        accidents = _accidents(gateway, carrier, plan)
        alone = Measured("SQLite, 1 worker", paced, memory, conversing, accidents, people)
        return [alone, _with_second_worker(gateway, carrier, plan, "SQLite, 2 workers")]
    finally:
        gateway.end()


def measure_on_postgres(folder: Path, bot: RunningBot, carrier: Carrier, plan: Plan) -> list[Measured]:
    """Measure ours on a PostgreSQL server of its own: the far loads with one worker, then with two."""
    with postgres_database() as url:
        gateway = Gateway(folder, bot, carrier_url=carrier.url, database_url=url)
        try:
            _begin(gateway, carrier, plan)
            paced = _pace(gateway, carrier, plan, FAR_S)
            alone = Measured("PostgreSQL, 1 worker", paced, _memory(gateway), with_people=gateway.count_with_people())
            return [alone, _with_second_worker(gateway, carrier, plan, "PostgreSQL, 2 workers")]
        finally:
            gateway.end()


def _begin(gateway: Gateway, carrier: Carrier, plan: Plan) -> None:
    """Start, and let everybody write once: the first notice goes out, sessions open, caches fill."""
    gateway.prepare()
    gateway.start()
    carrier.plan(NEAR_S)
    say("everybody writes once")
    load_at(_WARM_UP_RATE, gateway, carrier, writers(plan.people))


def _with_second_worker(gateway: Gateway, carrier: Carrier, plan: Plan, name: str) -> Measured:
    before = gateway.count_with_people()
    gateway.add_worker()
    paced = _pace(gateway, carrier, plan, FAR_S)
    return Measured(name, paced, _memory(gateway), with_people=gateway.count_with_people() - before)


def _converse(
    target: Target, carrier: Carrier, plan: Plan, far_s: float, at_once: Sequence[int] | None = None
) -> Conversing:
    carrier.plan(far_s)
    found = {}
    people = [one for one in writers(plan.people) if one.question.texts == 1]
    for count in at_once or plan.at_once:
        say(f"{target.name}: {count} at once, carrier {far_s * 1000:.0f} ms away")
        found[far_s, count] = load_in_conversation(target, carrier, people, at_once=count, lasts_s=plan.conversing_s)
    return found


def _pace(target: Target, carrier: Carrier, plan: Plan, far_s: float) -> Paced:
    carrier.plan(far_s)
    found = {}
    for rate, count in plan.rates.items():
        say(f"{target.name}: {count} messages, {rate} a second, carrier {far_s * 1000:.0f} ms away")
        found[far_s, rate] = load_at(rate, target, carrier, writers(min(count, plan.people)))
    return found


def _accidents(target: Target, carrier: Carrier, plan: Plan) -> Outcome:
    say(f"{target.name}: accidents, over a minute")
    people = [one for one in writers(plan.people) if one.question.texts == 1]
    return asyncio.run(cause_all(target, carrier, people, plan.scale))


def _memory(target: Target) -> dict[str, float]:
    return {name: memory_mb(pid) for name, pid in target.parts.items()}
