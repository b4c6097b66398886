"""The worker process: decides messages and sends texts through the engine, and runs the bot's actions on loopback."""

import asyncio
import contextlib
import signal
from datetime import timedelta

import uvicorn

from actions.server import build_actions_app
from service import wiring
from service.engine import EngineClient, EngineWorker
from service.settings import Settings
from store import inbox, outbox
from store.database import Database

STRANDED_AFTER = timedelta(minutes=2)
SHUTDOWN_S = 10.0


async def run_worker(settings: Settings, *, executor_id: str = "worker-1") -> None:
    """Work until SIGTERM or SIGINT; what is in hand then is finished or taken up at the next start.

    Raises:
        ConfigurationError: settings, keys, data or tables are wrong, or this executor id already works.
    """
    database = wiring.build_database(settings)
    engine = EngineClient(wiring.engine_settings(settings, executor_id=executor_id), engine=database.engine)
    bot, sender = wiring.build_bot(settings), wiring.build_sender(settings)
    decider = wiring.build_decider(settings, database, engine, bot)
    delivery = wiring.build_delivery(settings, database, sender)

    async def give_up(kind: str, work_id: str) -> None:
        await (decider.give_up(work_id) if kind == "decide" else delivery.give_up(work_id))

    worker = EngineWorker(
        wiring.engine_settings(settings, executor_id=executor_id),
        decide=decider.decide,
        send=delivery.send,
        on_failure=give_up,
        sweeps={
            "due sends": (2.0, lambda: _queue_due(database, engine)),
            "stranded messages": (30.0, lambda: _queue_stranded(database, engine)),
        },
    )
    await worker.launch()
    try:
        async with serving_actions(settings):
            await _until_told_to_stop()
    finally:
        await worker.shutdown(SHUTDOWN_S)
        await bot.close()
        await sender.close()
        engine.close()
        database.close()


@contextlib.asynccontextmanager
async def serving_actions(settings: Settings):  # type: ignore[no-untyped-def]
    """Serve the bot's actions on their own loopback listener while the block runs."""
    app = build_actions_app(wiring.read_token(settings.actions_token))
    config = uvicorn.Config(
        app, host="127.0.0.1", port=settings.actions_port, log_level="warning", access_log=False, lifespan="off"
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server._serve())
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def _queue_due(database: Database, engine: EngineClient) -> None:
    """Bring texts whose waiting is over back into line."""

    def queue(session):  # type: ignore[no-untyped-def]
        for outbox_id, line, seq, turn in outbox.find_due(session, wiring.utc_now()):
            engine.enqueue_send(session.connection(), outbox_id=outbox_id, line=line, seq=seq, attempt=turn)

    await database.run(queue)


async def _queue_stranded(database: Database, engine: EngineClient) -> None:
    """Bring messages nobody works on back into line; work that is already there stays one piece (I1)."""

    def queue(session):  # type: ignore[no-untyped-def]
        for inbox_id, conversation_id, seq in inbox.find_stranded(session, wiring.utc_now() - STRANDED_AFTER):
            engine.enqueue_decide(session.connection(), inbox_id=inbox_id, conversation_id=conversation_id, seq=seq)

    await database.run(queue)


async def _until_told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop.set)
    await stop.wait()
