"""`puente ask`: the real pipeline and the real bot, from a fresh person, with nothing stored and nothing sent."""

import asyncio
import contextlib
import json
import secrets
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.client import HttpBot
from conversation import pipeline
from conversation.errors import ConfigurationError
from conversation.messages import Address, Channel, Command, Decision, InboundMessage, Kind, Memory, MessageKind
from conversation.turn import Rules
from service import wiring
from service.running import bot_process
from service.running.children import Child
from service.running.ports import find_free_ports
from service.settings import Settings
from service.worker import serving_actions

NOBODY = "+12025550199"
EXAMPLE_CODE = "A1"  # what a case would be called, were one opened
AT_ONCE = 8
# Said by command or asked in a sentence: the same wish has the same id.
_WISHES = {Command.LANGUAGE: "service.change_language", Command.ERASE: "service.delete_my_data"}
_READY_S = 90.0


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks one text at a time or many. Each text comes from a person never heard before."""

    rules: Rules
    bot: HttpBot
    language: str | None = None
    state: str | None = None
    channel: Channel = Channel.SMS
    accents: bool = True  # as written in the segments counted; False: left out where it costs less

    async def ask(self, text: str) -> dict[str, Any]:
        """Return the JSON of one decision; README "Ask from the command line" describes it."""
        now = wiring.utc_now()
        message = InboundMessage(
            provider="ask",
            provider_message_id=secrets.token_hex(8),
            sender=Address(self.channel, NOBODY),
            recipient=Address(self.channel, NOBODY),
            kind=MessageKind.TEXT if text.strip() else MessageKind.EMPTY,
            text=text,
            received_at=now,
        )
        slots = {"state": self.state} if self.state else {}
        memory = Memory(language=self.language, state=self.state, slots=slots)
        decision = await pipeline.decide(message, memory, rules=self.rules, bot=self.bot, now=now)
        return self._render(decision)

    async def ask_many(self, texts: Sequence[str]) -> AsyncIterator[dict[str, Any]]:
        """Yield the JSON of each text in order, a few asked at once."""
        for start in range(0, len(texts), AT_ONCE):
            for answer in await asyncio.gather(*(self.ask(text) for text in texts[start : start + AT_ONCE])):
                yield answer

    def _render(self, decision: Decision) -> dict[str, Any]:
        bodies = [text.body.replace("{code}", EXAMPLE_CODE) for text in decision.texts]
        cut = [wiring.split_body(body, self.channel, accents=self.accents) for body in bodies]
        segments = sum(part.segments for parts in cut for part in parts)
        answer = decision.answer or (_WISHES.get(decision.command) if decision.command else None)
        return {
            "language": decision.language,
            "kind": "handoff" if decision.kind is Kind.SILENT else decision.kind.value,
            "answer": answer,
            "command": decision.command.value if decision.command else None,
            "confidence": round(decision.confidence, 3) if decision.confidence is not None else None,
            "choices": list(decision.choices),
            "messages": bodies,
            "segments": segments,
            "answers": list(decision.answers or ([answer] if answer else [])),
        }


def read_column(path: Path, column: str) -> list[str]:
    """Return one column of a tab-separated file with a header: one text for each line that is not empty.

    Quotes are text like any other, a line that ends early has an empty text; a byte order mark and Windows line ends
    do not count.

    Raises:
        ConfigurationError: no such file or column.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{path} cannot be read as UTF-8 text") from None
    header = [name.strip() for name in lines[0].split("\t")]
    if column not in header:
        raise ConfigurationError(f"{path} has no column {column}; it has: {', '.join(header)}")
    place = header.index(column)
    rows = [line.split("\t") for line in lines[1:] if line]
    return [row[place] if place < len(row) else "" for row in rows]


def to_line(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False)


@contextlib.asynccontextmanager
async def a_bot(settings: Settings) -> AsyncIterator[HttpBot]:
    """Give the running bot when there is one, else start one for as long as the block runs."""
    if settings.bot_token.exists():
        bot = wiring.build_bot(settings)
        if await bot.is_ready():
            try:
                yield bot
            finally:
                await bot.close()
            return
        await bot.close()
    async with _own_bot(settings) as bot:
        yield bot


@contextlib.asynccontextmanager
async def _own_bot(settings: Settings) -> AsyncIterator[HttpBot]:
    model = await bot_process.train_model()
    port, actions_port = find_free_ports(2)
    with tempfile.TemporaryDirectory(prefix="puente-") as folder:
        own = replace(
            settings,
            bot_token_file=Path(folder, "bot.token"),
            actions_token_file=Path(folder, "actions.token"),
            actions_port=actions_port,
            bot_urls=(f"http://127.0.0.1:{port}",),
        )
        wiring.create_token(own.bot_token)
        wiring.create_token(own.actions_token)
        environment = bot_process.environment(
            bot_token=own.bot_token,
            actions_url=f"http://127.0.0.1:{own.actions_port}/webhook",
            actions_token=own.actions_token,
        )
        child = Child("bot", bot_process.command(model, port), environment)
        bot = wiring.build_bot(own)
        async with serving_actions(own):
            try:
                await child.start()
                await child.until_ready(bot.is_ready, timeout_s=_READY_S)
                yield bot
            finally:
                await bot.close()
                await child.stop()
