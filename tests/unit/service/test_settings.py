"""Settings: read once, every problem told together, secrets never shown."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.errors import ConfigurationError
from service.settings import ROOT, Settings, read_settings, to_environment

NO_FILE = ROOT / "there is no such file"
SECRETS = {
    "DATABASE_URL": "postgresql+psycopg://puente:geheim-1@localhost/puente",
    "TWILIO_AUTH_TOKENS": "geheim-2,geheim-3",
    "TWILIO_API_KEY": "SK" + "0" * 32,
    "TWILIO_API_SECRET": "geheim-4",
}


def read(**environment: str) -> Settings:
    return read_settings(environment, env_file=NO_FILE)


def problems(**environment: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(**environment)
    return str(caught.value)


def test_without_anything_set_it_is_the_demo_on_this_machine() -> None:
    assert read() == Settings()


def test_an_empty_or_blank_variable_means_the_default() -> None:
    assert read(PORT="", DRAFTS="  ", BOT_URLS="") == Settings()


def test_every_problem_is_told_at_once() -> None:
    told = problems(PORT="http", DRAFTS="maybe", SENDS_PER_SECOND="0", DATABASE_URL="mysql://x", TWILIO_API_KEY="SK1")

    for name in ("PORT", "DRAFTS", "SENDS_PER_SECOND", "DATABASE_URL", "TWILIO_API_SECRET"):
        assert name in told


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "²"),
        ("PORT", "8 0"),
        ("SENDS_PER_SECOND", "nan"),
        ("SENDS_PER_SECOND", "inf"),
        ("SENDS_PER_SECOND", "-1"),
        ("SENDS_PER_SECOND", "ten"),
        ("PUBLIC_URL", "puente.example.org"),
        ("PUBLIC_URL", "ftp://puente.example.org"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://puente.example.org:99999"),
        ("PUBLIC_URL", "https://puente.example.org/?a=b"),
        ("PUBLIC_URL", "https://name:word@puente.example.org"),
        ("PUBLIC_URL", "https://puente example.org"),
        ("PUBLIC_URL", "https://[::1"),
        ("BOT_URLS", ","),
        ("BOT_URLS", "http://127.0.0.1:8083,nonsense"),
        ("TWILIO_AUTH_TOKENS", "one,two,three"),
        ("STOP_CONFIRMED_BY", "both"),
        ("ORGANISATION", "x" * 65),
        ("WORKER_ID", "worker one"),
        ("ACTIONS_PORT", "8080"),
        ("DATABASE_URL", "sqlite://"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_by_its_name(name: str, text: str) -> None:
    assert name in problems(**{name: text})


def test_secrets_are_in_no_repr_and_no_complaint() -> None:
    shown = repr(read(**SECRETS))

    told = problems(**{**SECRETS, "DATABASE_URL": "mysql://puente:geheim-1@localhost", "TWILIO_API_KEY": ""})

    assert "geheim" not in shown
    assert "geheim" not in told


def test_every_setting_has_a_name_of_its_own_and_a_line_of_help() -> None:
    names = [one.metadata["name"] for one in fields(Settings)]

    assert len(names) == len(set(names))
    assert all(one.metadata["help"] for one in fields(Settings))


def test_paths_are_kept_from_the_folder_of_the_project_and_from_home() -> None:
    assert read(PUENTE_VAR="data-here").var == ROOT / "data-here"
    assert read(PUENTE_VAR="/srv/puente").keys == Path("/srv/puente/keys.json")
    assert read(KEYS_FILE="~/keys.json").keys == Path.home() / "keys.json"


TEXT = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)
PORTS = st.lists(st.integers(1, 65535), min_size=3, max_size=3, unique=True)


@given(
    ports=PORTS,
    changes=st.fixed_dictionaries(
        {},
        optional={
            "var": TEXT.map(lambda name: Path("/srv") / name),
            "keys_file": TEXT.map(lambda name: Path("/srv") / name),
            "database_url": st.sampled_from(["sqlite:////srv/a.db", "postgresql+psycopg://a:b%40c@localhost/d"]),
            "worker_id": TEXT,
            "organisation": TEXT,
            "drafts": st.booleans(),
            "confirm_stop": st.booleans(),
            "bind": st.sampled_from(["127.0.0.1", "0.0.0.0", "::1"]),
            "public_url": st.sampled_from(["https://a.example.org", "http://[::1]:8080/path"]),
            "bot_urls": st.lists(TEXT.map(lambda name: f"http://{name.lower()}:5005"), min_size=1, max_size=3).map(
                tuple
            ),
            "twilio_auth_tokens": st.lists(TEXT, max_size=2).map(tuple),
            "twilio_account_sid": TEXT,
            "twilio_messaging_service": TEXT,
            "sends_per_second": st.floats(0.001, 1e6),
        },
    ),
)
def test_what_a_child_process_reads_is_what_its_parent_had(ports: list[int], changes: dict[str, Any]) -> None:
    port, actions_port, simulator_port = ports
    settings = Settings(port=port, actions_port=actions_port, simulator_port=simulator_port, **changes)

    assert read_settings(to_environment(settings), env_file=NO_FILE) == settings


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "\ufeff# a comment\r\n\r\nexport PORT = 9000\r\nORGANISATION='A house'\nBIND=\"0.0.0.0\"\n"
        "TWILIO_AUTH_TOKENS=a'b#c=d\nDRAFTS=send\n",
        encoding="utf-8",
    )

    settings = read_settings({"DRAFTS": "refuse"}, env_file=file)

    assert (settings.port, settings.organisation, settings.bind) == (9000, "A house", "0.0.0.0")
    assert settings.twilio_auth_tokens == ("a'b#c=d",)
    assert not settings.drafts


def test_a_line_of_the_file_that_sets_nothing_is_told_without_repeating_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=9000\nTWILIO_AUTH_TOKENS: geheim\n")

    with pytest.raises(ConfigurationError, match="line 2") as caught:
        read_settings({}, env_file=file)

    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("name", ["ALERT_URL", "PUBLIC_URL", "BOT_URLS"])
@pytest.mark.parametrize("text", ["https://hooks.example.org:geheim/x", "https://[geheim]/x", "https://geheim\u2100/x"])
def test_an_address_that_cannot_be_read_is_not_repeated(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match="must look like") as caught:
        read_settings({name: text}, env_file=tmp_path / ".env")

    assert "geheim" not in str(caught.value)


def test_backups_are_not_kept_for_longer_than_a_calendar_reaches(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="BACKUP_KEEP_DAYS"):
        read_settings({"BACKUP_KEEP_DAYS": "999999999"}, env_file=tmp_path / ".env")


@pytest.mark.parametrize("content", [b"\xff\xfePORT", None])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / ".env"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)

    with pytest.raises(ConfigurationError, match="UTF-8"):
        read_settings({}, env_file=file)
