"""A worker process for test_engine_crash.py: DATABASE_URL and the carrier's own record are its two arguments.

The carrier is a file: one line per text it has accepted. Faults come once per text and process.
"""

import asyncio
import os
import sys
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from service.engine import EngineClient, EngineSettings, EngineWorker
from store.database import Database, build_engine

CANARY = "my uncle hits me"


class Work:
    """The two callbacks, with their truth in the table `piece` and never in the engine."""

    def __init__(self, url: str, carrier: Path) -> None:
        self.settings = EngineSettings(database_url=url, executor_id="worker-1", poll_s=0.05, retry_s=0.02)
        self.database = Database(build_engine(url))
        self.client = EngineClient(self.settings, engine=self.database.engine)
        self.carrier = carrier
        self.faulted: set[str] = set()

    async def decide(self, piece_id: str) -> None:
        self.fault(piece_id, at=4)
        await self.database.run(lambda session: self.decide_once(session, piece_id))

    def decide_once(self, session: Session, piece_id: str) -> None:
        update = "UPDATE piece SET status = 'queued' WHERE id = :id AND status = 'new' RETURNING line, seq"
        if row := session.execute(text(update), {"id": piece_id}).one_or_none():
            self.client.enqueue_send(
                session.connection(), outbox_id=f"out-{piece_id}", line=row.line, seq=row.seq, attempt=1
            )

    async def send(self, outbox_id: str) -> float | None:
        piece_id = outbox_id.removeprefix("out-")
        status = await self.set_status(piece_id, "sending")
        if status == "sent" or (status == "sending" and self.is_accepted(piece_id)):
            await self.set_status(piece_id, "sent")
            return None
        if (wait_s := self.refuse(piece_id)) is not None:
            await self.set_status(piece_id, "queued")
            return wait_s
        self.fault(piece_id, at=2)
        await asyncio.sleep(0.01)
        self.accept(piece_id)
        self.fault(piece_id, at=3)
        await asyncio.sleep(0.01)
        await self.set_status(piece_id, "sent")
        return None

    async def set_status(self, piece_id: str, status: str) -> str:
        """Set it and return the one before."""

        def move(session: Session) -> str:
            values = {"id": piece_id, "status": status}
            before = session.execute(text("SELECT status FROM piece WHERE id = :id"), values).scalar_one()
            if before != "sent":
                session.execute(text("UPDATE piece SET status = :status WHERE id = :id"), values)
            return str(before)

        return await self.database.run(move)

    def refuse(self, piece_id: str) -> float | None:
        """A carrier that is busy: seconds to wait, once."""
        if number_of(piece_id) % 10 != 1 or piece_id in self.faulted:
            return None
        self.faulted.add(piece_id)
        return 0.1

    def fault(self, piece_id: str, *, at: int) -> None:
        if number_of(piece_id) % 10 == at and piece_id not in self.faulted:
            self.faulted.add(piece_id)
            raise ConnectionError(CANARY)

    def accept(self, piece_id: str) -> None:
        file = os.open(self.carrier, os.O_WRONLY | os.O_APPEND)
        os.write(file, f"{piece_id}\n".encode())
        os.close(file)

    def is_accepted(self, piece_id: str) -> bool:
        return piece_id in self.carrier.read_text().split()


def number_of(piece_id: str) -> int:
    return int(piece_id.removeprefix("in-"))


async def main(url: str, carrier: Path) -> None:
    work = Work(url, carrier)

    async def give_up(kind: str, item_id: str) -> None:
        print(f"gave up {kind} {item_id}", flush=True)

    await EngineWorker(work.settings, decide=work.decide, send=work.send, on_failure=give_up, sweeps={}).launch()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
