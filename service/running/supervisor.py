"""`puente run`: everything on one machine under one parent, in the foreground, until Ctrl-C."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.client import HttpBot
from conversation.errors import ConfigurationError
from service import wiring
from service.running import bot_process
from service.running.children import Child, stop_children
from service.running.demo_staff import add_demo_staff, describe
from service.running.ports import open_port
from service.running.preparing import prepare
from service.settings import ROOT, Settings, to_environment

LEAST_DISK_BYTES = 300 * 1024 * 1024
READY_S = 120.0
MOST_DEATHS = 5  # of one child within DEATHS_S seconds; then everything stops
DEATHS_S = 300.0
LOOK_S = 0.5  # between two looks at the children
PORT_STEP = 10  # from the actions of one worker to those of the next

_THIS_MACHINE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - how to reach what listens everywhere


async def run(settings: Settings) -> None:
    """Prepare, start, watch and stop everything.

    Raises:
        ConfigurationError: one plain sentence on what is missing or in the way.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    check_disk(settings)
    check_ports(settings)
    _say("keys and tables …")
    prepare(settings)
    _say("model …")
    model = await _unless_told(stop, bot_process.train_model())
    if model:
        await watch_over(_children(settings, model), stop, started=lambda: _say_links(settings))


@dataclass
class Watched:
    """A child, how it says it is ready, when it died lately and when it may start again (monotonic seconds)."""

    child: Child
    is_ready: Callable[[], Awaitable[bool]]
    deaths: list[float] = field(default_factory=list)
    rests_until: float | None = None


async def watch_over(children: Sequence[Watched], stop: asyncio.Event, *, started: Callable[[], None]) -> None:
    """Start the children, start again what dies, and stop them all when told to, or when one dies all the time.

    Raises:
        ConfigurationError: one did not start, or died more than MOST_DEATHS times.
    """
    try:
        await _start(children, stop)
        if not stop.is_set():
            started()
        while not stop.is_set():
            for watched in children:
                await _revive(watched)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_S)
    finally:
        _say("stopping …")
        await stop_children([watched.child for watched in children])
        _say("stopped")


def check_disk(settings: Settings) -> None:
    """Refuse to start where the disk is nearly full."""
    var = next(folder for folder in (settings.var, *settings.var.parents) if folder.is_dir())
    if min(shutil.disk_usage(folder).free for folder in (ROOT, var)) < LEAST_DISK_BYTES:
        raise ConfigurationError(
            f"the disk has less than {LEAST_DISK_BYTES // 2**20} MB free: make room, then start again"
        )


def check_ports(settings: Settings) -> None:
    """Refuse to start on a port somebody else holds, naming its setting."""
    loopback = [("ACTIONS_PORT", worker.actions_port) for worker in each_worker(settings)]
    loopback += [("BOT_URLS", port) for port in _bot_ports(settings)]
    if _is_simulated(settings):
        loopback.append(("SIMULATOR_PORT", settings.simulator_port))
    with contextlib.ExitStack() as held:
        held.enter_context(open_port(settings.bind, settings.port, setting="PORT"))
        for setting, port in loopback:
            held.enter_context(open_port("127.0.0.1", port, setting=setting))


def each_worker(settings: Settings) -> list[Settings]:
    """Return the settings of each worker that runs here: "worker-1", "worker-2" …, each with a port for its actions."""
    name = settings.worker_id.removesuffix("-1")
    return [settings] + [
        replace(settings, worker_id=f"{name}-{number}", actions_port=settings.actions_port + PORT_STEP * (number - 1))
        for number in range(2, settings.workers + 1)
    ]


def _children(settings: Settings, model: Path) -> list[Watched]:
    """Return what runs, in the order in which it is stopped: each before what it needs."""
    web = f"http://{_THIS_MACHINE.get(settings.bind, settings.bind)}:{settings.port}/health/ready"
    found = [_serve("web", settings, web), *_workers(settings), *_bots(settings, model)]
    if _is_simulated(settings):
        found.append(_serve("simulator", settings, f"http://127.0.0.1:{settings.simulator_port}/phones"))
    return found


def _serve(what: str, settings: Settings, url: str, *, name: str = "") -> Watched:
    environment = {**os.environ, **to_environment(settings)}
    return Watched(Child(name or what, [sys.executable, "-m", "service", "serve", what], environment), _answers(url))


def _workers(settings: Settings) -> list[Watched]:
    names = ["worker"] if settings.workers == 1 else [f"worker {number}" for number in range(1, settings.workers + 1)]
    return [
        _serve("worker", one, f"http://127.0.0.1:{one.actions_port}/health", name=name)
        for name, one in zip(names, each_worker(settings), strict=True)
    ]


def _bots(settings: Settings, model: Path) -> list[Watched]:
    token, workers = wiring.read_token(settings.bot_token), each_worker(settings)
    found = []
    for number, (url, port) in enumerate(zip(settings.bot_urls, _bot_ports(settings), strict=True)):
        environment = bot_process.environment(
            bot_token=settings.bot_token,
            actions_url=f"http://127.0.0.1:{workers[number % len(workers)].actions_port}/webhook",
            actions_token=settings.actions_token,
        )
        name = "bot" if len(settings.bot_urls) == 1 else f"bot {number + 1}"
        child = Child(name, bot_process.command(model, port), environment)
        found.append(Watched(child, _bot_answers(url, token)))
    return found


def _bot_ports(settings: Settings) -> list[int]:
    found = [urlsplit(url) for url in settings.bot_urls]
    if not all(parts.hostname in ("127.0.0.1", "localhost") and parts.port for parts in found):
        raise ConfigurationError("BOT_URLS: `puente run` starts the bot on this machine, as http://127.0.0.1:PORT")
    return [parts.port or 0 for parts in found]


def _is_simulated(settings: Settings) -> bool:
    return settings.twilio_base_url == f"http://127.0.0.1:{settings.simulator_port}"


async def _start(children: Sequence[Watched], stop: asyncio.Event) -> None:
    _say("starting " + ", ".join(watched.child.name for watched in children) + " …")
    await asyncio.gather(*(watched.child.start() for watched in children))
    await _unless_told(stop, _until_all_ready(children))


async def _unless_told[T](stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Return what the work returns; None when we are told to stop first, and then it is cancelled."""
    working, told = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait([working, told], return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if working.done():
        return working.result()
    working.cancel()
    await asyncio.wait([working])
    return None


async def _until_all_ready(children: Sequence[Watched]) -> None:
    for watched in children:
        await watched.child.until_ready(watched.is_ready, timeout_s=READY_S)


async def _revive(watched: Watched) -> None:
    """Start a dead child again after a pause that grows with each death."""
    if watched.child.alive:
        return
    now = time.monotonic()
    if watched.rests_until is None:
        _note_death(watched, now)
    elif now >= watched.rests_until:
        watched.rests_until = None
        await watched.child.start()


def _note_death(watched: Watched, now: float) -> None:
    watched.deaths = [moment for moment in watched.deaths if now - moment < DEATHS_S] + [now]
    name, deaths = watched.child.name, len(watched.deaths)
    if deaths > MOST_DEATHS:
        raise ConfigurationError(f"the {name} process died {deaths} times within {DEATHS_S / 60:.0f} minutes")
    watched.rests_until = now + 2.0 ** (deaths - 1) - 1
    _say(f"the {name} process died and is started again; no message is lost")


def _answers(url: str) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, OSError):
            return False

    return ask


def _bot_answers(url: str, token: str) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        bot = HttpBot((url,), token=token)
        try:
            return await bot.is_ready()
        finally:
            await bot.close()

    return ask


def _say_links(settings: Settings) -> None:
    at = f"http://{_THIS_MACHINE.get(settings.bind, settings.bind)}:{settings.port}"
    _say("Puente runs. Ctrl-C stops it.")
    if _is_simulated(settings):
        _say(f"  phones (simulator)  {at}/phones")
        _say(f"  all answers         {at}/answers")
    _say(f"  inbox               {at}/inbox")
    _say(f"  health              {at}/health/ready")
    _say("  cases for people    .venv/bin/puente cases")
    demo = add_demo_staff(settings)  # only now: a start that is broken off would keep passwords that nobody has read
    for line in describe(demo) or ["  a new way in        .venv/bin/puente staff invite LOGIN"]:
        _say(line)


def _say(line: str) -> None:
    print(f"puente: {line}", flush=True)
