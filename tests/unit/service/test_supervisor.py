"""Everything on one machine: what is in the way is told in a sentence, what dies is started again, Ctrl-C ends it."""

import asyncio
import os
import signal
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from conversation.errors import ConfigurationError
from service.running import supervisor
from service.running.children import Child
from service.running.ports import find_free_ports, open_port
from service.running.supervisor import Watched, check_disk, check_ports, each_worker, watch_over
from service.settings import Settings

PATIENT = "import time; time.sleep(60)"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    ports = find_free_ports(4)
    return Settings(
        var=tmp_path, port=ports[0], actions_port=ports[1], simulator_port=ports[2],
        bot_urls=(f"http://127.0.0.1:{ports[3]}",), twilio_base_url=f"http://127.0.0.1:{ports[2]}",
    )  # fmt: skip


def watched(program: str, *, name: str = "worker", ready: bool = True) -> Watched:
    async def is_ready() -> bool:
        return ready

    return Watched(Child(name, [sys.executable, "-c", program], dict(os.environ)), is_ready)


def nothing() -> None:
    """What is said when all have started."""


@pytest.mark.parametrize("setting", ["PORT", "ACTIONS_PORT", "SIMULATOR_PORT", "BOT_URLS"])
def test_a_port_in_use_is_told_with_the_setting_that_chose_it(settings: Settings, setting: str) -> None:
    ports = {
        "PORT": settings.port,
        "ACTIONS_PORT": settings.actions_port,
        "SIMULATOR_PORT": settings.simulator_port,
        "BOT_URLS": int(settings.bot_urls[0].rsplit(":", 1)[1]),
    }
    check_ports(settings)

    with (
        open_port("127.0.0.1", ports[setting], setting="x"),
        pytest.raises(ConfigurationError, match=f"port {ports[setting]} is in use.*set {setting} to another"),
    ):
        check_ports(settings)


def test_one_port_for_two_processes_is_told(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="BOT_URLS"):
        check_ports(replace(settings, bot_urls=(f"http://127.0.0.1:{settings.port}",)))


def test_each_of_several_workers_has_a_name_and_a_port_of_its_own(settings: Settings) -> None:
    workers = each_worker(replace(settings, workers=3, actions_port=8081))

    assert [worker.worker_id for worker in workers] == ["worker-1", "worker-2", "worker-3"]
    assert [worker.actions_port for worker in workers] == [8081, 8091, 8101]


def test_the_port_of_a_second_worker_in_use_is_told(settings: Settings) -> None:
    with (
        open_port("127.0.0.1", settings.actions_port + 10, setting="x"),
        pytest.raises(ConfigurationError, match="ACTIONS_PORT"),
    ):
        check_ports(replace(settings, workers=2))


@pytest.mark.parametrize("url", ["http://bot.example.org:8083", "https://127.0.0.1", "http://10.0.0.1:8083"])
def test_a_bot_that_cannot_be_started_here_is_told(settings: Settings, url: str) -> None:
    with pytest.raises(ConfigurationError, match="BOT_URLS"):
        check_ports(replace(settings, bot_urls=(url,)))


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "127.0.0.1:80"])
def test_an_address_that_is_not_of_this_machine_is_told(host: str) -> None:
    with pytest.raises(ConfigurationError, match="BIND"):
        open_port(host, 8080, setting="BIND")


def test_a_port_is_free_again_at_once(settings: Settings) -> None:
    here = ("127.0.0.1", settings.port)
    with open_port(*here, setting="PORT") as door, socket.create_connection(here) as guest:
        door.accept()[0].close()
        guest.recv(1)

    open_port("127.0.0.1", settings.port, setting="PORT").close()


def test_a_full_disk_is_told_also_where_the_folder_is_not_made_yet(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_disk(replace(settings, var=settings.var / "deep" / "deeper"))

    monkeypatch.setattr(supervisor, "LEAST_DISK_BYTES", 2**62)

    with pytest.raises(ConfigurationError, match="disk"):
        check_disk(settings)


async def test_a_child_that_dies_is_started_again(capsys: pytest.CaptureFixture[str]) -> None:
    stop, one = asyncio.Event(), watched(PATIENT)
    running = asyncio.create_task(watch_over([one], stop, started=nothing))
    first = await _pid_after(one, None)

    os.kill(first, signal.SIGKILL)
    second = await _pid_after(one, first)
    stop.set()
    await running

    assert first != second
    assert not one.child.alive
    assert "the worker process died and is started again" in capsys.readouterr().out


async def test_a_child_that_dies_all_the_time_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "MOST_DEATHS", 1)
    monkeypatch.setattr(supervisor, "LOOK_S", 0.01)
    healthy, dying = watched(PATIENT, name="web"), watched("raise SystemExit(1)")

    with pytest.raises(ConfigurationError, match="the worker process died 2 times"):
        await watch_over([healthy, dying], asyncio.Event(), started=nothing)

    assert not healthy.child.alive


async def test_a_child_that_does_not_start_stops_the_others() -> None:
    healthy = watched(PATIENT, name="web")
    missing = Watched(Child("bot", ["/no/such/program"], {}), healthy.is_ready)

    with pytest.raises(ConfigurationError, match="the bot process cannot be started"):
        await watch_over([healthy, missing], asyncio.Event(), started=nothing)

    assert not healthy.child.alive


async def test_being_told_to_stop_while_starting_stops_at_once() -> None:
    stop, slow = asyncio.Event(), watched(PATIENT, ready=False)
    running = asyncio.create_task(watch_over([slow], stop, started=nothing))
    await _pid_after(slow, None)

    stop.set()
    await running

    assert not slow.child.alive


def test_a_pause_before_each_new_start_grows() -> None:
    one = watched(PATIENT)
    pauses = []

    for _ in range(supervisor.MOST_DEATHS):
        supervisor._note_death(one, 100.0)
        pauses.append((one.rests_until or 0.0) - 100.0)

    assert pauses == [0.0, 1.0, 3.0, 7.0, 15.0]


async def _pid_after(one: Watched, before: int | None) -> int:
    async with asyncio.timeout(30):
        while one.child.process is None or one.child.process.pid == before or not one.child.alive:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return one.child.process.pid
