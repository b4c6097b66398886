"""`puente serve`: one process of the service, in the foreground."""

import asyncio
import os
from collections.abc import Callable

import uvicorn

from conversation.errors import ConfigurationError
from service import wiring
from service.logs import set_up_logs
from service.settings import Settings


def serve(what: str, settings: Settings) -> None:
    """Run web, worker, actions or simulator until told to stop.

    Raises:
        ConfigurationError: what to mend before it can start.
    """
    if what not in _PROCESSES:
        raise ConfigurationError(f"serve what? One of: {', '.join(_PROCESSES)}")
    set_up_logs()
    _PROCESSES[what](settings)


def _web(settings: Settings) -> None:
    from service.web import build_web_app

    _refuse_unreviewed_floor(settings)
    # no access log: it would hold callback addresses
    uvicorn.run(
        build_web_app(settings), host=settings.bind, port=settings.port, access_log=False, log_config=None,
        server_header=False, proxy_headers=False,
    )  # fmt: skip


def _worker(settings: Settings) -> None:
    from service.worker import run_worker

    _refuse_unreviewed_floor(settings)
    asyncio.run(run_worker(settings, executor_id=os.environ.get("WORKER_ID", "worker-1")))


def _actions(settings: Settings) -> None:
    from actions.server import build_actions_app

    app = build_actions_app(wiring.read_token(settings.actions_token))
    uvicorn.run(app, host="127.0.0.1", port=settings.actions_port, access_log=False, log_config=None)


def _simulator(settings: Settings) -> None:
    from service.simulating import simulate

    simulate(settings)


def _refuse_unreviewed_floor(settings: Settings) -> None:
    """Do not start where unreviewed texts are refused and the floor set itself is unreviewed (I5)."""
    missing = [] if settings.drafts else wiring.build_rules(settings).catalogue.missing_floor()
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
