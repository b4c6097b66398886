"""Puente under its own supervisor, as `puente run` starts it: what a test breaks there, and how it sees it mended."""

import contextlib
import os
import signal
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from service import wiring
from service.settings import Settings
from tests.integration.own_process import OwnProcess, answers, until


class Supervised(OwnProcess):
    """One `puente run` with its children; their output and its own are in one file."""

    def __init__(self, settings: Settings, environment: Mapping[str, str], folder: Path) -> None:
        super().__init__("run", [sys.executable, "-m", "service", "run"], environment, folder)
        self._settings = settings

    def start_all(self) -> None:
        self.start(lambda: self.says("Puente runs"))

    def says(self, words: str) -> bool:
        return words in self.output()

    def kill(self, *words: str) -> None:
        """Kill the child whose command line has these words; the supervisor starts it again."""
        killed = self._find_child(*words)
        os.kill(killed, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{killed}").exists(), "it is gone")

    def wait_until_mended(self) -> None:
        settings = self._settings
        headers = {"X-Puente-Token": wiring.read_token(settings.bot_token)}
        urls = (
            f"{settings.public_url}/health/ready",
            f"http://127.0.0.1:{settings.actions_port}/health",
            f"{settings.bot_urls[0]}/webhooks/puente/ready",
        )
        self.wait_until_ready(lambda: all(answers(url, headers) for url in urls))

    @contextlib.contextmanager
    def table_away(self, table: str) -> Iterator[None]:
        """Break the database for whoever needs this table."""
        self._alter(f"ALTER TABLE {table} RENAME TO {table}_away")
        try:
            yield
        finally:
            self._alter(f"ALTER TABLE {table}_away RENAME TO {table}")

    def _alter(self, statement: str) -> None:
        with closing(sqlite3.connect(self._settings.var / "puente.db", timeout=30)) as connection, connection:
            connection.execute(statement)

    def _find_child(self, *words: str) -> int:
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parent = path.joinpath("stat").read_text().rpartition(")")[2].split()[1]
                command = path.joinpath("cmdline").read_text().split("\0")
                if int(parent) == self.pid and set(words) <= set(command):
                    return int(path.name)
        raise AssertionError(f"no child runs {words}")
