"""One database, one client, one worker at a time, and a record of every call: for the tests of the running engine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text

from service.engine import EngineClient, EngineSettings, EngineWorker, prepare_engine_tables
from store.database import Database, build_engine

CANARY = "my uncle hits me, call +12025550123"


class Bench:
    """Callbacks that note what they are called with; a test brings its own where it wants more."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        url = f"sqlite:///{folder / 'engine.db'}"
        prepare_engine_tables(url)
        self.settings = EngineSettings(database_url=url, executor_id="worker-1", poll_s=0.02, retry_s=0.001)
        self.database = Database(build_engine(url))
        self.client = EngineClient(self.settings, engine=self.database.engine)
        self.decided: list[str] = []
        self.sent: list[str] = []
        self.failed: list[tuple[str, str]] = []

    def enqueue_decide(self, inbox_id: str, *, line: str = "c1", seq: int = 1) -> None:
        self.database.run_sync(
            lambda session: self.client.enqueue_decide(
                session.connection(), inbox_id=inbox_id, conversation_id=line, seq=seq
            )
        )

    def enqueue_send(self, outbox_id: str, *, line: str = "c1", seq: int = 1) -> None:
        self.database.run_sync(
            lambda session: self.client.enqueue_send(
                session.connection(), outbox_id=outbox_id, line=line, seq=seq, attempt=1
            )
        )

    async def decide(self, inbox_id: str) -> None:
        self.decided.append(inbox_id)

    async def send(self, outbox_id: str) -> float | None:
        self.sent.append(outbox_id)
        return None

    async def give_up(self, kind: str, item_id: str) -> None:
        self.failed.append((kind, item_id))

    def statuses(self) -> dict[str, str]:
        query = text("SELECT workflow_uuid, status FROM workflow_status")
        return self.database.run_sync(lambda session: {row[0]: row[1] for row in session.execute(query)})

    def execute(self, statement: str) -> None:
        self.database.run_sync(lambda session: session.execute(text(statement)))

    @asynccontextmanager
    async def running(
        self,
        *,
        decide: Callable[[str], Awaitable[None]] | None = None,
        send: Callable[[str], Awaitable[float | None]] | None = None,
        on_failure: Callable[[str, str], Awaitable[None]] | None = None,
        sweeps: dict[str, tuple[float, Callable[[], Awaitable[None]]]] | None = None,
    ) -> AsyncIterator[EngineWorker]:
        worker = EngineWorker(
            self.settings,
            decide=decide or self.decide,
            send=send or self.send,
            on_failure=on_failure or self.give_up,
            sweeps=sweeps or {},
        )
        await worker.launch()
        try:
            yield worker
        finally:
            await worker.shutdown(0.1)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
