"""Child processes: started, watched, told to stop, and never left behind when their parent dies."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from conversation.errors import ConfigurationError
from service.settings import ROOT

STOP_S = 15.0
_PR_SET_PDEATHSIG = 1  # Linux: prctl(2)


@dataclass
class Child:
    """One child process and what we call it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches us alone and we stop it in order."""
        self.process = await asyncio.create_subprocess_exec(
            *self.command,
            cwd=ROOT,
            env=dict(self.environment),
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def until_ready(self, is_ready: Callable[[], Awaitable[bool]], *, timeout_s: float) -> None:
        """Wait until it says it is ready.

        Raises:
            ConfigurationError: it ended, or it took longer than timeout_s seconds.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not await is_ready():
                    if not self.alive:
                        raise ConfigurationError(f"the {self.name} process ended at its start; its lines above say why")
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise ConfigurationError(f"the {self.name} process was not ready after {timeout_s:.0f} seconds") from None


async def stop_children(children: Sequence[Child]) -> None:
    """Ask all to stop, in the order given, and end those that do not within STOP_S seconds."""
    for child in children:
        _signal(child, signal.SIGTERM)
    running = [child.process.wait() for child in children if child.process]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_S):
            await asyncio.gather(*running)
    for child in children:
        _signal(child, signal.SIGKILL)


def _signal(child: Child, number: signal.Signals) -> None:
    if child.alive and child.process:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.process.pid, number)


def _die_with_parent() -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
