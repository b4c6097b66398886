"""The Rasa process as seen from here: training its model and starting it with as little environment as it needs."""

import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path

from conversation.errors import ConfigurationError
from service.running.children import end_with_parent
from service.settings import ROOT

RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
MODELS = ROOT / "models"
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")  # nothing of ours: Rasa gets no secret but its two tokens


def train() -> Path:
    """Train the model if what it is made of has changed, and wait for it; see `train_model`."""
    return asyncio.run(train_model())


async def train_model() -> Path:
    """Train the model if what it is made of has changed; return the archive. Progress goes to standard error.

    Training ends when the caller is cancelled or dies.

    Raises:
        ConfigurationError: Rasa's runtime is missing, or training failed; its last words are above.
    """
    process = await asyncio.create_subprocess_exec(
        _python(), "-m", "bot.train", "--out", str(MODELS), cwd=ROOT, env=_environment({}),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        start_new_session=True, preexec_fn=end_with_parent(),
    )  # fmt: skip
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        process.send_signal(signal.SIGINT)  # so that it tidies up
        await process.wait()
        raise
    lines = output.decode().strip().splitlines()
    if process.returncode != 0 or not lines:
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
