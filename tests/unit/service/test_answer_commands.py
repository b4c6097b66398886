"""`puente answers`: counts that add up, and complaints without words."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from service.commands.answers import count_texts, print_feedback, render_table
from service.settings import Settings
from store.database import build_engine
from store.sql.migrate import migrate
from tests.talk import real_rules, strict_rules

TODAY = date(2026, 11, 22)


def test_every_language_with_texts_is_counted() -> None:
    catalogue = real_rules().catalogue

    rows = count_texts(catalogue, TODAY)

    assert [row.language for row in rows] == list(catalogue.languages.with_texts())
    assert all(row.entries + row.missing == len(catalogue.entries) for row in rows)
    assert all(row.draft + row.reviewed == row.entries for row in rows)


def test_what_a_named_person_has_read_is_no_draft() -> None:
    rows = count_texts(strict_rules("system.help").catalogue, TODAY)

    assert {row.reviewed for row in rows} == {1}


def test_sources_that_should_have_been_read_again_are_expired() -> None:
    catalogue = real_rules().catalogue
    entries = {
        answer: replace(entry, review_by=date(2026, 11, 21) if answer == "system.help" else date(2026, 11, 22))
        for answer, entry in catalogue.entries.items()
    }

    rows = count_texts(replace(catalogue, entries=entries), TODAY)

    assert {row.expired for row in rows} == {1}


def test_the_table_has_a_line_for_each_language() -> None:
    table = render_table(count_texts(real_rules().catalogue, TODAY))

    assert [line.split()[0] for line in table.splitlines()[:3]] == ["language", "es", "en"]


def test_without_complaints_the_list_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(var=tmp_path, database_url=f"sqlite:///{tmp_path / 'one.db'}")
    engine = build_engine(settings.database_url)
    migrate(engine)
    engine.dispose()

    print_feedback(settings)

    assert capsys.readouterr().out == "0 complaints about answers\n"
