"""Who waits for whom on PostgreSQL, where two transactions really have the same rows in hand."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from conversation import pipeline
from conversation.messages import Channel, DeliveryStatus
from conversation.turn import Rules
from service import wiring
from service.settings import Settings
from store.conversations import hold
from store.database import Database, build_engine
from store.held import release
from store.inbox import close_entry, find_undecided
from store.sealing.vault import KeyRing, Vault
from store.sql.migrate import migrate
from store.tables import InboxEntry, OutboxEntry
from tests.databases import new_postgres_database, running_postgres
from tests.house import House

_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")


@pytest.fixture(scope="module")
def rules() -> Rules:
    return wiring.build_rules(Settings(drafts=True))


@pytest.fixture
def house(rules: Rules) -> Iterator[House]:
    with running_postgres() as server, new_postgres_database(server, "locks") as url:
        database = Database(build_engine(url))
        migrate(database.engine)
        yield House(database, Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32))), rules)
        database.close()


def begin_and_wait(house: House, fn: Callable[[Session], Any], threads: ThreadPoolExecutor) -> Future[Any]:
    """Begin a transaction elsewhere; return when it waits for a lock of somebody's, or has ended."""
    begun = threads.submit(house.database.run_sync, fn)
    with house.database.engine.connect() as connection:
        for _ in range(2000):
            waits = connection.execute(_WAITING).scalar_one()
            connection.rollback()  # the server shows one moment per transaction
            if waits or begun.done():
                break
            time.sleep(0.01)
    return begun


async def test_of_two_that_release_a_held_text_the_later_leaves_alone_what_has_gone_meanwhile(house: House) -> None:
    conversation_id = await house.open_conversation(channel=Channel.WHATSAPP)
    outbox_id = house.queue_text(conversation_id)
    held = update(OutboxEntry).where(OutboxEntry.id == outbox_id).values(status="waiting", reason="window_closed")
    house.database.run_sync(lambda session: session.execute(held))

    def let_go(session: Session) -> int:
        return release(session, house.queue, conversation_id, now=house.clock())

    def let_go_and_send(session: Session, threads: ThreadPoolExecutor) -> Future[Any]:
        let_go(session)
        later = begin_and_wait(house, let_go, threads)
        sent = update(OutboxEntry).where(OutboxEntry.id == outbox_id).values(status=DeliveryStatus.ACCEPTED)
        session.execute(sent)
        return later

    with ThreadPoolExecutor(1) as threads:
        later = house.database.run_sync(lambda session: let_go_and_send(session, threads))

    assert (later.result(), house.status(outbox_id)) == (0, "accepted")


async def test_an_erasure_and_a_decision_of_one_conversation_wait_in_one_order(house: House) -> None:
    inbox_id = await house.receive("hola")
    heard = house.database.run_sync(lambda session: find_undecided(session, house.vault, inbox_id))
    assert heard is not None
    now = house.clock()
    decision = await pipeline.decide(heard.message, heard.memory, rules=house.rules, bot=house.bot, now=now)

    def decide(session: Session) -> bool:
        return house.decider.writer.write(session, inbox_id, heard, decision, now)

    def erase(session: Session, threads: ThreadPoolExecutor) -> Future[Any]:
        hold(session, heard.conversation_id)
        later = begin_and_wait(house, decide, threads)
        close_entry(session, inbox_id, status="handled", now=now)
        return later

    with ThreadPoolExecutor(1) as threads:
        later = house.database.run_sync(lambda session: erase(session, threads))

    assert later.result() is False
    assert house.rows(select(InboxEntry.decision)) == [None]
