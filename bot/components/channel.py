"""The only door of the Rasa process: one request is one turn, and its answer is keys.

    POST   /webhooks/puente/turn           understand a text, and answer it with keys
    DELETE /webhooks/puente/session/<id>   forget a conversation
    GET    /webhooks/puente/ready          the model is loaded

Each needs the token in the header X-Puente-Token; a wrong one gets 401 and nothing else. No text is logged.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.constants import DEFAULT_SLOT_NAMES
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT_RANKING_KEY
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as json_response

from bot.components.action_endpoint import HEADER, ActionFailed
from bot.components.quiet import OWN_LOGGER
from bot.components.turn import Turn, TurnError, parse_turn

MAX_RANKING = 10

_log = logging.getLogger(OWN_LOGGER)

Deliver = Callable[[UserMessage], Awaitable[Any]]


class PuenteChannel(InputChannel):
    """Rasa's input channel "puente". The agent is found on the application, where serve.py put it."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    @classmethod
    def name(cls) -> str:
        return "puente"

    def blueprint(self, on_new_message: Deliver) -> Blueprint:
        door = Blueprint("puente")

        @door.middleware("request")
        async def check_token(request: Request) -> HTTPResponse | None:
            given = request.headers.get(HEADER, "").encode("utf-8", "replace")
            return None if hmac.compare_digest(given, self._token) else empty(401)

        @door.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            return json_response({"model": request.app.ctx.agent.model_name})

        @door.delete("/session/<session>")
        async def erase(request: Request, session: str) -> HTTPResponse:
            agent = request.app.ctx.agent
            async with agent.lock_store.lock(session):
                agent.tracker_store.erase(session)
            return empty(204)

        @door.post("/turn")
        async def take_turn(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            try:
                turn = parse_turn(request.body)
                reply = await (_converse(agent, turn, on_new_message) if turn.dialogue else _read(agent, turn))
            except TurnError as refusal:
                return empty(refusal.status)
            except ActionFailed as failure:
                _log.error("the actions failed with %s", failure.reason)
                return empty(502)
            return json_response(reply)

        return door


async def _read(agent: Agent, turn: Turn) -> dict[str, Any]:
    """NLU alone: nothing is remembered."""
    parsed = await agent.parse_message(turn.text)
    return {"ranking": _ranking(parsed), "messages": [], "slots": {}}


async def _converse(agent: Agent, turn: Turn, deliver: Deliver) -> dict[str, Any]:
    """One turn of dialogue. A failed one is forgotten, so that the next seeds the session again."""
    output = CollectingOutputChannel()
    metadata = {"slots": dict(turn.slots), "language": turn.language}
    message = UserMessage(turn.text, output, turn.session, input_channel="puente", metadata=metadata)
    try:
        await deliver(message)
        tracker = await agent.tracker_store.retrieve(turn.session)
    except (Exception, ActionFailed):
        agent.tracker_store.erase(turn.session)
        raise
    keys = [said["custom"] for said in output.messages if said.get("custom")]
    if tracker is None or not keys:
        agent.tracker_store.erase(turn.session)
        return {"ranking": [], "messages": [], "slots": {}}
    return {"ranking": _ranking(tracker.latest_message.parse_data), "messages": keys, "slots": _slots(tracker)}


def _ranking(parsed: dict[str, Any]) -> list[tuple[str, float]]:
    """Intents with confidence, best first. The fallback is a verdict on the ranking, not a part of it."""
    ranked = [(r["name"], r["confidence"]) for r in parsed.get(INTENT_RANKING_KEY, [])]
    return [pair for pair in ranked if pair[0] != DEFAULT_NLU_FALLBACK_INTENT_NAME][:MAX_RANKING]


def _slots(tracker: DialogueStateTracker) -> dict[str, Any]:
    return {name: value for name, value in tracker.current_slot_values().items() if name not in DEFAULT_SLOT_NAMES}
