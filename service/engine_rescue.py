"""The engine's part of a rescue: work marked as a dead worker's goes back in line, in its old place."""

from collections.abc import AsyncIterator
from typing import Any

from dbos import DBOS

BATCH = 100  # pieces put back at a time


async def readmit_of(executor_id: str) -> AsyncIterator[int]:
    """Put a dead worker's work back in line, in batches; yield the size of each.

    What stood in line keeps its line and its number, so nothing overtakes. A piece stays marked until it is put back:
    whoever dies in the middle leaves the rest to the next who calls this.
    """
    while rows := await _list_pending(executor_id=executor_id, limit=BATCH):
        for kind in {row.name for row in rows}:
            ids = [row.workflow_id for row in rows if row.name == kind]
            await DBOS.resume_workflows_async(ids, queue_name=kind)
        yield len(rows)


async def find_owners() -> set[str]:
    """Return the names of the workers that have work in hand, as far as the engine knows."""
    return {row.executor_id for row in await _list_pending() if row.executor_id}


async def _list_pending(**narrower: Any) -> list[Any]:
    return await DBOS.list_workflows_async(
        name=["decide", "send"], status="PENDING", load_input=False, load_output=False, **narrower
    )
