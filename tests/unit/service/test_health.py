"""What a process tells of itself, and to whom."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from service import wiring
from service.settings import Settings
from service.watching import health
from service.watching.health import Health, build_health_routes, is_near
from service.watching.metrics import Meters
from service.watching.surroundings import look_around
from store.sealing.vault import create_keys
from store.sql.reader import Reader
from tests.house import House

TOKEN = "0123456789abcdef0123456789abcdef"
FAR = "https://puente.example.org"


@pytest.fixture
def settings(house: House, tmp_path: Path) -> Settings:
    settings = replace(Settings(), var=tmp_path, database_url=house.database.engine.url.render_as_string())
    create_keys(settings.keys)
    settings.metrics_token.write_text(TOKEN)
    settings.metrics_token.chmod(0o600)
    return settings


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Starlette]:
    reader = Reader(settings.database)
    yield Starlette(routes=[*build_health_routes(settings, reader, Meters())])
    reader.close()


async def ask(app: Starlette, path: str, *, client: str = "127.0.0.1", token: str = "") -> tuple[int, str]:
    headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "scheme": "http", "http_version": "1.1", "path": path, "root_path": "",
        "raw_path": path.encode(), "query_string": b"", "headers": headers, "server": ("x", 80), "client": (client, 9),
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:]).decode()


OPERATORS = ("/metrics", "/health/details")


@pytest.mark.parametrize("path", OPERATORS)
async def test_on_one_machine_alone_the_operator_needs_no_token(settings: Settings, path: str) -> None:
    async with serving(settings) as app:
        assert (await ask(app, path))[0] == 200
        assert (await ask(app, path, client="192.0.2.7"))[0] == 404


@pytest.mark.parametrize("path", OPERATORS)
@pytest.mark.parametrize("changes", [{"public_url": FAR}, {"bind": "0.0.0.0"}], ids=["behind a proxy", "open bind"])
async def test_where_others_can_come_only_the_token_opens(
    settings: Settings, path: str, changes: dict[str, str]
) -> None:
    async with serving(replace(settings, **changes)) as app:  # type: ignore[arg-type]
        statuses = [(await ask(app, path, token=token))[0] for token in ("", "wrong", TOKEN + "x", TOKEN)]

    assert statuses == [404, 404, 404, 200]


async def test_without_a_token_file_nobody_from_outside_gets_in(settings: Settings) -> None:
    settings.metrics_token.unlink()

    async with serving(replace(settings, public_url=FAR)) as app:
        assert [(await ask(app, "/metrics", token=token))[0] for token in ("", TOKEN)] == [404, 404]


@pytest.mark.parametrize("url", ["https://localhost.example.org", "http://10.0.0.1", FAR])
def test_only_this_machine_is_near(url: str) -> None:
    assert not is_near(replace(Settings(), public_url=url))
    assert is_near(replace(Settings(), public_url="http://[::1]:8080"))


async def test_ready_says_what_is_missing(settings: Settings) -> None:
    settings.keys.unlink()

    async with serving(settings) as app:
        status, body = await ask(app, "/health/ready", client="192.0.2.7")

    assert (status, json.loads(body)) == (503, {"status": "the key file cannot be used"})


async def test_ready_wants_the_tables_of_this_version(settings: Settings, house: House) -> None:
    with house.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")

    async with serving(settings) as app:
        ready, metrics = await ask(app, "/health/ready"), await ask(app, "/metrics")

    assert ready == (503, '{"status":"the tables are of another version"}')
    assert metrics[0] == 200


async def test_ready_and_metrics_do_not_wait_for_who_writes(settings: Settings) -> None:
    path = settings.database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM alert")

        async with serving(settings) as app:
            statuses = [(await ask(app, path))[0] for path in ("/health/ready", "/metrics", "/health/details")]

        writer.execute("ROLLBACK")
    assert statuses == [200, 200, 200]


async def test_asking_often_costs_one_look(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, reads = Reader(settings.database), []
    run = reader.run
    monkeypatch.setattr(reader, "run", lambda fn: (reads.append(1), run(fn))[1])
    one = Health(settings, reader)

    for _ in range(50):
        await one.look()

    assert len(reads) <= 4
    reader.close()


async def test_details_tell_what_waits_and_who_lives_without_a_word_of_anybody(
    settings: Settings, house: House
) -> None:
    await house.receive("canario")
    outbox_id = house.queue_text((await house.hear("hola", person="+12025550124")).conversation_id)

    async with serving(settings) as app:
        details = json.loads((await ask(app, "/health/details"))[1])
        figures = (await ask(app, "/metrics"))[1]

    assert details["inbox"]["waiting"] == 1
    assert details["texts"]["queued"] >= 1
    assert details["worker_silence_s"] == []
    for told in (json.dumps(details), figures):
        assert "canario" not in told
        assert "5550123" not in told
        assert outbox_id not in told


LABELS = {"status", "urgency", "place", "code", "path", "ending", "call", "outcome", "le"}


async def test_figures_are_those_of_the_database_and_their_labels_name_nobody(settings: Settings, house: House) -> None:
    await house.receive("hola")
    await house.hear("me quiero matar", person="+12025550124")

    async with serving(settings) as app:
        families = list(text_string_to_metric_families((await ask(app, "/metrics"))[1]))

    samples = {(one.name, *sorted(one.labels.values())): one.value for family in families for one in family.samples}
    assert samples[("puente_inbox_waiting",)] == 1
    assert samples[("puente_cases_open", "page_now", "waiting")] == 1
    assert samples[("puente_database_up",)] == samples[("puente_keys_usable",)] == 1
    assert {label for family in families for one in family.samples for label in one.labels} <= LABELS


async def test_figures_come_also_when_the_database_is_away(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"no database at all" * 1000)
    broken = replace(settings, database_url=f"sqlite:///{tmp_path / 'broken.db'}")

    async with serving(broken) as app:
        status, body = await ask(app, "/metrics")
        ready, _ = await ask(app, "/health/ready")

    assert (status, ready) == (200, 503)
    assert "puente_database_up 0.0" in body


def test_the_reader_cannot_write(settings: Settings) -> None:
    from sqlalchemy import text

    reader = Reader(settings.database)

    with pytest.raises(Exception, match=r"readonly|READONLY|does not answer"):
        reader.run_sync(lambda session: session.execute(text("DELETE FROM alert")))

    reader.close()


def test_a_token_of_our_own_is_made_at_setup(settings: Settings) -> None:
    settings.metrics_token.unlink()

    wiring.create_token(settings.metrics_token)

    assert len(wiring.read_token(settings.metrics_token)) > 20


async def test_many_who_ask_at_once_share_one_look(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[object] = []
    monkeypatch.setattr(health, "look_around", lambda *given: (looks.append(given), look_around(*given))[1])

    async with serving(settings) as app:
        answers = await asyncio.gather(*(ask(app, "/health/ready", client="192.0.2.7") for _ in range(20)))

    assert ({status for status, _ in answers}, len(looks)) == ({200}, 1)
