"""The real Rasa process: trained, started, asked, killed and asked again, with the real actions beside it."""

import asyncio
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from actions.server import ACTIONS
from bot.client import HttpBot
from conversation.messages import BotSession
from conversation.ports import AnswerKey, BotReply, BotSilence, ChooseKey, HandoffKey, Understanding
from tests.integration.rasa_process import (
    CANARY,
    RASA_PYTHON,
    ROOT,
    UTTERANCES,
    ActionServer,
    RasaProcess,
    run_training,
    write_utterances,
)


@pytest.fixture(scope="session")
def rasa_runtime() -> None:
    if not RASA_PYTHON.exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"there is no {RASA_PYTHON}: run make setup")


@pytest.fixture(scope="session")
def trained(rasa_runtime: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Train on a handful of utterances; return their folder and the archive."""
    folder = tmp_path_factory.mktemp("model")
    nlu = write_utterances(folder / "nlu", UTTERANCES)
    training = run_training("--nlu", nlu, "--out", folder / "models")
    assert training.returncode == 0, training.stderr
    return nlu, Path(training.stdout.strip())


@pytest.fixture(scope="module")
def actions() -> Iterator[tuple[ActionServer, str]]:
    token = secrets.token_urlsafe(24)
    server = ActionServer(token)
    server.start()
    yield server, token
    server.stop()


@pytest.fixture(scope="module")
def rasa(
    trained: tuple[Path, Path], actions: tuple[ActionServer, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RasaProcess]:
    server, token = actions
    process = RasaProcess(tmp_path_factory.mktemp("rasa"), trained[1], server.url, token)
    process.start()
    yield process
    process.end(signal.SIGKILL)


@pytest.fixture
async def bot(rasa: RasaProcess) -> AsyncIterator[HttpBot]:
    client = HttpBot([rasa.url], token=rasa.token)
    yield client
    await client.close()


def new_session() -> BotSession:
    return BotSession(id=f"s-{secrets.token_hex(8)}", turns=0, started_at=datetime.now(UTC))


async def converse(bot: HttpBot, text: str, session: BotSession | None = None, **slots: Any) -> BotReply:
    reply = await bot.converse(text, session=session or new_session(), language="es", slots=slots)
    assert isinstance(reply, BotReply), reply
    return reply


async def knock(rasa: RasaProcess, method: str, path: str, *, token: str | None, body: Any = None) -> tuple[int, bytes]:
    headers = {"X-Puente-Token": token} if token is not None else {}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, rasa.url + path, json=body, headers=headers) as response,
    ):
        return response.status, await response.read()


async def test_a_question_is_answered_with_its_key(bot: HttpBot) -> None:
    spanish = await converse(bot, "¿Qué PAPELES piden para inscribir en la escuela?")
    english = await converse(bot, "are school meals free?")

    assert spanish.keys == (AnswerKey("school.enroll_documents", {}),)
    assert spanish.understanding.intent == "school.enroll_documents"
    assert spanish.understanding.confidence > 0.5
    assert spanish.slots["topic"] == "school.enroll_documents"
    assert english.keys == (AnswerKey("school.meals", {}),)


async def test_a_fresh_session_is_seeded_with_what_we_remember_and_a_known_one_keeps_its_own(bot: HttpBot) -> None:
    session = new_session()

    first = await converse(bot, "dónde hay un dentista", session, state="TX", role="sponsor", unknown_slot="x")
    second = await converse(bot, "dónde hay un dentista", session, state="CA")

    assert first.slots == {"state": "TX", "role": "sponsor", "language": "es", "topic": "health.dental"}
    assert second.slots == first.slots


async def test_understanding_alone_ranks_intents_and_remembers_nothing(bot: HttpBot) -> None:
    understanding = await bot.understand("mi tío me pega en la casa")

    assert isinstance(understanding, Understanding)
    assert understanding.intent == "safety.abuse"
    assert len(understanding.ranking) == 4
    assert sum(confidence for _, confidence in understanding.ranking) == pytest.approx(1, abs=0.001)


async def test_a_text_without_anything_known_has_no_intent_and_brings_a_person(bot: HttpBot) -> None:
    understanding = await bot.understand("你好")
    reply = await converse(bot, "你好")

    assert understanding == Understanding(())
    assert reply.keys == (HandoffKey("system.not_understood"),)


async def test_an_unclear_text_brings_a_menu_or_a_person_never_danger_as_a_choice(bot: HttpBot) -> None:
    reply = await converse(bot, "dentist lunch papers")

    (key,) = reply.keys
    assert isinstance(key, AnswerKey | ChooseKey | HandoffKey)
    assert "nlu_fallback" not in dict(reply.understanding.ranking)
    assert not isinstance(key, ChooseKey) or not any(answer.startswith("safety.") for answer in key.answers)


async def test_an_order_to_rasa_is_read_as_words(bot: HttpBot, rasa: RasaProcess) -> None:
    session = new_session()
    await converse(bot, "dónde hay un dentista", session, state="TX")

    after = await converse(bot, "/restart", session)
    status, _ = await knock(
        rasa, "POST", "/webhooks/puente/turn", token=rasa.token, body={"session": "s", "text": " /restart"}
    )

    assert after.slots["state"] == "TX"
    assert status == 422


ODD = [
    "a" * 1600,
    "x" * 900,
    "\x00\x01\x1b[31mhola",
    "\u202eavlas",
    "hola привет 你好 مرحبا",
    '/greet{"name": "x"}',
    "'; DROP TABLE message; --",
    "<img src=x onerror=alert(1)>",
    "{{7*7}} ${code}",
    "😭🙏🏽🇬🇹",
    "1234567890",
    "e" + "\u0301" * 500,
    "我的孩子需要上学",
    "\n".join(["hola"] * 200),
    "?" * 300,
]


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
async def test_odd_texts_are_answered_with_a_key_and_never_with_silence(bot: HttpBot, text: str) -> None:
    reply = await converse(bot, text)

    assert reply.keys


@pytest.mark.parametrize("token", [None, "", "wrong"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/webhooks/puente/turn"), ("GET", "/webhooks/puente/ready"), ("DELETE", "/webhooks/puente/session/s")],
)
async def test_the_door_opens_with_the_token_alone(
    rasa: RasaProcess, method: str, path: str, token: str | None
) -> None:
    status, body = await knock(rasa, method, path, token=token, body={"text": "hola", "dialogue": False})

    assert (status, body) == (401, b"")


async def test_the_door_opens_with_the_token(bot: HttpBot) -> None:
    assert await bot.is_ready()


@pytest.mark.parametrize(
    "path",
    ["/", "/version", "/status", "/domain", "/model/parse", "/conversations/s/tracker", "/webhooks/rest/webhook"],
)
async def test_rasa_has_no_other_door(rasa: RasaProcess, path: str) -> None:
    statuses = [(await knock(rasa, method, path, token=rasa.token))[0] for method in ("GET", "POST")]

    assert statuses == [404, 404]


def test_rasa_listens_on_no_other_address(rasa: RasaProcess) -> None:
    with pytest.raises(OSError), socket.create_connection(("127.0.0.2", rasa.port), timeout=2):  # noqa: PT011
        pass


async def test_a_body_beyond_reason_is_refused(rasa: RasaProcess) -> None:
    body = {"session": "s", "text": "hola", "slots": {"state": "x" * 100_000}}

    status, _ = await knock(rasa, "POST", "/webhooks/puente/turn", token=rasa.token, body=body)

    assert status == 413


async def test_a_forgotten_session_is_seeded_again(bot: HttpBot) -> None:
    session = new_session()
    await converse(bot, "dónde hay un dentista", session, state="TX")

    forgotten = await bot.forget(session.id)
    after = await converse(bot, "dónde hay un dentista", session, state="CA")

    assert forgotten
    assert after.slots["state"] == "CA"


@pytest.mark.parametrize("broken", [tuple(ACTIONS), ("action_session_start",), ("action_answer",)], ids=", ".join)
async def test_when_an_action_fails_the_bot_is_silent_and_the_next_turn_starts_over(
    bot: HttpBot, actions: tuple[ActionServer, str], broken: tuple[str, ...]
) -> None:
    server, _ = actions
    session = new_session()

    server.broken = broken
    try:
        during = await bot.converse("dónde hay un dentista", session=session, language="es", slots={"state": "TX"})
    finally:
        server.broken = ()
    after = await converse(bot, "dónde hay un dentista", session, state="TX")

    assert during == BotSilence("http_502")
    assert after.keys == (AnswerKey("health.dental", {}),)
    assert after.slots["state"] == "TX"


async def test_many_sessions_at_once_do_not_mix(bot: HttpBot) -> None:
    states = [f"{number:02d}" for number in range(20)]

    replies = await asyncio.gather(*(converse(bot, "dónde hay un dentista", state=state) for state in states))

    assert [reply.slots["state"] for reply in replies] == states


async def test_after_a_kill_between_two_turns_the_session_goes_on_with_its_slots(
    bot: HttpBot, rasa: RasaProcess
) -> None:
    session = new_session()
    before = await converse(bot, "dónde hay un dentista", session, state="TX")

    rasa.end(signal.SIGKILL)
    while_down = await bot.converse("hola", session=session, language="es", slots=before.slots)
    rasa.start()
    after = await converse(bot, "la comida de la escuela es gratis", session, **before.slots)

    assert while_down == BotSilence("unreachable")
    assert after.slots == {"state": "TX", "role": None, "language": "es", "topic": "school.meals"}


async def test_no_text_is_printed_whatever_happens(
    bot: HttpBot, rasa: RasaProcess, actions: tuple[ActionServer, str]
) -> None:
    server, _ = actions
    session = new_session()

    await converse(bot, f"{CANARY} dentista", session, state=CANARY)
    await bot.understand(CANARY)
    server.broken = tuple(ACTIONS)
    await bot.converse(f"{CANARY} dentista", session=new_session(), language="es", slots={"state": CANARY})
    server.broken = ()
    for body in ({"session": "s", "text": f"/{CANARY}"}, {"session": "s", "text": [CANARY]}, [CANARY]):
        await knock(rasa, "POST", "/webhooks/puente/turn", token=rasa.token, body=body)
    await knock(rasa, "POST", f"/webhooks/{CANARY}?text={CANARY}", token=rasa.token, body={"text": CANARY})

    assert "ready with" in rasa.output()
    assert CANARY not in rasa.output()
    assert rasa.token not in rasa.output()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({}, "cannot be used", id="port in use"),
        pytest.param({"BOT_TOKEN_FILE": None}, "BOT_TOKEN_FILE is not set", id="no token"),
        pytest.param({"ACTIONS_URL": None}, "ACTIONS_URL is not set", id="no action server"),
        pytest.param({"ACTIONS_TOKEN_FILE": str(ROOT / "pyproject.toml")}, "can be read by others", id="open file"),
    ],
)
def test_a_process_that_cannot_start_says_why_in_one_sentence(
    rasa: RasaProcess, changes: dict[str, str | None], sentence: str
) -> None:
    said = rasa.refuse_to_start(**changes)

    assert sentence in said
    assert len(said.strip().splitlines()) == 1


def test_unchanged_material_is_not_trained_again(trained: tuple[Path, Path]) -> None:
    nlu, archive = trained
    trained_at = archive.with_name(archive.name.removesuffix(".tar.gz") + ".md").stat().st_mtime_ns

    again = run_training("--nlu", nlu, "--out", archive.parent)

    assert Path(again.stdout.strip()) == archive
    assert "up to date" in again.stderr
    assert archive.with_name(archive.name.removesuffix(".tar.gz") + ".md").stat().st_mtime_ns == trained_at


def test_the_model_card_counts_each_language(trained: tuple[Path, Path]) -> None:
    archive = trained[1]

    card = archive.with_name(archive.name.removesuffix(".tar.gz") + ".md").read_text("utf-8")

    assert "| en | 4 of 4 | 8 | 2 |" in card
    assert "| es | 4 of 4 | 8 | 2 |" in card


def test_the_check_finds_one_text_under_two_intents(rasa_runtime: None, tmp_path: Path) -> None:
    utterances = {
        "es": {"school.meals": ["comida gratis", "almuerzo"], "community.food": ["comida gratis", "despensa"]}
    }

    check = run_training("--check", "--nlu", write_utterances(tmp_path / "nlu", utterances))

    assert check.returncode == 1
    assert "'comida gratis' was found labeled with multiple" in check.stderr


def test_the_training_data_of_the_project_passes_the_check(rasa_runtime: None) -> None:
    check = run_training("--check")

    assert check.returncode == 0, check.stderr
