"""What the integration tests share: one Rasa process with the trained model, since it takes seconds to start."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.running.bot_process import RASA_PYTHON
from tests.integration.browser import browser
from tests.integration.running import RunningBot, running_bot

__all__ = ["browser"]  # fixtures from elsewhere


@pytest.fixture(scope="session")
def rasa_runtime() -> None:
    if not RASA_PYTHON.exists():
        skip(f"there is no {RASA_PYTHON}: run make setup")


@pytest.fixture(scope="session")
def process_table() -> None:
    if not Path("/proc/self/stat").exists():
        skip("this system has no /proc to find processes in")


@pytest.fixture(scope="session")
def rasa_bot(rasa_runtime: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    with running_bot(tmp_path_factory.mktemp("rasa")) as running:
        yield running


def skip(reason: str) -> None:
    """Skip, and say so; where everything must be there, fail."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
