"""Tables of data/reference/: every mistake is told with its file, line and column, and all of them together."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conversation.errors import ContentError
from store.reference import read_reference
from tests.talk import ROOT, real_rules

TABLES = ROOT / "data" / "reference"
STATES = real_rules().atlas.codes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TABLES, tmp_path / "reference"))


def change(path: Path, alter: Callable[[str], str]) -> None:
    before = path.read_text(encoding="utf-8")
    after = alter(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def blame(folder: Path) -> str:
    with pytest.raises(ContentError) as caught:
        read_reference(folder, STATES)
    return str(caught.value)


def test_the_tables_are_read_and_know_every_state() -> None:
    reference = read_reference(TABLES, STATES)

    assert set(reference.school_ages) == STATES - {"PR"}
    assert (len(reference.coverage), len(reference.pregnancy)) == (14, 26)
    assert len(reference.child_lines) >= 40
    assert {one.place.state for one in (*reference.courts, *reference.consulates.consulates)} <= STATES
    assert len(reference.directory.hotlines) >= 34


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [
        ("child_coverage", "\nAK,", "\nXX,", "child_coverage.csv, line 2, column state"),
        ("child_coverage", "\nAL,", "\nAK,", "column state: AK stands twice"),
        ("child_coverage", "Medi-Cal,19", "Medi-Cal,", "column under_age: a program and the age"),
        ("child_coverage", "Medi-Cal,19", "Medi-Cal,nineteen", "column under_age: must be an age from 3 to 26"),
        ("child_coverage", "1-800-701-0710", "1-800-555-0100", "column phone: must be a confirmed line"),
        ("child_coverage", "state,program", "state,programme", "line 1: its columns must be state, program"),
        ("pregnancy_coverage", "AL,yes", "AL,maybe", "column covered: must be yes, or empty"),
        ("school_ages", "AL,6,17", "AL,17,6", "column compulsory_to: must be above"),
        ("school_ages", "2020,2026-11-22", "lately,2026-11-22", "column as_of: must be a year"),
        ("school_ages", "2020,2026-11-22", "2020,yesterday", "column read: must be a day"),
        ("school_ages", "https://nces.ed.gov", "nces.ed.gov", "column source: must be an address"),
        ("immigration_courts", ",33.4523,", ",133.4523,", "column latitude: must be degrees"),
        ("immigration_courts", ",33.4523,", ",north,", "column latitude: must be degrees"),
        ("immigration_courts", ",closing,", ",shut,", "column status: must be one of open, closing, not_told"),
        ("immigration_courts", "214-767-1814", "214 767 1814", "column phone: must be a number"),
        ("consulates", "\nGT,", "\nEC,", "column country: must stand in countries.csv"),
        ("consulates", ",consulate,", ",embassy,", "column kind: must be one of"),
        ("countries", "mexico_miconsulado", "mexico", "column line: must be the id of a confirmed line"),
        ("countries", "mexico_miconsulado", "osha", "column line: must be the id of a confirmed line"),
        (
            "child_protection_lines",
            ",yes,page of the state",
            ",sure,page of the state",
            "column confirmed: must be yes",
        ),
        ("hotlines", ",local,", ",somebody,", "column operator: must be one of government, contractor"),
        ("hotlines", "insure_kids_now", "other_line", "insure_kids_now must stand there, confirmed"),
        ("hotlines", "1-877-543-7669", "", "insure_kids_now must stand there, confirmed, with a phone"),
        (
            "hotlines",
            "childhelp,Childhelp National Child Abuse Hotline",
            "childhelp,",
            "column name: must not be empty",
        ),
        ("pages", "\nlawhelp.org", "\nhttps://lawhelp.org", "column page: must be an address without https://"),
        ("pages", "\nlawhelp.org,", "\nlawhelp.org,extra,", "cells for"),
    ],
)
def test_a_mistake_is_told_with_its_place(folder: Path, table: str, old: str, new: str, told: str) -> None:
    change(folder / f"{table}.csv", lambda text: text.replace(old, new, 1))

    message = blame(folder)

    assert told in message
    assert f"reference/{table}.csv" in message


def test_all_mistakes_of_all_tables_are_told_at_once(folder: Path) -> None:
    change(folder / "pages.csv", lambda text: text.replace(",government,yes,", ",king,perhaps,"))
    change(folder / "school_ages.csv", lambda text: text.replace("AL,6,17", "AL,600,17"))

    message = blame(folder)

    assert message.count("column operator") > 1
    assert message.count("column confirmed") > 1
    assert "school_ages.csv, line 3, column compulsory_from" in message


@pytest.mark.parametrize(
    "content", [None, b"", b"\xff\xfe\x00", b'state,"program\n'], ids=["gone", "empty", "bytes", "quote"]
)
def test_a_file_that_is_no_table_is_told(folder: Path, content: bytes | None) -> None:
    path = folder / "child_coverage.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    assert "reference/child_coverage.csv" in blame(folder)


def test_what_is_not_confirmed_is_kept_in_the_table_and_not_read(folder: Path) -> None:
    change(
        folder / "child_protection_lines.csv",
        lambda text: text.replace("1-800-252-5400,24/7,yes", "1-800-252-5400,24/7,no"),
    )

    assert "TX" not in read_reference(folder, STATES).child_lines
