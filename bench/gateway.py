"""Our own processes, to be measured: web, one or two workers, the real Rasa, on SQLite or PostgreSQL.

The limit per sender number is lifted: it would be what is measured.
"""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from service import wiring
from service.running.ports import find_free_ports
from service.running.preparing import prepare
from tests.databases import new_postgres_database, running_postgres
from tests.integration.own_process import OwnProcess, answers
from tests.integration.running import RunningBot, build_settings, environment_of, serve

NO_RATE_LIMIT = 100_000.0
_POSTGRES = "-c max_connections=200"  # and every commit on disk, as by default
_UNFINISHED = text("""
    SELECT (SELECT count(*) FROM inbox WHERE status = 'new')
         + (SELECT count(*) FROM outbox WHERE status IN ('queued', 'waiting', 'sending'))
""")
_WITH_PEOPLE = text("SELECT count(*) FROM inbox WHERE decision IN ('handoff', 'silent') OR status = 'failed'")


class Gateway:
    """One deployment, with one worker until `add_worker`."""

    name = "Puente"
    settling_s = 120.0  # a send whose fate nobody knows is looked for over a minute before it is repeated
    drain_s = 120.0

    def __init__(self, folder: Path, bot: RunningBot, *, carrier_url: str, database_url: str = "") -> None:
        self.settings = build_settings(
            folder, bot, sends_per_second=NO_RATE_LIMIT, twilio_base_url=carrier_url, database_url=database_url
        )
        self._bot, self._folder = bot, folder
        self._ready: dict[str, Callable[[], bool]] = {}
        self._processes: dict[str, OwnProcess] = {"Rasa": bot.process}
        self._ready["Rasa"] = lambda: answers(
            f"{bot.url}/webhooks/puente/ready", {"X-Puente-Token": wiring.read_token(bot.token_file)}
        )
        self._add("web", "web", f"{self.settings.public_url}/health/ready")
        self._add("worker 1", "worker", f"http://127.0.0.1:{bot.actions_port}/health")
        self._database_pid = find_server_pid(self.settings.database)
        self._looking = create_engine(_for_reading(self.settings.database), hide_parameters=True)

    @property
    def webhook(self) -> str:
        return f"{self.settings.public_url}/twilio/messages"

    @property
    def parts(self) -> dict[str, int]:
        """Process ids by what is measured."""
        database = {"database": self._database_pid} if self._database_pid else {}
        return {name: process.pid for name, process in self._processes.items()} | database

    def prepare(self) -> None:
        prepare(self.settings)

    def start(self) -> None:
        """Start web and worker; the bot runs already."""
        self._start("web", "worker 1")

    def add_worker(self) -> None:
        (port,) = find_free_ports(1)
        self._add("worker 2", "worker", f"http://127.0.0.1:{port}/health", worker_id="worker-2", actions_port=port)
        self._start("worker 2")

    def kill(self) -> None:
        """End everything at once, unprepared, the bot too; not the database server, which is not ours."""
        for process in self._processes.values():
            process.end(signal.SIGKILL)

    def restart(self) -> None:
        self._start(*self._processes)

    def end(self) -> None:
        self._looking.dispose()
        for name, process in self._processes.items():
            if name != "Rasa":
                process.end(signal.SIGKILL)

    def is_settled(self) -> bool:
        """Return whether every text is with the carrier. Asking costs: seldom."""
        with self._looking.connect() as connection:
            return bool(connection.execute(_UNFINISHED).scalar_one() == 0)

    def count_with_people(self) -> int:
        """Count messages that a person has to answer."""
        with self._looking.connect() as connection:
            return int(connection.execute(_WITH_PEOPLE).scalar_one())

    def _add(self, name: str, what: str, ready_url: str, **changes: str | int) -> None:
        environment = environment_of(replace(self.settings, **changes))  # type: ignore[arg-type]
        self._processes[name] = OwnProcess(name.replace(" ", "-"), serve(what), environment, self._folder)
        self._ready[name] = lambda: answers(ready_url)

    def _start(self, *names: str) -> None:
        with ThreadPoolExecutor(len(names)) as threads:
            list(threads.map(lambda name: self._processes[name].start(self._ready[name]), names))


@contextmanager
def postgres_database() -> Iterator[str]:
    """Start a PostgreSQL server as durable as by default; yield the URL of an empty database in it."""
    with running_postgres(_POSTGRES) as server, new_postgres_database(server, "bench") as url:
        yield url


def find_server_pid(database_url: str) -> int | None:
    """Return the process id of a server that listens on a socket in its own folder; None for SQLite."""
    folder = make_url(database_url).query.get("host")
    return int(Path(str(folder), "data", "postmaster.pid").read_text().split()[0]) if folder else None


def _for_reading(database_url: str) -> str:
    """A SQLite file is opened read-only: a look must not take the lock of those who write."""
    scheme, _, path = database_url.partition(":///")
    return f"{scheme}:///file:{path}?mode=ro&uri=true" if scheme == "sqlite" else database_url
