"""The real model is trained in the background while the quick tests run: it takes minutes, the slow tests need it."""

import subprocess
import sys
from pathlib import Path

import pytest

from service.running.bot_process import RASA_PYTHON

ROOT = Path(__file__).parent.parent
TRAINING_LASTS_S = 900  # at most, on a busy machine
_training = pytest.StashKey[subprocess.Popen[bytes]]()


def pytest_collection_finish(session: pytest.Session) -> None:
    integration = ROOT / "tests" / "integration"
    if RASA_PYTHON.exists() and any(item.path.is_relative_to(integration) for item in session.items):
        command = [sys.executable, "-m", "service", "train"]
        session.stash[_training] = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> object:
    """Outside the time limit of any one test, which would count the waiting."""
    training = item.session.stash.get(_training, None)
    if training is not None and item.path.is_relative_to(ROOT / "tests" / "integration"):
        training.wait(TRAINING_LASTS_S)
    return (yield)


def pytest_sessionfinish(session: pytest.Session) -> None:
    training = session.stash.get(_training, None)
    if training is not None and training.poll() is None:
        training.terminate()
        training.wait()
