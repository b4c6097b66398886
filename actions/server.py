"""The action endpoint that Rasa calls: rasa-sdk's executor in our own process, behind a token, on loopback.

rasa-sdk's own server binds every address, runs four processes and repeats the request, every text of it, when an
action fails. Here a failure is a code.
"""

import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from actions.answering import answer_question, hand_off, offer_choices
from actions.session import start_session

HEADER = "X-Puente-Token"

ACTIONS = {
    "action_answer": answer_question,
    "action_offer_choices": offer_choices,
    "action_session_start": start_session,
    "action_default_fallback": hand_off,
}

_log = logging.getLogger(__name__)


def build_actions_app(token: str) -> Starlette:
    """Build the ASGI application: POST /webhook (with the token) runs one action, GET /health says it is up."""
    executor = ActionExecutor()
    for name, action in ACTIONS.items():
        executor.register_function(name, action)
    return Starlette(
        routes=[
            Route("/webhook", _guarded(token, _runner(executor)), methods=["POST"]),
            Route("/health", _say_alive),
        ]
    )


Endpoint = Callable[[Request], Awaitable[Response]]


def _guarded(token: str, endpoint: Endpoint) -> Endpoint:
    expected = token.encode()

    async def check_token(request: Request) -> Response:
        given = request.headers.get(HEADER, "").encode("utf-8", "replace")
        return await endpoint(request) if hmac.compare_digest(given, expected) else Response(status_code=401)

    return check_token


def _runner(executor: ActionExecutor) -> Endpoint:
    async def run_action(request: Request) -> Response:
        try:
            call = json.loads(await request.body())
        except ValueError:
            return Response(status_code=422)
        name = call.get("next_action") if isinstance(call, dict) else None
        if not isinstance(name, str) or name not in executor.actions:
            return Response(status_code=404)
        return await _run(executor, name, call)

    return run_action


async def _run(executor: ActionExecutor, name: str, call: dict[str, Any]) -> Response:
    """Run one known action. Whatever goes wrong, its name and the kind of error are all that leaves."""
    try:
        result = await executor.run(call)
    except ActionExecutionRejection:
        return Response(status_code=400)  # Rasa tries another rule
    except Exception as error:
        _log.error("%s failed with %s", name, type(error).__name__)
        return Response(status_code=500)
    return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})


async def _say_alive(_: Request) -> Response:
    return JSONResponse({"status": "ok"})
