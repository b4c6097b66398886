"""Every test, as `make test` runs them: the quick ones while the model is trained, then the slow ones, two at a time.

The slow ones mostly wait: for processes to start, for leases to end, for a carrier that hangs. So they run in two
processes side by side; what the second one says is printed when the first has ended. Each starts servers, databases
and ports of its own, so neither knows of the other.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from service.running.bot_process import RASA_PYTHON

ROOT = Path(__file__).parent.parent
QUICK = ("tests/contract", "tests/conversations", "tests/guards", "tests/unit")
SLOW = "tests/integration"
BESIDE = (  # of the slow ones, about half of the time, and none with the trained model: there is one bot
    "faults",
    "test_agenda_page.py",
    "test_case_files.py",
    "test_engine_crash.py",
    "test_engine_failures.py",
    "test_engine_worker.py",
    "test_inbox_page.py",
    "test_keys_and_backups.py",
    "test_postgres.py",
    "test_postgres_inbox.py",
    "test_postgres_locks.py",
    "test_postgres_signin.py",
    "test_reach_page.py",
    "test_team_page.py",
)


def main() -> int:
    """Return the worst of the endings, 0 when all tests passed."""
    training = start("service", "train", output=subprocess.DEVNULL) if RASA_PYTHON.exists() else None
    try:
        quick = start("pytest", *QUICK).wait()
        if training is not None:
            training.wait()
    finally:
        if training is not None:
            end(training)
    return max(quick, run_slow())


def run_slow() -> int:
    """Run the slow tests; return the worst of the two endings."""
    beside = [f"{SLOW}/{name}" for name in BESIDE]
    with tempfile.TemporaryFile() as told:
        second = start("pytest", "-p", "no:cacheprovider", *beside, output=told)
        try:
            ending = max(start("pytest", SLOW, *(f"--ignore={path}" for path in beside)).wait(), second.wait())
        finally:
            end(second)
            told.seek(0)
            sys.stdout.write(told.read().decode(errors="replace"))
    return ending


def start(module: str, *words: str, output: int | IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", module, *words], cwd=ROOT, stdout=output)


def end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    raise SystemExit(main())
