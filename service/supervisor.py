"""`puente run`: everything on one machine under one parent, in the foreground, until Ctrl-C."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp

from conversation.errors import ConfigurationError
from service import bot_process, wiring
from service.children import Child, stop_children
from service.preparing import prepare
from service.settings import ROOT, Settings, to_environment

LEAST_DISK_BYTES = 300 * 1024 * 1024
READY_S = 120.0
MOST_DEATHS = 5  # of one child within DEATHS_S seconds; then everything stops
DEATHS_S = 300.0


async def run(settings: Settings) -> None:
    """Prepare, start, watch and stop everything.

    Raises:
        ConfigurationError: one plain sentence on what is missing or in the way.
    """
    _check_disk(settings)
    _check_ports(settings)
    _say("keys, tables and demo organisation …")
    prepare(settings)
    _say("model …")
    model = await asyncio.to_thread(bot_process.train)
    children = _children(settings, str(model))
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await _start(children, stop)
        if not stop.is_set():
            _say_links(settings)
            await _watch(children, stop)
    finally:
        _say("stopping …")
        await stop_children([watched.child for watched in children])
        _say("stopped")


@dataclass
class Watched:
    """A child, how it says it is ready, and when it died lately."""

    child: Child
    is_ready: Callable[[], Awaitable[bool]]
    deaths: list[float] = field(default_factory=list)


def _children(settings: Settings, model: str) -> list[Watched]:
    """Return what runs, in the order in which it is told to stop."""
    ours = {**os.environ, **to_environment(settings)}
    bot = wiring.build_bot(settings)
    bot_port = int(settings.bot_urls[0].rsplit(":", 1)[1])
    rasa = bot_process.environment(
        bot_token=settings.bot_token,
        actions_url=f"http://127.0.0.1:{settings.actions_port}/webhook",
        actions_token=settings.actions_token,
    )

    def serve(what: str) -> list[str]:
        return [sys.executable, "-m", "service", "serve", what]

    found = [
        Watched(Child("web", serve("web"), ours), _answers(settings.port, "/health/ready")),
        Watched(Child("worker", serve("worker"), ours), _answers(settings.actions_port, "/health")),
        Watched(Child("bot", bot_process.command(bot_process.ROOT / model, bot_port), rasa), bot.is_ready),
    ]
    if settings.twilio_base_url == f"http://127.0.0.1:{settings.simulator_port}":
        simulator = Child("simulator", serve("simulator"), ours)
        found.append(Watched(simulator, _answers(settings.simulator_port, "/phones")))
    return found


async def _start(children: list[Watched], stop: asyncio.Event) -> None:
    _say("starting " + ", ".join(watched.child.name for watched in children) + " …")
    await asyncio.gather(*(watched.child.start() for watched in children))
    ready = asyncio.create_task(_until_all_ready(children))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([ready, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not ready.done():
        ready.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await ready


async def _until_all_ready(children: list[Watched]) -> None:
    for watched in children:
        await watched.child.until_ready(watched.is_ready, timeout_s=READY_S)


async def _watch(children: list[Watched], stop: asyncio.Event) -> None:
    while not stop.is_set():
        for watched in children:
            if not watched.child.alive:
                await _revive(watched)
        try:
            await asyncio.wait_for(stop.wait(), 0.5)
        except TimeoutError:
            continue


async def _revive(watched: Watched) -> None:
    now = time.monotonic()
    watched.deaths = [moment for moment in watched.deaths if now - moment < DEATHS_S] + [now]
    name = watched.child.name
    if len(watched.deaths) > MOST_DEATHS:
        raise ConfigurationError(f"the {name} process died {len(watched.deaths)} times in {DEATHS_S / 60:.0f} minutes")
    _say(f"the {name} process died and is started again; no message is lost")
    await watched.child.start()


def _answers(port: int, path: str) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, OSError):
            return False

    return ask


def _check_disk(settings: Settings) -> None:
    if shutil.disk_usage(ROOT).free < LEAST_DISK_BYTES:
        raise ConfigurationError(
            f"the disk has less than {LEAST_DISK_BYTES // 2**20} MB free: make room, then start again"
        )


def _check_ports(settings: Settings) -> None:
    """Refuse to start on a port somebody else holds, naming its setting."""
    ports = {
        "PORT": settings.port,
        "ACTIONS_PORT": settings.actions_port,
        "SIMULATOR_PORT": settings.simulator_port,
        "BOT_URLS": int(settings.bot_urls[0].rsplit(":", 1)[1]),
    }
    for name, port in ports.items():
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind(("127.0.0.1", port))
            except OSError:
                raise ConfigurationError(
                    f"port {port} is in use by another program: stop that program or set {name} to another port"
                ) from None


def _say_links(settings: Settings) -> None:
    at = f"http://127.0.0.1:{settings.port}"
    _say("Puente runs. Ctrl-C stops it.")
    if settings.twilio_base_url:
        _say(f"  phones (simulator)  {at}/phones")
    _say(f"  health              {at}/health/ready")
    _say("  cases for people    .venv/bin/puente cases")


def _say(line: str) -> None:
    print(f"puente: {line}", flush=True)
