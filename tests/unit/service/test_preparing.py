"""A fresh machine is made ready; twice is as good as once."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from conversation.errors import ConfigurationError
from service import wiring
from service.commands import cases as case_commands
from service.running.preparing import as_demo, prepare
from service.settings import Settings
from store.database import Database, build_engine
from store.forgetting.ledger_entries import add_entry
from store.sql.migrate import require_current
from store.tables import Caseworker, Organisation


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


def rows(settings: Settings, query: object) -> list[object]:
    database = Database(build_engine(settings.database))
    found = database.run_sync(lambda session: list(session.scalars(query)))  # type: ignore[call-overload]
    database.close()
    return found


def test_all_that_is_missing_is_made_once_for_its_owner_only(settings: Settings) -> None:
    prepare(settings)
    made = {file.name: file.read_bytes() for file in settings.var.iterdir() if file.suffix in (".json", ".token")}
    prepare(settings)

    assert set(made) == {"keys.json", "bot.token", "actions.token", "metrics.token"}
    assert made == {name: (settings.var / name).read_bytes() for name in made}
    assert {file.stat().st_mode & 0o077 for file in (settings.var, *settings.var.iterdir())} == {0}
    assert rows(settings, select(Organisation.name)) == ["demo"]
    assert rows(settings, select(Caseworker.login)) == []
    wiring.build_database(settings).close()


def test_no_new_keys_are_made_beside_a_database_that_was_made_with_others(settings: Settings) -> None:
    prepare(settings)
    add_ledger_entry(settings)
    settings.keys.unlink()

    with pytest.raises(ConfigurationError, match="put its copy back"):
        prepare(settings)

    assert not settings.keys.exists()


def add_ledger_entry(settings: Settings) -> None:
    """Somebody was here, said STOP and was erased."""
    database = Database(build_engine(settings.database))
    home = wiring.get_organisation(settings, database)
    database.run_sync(
        lambda session: add_entry(session, home, "0" * 64, "stopped", source="keyword", now=wiring.utc_now())
    )
    database.close()


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(settings: Settings) -> None:
    settings.var.write_text("a file")

    with pytest.raises(ConfigurationError, match="PUENTE_VAR"):
        prepare(settings)


def test_tables_must_be_there_before_anything_starts(settings: Settings) -> None:
    settings.var.mkdir()

    with pytest.raises(ConfigurationError, match="puente setup"):
        wiring.build_database(settings)


def test_a_demo_sends_drafts_to_the_stand_in(settings: Settings) -> None:
    demo = as_demo(settings)

    assert demo.drafts
    assert demo.twilio_base_url == f"http://127.0.0.1:{settings.simulator_port}"
    assert demo.public_url == f"http://127.0.0.1:{settings.port}"
    assert as_demo(settings) == demo
    assert len(demo.twilio_auth_tokens[0]) == 32
    assert (settings.var / "stand-in.token").stat().st_mode & 0o077 == 0


def test_a_configured_carrier_is_left_as_it_is(settings: Settings) -> None:
    real = replace(settings, twilio_auth_tokens=("0123456789abcdef",))

    assert as_demo(real) == real


@pytest.mark.parametrize("content", ["", "short", "x" * 40 + "é"])
def test_a_token_that_is_none_is_refused(settings: Settings, content: str) -> None:
    prepare(settings)
    settings.bot_token.write_text(content, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"bot\.token"):
        wiring.build_bot(settings)


def test_a_token_that_others_can_read_is_refused(settings: Settings) -> None:
    prepare(settings)
    settings.actions_token.chmod(0o644)

    with pytest.raises(ConfigurationError, match="chmod 600"):
        wiring.read_token(settings.actions_token)


def test_cases_are_listed_and_closed_by_their_code(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(settings)

    case_commands.print_cases(settings, closed=False)

    assert capsys.readouterr().out == "0 open cases\n"
    with pytest.raises(ConfigurationError, match="A1"):
        case_commands.close_case(settings, "A1")


def test_the_tables_of_a_prepared_machine_are_current(settings: Settings) -> None:
    prepare(settings)
    engine = build_engine(settings.database)

    require_current(engine)

    engine.dispose()
