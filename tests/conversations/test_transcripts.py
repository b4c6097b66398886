"""Talks as people have them, line by line, in each language: what is decided and in which languages it is said.

A talk: `name`; `bot`: what the bot understands, by text ({choose: [ids]} for a menu); `silent`: why the bot is down;
`known`: fields of the memory before the first line.
A line: `person` writes (with `media`, the kind of message, and `button`), or `claim: true`, a caseworker takes the
case, or `hours` pass. Then what must come: `kind`; `answer`; `command`; `says`, ids of the texts; `languages` of the
texts, one for each; `opens`, topic of the case; `choices`; `answers`, when two were asked; `state` and `role` kept.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from conversation.messages import Decision, MessageKind
from conversation.ports import BotKey, ChooseKey
from tests.fakes import FakeBot
from tests.talk import Talk, languages, said

HERE = Path(__file__).parent
ASKED = {"person", "button", "media", "claim", "hours"}
TOLD = {"kind", "answer", "command", "says", "languages", "opens", "choices", "answers", "state", "role"}


def read_talks() -> Iterator[Any]:
    for path in sorted(HERE.glob("*.yml")):
        for talk in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield pytest.param(talk, id=f"{path.stem}: {talk['name']}")


def build(talk: Mapping[str, Any]) -> Talk:
    heard: Mapping[str, Any] = talk.get("bot") or {}
    answers = {text: answer for text, answer in heard.items() if isinstance(answer, str)}
    keys: dict[str, tuple[BotKey, ...]] = {
        text: (ChooseKey(tuple(reply["choose"])),)
        for text, reply in heard.items()
        if isinstance(reply, dict) and "choose" in reply
    }
    made = Talk(bot=FakeBot(answers, keys, silence=talk.get("silent")))
    made.remember(**(talk.get("known") or {}))
    return made


def outcome(decision: Decision, line: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a decision that a line speaks of."""
    whole = {
        "kind": decision.kind.value,
        "answer": decision.answer,
        "command": decision.command.value if decision.command else None,
        "says": said(decision),
        "languages": languages(decision),
        "opens": decision.handoff.topic if decision.handoff else None,
        "choices": list(decision.choices),
        "answers": list(decision.answers),
        "state": decision.memory.state,
        "role": decision.memory.role,
    }
    return {key: whole[key] for key in line if key in whole}


@pytest.mark.parametrize("talk", list(read_talks()))
async def test_a_talk_goes_as_written(talk: Mapping[str, Any]) -> None:
    made = build(talk)

    for number, line in enumerate(talk["lines"], start=1):
        assert set(line) <= ASKED | TOLD, f"line {number} says something unknown"
        if line.get("claim"):
            made.claim()
        elif "hours" in line:
            made.wait(hours=line["hours"])
        else:
            media = MessageKind(line["media"]) if "media" in line else None
            decision = await made.say(line["person"], media, button=line.get("button"))
            assert outcome(decision, line) == {key: line[key] for key in outcome(decision, line)}, f"line {number}"
