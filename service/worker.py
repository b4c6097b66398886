"""The worker process: decides messages and sends texts through the engine, and runs the bot's actions on loopback."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta

import uvicorn
from sqlalchemy.orm import Session
from starlette.routing import Route

from actions.server import build_actions_app
from conversation.errors import WorkTaken
from conversation.ports import WorkQueue
from conversation.turn import Rules
from service import wiring
from service.care.clock import build_case_sweeps
from service.care.sweeps import open_care
from service.deciding import Decider
from service.delivery import Delivery
from service.engine import EngineClient, EngineWorker
from service.engine_calls import Sweep
from service.engine_rescue import find_owners, readmit_of
from service.reminding.clock import build_reminder_sweeps
from service.rescue import Rescue
from service.running.ports import open_port
from service.settings import Settings
from service.watching.observing import observing
from service.window import sweep_held, sweep_hours
from store import inbox, lines
from store.database import Database
from store.sealing.vault import Vault

STRANDED_AFTER = timedelta(minutes=2)
SHUTDOWN_S = 10.0


async def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; what is in hand then is finished or taken up at the next start.

    Raises:
        ConfigurationError: settings, keys, data or tables are wrong, or another process is this worker already.
        BrokenWorld: the database does not answer.
        WorkTaken: this worker was away too long, and others have its work; start it again.
    """
    stop = _listen_for_stop()
    async with contextlib.AsyncExitStack() as closing:
        database = wiring.build_database(settings)
        closing.callback(database.close)
        ours = wiring.engine_settings(settings, executor_id=settings.worker_id)
        engine = EngineClient(ours, engine=database.engine)
        closing.callback(engine.close)
        bot, sender = wiring.build_bot(settings), wiring.build_sender(settings)
        closing.push_async_callback(bot.close)
        closing.push_async_callback(sender.close)
        observed = await closing.enter_async_context(observing(settings, database))
        rules, vault = wiring.build_rules(settings), wiring.build_vault(settings)
        decider = wiring.build_decider(settings, database, engine, observed.measure_bot(bot), rules=rules, vault=vault)
        measured = observed.measure_sender(sender)
        delivery = wiring.build_delivery(settings, database, measured, engine, rules=rules, vault=vault)
        # until the last decision has been made
        await closing.enter_async_context(serving_actions(settings, observed.routes))
        rescue = Rescue(
            database, settings.worker_id, readmit_of, find_owners,
            silent_s=settings.worker_silent_s, on_taken=stop.set,
        )  # fmt: skip
        sweeps = _build_sweeps(database, engine, rescue) | _build_more(settings, database, engine, rules, vault)
        sweeps |= await closing.enter_async_context(open_care(settings, database, bot))
        decide, give_up = observed.meters.timed_decide(decider.decide), _give_up_with(decider, delivery)
        worker = EngineWorker(ours, decide=decide, send=delivery.send, on_failure=give_up, sweeps=sweeps)
        await worker.launch()
        try:
            await stop.wait()
        finally:
            await worker.shutdown(SHUTDOWN_S)
    if rescue.is_taken:
        raise WorkTaken("this worker was silent for too long and its work was taken over: start it again")


@contextlib.asynccontextmanager
async def serving_actions(settings: Settings, more: Sequence[Route] = ()) -> AsyncIterator[None]:
    """Serve the bot's actions, and more routes, on their own loopback listener while the block runs.

    Raises:
        ConfigurationError: there is no token, or the port is taken.
    """
    app = build_actions_app(wiring.read_token(settings.actions_token))
    app.router.routes.extend(more)
    door = open_port("127.0.0.1", settings.actions_port, setting="ACTIONS_PORT")
    server = _ServerInside(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[door]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def queue_due(database: Database, work: WorkQueue) -> None:
    """Bring texts whose waiting is over back into line."""

    def queue(session: Session) -> None:
        for outbox_id, line, seq, turn in lines.find_due(session, wiring.utc_now()):
            work.enqueue_send(session.connection(), outbox_id=outbox_id, line=line, seq=seq, attempt=turn)

    await database.run(queue)


async def queue_stranded(database: Database, work: WorkQueue) -> None:
    """Bring what nobody works on back into line; work that is already there stays one piece (I1)."""

    def queue(session: Session) -> None:
        before = wiring.utc_now() - STRANDED_AFTER
        for inbox_id, conversation_id, seq in inbox.find_stranded(session, before):
            work.enqueue_decide(session.connection(), inbox_id=inbox_id, conversation_id=conversation_id, seq=seq)
        for outbox_id, line, seq, turn in lines.find_stranded(session, before):
            work.enqueue_send(session.connection(), outbox_id=outbox_id, line=line, seq=seq, attempt=turn)

    await database.run(queue)


def _give_up_with(decider: Decider, delivery: Delivery) -> Callable[[str, str], Awaitable[None]]:
    async def give_up(kind: str, item_id: str) -> None:
        await (decider.give_up(item_id) if kind == "decide" else delivery.give_up(item_id))

    return give_up


def _build_sweeps(database: Database, engine: EngineClient, rescue: Rescue) -> dict[str, tuple[float, Sweep]]:
    """What a worker does again and again, by name: (seconds between, what)."""
    return {
        "due texts": (2.0, lambda: queue_due(database, engine)),
        "stranded work": (30.0, lambda: queue_stranded(database, engine)),
        "held texts": (30.0, lambda: sweep_held(database, engine, wiring.utc_now())),
        "texts for safe hours": (5.0, lambda: sweep_hours(database, engine, wiring.utc_now())),
        "lease": (rescue.interval_s, rescue.beat),
        "work without a lease": (rescue.silent_s, rescue.adopt),
    }


def _build_more(
    settings: Settings, database: Database, engine: EngineClient, rules: Rules, vault: Vault
) -> dict[str, tuple[float, Sweep]]:
    """Return the sweeps over cases and over reminders."""
    parts = settings, database, engine, rules, vault
    return build_case_sweeps(*parts) | build_reminder_sweeps(*parts)


class _ServerInside(uvicorn.Server):
    """A server inside another program, which alone hears the signals."""

    def capture_signals(self) -> contextlib.nullcontext[None]:  # type: ignore[override]
        return contextlib.nullcontext()


def _listen_for_stop() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
