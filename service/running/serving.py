"""`puente serve`: one process of the service, in the foreground."""

import asyncio
import contextlib
import gc
import os
import socket
import sys
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

from conversation.errors import ConfigurationError
from service import wiring
from service.logs import set_up_logs
from service.running.ports import open_port
from service.settings import Settings

# Threads take turns ten times as often as by default: the one that writes gives its turn up at every statement, and
# would have the whole database wait five milliseconds for each until the event loop pauses (docs/decisions/0011).
SWITCH_S = 0.0005
AFTER_WEB = 10  # niceness: when processors are short, webhooks are answered first and replies come a little later


def serve(what: str, settings: Settings) -> None:
    """Run web, worker, actions or simulator until told to stop.

    Raises:
        ConfigurationError: what to mend before it can start.
    """
    if what not in _PROCESSES:
        raise ConfigurationError(f"serve what? One of: {', '.join(_PROCESSES)}")
    set_up_logs(settings.log_level, settings.log_format)
    sys.setswitchinterval(SWITCH_S)
    _PROCESSES[what](settings)


def _web(settings: Settings) -> None:
    from service.web import build_web_app

    _refuse_unreviewed_floor(settings)
    _listen(build_web_app(settings), open_port(settings.bind, settings.port, setting="PORT"))


def _worker(settings: Settings) -> None:
    from service.worker import run_worker

    _refuse_unreviewed_floor(settings)
    os.nice(AFTER_WEB)
    asyncio.run(run_worker(settings))


def _actions(settings: Settings) -> None:
    from actions.server import build_actions_app

    app = build_actions_app(wiring.read_token(settings.actions_token))
    _listen(app, open_port("127.0.0.1", settings.actions_port, setting="ACTIONS_PORT"))


def _simulator(settings: Settings) -> None:
    from service.simulating import simulate

    simulate(settings)


def _listen(app: Starlette, door: socket.socket) -> None:
    """Serve until told to stop. Requests are not logged: addresses of callbacks and what a stranger sends stay out."""
    gc.collect()
    gc.freeze()  # wording, rules and code stay: to look through all of them for rubbish held a page up for 0.1 s
    config = uvicorn.Config(app, access_log=False, log_config=None, server_header=False, proxy_headers=False)
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again when it has stopped in good order
        _Server(config).run(sockets=[door])


class _Server(uvicorn.Server):
    """Ends the app's open event streams before it waits for requests to end."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        state = getattr(self.config.app, "state", None)
        if close_streams := getattr(state, "close_streams", None):
            close_streams()
        await super().shutdown(sockets)


def _refuse_unreviewed_floor(settings: Settings) -> None:
    """Do not start where unreviewed texts are refused and the floor set itself is unreviewed (I5)."""
    missing = [] if settings.drafts else wiring.build_catalogue(settings).missing_floor()
    if missing:
        listed = ", ".join(f"{answer} ({language})" for answer, language in missing)
        raise ConfigurationError(
            f"DRAFTS=refuse, and these texts of the floor set have no review: {listed}. "
            "Have them reviewed, or set DRAFTS=send where only testers read."
        )


_PROCESSES: dict[str, Callable[[Settings], None]] = {
    "web": _web,
    "worker": _worker,
    "actions": _actions,
    "simulator": _simulator,
}
