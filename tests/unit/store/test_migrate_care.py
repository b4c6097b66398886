"""A database from before there was a ledger keeps its rows, and its stops outlive an erasing from then on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from store.database import build_engine
from store.sql.migrate import migrate

_AT = "2026-06-01 15:00:00"
_OLD_ROWS = f"""
    INSERT INTO organisation (id, name, time_zone, cases_opened, created_at) VALUES ('o', 'demo', 'UTC', 1, '{_AT}');
    INSERT INTO address (id, organisation_id, channel, address_sealed, address_key, number_key, stopped_at, private,
        created_at) VALUES ('a', 'o', 'sms', x'00', 'key', 'number', '{_AT}', false, '{_AT}');
    INSERT INTO consent (id, address_id, kind, act, source, at)
        VALUES ('consent-1', 'a', 'texts', 'stopped', 'keyword', '{_AT}');
    INSERT INTO conversation (id, organisation_id, address_id, sender, seq, language_votes, language_asked,
        bot_session_turns, misunderstood, crisis_after_stop, created_at)
        VALUES ('c', 'o', 'a', 'ours', 1, '{{}}', false, 0, 0, false, '{_AT}');
    INSERT INTO case_file (id, organisation_id, conversation_id, code, topic, discipline, urgency, reason, status,
        opened_at) VALUES ('case', 'o', 'c', 'A1', 'topic', 'legal', 'normal', 'request', 'waiting', '{_AT}');
    INSERT INTO case_event (id, case_id, kind, actor, at) VALUES ('event', 'case', 'opened', 'system', '{_AT}')
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = build_engine(f"sqlite:///{tmp_path / 'old.db'}")
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    config.attributes["engine"] = engine
    command.upgrade(config, "0001")
    with engine.begin() as connection:
        for statement in _OLD_ROWS.split(";"):
            connection.execute(text(statement))
    yield engine
    engine.dispose()


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_cases_and_their_events_outlive_the_change_of_their_table(engine: Engine) -> None:
    migrate(engine)

    assert rows(engine, "SELECT id, conversation_id, code, status FROM case_file") == [("case", "c", "A1", "waiting")]
    assert rows(engine, "SELECT id, case_id FROM case_event") == [("event", "case")]


def test_one_open_case_of_a_topic_is_still_the_most_there_may_be(engine: Engine) -> None:
    migrate(engine)

    (definition,) = rows(engine, "SELECT sql FROM sqlite_master WHERE name = 'uq_case_open_topic'")
    assert str(definition[0]).startswith("CREATE UNIQUE INDEX")
    assert "WHERE status <> 'closed'" in str(definition[0])


def test_stops_of_old_are_in_the_ledger(engine: Engine) -> None:
    migrate(engine)

    ledger = rows(engine, "SELECT id, organisation_id, act, number_key, source FROM ledger_entry")
    assert ledger == [("consent-1", "o", "stopped", "number", "keyword")]


def test_references_are_watched_again_afterwards(engine: Engine) -> None:
    migrate(engine)

    assert rows(engine, "PRAGMA foreign_keys") == [(1,)]
