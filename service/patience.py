"""A bot that is watched: for how long it has given no answer, over all messages of this process."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conversation.messages import BotSession
from conversation.ports import Bot, BotReply, BotSilence, Understanding


@dataclass
class WatchedBot:
    """Implements Bot by asking another, and remembers since when that one is silent (steady seconds)."""

    bot: Bot
    steady: Callable[[], float] = time.monotonic
    _silent_since: float | None = None

    @property
    def silent_s(self) -> float:
        """Seconds since the first of the silences that no answer has ended; 0.0 when the last one was an answer."""
        return 0.0 if self._silent_since is None else self.steady() - self._silent_since

    async def understand(self, text: str) -> Understanding | BotSilence:
        return self._note(await self.bot.understand(text))

    async def converse(
        self, text: str, *, session: BotSession, language: str, slots: Mapping[str, Any]
    ) -> BotReply | BotSilence:
        return self._note(await self.bot.converse(text, session=session, language=language, slots=slots))

    def _note[T](self, reply: T) -> T:
        if not isinstance(reply, BotSilence):
            self._silent_since = None
        elif self._silent_since is None:
            self._silent_since = self.steady()
        return reply
