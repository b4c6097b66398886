"""The Rasa process as seen from here: training its model and starting it with as little environment as it needs."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from conversation.errors import ConfigurationError
from service.settings import ROOT

RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
MODELS = ROOT / "models"
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")  # nothing of ours: Rasa gets no secret but its two tokens


def train() -> Path:
    """Train the model if what it is made of has changed; return the archive. Progress goes to standard error.

    Raises:
        ConfigurationError: Rasa's runtime is missing, or training failed; its last words are above.
    """
    done = subprocess.run(  # noqa: S603
        [_python(), "-m", "bot.train", "--out", str(MODELS)], cwd=ROOT, env=_environment({}), stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL, text=True, check=False,
    )  # fmt: skip
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        raise ConfigurationError("training the model failed; the lines above say why")
    return ROOT / lines[-1]


def command(model: Path, port: int) -> list[str]:
    """Return the command line of a Rasa process."""
    return [_python(), "-m", "bot.serve", "--model", str(model), "--port", str(port)]


def environment(*, bot_token: Path, actions_url: str, actions_token: Path) -> dict[str, str]:
    """Return the whole environment of a Rasa process."""
    ours = {"BOT_TOKEN_FILE": str(bot_token), "ACTIONS_URL": actions_url, "ACTIONS_TOKEN_FILE": str(actions_token)}
    return _environment(ours)


def _python() -> str:
    if not RASA_PYTHON.exists():
        raise ConfigurationError("Rasa's runtime .venv-rasa is missing: run `make setup`")
    return str(RASA_PYTHON)


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONUNBUFFERED": "1", **ours}
