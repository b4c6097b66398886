"""The client against a real HTTP server on loopback that fails in every way a Rasa process can."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from bot.client import MAX_TEXT, HttpBot, readable_text
from conversation.messages import BotSession
from conversation.ports import AnswerKey, BotReply, BotSilence, Understanding

TOKEN = "a-token-for-tests-only"
SESSION = BotSession(id="session-1", turns=0, started_at=datetime(2026, 1, 1, tzinfo=UTC))
GOOD = {
    "ranking": [["school.meals", 0.8]],
    "messages": [{"answer": "school.meals", "values": {}}],
    "slots": {"topic": "school.meals"},
}

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class StandIn:
    """A Rasa process as far as its door goes: answers as told and keeps what it was asked."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.answer = answer
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.tokens: list[str | None] = []
        self.erased: list[str] = []

    async def take_turn(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        self.tokens.append(request.headers.get("X-Puente-Token"))
        return await self.answer(request) if self.answer else web.json_response(GOOD)

    async def erase(self, request: web.Request) -> web.Response:
        self.erased.append(request.match_info["session"])
        return web.Response(status=204)

    async def ready(self, _: web.Request) -> web.Response:
        return web.json_response({})


@asynccontextmanager
async def serving(*stand_ins: StandIn, timeout_s: float = 5.0) -> AsyncIterator[HttpBot]:
    """Run the stand-ins and yield a client that knows their addresses in this order."""
    async with AsyncExitStack() as cleanup:
        for stand_in in stand_ins:
            app = web.Application()
            app.router.add_post("/webhooks/puente/turn", stand_in.take_turn)
            app.router.add_delete("/webhooks/puente/session/{session}", stand_in.erase)
            app.router.add_get("/webhooks/puente/ready", stand_in.ready)
            runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
            await runner.setup()
            cleanup.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            stand_in.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        client = HttpBot([stand_in.url for stand_in in stand_ins], token=TOKEN, timeout_s=timeout_s)
        cleanup.push_async_callback(client.close)
        yield client


def answering(status: int = 200, body: str = "", **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body, headers=headers)

    return answer


async def hang(_: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return web.Response()


async def hang_up(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def break_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"ranking"')
    assert request.transport is not None
    request.transport.abort()
    return response


def free_address() -> str:
    """Return an address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


async def converse(client: HttpBot, text: str = "comida en la escuela", session: BotSession = SESSION) -> Any:
    return await client.converse(text, session=session, language="es", slots={"state": "TX"})


async def test_a_turn_carries_session_language_slots_and_token_and_brings_keys_back() -> None:
    stand_in = StandIn()

    async with serving(stand_in) as client:
        reply = await converse(client)

    turn = {"session": "session-1", "language": "es", "slots": {"state": "TX"}, "dialogue": True}
    assert stand_in.asked == [{**turn, "text": "comida en la escuela"}]
    assert stand_in.tokens == [TOKEN]
    expected = Understanding((("school.meals", 0.8),))
    assert reply == BotReply(expected, (AnswerKey("school.meals", {}),), {"topic": "school.meals"})


async def test_understanding_asks_without_dialogue_and_needs_no_keys() -> None:
    stand_in = StandIn(answering(body=json.dumps({**GOOD, "messages": []})))

    async with serving(stand_in) as client:
        understanding = await client.understand("comida")

    assert stand_in.asked == [{"text": "comida", "dialogue": False}]
    assert understanding == Understanding((("school.meals", 0.8),))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(answering(body=json.dumps({**GOOD, "messages": []})), "empty_reply", id="empty list"),
        pytest.param(answering(body=json.dumps({**GOOD, "messages": [{"x": 1}]})), "unknown_key", id="unknown key"),
        pytest.param(answering(body="[]"), "bad_json", id="the list of Rasa's own channel"),
        pytest.param(answering(body="{"), "bad_json", id="half a JSON"),
        pytest.param(answering(401), "http_401", id="wrong token"),
        pytest.param(answering(422), "http_422", id="text refused"),
        pytest.param(answering(500), "http_500", id="error inside"),
        pytest.param(answering(204), "http_204", id="no content"),
        pytest.param(answering(302, Location="/elsewhere"), "http_302", id="redirect"),
        pytest.param(hang_up, "unreachable", id="connection dropped"),
        pytest.param(break_off, "broken_reply", id="answer broken off"),
    ],
)
async def test_whatever_goes_wrong_is_a_silence_with_a_code(answer: Answer, reason: str) -> None:
    async with serving(StandIn(answer)) as client:
        reply = await converse(client)

    assert reply == BotSilence(reason)


async def test_a_bot_that_is_not_there_is_a_silence() -> None:
    client = HttpBot([free_address()], token=TOKEN)

    reply = await converse(client)
    await client.close()

    assert reply == BotSilence("unreachable")


async def test_a_bot_that_never_answers_is_a_silence_after_the_time_out() -> None:
    async with serving(StandIn(hang), timeout_s=0.2) as client:
        reply = await converse(client)

    assert reply == BotSilence("timeout")


async def test_a_session_always_asks_the_same_process() -> None:
    first, second = StandIn(), StandIn()

    async with serving(first, second) as client:
        for _ in range(4):
            await converse(client)

    assert sorted([len(first.asked), len(second.asked)]) == [0, 4]


async def test_sessions_are_spread_over_the_processes() -> None:
    first, second = StandIn(), StandIn()
    sessions = [BotSession(f"session-{number}", 0, SESSION.started_at) for number in range(40)]

    async with serving(first, second) as client:
        for session in sessions:
            await converse(client, session=session)

    assert min(len(first.asked), len(second.asked)) >= 10


@pytest.mark.parametrize("failing", [answering(500), hang_up, answering(body="{")], ids=["error", "drop", "bad JSON"])
async def test_when_one_process_fails_the_next_one_answers(failing: Answer) -> None:
    broken, sound = StandIn(failing), StandIn()

    async with serving(broken, sound) as client:
        replies = [await converse(client, session=BotSession(f"s-{n}", 0, SESSION.started_at)) for n in range(6)]

    assert all(isinstance(reply, BotReply) for reply in replies)
    assert len(sound.asked) == 6


async def test_a_process_that_hung_leaves_time_for_the_next_and_is_asked_last_for_a_while() -> None:
    hanging, sound = StandIn(hang), StandIn()
    sessions = [BotSession(f"s-{number}", 0, SESSION.started_at) for number in range(12)]

    async with serving(hanging, sound, timeout_s=2.0) as client:
        replies = [await converse(client, session=session) for session in sessions]

    assert all(isinstance(reply, BotReply) for reply in replies)
    assert (len(hanging.asked), len(sound.asked)) == (1, 12)


async def test_a_process_that_missed_a_turn_forgets_the_session_before_it_is_asked_again() -> None:
    home, other = StandIn(), StandIn()

    async with serving(home, other) as client:
        await converse(client)
        first, second = (home, other) if home.asked else (other, home)
        first.answer = answering(502)
        await converse(client)
        first.answer = None
        for _ in range(2):
            await converse(client)

    assert (len(first.asked), len(second.asked)) == (4, 1)
    assert (first.erased, second.erased) == ([SESSION.id], [])


async def test_when_every_process_hangs_the_silence_comes_after_one_time_out() -> None:
    first, second, third = StandIn(hang), StandIn(hang), StandIn(hang)

    async with serving(first, second, third, timeout_s=0.4) as client:
        reply = await converse(client)

    assert reply == BotSilence("timeout")
    assert len(first.asked) + len(second.asked) + len(third.asked) == 2


@pytest.mark.parametrize("text", ["", "   ", "/", " / // \n", "\0", "/\0/"])
async def test_a_text_with_nothing_to_read_is_never_sent(text: str) -> None:
    stand_in = StandIn()

    async with serving(stand_in) as client:
        replies = [await converse(client, text), await client.understand(text)]

    assert replies == [BotSilence("empty_text")] * 2
    assert stand_in.asked == []


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        pytest.param("/restart", "restart", id="order"),
        pytest.param(" \n//school.meals{}", "school.meals{}", id="order behind white space"),
        pytest.param("\0/restart", "restart", id="order behind NUL"),
        pytest.param("\u00a0/restart", "restart", id="order behind a no-break space"),
        pytest.param("y/o 911?", "y/o 911?", id="slash inside stays"),
        pytest.param("¿Qué  TAL? ¡k’o!", "¿Qué  TAL? ¡k’o!", id="accents, case and spacing stay"),
        pytest.param("ho\0la", "hola", id="NUL"),
        pytest.param("a\ud83db", "a\ufffdb", id="half an emoji"),
        pytest.param("x" * 5000, "x" * MAX_TEXT, id="too long"),
        pytest.param("/" * 5000 + "x", "x", id="slashes do not use up the length"),
    ],
)
def test_the_bot_reads_text_that_cannot_be_an_order(text: str, sent: str) -> None:
    assert readable_text(text) == sent


async def test_forgetting_asks_every_process() -> None:
    first, second = StandIn(), StandIn()

    async with serving(first, second) as client:
        forgotten = await client.forget("session/1")

    assert forgotten
    assert first.erased == second.erased == ["session/1"]


async def test_forgetting_says_when_a_process_did_not_confirm() -> None:
    stand_in = StandIn()

    async with serving(stand_in):
        client = HttpBot([stand_in.url, free_address()], token=TOKEN)
        forgotten = await client.forget("session-1")
        await client.close()

    assert not forgotten
    assert stand_in.erased == ["session-1"]


async def test_the_bot_is_ready_when_one_process_is() -> None:
    stand_in, nowhere = StandIn(), free_address()

    async with serving(stand_in):
        both, none = HttpBot([nowhere, stand_in.url], token=TOKEN), HttpBot([nowhere], token=TOKEN)
        ready = [await both.is_ready(), await none.is_ready()]
        await both.close()
        await none.close()

    assert ready == [True, False]


def test_a_bot_without_address_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="at least one"):
        HttpBot([], token=TOKEN)


def test_the_client_does_not_show_its_token() -> None:
    assert TOKEN not in repr(HttpBot(["http://127.0.0.1:1"], token=TOKEN))
