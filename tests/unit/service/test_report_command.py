"""`puente report`: what an operator sees, takes away as a file, and can get wrong."""

import csv
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from conversation.errors import ConfigurationError
from conversation.turn import Rules
from service import wiring
from service.commands.report import report_month
from service.settings import Settings, read_settings
from store.database import Database, build_engine
from store.sealing.vault import create_keys
from store.tables import AuditEntry
from tests.house import House
from tests.month import MonthBook, lay_march


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> Settings:
    settings = Settings(var=tmp_path, drafts=True)
    shutil.copy(template, tmp_path / "puente.db")
    create_keys(settings.keys)
    return settings


@pytest.fixture
def book(settings: Settings, rules: Rules) -> Iterator[MonthBook]:
    """The same deployment as the command sees it, with figures in March 2026."""
    database = Database(build_engine(settings.database))
    book = MonthBook(House(database, wiring.build_vault(settings), rules))
    lay_march(book, ana="a" * 32, bo="b" * 32)
    book.write()
    yield book
    database.close()


def test_a_month_is_printed_in_tables_and_written_down(
    settings: Settings, book: MonthBook, capsys: pytest.CaptureFixture[str]
) -> None:
    report_month(settings, "2026-03", csv_file=None, language="en")

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["Español", "30", "41%"] in lines
    assert ["All", "others", "hidden"] in lines
    written = book.house.rows(select(AuditEntry).where(AuditEntry.subject_kind == "report"))
    assert [(one.actor, one.act, one.subject_id) for one in written] == [("operator", "report.read", "2026-03")]


def test_the_file_is_for_its_owner_only_and_hides_as_the_page_does(
    settings: Settings, book: MonthBook, tmp_path: Path
) -> None:
    file = tmp_path / "march.csv"
    file.touch(0o644)

    report_month(settings, "2026-03", csv_file=file, language="es")

    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {row["value"] for row in rows if row["table"] == "Cómo terminaron los casos"} == {"16", "oculto"}
    assert book.house.rows(select(AuditEntry.act).where(AuditEntry.subject_kind == "report")) == ["report.export"]


@pytest.mark.parametrize(
    ("month", "language", "said"),
    [
        ("2998-11", "en", "is not over"),
        ("October", "en", "that is no month"),
        ("2026-03", "fr", "en and es"),
    ],
)
def test_what_cannot_be_reported_is_one_sentence(settings: Settings, month: str, language: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        report_month(settings, month, csv_file=None, language=language)


def test_a_file_that_cannot_be_written_is_one_sentence(settings: Settings, book: MonthBook, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        report_month(settings, "2026-03", csv_file=tmp_path, language="en")


@pytest.mark.parametrize(("text", "cents"), [("0.79", 0.79), ("", None)])
def test_the_price_of_a_segment_is_a_setting(tmp_path: Path, text: str, cents: float | None) -> None:
    settings = read_settings({"MESSAGE_PRICE_CENTS": text}, env_file=tmp_path / "none")

    assert settings.message_price_cents == cents


@pytest.mark.parametrize("text", ["-1", "0", "nan", "inf", "one"])
def test_a_price_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="MESSAGE_PRICE_CENTS: must be a number above 0"):
        read_settings({"MESSAGE_PRICE_CENTS": text}, env_file=tmp_path / "none")
