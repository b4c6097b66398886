"""What `puente ask` prints and writes."""

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conversation.errors import ConfigurationError
from conversation.messages import Channel
from service import wiring
from service.asking import Asker, a_bot, read_column, to_line
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `puente ask`, as typed."""

    text: str
    language: str | None
    state: str | None
    channel: str
    as_json: bool
    batch: Path | None
    column: str
    out: Path | None


async def ask_all(options: Options, settings: Settings) -> None:
    """Ask one text or a file of them and print the answers.

    Raises:
        ConfigurationError: an option that cannot be used, or no bot to be had.
    """
    rules = wiring.build_rules(settings)
    if options.language and options.language not in rules.languages.by_tag:
        raise ConfigurationError(f"--language: {options.language} is not one of {', '.join(rules.languages.by_tag)}")
    if options.channel not in tuple(Channel):
        raise ConfigurationError("--channel must be sms or whatsapp")
    texts = read_column(options.batch, options.column) if options.batch else [options.text]
    async with a_bot(settings) as bot:
        state = options.state.upper() if options.state else None
        asker = Asker(rules, bot, options.language, state, Channel(options.channel))
        with ExitStack() as stack:
            out = stack.enter_context(options.out.open("w", encoding="utf-8")) if options.out else sys.stdout
            async for answer in asker.ask_many(texts):
                shown = to_line(answer) if options.as_json or options.batch else _for_people(answer)
                print(shown, file=out, flush=True)


def _for_people(answer: dict[str, Any]) -> str:
    head = f"[{answer['language']} · {answer['kind']} · {answer['answer'] or '-'} · {answer['segments']} segments]"
    return "\n\n".join([head, *answer["messages"]])
