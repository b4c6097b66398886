"""The Rasa process: loads one model and answers on one loopback door (components/channel.py). Python 3.10.

    BOT_TOKEN_FILE=… ACTIONS_URL=http://127.0.0.1:…/webhook ACTIONS_TOKEN_FILE=… \
        python -m bot.serve --model models/puente-….tar.gz --port 5005

It holds no secret but the two tokens and no state that matters: it may be killed at any time.
"""

from __future__ import annotations

import argparse
import logging
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.components.quiet import OWN_LOGGER, prepare_runtime, silence_libraries
from bot.token_file import TokenFileError, read_token

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from sanic import Sanic

ADDRESS = "127.0.0.1"  # never another: this door is for processes of this machine
MAX_REQUEST_BYTES = 65_536
KEEP_ALIVE_S = 75  # longer than the client keeps idle connections, so that it is never the server who hangs up first

_AFTER_WEB = 10  # niceness, as the worker has it: webhooks are answered first
_ENDPOINTS = Path(__file__).parent / "endpoints.yml"


class StartError(Exception):
    """The process cannot start; the message says in one sentence what to mend."""


def main() -> None:
    arguments = _read_arguments()
    try:
        token, actions_token = _token("BOT_TOKEN_FILE"), _token("ACTIONS_TOKEN_FILE")
        if not os.environ.get("ACTIONS_URL"):
            raise StartError("ACTIONS_URL is not set: the address of the action server, path included")
        if not arguments.model.is_file():
            raise StartError(f"there is no model at {arguments.model}: train one with python -m bot.train")
        listener = _bind(arguments.port)
        os.nice(_AFTER_WEB)
        prepare_runtime()
        agent = load_agent(arguments.model, actions_token)
    except (StartError, TokenFileError) as refusal:
        sys.exit(f"bot.serve: {refusal}")
    build_app(agent, token).run(sock=listener, access_log=False, motd=False)


def load_agent(model: Path, actions_token: str) -> Agent:
    """Load a model archive with our own tracker store and action endpoint, and read one text to warm it up.

    Raises:
        StartError: the archive is not a model that this Rasa can load.
    """
    from rasa.core.agent import Agent
    from rasa.core.tracker_store import TrackerStore
    from rasa.core.utils import AvailableEndpoints

    from bot.components.action_endpoint import ActionEndpoint
    from bot.components.schema_check import keep_validator

    silence_libraries()
    keep_validator()
    endpoints = AvailableEndpoints.read_endpoints(str(_ENDPOINTS))
    store = TrackerStore.create(endpoints.tracker_store)
    try:
        agent = Agent.load(model, action_endpoint=ActionEndpoint(endpoints.action.url, actions_token))
    except Exception as error:
        raise StartError(f"{model} cannot be loaded ({type(error).__name__}): train again") from error
    store.domain = agent.domain
    # Rasa wraps every store so that a failing one is replaced by a dictionary that never forgets; ours is not wrapped.
    agent.tracker_store = agent.processor.tracker_store = store
    return agent


def build_app(agent: Agent, token: str) -> Sanic:
    """Build an application with our channel as its only route: none of Rasa's own doors exist."""
    from rasa.core.channels.channel import register
    from sanic import Sanic
    from sanic.exceptions import SanicException
    from sanic.request import Request
    from sanic.response import HTTPResponse, empty

    from bot.components.channel import PuenteChannel

    log = logging.getLogger(OWN_LOGGER)
    app = Sanic("puente_bot", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MAX_REQUEST_BYTES
    app.config.KEEP_ALIVE_TIMEOUT = KEEP_ALIVE_S
    app.ctx.agent = agent
    register([PuenteChannel(token)], app, route="/webhooks/")

    @app.exception(Exception)
    async def answer_code_alone(_: Request, error: Exception) -> HTTPResponse:
        if isinstance(error, SanicException):
            return empty(error.status_code)
        log.error("a turn failed with %s", type(error).__name__)
        return empty(500)

    @app.before_server_start
    async def warm_up(_: Sanic, __: object) -> None:
        await agent.parse_message("hola")

    @app.after_server_start
    async def announce(_: Sanic, __: object) -> None:
        log.info("ready with %s", agent.model_name)

    @app.after_server_stop
    async def close(_: Sanic, __: object) -> None:
        await agent.action_endpoint.close()

    return app


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.serve", description="Serve a trained model on loopback.")
    parser.add_argument("--model", type=Path, required=True, help="archive made by bot.train")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    return parser.parse_args()


def _token(variable: str) -> str:
    if not os.environ.get(variable):
        raise StartError(f"{variable} is not set: the path of a file that holds the token")
    return read_token(Path(os.environ[variable]))


def _bind(port: int) -> socket.socket:
    """Take the port before the slow part, so that a port in use is told at once."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
    except (OSError, OverflowError) as error:
        raise StartError(f"port {port} on {ADDRESS} cannot be used: {error}") from error
    return listener


if __name__ == "__main__":
    main()
