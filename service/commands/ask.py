"""What `puente ask` prints and writes."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from conversation.errors import ConfigurationError
from conversation.messages import Channel
from service import wiring
from service.commands.asking import Asker, a_bot, read_column, to_line
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `puente ask`, as typed."""

    text: str | None = field(repr=False)
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
    _check(options, tuple(rules.languages.by_tag))
    texts = read_column(options.batch, options.column) if options.batch else [options.text or ""]
    state = options.state.upper() if options.state else None
    with ExitStack() as stack:
        out = stack.enter_context(_open(options.out)) if options.out else sys.stdout
        async with a_bot(settings) as bot:
            asker = Asker(rules, bot, options.language, state, Channel(options.channel), settings.accents)
            async for answer in asker.ask_many(texts):
                shown = to_line(answer) if options.as_json or options.batch else _for_people(answer)
                print(shown, file=out, flush=True)


def _check(options: Options, tags: Sequence[str]) -> None:
    if options.language and options.language not in tags:
        raise ConfigurationError(f"--language: {options.language} is not one of {', '.join(tags)}")
    if options.channel not in tuple(Channel):
        raise ConfigurationError("--channel must be sms or whatsapp")
    if options.state and not (len(options.state) == 2 and options.state.isascii() and options.state.isalpha()):
        raise ConfigurationError("--state must be the two letters of a US state")
    if (options.text is None) == (options.batch is None):
        raise ConfigurationError("give either a TEXT or --batch FILE")


def _open(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigurationError(f"--out: {path} cannot be written: {error.strerror}") from None


def _for_people(answer: dict[str, Any]) -> str:
    head = f"[{answer['language']} · {answer['kind']} · {answer['answer'] or '-'} · {answer['segments']} segments]"
    return "\n\n".join([head, *answer["messages"]])
