"""The same code on PostgreSQL, where transactions really run at the same time."""

import asyncio
import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.handoff import make_plain_handoff
from conversation.messages import Channel, DeliveryStatus
from conversation.turn import Rules
from service import wiring
from service.engine import EngineClient, prepare_engine_tables
from service.engine_setup import EngineSettings
from service.settings import Settings
from store.cases.opening import open_or_join
from store.database import Database, build_engine
from store.rates import BURST, reserve
from store.sealing.vault import KeyRing, Vault
from store.sql.migrate import migrate, require_current
from store.tables import Address, Conversation, InboxEntry, Message, Organisation
from tests.databases import new_postgres_database, running_postgres
from tests.house import House

ROOT = Path(__file__).parents[2]
AT_ONCE = 10
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_postgres() as url:
        yield url


@pytest.fixture
def url(server: str) -> Iterator[str]:
    with new_postgres_database(server, f"puente_{next(numbers)}") as url:
        yield url


@pytest.fixture(scope="module")
def rules() -> Rules:
    return wiring.build_rules(Settings(drafts=True))


@pytest.fixture
def house(url: str, rules: Rules) -> Iterator[House]:
    database = Database(build_engine(url))
    migrate(database.engine)
    yield House(database, Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32))), rules)
    database.close()


def at_once[T](house: House, fn: Callable[[Session], T], *, times: int = AT_ONCE) -> list[T]:
    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(lambda _: house.database.run_sync(fn), range(times)))


async def test_one_webhook_delivered_many_times_at_once_is_one_message(house: House) -> None:
    message = house.message("hola")

    accepted = await asyncio.gather(*(house.inbox.accept(message) for _ in range(AT_ONCE)))

    assert sorted(accepted) == [False] * (AT_ONCE - 1) + [True]
    assert len(house.rows(select(InboxEntry))) == len(house.rows(select(Message))) == 1


async def test_first_messages_of_a_new_address_at_once_are_one_conversation_in_order(house: House) -> None:
    messages = [house.message(f"mensaje {number}") for number in range(AT_ONCE)]

    accepted = await asyncio.gather(*(house.inbox.accept(message) for message in messages))

    assert accepted == [True] * AT_ONCE
    assert len(house.rows(select(Address))) == len(house.rows(select(Conversation))) == 1
    assert sorted(house.rows(select(InboxEntry.seq))) == list(range(1, AT_ONCE + 1))


async def test_stops_on_both_channels_at_once_all_hold(house: House) -> None:
    channels = (Channel.SMS, Channel.WHATSAPP)
    for channel in channels:
        await house.receive("hola", channel=channel)

    stops = [house.message("STOP", channel=channel) for channel in channels * 10]
    accepted = await asyncio.gather(*(house.inbox.accept(stop) for stop in stops))

    assert accepted == [True] * 20
    assert all(row.stopped_at is not None for row in house.rows(select(Address)))
    assert len(house.consents()) == 20


async def test_many_workers_with_one_text_offer_it_once(house: House) -> None:
    house.per_second = 1e6
    conversation_id = await house.open_conversation()
    for _ in range(5):
        outbox_id = house.queue_text(conversation_id)

        await asyncio.gather(*(house.send(outbox_id) for _ in range(AT_ONCE)))

        assert [offer.outbox_id for offer in house.sender.offers].count(outbox_id) == 1
        assert house.status(outbox_id) == "accepted"


async def test_many_workers_with_one_message_answer_it_once(house: House) -> None:
    inbox_id = await house.receive("PERSON")

    await asyncio.gather(*(house.decider.decide(inbox_id) for _ in range(AT_ONCE)))

    assert house.case_events() == ["opened"]
    assert house.answers().count("system.handoff") == len({text.line for text in house.queue.of("send")})


async def test_a_case_is_opened_once_by_many_at_once_and_codes_differ(house: House) -> None:
    conversations = [await house.open_conversation(person=f"+120255501{number:02}") for number in range(4)]
    topics = itertools.cycle(["a", "b"])

    def join(session: Session) -> list[str]:
        handoff = make_plain_handoff(next(topics), "request")
        return [
            open_or_join(session, one, handoff, language="es", message_id=None, now=house.clock())
            for one in conversations
        ]

    at_once(house, join)

    codes = [case.code for case in house.cases()]
    assert len(codes) == len(set(codes)) == 8


async def test_a_new_sender_number_gives_each_of_many_their_own_place(house: House) -> None:
    waits = at_once(house, lambda session: reserve(session, "+12025550100", per_second=1.0, now_s=1_000.0), times=20)

    assert sorted(waits) == [max(0.0, float(place + 1 - BURST)) for place in range(20)]


async def test_an_organisation_is_added_once_by_many_at_once(house: House) -> None:
    settings = Settings(organisation="another")

    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = set(threads.map(lambda _: wiring.get_organisation(settings, house.database), range(AT_ONCE)))

    assert len(found) == 1
    assert len(house.rows(select(Organisation))) == 2


async def test_a_message_goes_the_whole_way_with_the_engine_in_the_same_transaction(house: House, url: str) -> None:
    prepare_engine_tables(url)
    engine = EngineClient(EngineSettings(url, executor_id="web"), engine=house.database.engine)
    house.queue = engine  # type: ignore[assignment]

    entry = await house.hear("me quiero matar, A 123 456 789 \0 😀")
    for text in house.outbox():
        await house.send(text.id)
        await house.report(house.get(type(text), text.id).provider_message_id, DeliveryStatus.DELIVERED)

    assert (entry.status, entry.decision) == ("handled", "crisis")
    assert {text.status for text in house.outbox()} == {"delivered"}
    assert [case.urgency for case in house.cases()] == ["page_now"]
    engine.close()


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_many_processes_migrate_at_once(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("url") if kind == "postgresql" else f"sqlite:///{tmp_path / 'one.db'}"
    program = (
        "import sys; from store.database import build_engine; from store.sql.migrate import migrate\n"
        "migrate(build_engine(sys.argv[1]))"
    )

    processes = [subprocess.Popen([sys.executable, "-c", program, url], cwd=ROOT) for _ in range(3)]
    endings = [process.wait(timeout=60) for process in processes]

    engine = build_engine(url)
    require_current(engine)
    engine.dispose()
    assert endings == [0, 0, 0]
