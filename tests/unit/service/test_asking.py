"""`puente ask`: odd files, odd options, and the JSON that other programs rely on."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conversation.errors import ConfigurationError
from conversation.messages import Channel
from conversation.turn import Rules
from service.commands import ask as ask_command
from service.commands.ask import Options, ask_all
from service.commands.asking import Asker, read_column, to_line
from service.settings import Settings
from tests.fakes import FakeBot

QUESTION = "¿Qué vacunas necesita?"
ASK = Options(
    text=QUESTION, language=None, state=None, channel="sms", as_json=True, batch=None, column="text", out=None
)


def asker(rules: Rules, **more: Any) -> Asker:
    return Asker(rules, FakeBot({QUESTION: "school.vaccines"}), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b"id\ttext\n1\thola\n2\tadios\n", ["hola", "adios"]),
        (b"\xef\xbb\xbftext\tid\nhola\t1\n", ["hola"]),
        (b"id\ttext\r\n1\thola\r\n2\tadios\r\n", ["hola", "adios"]),
        (b"text\nhola\n\n\nadios\n\n", ["hola", "adios"]),
        (b"text\nhola", ["hola"]),
        (b'text\n"quoted\n\'single\n"a ""b"" c"\n', ['"quoted', "'single", '"a ""b"" c"']),
        (b"id\ttext\n1\n2\t\n3\tx\textra\n", ["", "", "x"]),
        (b" text \t id\nhola\t1\n", ["hola"]),
        ("text\n¿qué?\u2028línea\x85fin\n".encode(), ["¿qué?\u2028línea\x85fin"]),
        (b"text\n" + b"a" * 200_000 + b"\n", ["a" * 200_000]),
        (b"text\na\0b\n", ["a\0b"]),
        (b"text\n", []),
        (b"text", []),
    ],
    ids=["plain", "mark", "windows", "empty lines", "no end", "quotes", "short and long lines", "spaces in the header",
         "other line ends", "long", "nul", "header only", "header without end"],
)  # fmt: skip
def test_a_column_is_read_as_it_is(tmp_path: Path, content: bytes, texts: list[str]) -> None:
    file = tmp_path / "texts.tsv"
    file.write_bytes(content)

    assert read_column(file, "text") == texts


@pytest.mark.parametrize("content", [b"", b"id\tname\n1\thola\n", b"id\n", b"\xff\xfe\n", None])
def test_a_file_without_the_column_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "texts.tsv"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"texts\.tsv"):
        read_column(file, "text")


async def test_the_json_has_the_fields_that_were_promised(rules: Rules) -> None:
    answer = await asker(rules).ask(QUESTION)

    assert list(answer) == [
        "language", "kind", "answer", "command", "confidence", "choices", "messages", "segments", "answers",
    ]  # fmt: skip
    assert (answer["language"], answer["kind"], answer["answer"]) == ("es", "answer", "school.vaccines")
    assert json.loads(to_line(answer)) == answer
    assert "\n" not in to_line(answer)


@pytest.mark.parametrize("text", ["", " \n", "STOP", "me quiero matar", "/restart", "\0", "😀" * 1600, "a\ud800b"])
async def test_whatever_is_asked_gets_a_line_that_can_be_written(rules: Rules, text: str) -> None:
    answer = await asker(rules, channel=Channel.WHATSAPP).ask(text)

    assert to_line(answer).encode()
    assert answer["messages"]


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("english please", "service.change_language"),
        ("delete my data", "service.delete_my_data"),
        ("quiero hablar con una persona", "service.talk_to_person"),
        ("STOP", None),
    ],
)
async def test_a_wish_has_the_same_id_by_command_as_in_a_sentence(rules: Rules, text: str, wish: str | None) -> None:
    answer = await asker(rules).ask(text)

    assert (answer["answer"], answer["answers"]) == (wish, [wish] if wish else [])


async def test_no_text_knows_of_another(rules: Rules) -> None:
    one = asker(rules)

    answers = [answer async for answer in one.ask_many(["STOP", QUESTION, "STOP", QUESTION])]

    assert [answer["kind"] for answer in answers] == ["command", "answer", "command", "answer"]
    assert answers[1] == answers[3]


@pytest.fixture
def with_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    @asynccontextmanager
    async def bot(_: Settings) -> AsyncIterator[FakeBot]:
        yield FakeBot({QUESTION: "school.vaccines"})

    monkeypatch.setattr(ask_command, "a_bot", bot)


@pytest.fixture(autouse=True)
def known_rules(monkeypatch: pytest.MonkeyPatch, rules: Rules) -> None:
    monkeypatch.setattr(ask_command.wiring, "build_rules", lambda _: rules)  # reading them takes half a second


def run(**changes: Any) -> None:
    asyncio.run(ask_all(replace(ASK, **changes), Settings(drafts=True)))


@pytest.mark.usefixtures("with_bot")
def test_a_batch_has_one_line_of_json_for_each_text(tmp_path: Path) -> None:
    batch, out = tmp_path / "texts.tsv", tmp_path / "out.jsonl"
    batch.write_bytes(f"\ufefftext\r\n{QUESTION}\r\nSTOP\r\n".encode())

    run(text=None, batch=batch, out=out)

    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["kind"] for line in lines] == ["answer", "command"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"language": "xx"}, "--language"),
        ({"channel": "fax"}, "--channel"),
        ({"state": "Texas"}, "--state"),
        ({"state": "1é"}, "--state"),
        ({"text": None}, "TEXT"),
        ({"batch": Path("texts.tsv")}, "TEXT"),
        ({"text": None, "batch": Path("no/such/file.tsv")}, "no/such/file"),
        ({"out": Path("no/such/folder/out.jsonl")}, "--out"),
    ],
)
def test_an_option_that_cannot_be_used_is_told_before_a_bot_is_started(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        run(**changes)


@pytest.mark.usefixtures("with_bot")
def test_people_read_the_texts_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    run(as_json=False, state="tx")

    shown = capsys.readouterr().out
    assert shown.startswith("[es · answer · school.vaccines · ")


def test_what_was_asked_is_in_no_repr() -> None:
    assert QUESTION not in repr(ASK)
