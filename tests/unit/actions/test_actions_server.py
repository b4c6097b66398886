"""The action endpoint runs actions for those who hold the token, and repeats nothing of what it was sent."""

import json
import logging
from typing import Any

import pytest
from starlette.applications import Starlette

from actions.server import ACTIONS, build_actions_app

TOKEN = "a-token-for-tests-only"
CANARY = "canary-word"


async def send(
    app: Starlette, path: str = "/webhook", *, body: bytes = b"", token: str | None = TOKEN, method: str = "POST"
) -> tuple[int, bytes]:
    """Call an ASGI application once; return status and body."""
    sent: list[dict[str, Any]] = []
    headers = [(b"x-puente-token", token.encode())] if token is not None else []
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "headers": headers, "http_version": "1.1", "scheme": "http",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def collect(message: Any) -> None:
        sent.append(dict(message))

    await app(scope, receive, collect)
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:])


def call(action: str, **latest_message: Any) -> bytes:
    tracker = {"sender_id": "s", "slots": {}, "latest_message": {"text": CANARY, **latest_message}, "events": []}
    return json.dumps({"next_action": action, "tracker": tracker, "domain": {"slots": {}}}).encode()


async def test_an_action_runs_and_its_key_comes_back() -> None:
    app = build_actions_app(TOKEN)

    status, body = await send(app, body=call("action_answer", intent={"name": "school.meals"}))

    assert status == 200
    assert [response["custom"] for response in json.loads(body)["responses"]] == [
        {"answer": "school.meals", "values": {}}
    ]


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", "\u00f1"])
async def test_without_the_token_nothing_runs_and_nothing_is_said(token: str | None) -> None:
    app = build_actions_app(TOKEN)

    status, body = await send(app, body=call("action_answer", intent={"name": "school.meals"}), token=token)

    assert (status, body) == (401, b"")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(call(f"action_{CANARY}"), 404, id="unknown action"),
        pytest.param(json.dumps({"next_action": [CANARY]}).encode(), 404, id="action that is no name"),
        pytest.param(json.dumps([CANARY]).encode(), 404, id="list"),
        pytest.param(f'{{"{CANARY}'.encode(), 422, id="half a JSON"),
        pytest.param(b"\xff", 422, id="not text"),
        pytest.param(json.dumps({"next_action": "action_answer", "text": CANARY}).encode(), 500, id="no tracker"),
        pytest.param(call("action_offer_choices", intent_ranking=[CANARY]), 500, id="ranking of another shape"),
    ],
)
async def test_a_bad_call_gets_a_code_and_no_echo(body: bytes, expected: int, caplog: pytest.LogCaptureFixture) -> None:
    app = build_actions_app(TOKEN)

    with caplog.at_level(logging.INFO):
        status, answer = await send(app, body=body)

    assert (status, answer) == (expected, b"")
    assert CANARY not in caplog.text


async def test_a_failing_action_is_logged_by_name_and_kind_alone(caplog: pytest.LogCaptureFixture) -> None:
    app = build_actions_app(TOKEN)

    with caplog.at_level(logging.INFO):
        await send(app, body=call("action_offer_choices", intent_ranking=[CANARY]))

    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == [
        "action_offer_choices failed with TypeError"
    ]


async def test_health_needs_no_token() -> None:
    status, body = await send(build_actions_app(TOKEN), "/health", method="GET", token=None)

    assert (status, json.loads(body)) == (200, {"status": "ok"})


async def test_the_webhook_cannot_be_read() -> None:
    status, _ = await send(build_actions_app(TOKEN), method="GET")

    assert status == 405


def test_every_action_has_a_name_that_rasa_accepts() -> None:
    assert all(name.startswith("action_") for name in ACTIONS)
