"""`puente run` as real processes, something small in the place of Rasa: all start, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service.running.ports import find_free_ports, open_port
from service.settings import Settings
from tests.databases import running_postgres
from tests.integration.running import read_postgres_rows

ROOT = Path(__file__).parents[2]

RUN = """
import asyncio, os, sys
from pathlib import Path
from service.running import bot_process, supervisor
from service.running.preparing import as_demo
from service.settings import read_settings

BOT = '''
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Bot(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
HTTPServer(("127.0.0.1", int(sys.argv[1])), Bot).serve_forever()
'''

async def no_training():
    return Path("model")

bot_process.train_model = no_training
bot_process.command = lambda model, port: [sys.executable, "-c", BOT, str(port)]
asyncio.run(supervisor.run(as_demo(read_settings())))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
def test_all_of_puente_starts_and_leaves_nothing_behind(tmp_path: Path, how: signal.Signals) -> None:
    settings = _settings(tmp_path)
    with _run(settings) as parent:
        assert parent.stdout is not None
        said = _read_until(parent.stdout.readline, "Ctrl-C stops it")
        children = _children_of(parent.pid)

        parent.send_signal(how)
        rest = parent.stdout.read()
        ended = parent.wait(timeout=60)

    assert len(children) == 4
    assert said
    _until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
    if how is signal.SIGINT:
        assert ended == 0
        assert "puente: stopped" in rest
    for port in (settings.port, settings.actions_port, settings.simulator_port):
        open_port("127.0.0.1", port, setting="PORT").close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_two_workers_on_postgresql_start_by_settings_alone(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    with running_postgres() as url, _run(settings, DATABASE_URL=url, WORKERS="2") as parent:
        assert parent.stdout is not None
        said = _read_until(parent.stdout.readline, "Ctrl-C stops it")
        children = _children_of(parent.pid)
        leases = "SELECT executor_id FROM worker_lease ORDER BY 1"
        _until(lambda: read_postgres_rows(url, leases) == [("worker-1",), ("worker-2",)])

        parent.send_signal(signal.SIGINT)
        parent.stdout.read()
        ended = parent.wait(timeout=60)

    assert "starting web, worker 1, worker 2, bot, simulator" in said
    assert (len(children), ended) == (5, 0)


def _run(settings: Settings, **more: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "PUENTE_VAR": str(settings.var),
        "PORT": str(settings.port),
        "ACTIONS_PORT": str(settings.actions_port),
        "SIMULATOR_PORT": str(settings.simulator_port),
        "BOT_URLS": settings.bot_urls[0],
        **more,
    }
    return subprocess.Popen(
        [sys.executable, "-c", RUN],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _settings(folder: Path) -> Settings:
    ports = find_free_ports(4)
    return Settings(
        var=folder, port=ports[0], actions_port=ports[1], simulator_port=ports[2],
        bot_urls=(f"http://127.0.0.1:{ports[3]}",),
    )  # fmt: skip


def _read_until(read: Callable[[], str], words: str) -> str:
    said = ""
    while words not in said:
        line = read()
        assert line, f"it ended before it said {words!r}: {said}"
        said += line
    return said


def _children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 40
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)
