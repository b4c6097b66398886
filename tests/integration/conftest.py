"""What the integration tests share: one Rasa process with the trained model, since it takes seconds to start."""

import os
from collections.abc import Iterator

import pytest

from service.bot_process import RASA_PYTHON
from tests.integration.running import RunningBot, running_bot


@pytest.fixture(scope="session")
def rasa_bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    if not RASA_PYTHON.exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"there is no {RASA_PYTHON}: run make setup")
    with running_bot(tmp_path_factory.mktemp("rasa")) as running:
        yield running
