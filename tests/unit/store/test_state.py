"""Counts and ages of what waits."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, text, update

from store.held import WINDOW_CLOSED
from store.state import State, read_state
from store.tables import OutboxEntry, WorkerLease
from tests.house import House


def look(house: House) -> State:
    return house.database.run_sync(lambda session: read_state(session, house.clock()))


async def new_text(house: House, **changes: Any) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    row = update(OutboxEntry).where(OutboxEntry.id == outbox_id).values(**changes)
    house.database.run_sync(lambda session: session.execute(row))


def test_an_empty_house_waits_for_nothing(house: House) -> None:
    state = look(house)

    assert (state.inbox.count, state.texts_waiting.count, state.urgent.count, state.workers) == (0, 0, 0, ())


async def test_what_waits_is_counted_with_the_age_of_the_oldest(house: House) -> None:
    await house.receive("hola")
    house.clock.advance(100)
    await house.receive("hola", person="+12025550124")
    await house.hear("me quiero matar", person="+12025550125")
    house.clock.advance(20)

    state = look(house)

    assert (state.inbox.count, state.inbox.oldest_s) == (2, 120.0)
    assert (state.urgent.count, state.urgent.oldest_s) == (1, 20.0)
    assert state.texts["queued"].oldest_s == 20.0


async def test_a_text_that_the_person_must_ask_for_is_no_text_that_waits(house: House) -> None:
    await new_text(house, status="waiting", reason=WINDOW_CLOSED, due_at=None)
    house.clock.advance(86_400)

    state = look(house)

    assert state.texts["held"].count == 1
    assert state.texts_waiting.count == 0


@pytest.mark.parametrize(("attempt", "oldest_s"), [(1, 0.0), (3, 600.0)])
async def test_a_wait_that_is_due_later_counts_only_when_it_lasts(house: House, attempt: int, oldest_s: float) -> None:
    await new_text(house, status="waiting", attempt=attempt, due_at=house.clock() + timedelta(minutes=20))
    house.clock.advance(600)

    assert look(house).texts_waiting.oldest_s == oldest_s


async def test_what_ended_badly_is_told_for_an_hour(house: House) -> None:
    await new_text(house, status="unsettled", updated_at=house.clock())

    soon = look(house).ended_badly
    house.clock.advance(3601)
    later = look(house).ended_badly

    assert (soon, later) == ({"unsettled": 1, "failed": 0}, {"unsettled": 0, "failed": 0})


def test_workers_are_judged_by_the_clock_of_the_database(house: House) -> None:
    lease = insert(WorkerLease).values(executor_id="w", seen_at=func.now(), holder="h", beat=1)
    house.database.run_sync(lambda session: session.execute(lease))

    (silence_s,) = look(house).workers

    assert silence_s < 60


@pytest.mark.parametrize("table", ["inbox", "outbox"])
def test_tables_that_grow_are_read_by_an_index(house: House, table: str) -> None:
    column = "received_at" if table == "inbox" else "created_at"
    query = f"SELECT status, count(*), min({column}) FROM {table} WHERE status IN ('new', 'queued') GROUP BY status"

    with house.database.engine.connect() as connection:
        plan = " ".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))

    assert re.search("USING (COVERING )?INDEX", plan)
