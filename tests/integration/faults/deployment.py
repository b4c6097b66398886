"""One deployment under test: web, two workers whose clocks can be set, a light bot, a carrier, and its database."""

import contextlib
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from conversation.errors import ConfigurationError
from service import wiring
from service.running.ports import find_free_ports, open_port
from service.running.supervisor import PORT_STEP
from tests.integration.faults.databases import Store
from tests.integration.own_process import ROOT, OwnProcess, answers, until
from tests.integration.running import Puente, build_settings, environment_of

ANSWER_S = 1.0  # how long the sender waits for the carrier
SILENT_S = 6.0  # after which a worker's work is taken over
WORKERS = 2
PACKAGES = ("actions", "bot", "channels", "conversation", "service", "simulator", "store")
_OLD = ("            return await self._caller", "            older = True\n            return await self._caller")


class Deployment:
    """What a fault is done to."""

    def __init__(self, store: Store, folder: Path) -> None:
        bot_port, actions_port = _find_ports()
        self.store, self.folder = store, folder
        settings = build_settings(
            folder, database_url=store.url, workers=WORKERS, worker_silent_s=SILENT_S, actions_port=actions_port,
            carrier_timeout_s=ANSWER_S, carrier_connect_timeout_s=ANSWER_S, bot_urls=(f"http://127.0.0.1:{bot_port}",),
        )  # fmt: skip
        self.puente = Puente(settings)
        bot = [sys.executable, "-m", "tests.integration.faults.fake_bot", str(bot_port), str(settings.bot_token)]
        self.bot = OwnProcess("bot", bot, environment_of(settings), folder)
        for number, worker in enumerate(self.workers):
            self.set_clock(number, 0)
            worker.command = [sys.executable, "-m", "tests.integration.faults.stepped_worker", str(self._clock(number))]

    @property
    def workers(self) -> list[OwnProcess]:
        return self.puente.workers

    @contextmanager
    def running(self) -> Iterator["Deployment"]:
        with ExitStack() as ending:
            ending.callback(self.bot.end)
            wiring.create_token(self.puente.settings.bot_token)
            self.start_bot()
            ending.enter_context(self.puente.running())
            yield self

    def start_bot(self) -> None:
        headers = {"X-Puente-Token": wiring.read_token(self.puente.settings.bot_token)}
        url = f"{self.puente.settings.bot_urls[0]}/webhooks/puente/ready"
        self.bot.start(lambda: answers(url, headers))

    def set_clock(self, number: int, ahead_s: float) -> None:
        """Set the clock of one worker wrong, at once."""
        new = self._clock(number).with_suffix(".new")
        new.write_text(str(ahead_s))
        new.rename(self._clock(number))  # so that it never reads half a number

    def is_in_air(self) -> bool:
        """Whether the fate of a text that was offered to the carrier is not known yet."""
        return bool(self.puente.rows("SELECT count(*) FROM outbox WHERE status = 'sending'")[0][0])

    def revive(self) -> None:
        """Start a worker again that has stopped by itself: this machine was too busy for it to show that it lives."""
        for number, worker in enumerate(self.workers):
            if worker.ended is not None:
                self.puente.start_worker(number)

    def wait_for_the_air(self) -> None:
        """Wait until a text is in the air, unless all have landed already."""
        deadline = time.monotonic() + 3
        while not self.is_in_air() and time.monotonic() < deadline:
            time.sleep(0.02)

    def kill_worker(self, number: int) -> None:
        """Kill it, with texts in the air if possible."""
        self.wait_for_the_air()
        self.workers[number].end(signal.SIGKILL)

    def pause_worker(self, number: int) -> None:
        """Stop it with texts in the air, between two transactions: within one it would hold up everybody on SQLite."""

        def is_paused() -> bool:
            self.wait_for_the_air()
            self.workers[number].send(signal.SIGSTOP)
            if not self.store.is_free():
                self.workers[number].send(signal.SIGCONT)
                return False
            return True

        until(is_paused, "it is paused")

    def until_rescued(self, number: int) -> None:
        """Wait until the others have taken over what a worker had in hand."""
        name = "worker-1" if number == 0 else f"worker-{number + 1}"
        query = "SELECT count(*) FROM workflow_status WHERE status = 'PENDING' AND executor_id = :name"
        leases = "SELECT count(*) FROM worker_lease WHERE executor_id = :name"
        until(
            lambda: not any(self.puente.rows(one, name=name)[0][0] for one in (leases, query)),
            f"the work of {name} is taken over",
        )

    def replace_code(self, number: int, code: Path) -> None:
        """Let a worker run other code from its next start on."""
        self.workers[number].code = code

    def older_code(self) -> Path:
        """Return a copy of the code that differs, as one version differs from the next."""
        older = self.folder / "older"
        for package in PACKAGES:
            shutil.copytree(ROOT / package, older / package, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "tests", older / "tests", ignore=shutil.ignore_patterns("__pycache__", "unit"))
        (older / "data").symlink_to(ROOT / "data")
        engine = older / "service" / "engine.py"
        text = engine.read_text()
        assert _OLD[0] in text
        engine.write_text(text.replace(*_OLD))
        return older

    def _clock(self, number: int) -> Path:
        return self.folder / f"clock-{number}"


def _find_ports() -> tuple[int, int]:
    """Return a port for the bot and the first of the workers' ports for actions, which lie apart by a step."""
    while True:
        bot, actions = find_free_ports(2)
        with contextlib.suppress(ConfigurationError):
            open_port("127.0.0.1", actions + PORT_STEP, setting="ACTIONS_PORT").close()
            return bot, actions
