"""The sweeps that bring work back into line, and the doors of the worker."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import update

from conversation.errors import ConfigurationError
from conversation.ports import RetryLater
from service import wiring
from service.running.ports import find_free_ports, open_port
from service.settings import Settings
from service.worker import queue_due, queue_stranded, serving_actions
from store.tables import InboxEntry, OutboxEntry
from tests.house import House


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(var=tmp_path, actions_port=find_free_ports(1)[0])
    wiring.create_token(settings.actions_token)
    return settings


async def sweep_due(house: House) -> list[str]:
    house.queue.pieces.clear()
    await queue_due(house.database, house.queue)
    return [work.id for work in house.queue.of("send")]


def make_older(house: House, table: Any, column: str, age: timedelta) -> None:
    older = update(table).values({column: wiring.utc_now() - age})
    house.database.run_sync(lambda session: session.execute(older))


async def test_each_return_to_the_line_is_work_of_its_own(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    first_place = house.queue.of("send")[0].id
    found = [await sweep_due(house)]
    for _ in range(2):
        house.sender.script = [RetryLater(21611, 300.0)]
        await house.send(outbox_id)
        found += [await sweep_due(house), await sweep_due(house)]
        house.clock.now = house.get(OutboxEntry, outbox_id).due_at

    # the clock of the sweep is the real one, for which these texts of the past are long due
    assert first_place == f"{outbox_id}:0"
    assert found == [[], [f"{outbox_id}:10001"], [f"{outbox_id}:10001"], [f"{outbox_id}:20001"], [f"{outbox_id}:20001"]]


async def test_messages_and_texts_nobody_works_on_come_back_into_line(house: House) -> None:
    inbox_id = await house.receive("hola")
    outbox_id = house.queue_text(house.get(InboxEntry, inbox_id).conversation_id)
    house.queue.pieces.clear()
    for table, column in ((InboxEntry, "received_at"), (OutboxEntry, "updated_at")):
        make_older(house, table, column, timedelta(minutes=10))

    await queue_stranded(house.database, house.queue)

    assert [work.id for work in house.queue.of("decide")] == [inbox_id]
    assert [work.id for work in house.queue.of("send")] == [f"{outbox_id}:0"]


async def test_what_has_just_come_is_left_to_those_who_work_on_it(house: House) -> None:
    inbox_id = await house.receive("hola")
    house.queue_text(house.get(InboxEntry, inbox_id).conversation_id)
    house.queue.pieces.clear()
    for table, column in ((InboxEntry, "received_at"), (OutboxEntry, "updated_at")):
        make_older(house, table, column, timedelta(0))

    await queue_stranded(house.database, house.queue)

    assert house.queue.pieces == {}


async def test_the_actions_answer_on_loopback_to_those_who_have_the_token(settings: Settings) -> None:
    url = f"http://127.0.0.1:{settings.actions_port}"
    token = {"X-Puente-Token": wiring.read_token(settings.actions_token)}

    async with serving_actions(settings), aiohttp.ClientSession() as session:
        statuses = [
            (await session.get(f"{url}/health")).status,
            (await session.post(f"{url}/webhook", json={})).status,
            (await session.post(f"{url}/webhook", json={}, headers=token)).status,
        ]

    assert statuses == [200, 401, 404]
    open_port("127.0.0.1", settings.actions_port, setting="ACTIONS_PORT").close()


async def test_a_port_in_use_is_told_by_its_setting(settings: Settings) -> None:
    with (
        open_port("127.0.0.1", settings.actions_port, setting="x"),
        pytest.raises(ConfigurationError, match="ACTIONS_PORT"),
    ):
        await serving_actions(settings).__aenter__()


async def test_without_a_token_the_actions_are_not_served(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match=r"other\.token"):
        await serving_actions(replace(settings, actions_token_file=settings.var / "other.token")).__aenter__()
