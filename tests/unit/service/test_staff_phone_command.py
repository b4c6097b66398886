"""`puente staff phone`: who may register what, told in one sentence."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from conversation.errors import ConfigurationError
from service import wiring
from service.commands import staff, staff_phone
from service.running.preparing import prepare
from service.settings import Settings
from store.database import Database
from store.tables import Caseworker, Conversation, OutboxEntry

PHONE = "+12025550150"
OURS = "+12025550100"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(var=tmp_path_factory.mktemp("var"), drafts=True, staff_sender=OURS)
    prepare(settings)
    staff.add(settings, login="ana", name="Ana Example", languages="es", disciplines="", role="caseworker")
    return settings


def rows(settings: Settings, query):  # type: ignore[no-untyped-def]
    database: Database = wiring.build_database(settings)
    try:
        return database.run_sync(lambda session: list(session.scalars(query)))
    finally:
        database.close()


def test_a_code_is_put_in_line_and_the_number_is_not_printed(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    staff_phone.register(settings, "Ana", "+1 (202) 555-0150")

    printed = capsys.readouterr().out
    assert "Ana" in printed
    assert "0150" not in printed
    assert rows(settings, select(Conversation.sender)) == [OURS]
    assert rows(settings, select(OutboxEntry.status)) == ["queued"]


@pytest.mark.parametrize(
    ("login", "number", "told"),
    [("ana", "555-0150", "a number is"), ("nobody", PHONE, "nobody who works here")],
)
def test_what_cannot_be_is_told_in_one_sentence(settings: Settings, login: str, number: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        staff_phone.register(settings, login, number)


def test_without_a_number_of_ours_nothing_is_changed(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, drafts=True)
    prepare(settings)
    staff.add(settings, login="ana", name="Ana Example", languages="es", disciplines="", role="caseworker")

    with pytest.raises(ConfigurationError, match="STAFF_SENDER"):
        staff_phone.register(settings, "ana", PHONE)

    assert rows(settings, select(Caseworker.phone_key)) == [None]


def test_where_drafts_are_refused_an_unreviewed_code_text_does_not_go(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="not reviewed"):
        staff_phone.register(replace(settings, drafts=False), "ana", PHONE)


def test_a_phone_is_taken_away(settings: Settings) -> None:
    staff_phone.register(settings, "ana", PHONE)

    staff_phone.remove(settings, "ana")

    assert rows(settings, select(Caseworker.phone_key)) == [None]
