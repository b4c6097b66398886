"""One operating system process at a time: started, watched, signalled, its whole output in a file."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 120.0  # for whatever is waited for


class OwnProcess:
    """One operating system process. Everything it says is in one file, over all its starts."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path, *, code: Path = ROOT
    ) -> None:
        """`folder` takes the log; `code` is where the program runs and finds its modules."""
        self.name, self.code = name, code
        self.command, self._environment = list(command), dict(environment)
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    def start(self, is_ready: Callable[[], bool]) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, cwd=self.code, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.wait_until_ready(is_ready)

    def wait_until_ready(self, is_ready: Callable[[], bool]) -> None:
        def ready() -> bool:
            assert self._process is not None
            assert self._process.poll() is None, f"{self.name} ended: {self.output()[-2000:]}"
            return is_ready()

        until(ready, f"{self.name} is ready")

    @property
    def ended(self) -> int | None:
        """The exit status once it has ended, negative for a signal; None while it runs."""
        return None if self._process is None else self._process.poll()

    def send(self, signal_number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal_number)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Signal it and wait until it is gone; harmless when it is."""
        if self._process is None:
            return
        self.send(how)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"{self.name} did not stop on {how.name}") from None

    def output(self) -> str:
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""


def answers(url: str, headers: Mapping[str, str] | None = None) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(url, headers=headers, timeout=5).status_code == 200
    return False


def until(condition: Callable[[], bool], what: str, *, limit_s: float = LIMIT_S) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {limit_s:.0f} s in vain until {what}"
        time.sleep(0.1)
