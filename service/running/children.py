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
        """Start it in a group of its own, so that Ctrl-C reaches us alone and we stop it in order.

        Raises:
            ConfigurationError: its program is not there or cannot be run.
        """
        try:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                cwd=ROOT,
                env=dict(self.environment),
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=end_with_parent(),
            )
        except OSError as error:
            raise ConfigurationError(f"the {self.name} process cannot be started: {error.strerror}") from None

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

    async def stop(self, *, within_s: float = STOP_S) -> None:
        """Ask it to stop, and end it with all it started if it does not within `within_s` seconds."""
        if self.process is None:
            return
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(within_s):
                await self.process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self.alive and self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


async def stop_children(children: Sequence[Child]) -> None:
    """Stop all, one after the other in the order given: who needs another is stopped before it."""
    for child in children:
        await child.stop()


def end_with_parent() -> Callable[[], None] | None:
    """Return what a child does before it becomes its program: ask the kernel for SIGTERM when its parent dies."""
    if sys.platform != "linux":
        return None
    set_option = ctypes.CDLL(None, use_errno=True).prctl  # loaded here: after the fork as little as possible may happen
    parent = os.getpid()

    def ask_kernel() -> None:
        set_option(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return ask_kernel
