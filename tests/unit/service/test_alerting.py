"""What is wrong is told once, to a real receiver, and again when it is over."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import func, insert, select, update

from conversation.errors import BrokenWorld
from service.settings import Settings
from service.watching.alerting import Hook, Watch, judge
from service.watching.surroundings import Surroundings
from store.sql.reader import Reader
from store.state import State, Waiting
from store.tables import Alert, OutboxEntry, WorkerLease
from tests.house import House

FINE = Surroundings(keys_usable=True, disk_free_bytes=10**10, backup_age_s=3600.0)
QUIET = State(Waiting(), {}, {"unsettled": 0, "failed": 0}, {}, {}, (1.0,), ())
SETTINGS = Settings()


def codes(state: State = QUIET, around: Surroundings = FINE, up_s: float = 1000.0, **settings: Any) -> list[str]:
    return [finding.code for finding in judge(state, around, replace(SETTINGS, **settings), up_s=up_s)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"inbox": Waiting(1, 121.0)}, "messages_wait"),
        ({"texts": {"queued": Waiting(3, 1.0), "waiting": Waiting(1, 200.0)}}, "texts_wait"),
        ({"ended_badly": {"unsettled": 1, "failed": 0}}, "texts_unsettled"),
        ({"ended_badly": {"unsettled": 0, "failed": 5}}, "texts_failed"),
        ({"cases": {("waiting", "page_now"): Waiting(1, 121.0)}}, "danger_waits"),
        ({"workers": (61.0, 500.0)}, "no_worker"),
        ({"workers": ()}, "no_worker"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_trouble_has_its_code(changes: dict[str, Any], code: str) -> None:
    assert codes(replace(QUIET, **changes)) == [code]


@pytest.mark.parametrize(
    "changes",
    [
        {"inbox": Waiting(50, 119.0)},
        {"ended_badly": {"unsettled": 0, "failed": 4}},
        {"cases": {("claimed", "page_now"): Waiting(1, 9999.0), ("waiting", "same_day"): Waiting(9, 9999.0)}},
        {"workers": (3.0, 500.0)},
    ],
    ids=["messages that wait a moment", "a few wrong numbers", "danger somebody has", "one of two workers gone"],
)
def test_what_is_no_trouble_is_not_told(changes: dict[str, Any]) -> None:
    assert codes(replace(QUIET, **changes)) == []


def test_the_machine_is_watched_too() -> None:
    assert codes(around=replace(FINE, disk_free_bytes=10**8)) == ["disk_full"]
    assert codes(around=replace(FINE, keys_usable=False)) == ["keys_unusable"]
    assert codes(around=replace(FINE, backup_age_s=None), alert_backup_h=24) == ["backup_old"]
    assert codes(around=replace(FINE, backup_age_s=90_000.0), alert_backup_h=24) == ["backup_old"]
    assert codes(around=replace(FINE, backup_age_s=None)) == []


def test_a_worker_has_a_moment_to_come_up() -> None:
    assert codes(replace(QUIET, workers=()), up_s=30.0) == []


@dataclass
class Receiver:
    """A real HTTP server that takes notices, as long as `status` says so."""

    url: str = ""
    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(await request.json())
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(one["code"], one["state"]) for one in self.got]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook?token=secret"
    yield receiver
    await runner.cleanup()


@pytest.fixture
def reader(house: House) -> Iterator[Reader]:
    reader = Reader(house.database.engine.url.render_as_string())
    yield reader
    reader.close()


@pytest.fixture
def watch(house: House, reader: Reader, receiver: Receiver) -> Watch:
    return new_watch(house, reader, receiver)


def new_watch(house: House, reader: Reader, receiver: Receiver) -> Watch:
    hook = Hook(receiver.url, clock=house.clock)
    return Watch(
        house.database, reader, Settings(), hook, house.clock,
        steady=lambda: house.clock().timestamp(), look_around=lambda *_: FINE,
    )  # fmt: skip


async def let_a_message_wait(house: House, seconds: float = 200.0) -> str:
    inbox_id = await house.receive("canario")
    house.clock.advance(seconds)
    keep_a_worker(house)
    return inbox_id


def keep_a_worker(house: House) -> None:
    """Workers are judged by the database's own clock."""
    lease = insert(WorkerLease).values(executor_id="w", seen_at=func.now(), holder="h", beat=1)
    if not house.rows(select(WorkerLease)):
        house.database.run_sync(lambda session: session.execute(lease))


async def test_a_waiting_message_is_told_once_with_counts_and_nothing_else(
    house: House, watch: Watch, receiver: Receiver
) -> None:
    await let_a_message_wait(house)

    for _ in range(3):
        await watch.look_once()
        house.clock.advance(15)

    assert receiver.told == [("messages_wait", "raised")]
    (said,) = receiver.got
    assert said["count"] == 1
    assert set(said) == {"service", "code", "state", "count", "since", "at", "text"}
    assert "canario" not in str(said)


async def test_it_is_told_again_each_hour_and_when_it_is_over(house: House, watch: Watch, receiver: Receiver) -> None:
    inbox_id = await let_a_message_wait(house)

    await watch.look_once()
    house.clock.advance(3601)
    await watch.look_once()
    await house.decider.decide(inbox_id)
    await house.send_all()
    house.clock.advance(15)
    await watch.look_once()
    house.clock.advance(60)
    await watch.look_once()
    await watch.look_once()

    assert receiver.told == [("messages_wait", turn) for turn in ("raised", "still", "over")]
    assert house.rows(select(Alert)) == []


async def test_what_comes_and_goes_is_not_told_each_time(house: House, watch: Watch, receiver: Receiver) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    keep_a_worker(house)

    for number in range(6):
        status = "unsettled" if number % 2 == 0 else "delivered"
        row = update(OutboxEntry).where(OutboxEntry.id == outbox_id).values(status=status, updated_at=house.clock())
        house.database.run_sync(lambda session, row=row: session.execute(row))
        await watch.look_once()
        house.clock.advance(15)

    assert receiver.told == [("texts_unsettled", "raised")]


async def test_of_several_processes_one_tells(house: House, reader: Reader, receiver: Receiver) -> None:
    watches = [new_watch(house, reader, receiver) for _ in range(4)]
    await let_a_message_wait(house)

    await asyncio.gather(*(watch.look_once() for watch in watches))
    await asyncio.gather(*(watch.look_once() for watch in watches))

    assert receiver.told == [("messages_wait", "raised")]


async def test_a_process_that_starts_later_knows_what_was_told(
    house: House, watch: Watch, reader: Reader, receiver: Receiver
) -> None:
    await let_a_message_wait(house)
    await watch.look_once()

    await new_watch(house, reader, receiver).look_once()

    assert receiver.told == [("messages_wait", "raised")]


@pytest.mark.parametrize("status", [500, 302, 404])
async def test_a_receiver_that_refuses_is_asked_again_after_a_minute(
    house: House, watch: Watch, receiver: Receiver, status: int
) -> None:
    await let_a_message_wait(house)
    receiver.status = status

    await watch.look_once()
    house.clock.advance(15)
    await watch.look_once()
    receiver.status = 204
    house.clock.advance(61)
    await watch.look_once()
    await watch.look_once()

    assert receiver.told == [("messages_wait", "raised")] * 2


async def test_a_receiver_that_is_away_stops_nothing(
    house: House, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    await let_a_message_wait(house)
    watch.tell = Hook("http://127.0.0.1:9/hook?token=secret", clock=house.clock)

    await watch.look_once()

    records = [(record.getMessage(), getattr(record, "code", None)) for record in caplog.records]
    assert ("alert", "messages_wait") in records
    assert ("an alert was not taken by ALERT_URL", "messages_wait") in records
    assert "secret" not in caplog.text


async def test_a_dead_worker_is_noticed_by_the_web_process(house: House, watch: Watch, receiver: Receiver) -> None:
    keep_a_worker(house)
    await watch.look_once()
    long_ago = update(WorkerLease).values(seen_at=house.clock())  # years before the database's clock
    house.database.run_sync(lambda session: session.execute(long_ago))

    house.clock.advance(61)
    await watch.look_once()

    assert receiver.told == [("no_worker", "raised")]


async def test_a_database_that_is_away_is_told_and_its_return_too(
    house: House, watch: Watch, reader: Reader, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_a_worker(house)

    async def away(_: Any) -> None:
        raise BrokenWorld("the database does not answer: gone")

    with monkeypatch.context() as patch:
        patch.setattr(reader, "run", away)
        await watch.look_once()
        house.clock.advance(15)
        await watch.look_once()
    await watch.look_once()
    await watch.look_once()

    assert receiver.told == [("database_down", "raised"), ("database_down", "over")]


async def test_nothing_is_written_while_all_is_well(house: House, watch: Watch) -> None:
    keep_a_worker(house)

    async def refuse(_: Any) -> None:
        raise AssertionError("the writer was asked")

    watch.database = type("Untouched", (), {"run": staticmethod(refuse)})()  # type: ignore[assignment]

    await watch.look_once()


async def test_without_a_receiver_the_log_and_the_rows_tell(
    house: House, reader: Reader, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.url = ""
    watch = new_watch(house, reader, receiver)
    await let_a_message_wait(house)

    await watch.look_once()
    await watch.look_once()

    assert [record.levelname for record in caplog.records if record.getMessage() == "alert"] == ["ERROR"]
    (row,) = house.rows(select(Alert))
    assert (row.code, row.amount, row.told_at is not None) == ("messages_wait", 1, True)
