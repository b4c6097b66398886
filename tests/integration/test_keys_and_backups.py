"""Keys change and backups come back on both databases, through the commands an operator types."""

import itertools
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, make_url, select, text, update

from conversation.errors import ConfigurationError
from conversation.turn import Rules
from service import wiring
from service.care.backup_expiry import expire_daily
from service.commands import backups
from service.commands.backups import make_backup, restore
from service.commands.keys import print_keys, retire, rotate, seal_anew
from service.engine import EngineClient
from service.running.preparing import prepare
from service.settings import Settings
from store.backups.restoring import drop_old
from store.database import Database, build_engine
from store.forgetting import ledger
from store.forgetting.erasure import order_erasure
from store.people import get_address_of
from store.sealing.vault import create_keys, read_keys
from store.tables import Address, Case, Erasure, InboxEntry, LedgerEntry, Message, OutboxEntry, WorkerLease
from tests.databases import new_postgres_database, running_postgres
from tests.house import House

numbers = itertools.count(1)
PLAIN = replace(Settings(), drafts=True, twilio_auth_tokens=("0" * 32,))
STOPPED, ERASED = "+12025550111", "+12025550112"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_postgres() as url:
        yield url


@pytest.fixture(scope="module")
def file_template(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A deployment that is set up once, and copied: a copy takes no time."""
    return set_up(replace(PLAIN, var=tmp_path_factory.mktemp("file") / "var"))


@pytest.fixture(scope="module")
def server_template(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with new_postgres_database(server, "puente_template") as url:
        yield set_up(replace(PLAIN, var=tmp_path_factory.mktemp("server") / "var", database_url=url))


def set_up(settings: Settings) -> Settings:
    prepare(settings)
    return settings


@pytest.fixture
def file_settings(file_template: Settings, tmp_path: Path) -> Settings:
    """Where the database makes no difference."""
    return replace(file_template, var=shutil.copytree(file_template.var, tmp_path / "var"))


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        found: Settings = request.getfixturevalue("file_settings")
        return found
    template: Settings = request.getfixturevalue("server_template")
    name = f"puente_{next(numbers)}"
    create_database(template.database_url, name, f"TEMPLATE {make_url(template.database_url).database}")
    url = make_url(template.database_url).set(database=name).render_as_string(hide_password=False)
    return replace(template, var=shutil.copytree(template.var, tmp_path / "var"), database_url=url)


def create_database(near_url: str, name: str, options: str = "") -> None:
    """Make a database in the server of another one; it goes when the server ends."""
    engine = build_engine(make_url(near_url).set(database="postgres").render_as_string(hide_password=False))
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} {options}"))
    engine.dispose()


@cache
def rules() -> Rules:
    return wiring.build_rules(Settings(drafts=True))


class Deployment:
    """A house on the database of some settings, with the engine in line, opened and closed as processes would."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.house: House

    def __enter__(self) -> House:
        self.database = Database(build_engine(self.settings.database))
        self.house = House(self.database, wiring.build_vault(self.settings), rules())
        self.house.clock.now = wiring.utc_now()
        ours = wiring.engine_settings(self.settings, executor_id="web")
        self.engine = EngineClient(ours, engine=self.database.engine)
        return self.house

    def __exit__(self, *_: Any) -> None:
        self.engine.close()
        self.database.close()

    def queue_for_real(self) -> None:
        self.house.queue = self.engine  # type: ignore[assignment]


def find_backup(settings: Settings) -> Path:
    (path,) = settings.backups.glob("*.backup")
    return path


def bring_back(settings: Settings, *, replace: bool = False, without_ledger: bool = True) -> None:
    restore(settings, find_backup(settings), ledger_file=None, without_ledger=without_ledger, replace=replace)


def fresh(settings: Settings, tmp_path: Path) -> Settings:
    """Another machine: the keys were kept, everything else is new."""
    other = replace(settings, var=tmp_path / "other", backup_folder=settings.backups, keys_file=settings.keys)
    if settings.database_url:
        name = f"fresh_{next(numbers)}"
        create_database(settings.database_url, name)
        other = replace(other, database_url=re.sub(r"/puente_\d+", f"/{name}", settings.database_url))
    other.var.mkdir()
    return other


async def test_a_key_is_rotated_and_retired_and_every_word_can_still_be_read(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    deployment = Deployment(settings)
    with deployment as house:
        await house.hear("hola")
        rotate(settings)
        with pytest.raises(ConfigurationError, match="wait 120 seconds"):
            retire(settings, "k1")
        seal_anew(settings)
        await house.hear("adiós")  # by a process that has not looked at the key file since
    long_ago(settings)
    with pytest.raises(ConfigurationError, match="rewrap"):
        retire(settings, "k1")
    seal_anew(settings)
    retire(settings, "k1")

    print_keys(settings)
    with deployment as house:
        said = {house.vault.open(sealed, "message.body") for sealed in house.rows(select(Message.body_sealed))}
    assert {"hola", "adiós"} <= said
    assert list(read_keys(settings.keys).sealing) == ["k2"]
    assert "k1" not in capsys.readouterr().out.splitlines()[-1]


def long_ago(settings: Settings) -> None:
    """Let the last rotation be long past."""
    content = re.sub(r'"changed_at": [\d.]+', '"changed_at": 1.0', settings.keys.read_text())
    settings.keys.write_text(content)


async def test_a_key_that_a_backup_needs_is_not_retired(file_settings: Settings) -> None:
    settings = file_settings
    make_backup(settings, None, None)
    rotate(settings)
    seal_anew(settings)
    long_ago(settings)

    with pytest.raises(ConfigurationError, match="1 backups"):
        retire(settings, "k1")


async def test_a_whole_deployment_comes_back_on_another_machine(settings: Settings, tmp_path: Path) -> None:
    with Deployment(settings) as house:
        await house.hear("me quiero matar")
        await house.send_all()
        said, rows = house.rows(select(Message.body_sealed)), len(house.rows(select(OutboxEntry)))
        make_backup(settings, None, None)  # while the service has the database open
    other = fresh(settings, tmp_path)

    bring_back(other)

    with Deployment(other) as house:
        assert sorted(house.rows(select(Message.body_sealed))) == sorted(said)
        assert len(house.rows(select(OutboxEntry))) == rows
        assert [case.urgency for case in house.cases()] == ["page_now"]
        await house.hear("hola")  # and it goes on


async def test_nothing_is_sent_or_answered_twice_after_a_restore(settings: Settings) -> None:
    deployment = Deployment(settings)
    with deployment as house:
        deployment.queue_for_real()
        decided = await house.hear("PERSON")
        undecided, danger = await house.receive("hola"), await house.receive("me quiero matar", person="+12025550133")
        (waiting, *_) = house.outbox()
        late = house.queue_text(decided.conversation_id, "Hace mucho.")
        set_created(house, late, hours_ago=5)
        make_backup(settings, None, None)
        for one in house.outbox():  # what happened after the backup
            await house.send(one.id)
        carrier = house.sender

    bring_back(settings, replace=True)

    with deployment as house:
        house.sender = carrier
        offered = len(carrier.offers)
        assert house.status(late) == "unsettled"
        assert house.status(waiting.id) == "sending"
        while (wait_s := await house.send(waiting.id)) is not None:
            house.clock.advance(wait_s)
        assert house.status(waiting.id) == "accepted"
        assert len(carrier.offers) == offered
        assert {house.get(InboxEntry, one).status for one in (undecided, danger)} == {"failed"}
        assert {(case.reason, case.urgency) for case in house.cases() if case.reason == "restored"} == {
            ("restored", "same_day"),
            ("restored", "page_now"),
        }
        assert house.rows(select(WorkerLease)) == []
        assert count_work(house) == 0


def set_created(house: House, outbox_id: str, *, hours_ago: float) -> None:
    created = house.clock() - timedelta(hours=hours_ago)
    row = update(OutboxEntry).where(OutboxEntry.id == outbox_id).values(created_at=created)
    house.database.run_sync(lambda session: session.execute(row))


def count_work(house: House) -> int:
    schema = "engine." if house.database.engine.dialect.name == "postgresql" else ""
    query = text(f"SELECT count(*) FROM {schema}workflow_status")
    return int(house.database.run_sync(lambda session: session.execute(query).scalar_one()))


async def test_who_was_erased_or_stopped_after_the_backup_stays_so(settings: Settings) -> None:
    with Deployment(settings) as house:
        conversation = await house.open_conversation(person=ERASED)
        await house.open_conversation(person=STOPPED)
        make_backup(settings, None, None)
        house.clock.now = wiring.utc_now()
        await house.hear("STOP", person=STOPPED)
        house.database.run_sync(lambda session: erase(session, house, conversation))
        if settings.database_url:  # else the database that is replaced tells it itself
            mirror(house, settings)
            house.database.run_sync(lambda session: session.execute(delete(LedgerEntry)))

    bring_back(settings, replace=True, without_ledger=False)

    with Deployment(settings) as house:
        assert len(house.rows(select(Erasure))) == 1
        assert sum(stopped is not None for stopped in house.rows(select(Address.stopped_at))) >= 1
        assert len([1 for case in house.rows(select(Case)) if case.reason == "restored"]) == 0


def erase(session: Any, house: House, conversation_id: str) -> None:
    known = get_address_of(session, house.vault, conversation_id)
    order_erasure(session, known.organisation_id, known.number_key, by="operator", now=house.clock())


def mirror(house: House, settings: Settings) -> None:
    lookup_id = house.vault.keys.lookup_id
    lines = house.database.run_sync(lambda session: ledger.find_new(session, [], lookup_id=lookup_id))
    ledger.append_lines(settings.var / ledger.FILE_NAME, lines)


async def test_a_database_with_people_in_it_is_replaced_only_when_asked(settings: Settings) -> None:
    with Deployment(settings) as house:
        await house.hear("hola")
        make_backup(settings, None, None)

    with pytest.raises(ConfigurationError, match="--replace"):
        bring_back(settings)
    with pytest.raises(ConfigurationError, match="--without-ledger"):
        bring_back(settings, replace=True, without_ledger=False)
    bring_back(settings, replace=True)

    assert count_old(settings) > 0
    assert drop_old(settings.database, before="20200101t000000") == 0
    drop_old(settings.database, before="99990101t000000")
    assert count_old(settings) == 0


def count_old(settings: Settings) -> int:
    """How many files or schemas are left of the database that was replaced."""
    if not settings.database_url:
        return len(list(settings.var.glob("puente.db.before_*")))
    engine = build_engine(settings.database)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before%'")).scalars().all()
    engine.dispose()
    return len(kept)


async def test_old_backups_go_also_where_nobody_makes_new_ones(file_settings: Settings) -> None:
    make_backup(file_settings, None, None)
    path = find_backup(file_settings)
    path.rename(path.with_name("puente-20260101T000000Z.backup"))

    await expire_daily(file_settings)

    assert list(file_settings.backups.glob("*.backup")) == []


async def test_what_a_killed_backup_or_restore_has_left_goes_after_a_day(file_settings: Settings) -> None:
    settings = file_settings
    names = [".backup-x/database", ".puente.db.restored-20260101t000000.x", "backups/.puente-20260101T000000Z.backup.x"]
    left = [settings.var / name for name in (*names, ".backup-new/database", "puente.db-wal2")]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    for path in (*left[:3], left[0].parent):
        os.utime(path, (1.0, 1.0))

    await expire_daily(settings)

    assert [path.exists() for path in (*left, left[0].parent)] == [False, False, False, True, True, False]


async def test_the_ledger_beside_a_backup_is_whole_also_where_no_worker_runs(file_settings: Settings) -> None:
    settings = file_settings
    with Deployment(settings) as house:
        await house.hear("STOP", person=STOPPED)

    make_backup(settings, None, None)

    assert [line.act for line in ledger.read_lines(settings.backups / ledger.FILE_NAME)] == ["stopped"]
    assert (settings.backups / ledger.FILE_NAME).stat().st_mode & 0o077 == 0


async def test_a_ledger_of_other_keys_is_no_ledger(file_settings: Settings, tmp_path: Path) -> None:
    settings = file_settings
    with Deployment(settings) as house:
        await house.hear("STOP", person=STOPPED)
    make_backup(settings, None, None)
    path = settings.backups / ledger.FILE_NAME
    path.write_text(re.sub('"lookup":"[^"]+"', '"lookup":"00000000"', path.read_text()))

    with pytest.raises(ConfigurationError, match="no ledger"):
        bring_back(fresh(settings, tmp_path), without_ledger=False)


async def test_a_backup_whose_key_is_retired_meanwhile_is_taken_back(
    file_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = file_settings
    write = backups.backup.write_backup

    def write_slowly(*parts: Any) -> Path:
        rotate(settings)
        seal_anew(settings)
        long_ago(settings)
        retire(settings, "k1")
        return write(*parts)

    monkeypatch.setattr(backups.backup, "write_backup", write_slowly)

    with pytest.raises(ConfigurationError, match="once more"):
        make_backup(settings, None, None)

    assert list(settings.backups.iterdir()) == []


async def test_a_running_service_is_not_pulled_from_under(settings: Settings) -> None:
    make_backup(settings, None, None)
    running = wiring.build_database(settings)

    with pytest.raises(ConfigurationError, match="stop it first"):
        bring_back(settings, replace=True)

    running.close()
    bring_back(settings, replace=True)


async def test_a_restore_that_fails_leaves_everything_as_it_was(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Deployment(settings) as house:
        await house.hear("hola")
        make_backup(settings, None, None)
        await house.hear("adiós")
        before = len(house.rows(select(Message)))

    def fail(*_: Any, **__: Any) -> None:
        raise ConfigurationError("something is missing")

    monkeypatch.setattr("service.commands.backups.settle", fail)
    with pytest.raises(ConfigurationError, match="something is missing"):
        bring_back(settings, replace=True)

    with Deployment(settings) as house:
        assert len(house.rows(select(Message))) == before
    assert not [path.name for path in settings.var.iterdir() if "before" in path.name or "restored" in path.name]


async def test_a_backup_without_its_keys_is_refused_in_a_sentence(file_settings: Settings) -> None:
    settings = file_settings
    make_backup(settings, None, None)
    settings.keys.unlink()
    create_keys(settings.keys)

    with pytest.raises(ConfigurationError, match=r"damaged|another key|lacks"):
        bring_back(settings, replace=True)


async def test_neither_key_nor_token_nor_word_is_in_a_backup(file_settings: Settings) -> None:
    settings = file_settings
    with Deployment(settings) as house:
        await house.hear("canario amarillo")
    make_backup(settings, None, None)

    content = b"".join(path.read_bytes() for path in settings.backups.iterdir())

    ring = read_keys(settings.keys)
    secrets = [*ring.sealing.values(), ring.lookup, settings.bot_token.read_bytes().strip()]
    for secret in secrets:
        assert secret not in content
        assert secret.hex().encode() not in content
    assert b"canario" not in content
    assert b"conversation" not in content
