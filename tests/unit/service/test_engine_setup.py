"""What the library behind the engine may say, and what our settings show."""

import logging

import pytest

from service.engine_setup import EngineSettings, quiet_library


def test_settings_do_not_show_the_password_of_the_database() -> None:
    settings = EngineSettings(database_url="postgresql+psycopg://a:secret@localhost/b", executor_id="worker-1")

    assert "secret" not in repr(settings)


def test_the_library_logs_through_our_handlers_from_warnings_up(caplog: pytest.LogCaptureFixture) -> None:
    quiet_library()
    library = logging.getLogger("dbos")

    library.info("an id was looked for")
    library.warning("the database is away")

    assert caplog.messages == ["the database is away"]


def test_a_warning_of_one_place_is_not_repeated_all_the_time(caplog: pytest.LogCaptureFixture) -> None:
    quiet_library()
    library = logging.getLogger("dbos")

    for _ in range(100):
        library.warning("the database is still away")
    for _ in range(2):
        library.error("a piece of work could not be started")

    assert caplog.messages == ["the database is still away", *["a piece of work could not be started"] * 2]
