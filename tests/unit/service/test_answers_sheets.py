"""Spreadsheets: out and back without loss, read as hostile files, and what comes back changes exactly what it may."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from threading import Thread

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from conversation.answers.reviews import Comparison
from conversation.answers.wording import Wording
from conversation.errors import ConfigurationError
from service.catalogue import sheets
from service.catalogue.sheet_rows import COLUMNS, DIGESTS
from service.catalogue.sheets import read_sheet, write_sheet
from service.commands.answers_line import answers_app
from service.commands.answers_sheets import export_sheet, import_sheet
from store.whole_file import changing_alone
from tests.desk import SETTINGS, Desk, lay_desk

ENDINGS = (".csv", ".xlsx")
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''=1", "'katch'aw", "\tx", "a\nb", 'say "x", y; z', "", "ñ ¿ ’ 1"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return lay_desk(tmp_path, monkeypatch)


def fill(path: Path, **cells: dict[str, str]) -> Path:
    """Write into the cells of answers in Spanish, as a reviewer does; dots of the ids are written as "__"."""
    rows = [row.cells for row in read_sheet(path, COLUMNS)]
    for row in rows:
        if row["language"] == "es":
            row.update(cells.get(row["id"].replace(".", "__"), {}))
    write_sheet(path, COLUMNS, rows, hidden=DIGESTS)
    return path


def come_back(desk: Desk, *, write: bool = True, ending: str = ".csv", **cells: dict[str, str]) -> bool:
    path = desk.answers.parent / f"sheet{ending}"
    export_sheet(SETTINGS, path, ["es"])
    return import_sheet(SETTINGS, fill(path, **cells), by="Ana López", kind="language", of=None, write=write)


def spanish(desk: Desk, answer: str) -> Wording:
    return desk.read().wordings[answer, "es"]


# Cells


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_cell_comes_back_as_it_went(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"sheet{ending}"
    rows = [{"one": text, "two": "2"} for text in HOSTILE]

    write_sheet(path, ("one", "two"), rows, hidden=("two",))

    assert [row.cells for row in read_sheet(path, ("one", "two"))] == rows
    assert {row.broken for row in read_sheet(path, ("one", "two"))} == {()}


def test_no_cell_of_a_csv_file_is_calculated(tmp_path: Path) -> None:
    write_sheet(tmp_path / "sheet.csv", ("one",), [{"one": text} for text in HOSTILE], hidden=())

    content = (tmp_path / "sheet.csv").read_bytes().decode("utf-8-sig")
    assert [row for row in csv.reader(io.StringIO(content)) if row and row[0][:1] in tuple("=+-@\t")] == []


def test_cells_of_a_workbook_are_texts_and_digests_are_hidden(tmp_path: Path) -> None:
    write_sheet(tmp_path / "sheet.xlsx", ("one", "two"), [{"one": "=1+1", "two": "2"}], hidden=("two",))

    book = load_workbook(tmp_path / "sheet.xlsx")
    assert (book["answers"]["A2"].data_type, book["answers"]["A2"].quotePrefix) == ("s", True)
    assert [book["answers"].column_dimensions[letter].hidden for letter in "AB"] == [False, True]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_csv_file_of_another_country_is_read(tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "sheet.csv").write_text(f"one{delimiter}Two \nsí{delimiter}no, no\n{delimiter}\n", encoding="utf-8")

    assert [row.cells for row in read_sheet(tmp_path / "sheet.csv", ("one", "two"))] == [{"one": "sí", "two": "no, no"}]


def make_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 4096)
    return packed.getvalue()


def make_workbook(*rows: list[object]) -> bytes:
    book, packed = Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(packed)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.ods", b"", r"must end in \.csv or \.xlsx"),
        ("none.csv", None, "cannot be read"),
        ("a.csv", b"one,two\n" * 2000, "larger than"),
        ("a.csv", "one;é".encode("latin-1"), "CSV UTF-8"),
        ("a.csv", b"", "columns once: one"),
        ("a.csv", b"one,one\n", "columns once: one"),
        ("a.csv", b'one\n"open\n', "no CSV file"),
        ("a.csv", b"one\n" + b"x" * 101, "line 2: a cell has more"),
        ("a.csv", b"one\n" + b"x\n" * 12, "more than 10 lines"),
        ("a.xlsx", b"one,two\n", "no XLSX file"),
        ("a.xlsx", make_bomb(), "unpacks to more"),
        ("a.xlsx", make_bomb()[:-8], "no XLSX file"),
        ("a.xlsx", make_workbook(["two"]), "columns once: one"),
    ],
    ids=str,
)
def test_a_file_that_is_no_sheet_of_ours_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes | None, told: str
) -> None:
    unpacked = 10**6 if "columns" in told else 4000  # a workbook is larger than the bomb of this test
    for limit, value in (("ROWS", 10), ("CELL", 100), ("BYTES", 10_000), ("UNPACKED", unpacked)):
        monkeypatch.setattr(sheets, f"MOST_{limit}", value)
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(ConfigurationError, match=told):
        read_sheet(tmp_path / name, ("one",))


ENTITIES = (
    b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><workbook>&b;</workbook>"""
)


def test_a_workbook_that_declares_entities_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(make_workbook(["one"], ["x"]))) as book, zipfile.ZipFile(packed, "w") as made:
        for member in book.namelist():
            made.writestr(member, ENTITIES if member == "xl/workbook.xml" else book.read(member))
    (tmp_path / "a.xlsx").write_bytes(packed.getvalue())

    with pytest.raises(ConfigurationError, match="no XLSX file"):
        read_sheet(tmp_path / "a.xlsx", ("one",))


def test_formulas_and_numbers_of_a_workbook_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(make_workbook(["one", "two"], ["=1+1", True], [911, None]))

    rows = read_sheet(tmp_path / "a.xlsx", ("one", "two"))

    assert [(row.line, row.cells, row.broken) for row in rows] == [
        (2, {"one": "=1+1", "two": "yes"}, ("one",)),
        (3, {"one": "911", "two": ""}, ()),
    ]


def repack(book: bytes, **parts: bytes) -> bytes:
    """Return a workbook with other parts; "_" stands for the "/" and "." of their names."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name.replace("/", "_").replace(".", "_"), old.read(name)))
    return packed.getvalue()


def test_what_a_workbook_has_made_of_a_text_is_nobodys_words(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(make_workbook(["one"], [date(2026, 4, 3)], [time(3, 4)], ["3-4"]))

    assert [row.broken for row in read_sheet(tmp_path / "a.xlsx", ("one",))] == [("one",), ("one",), ()]


def test_line_ends_of_windows_are_no_words(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(make_workbook(["one"], ["a_x000D_\nb_x_"]))

    assert [row.cells["one"] for row in read_sheet(tmp_path / "a.xlsx", ("one",))] == ["a\r\nb_x_"]


def test_a_part_that_only_the_library_would_read_may_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_BESIDE", 100_000)
    (tmp_path / "a.xlsx").write_bytes(repack(make_workbook(["one"]), xl_styles_xml=b"<x/>" * 25_001))

    with pytest.raises(ConfigurationError, match="unpacks to more"):
        read_sheet(tmp_path / "a.xlsx", ("one",))


@pytest.mark.parametrize("spoil", [(b"PK\x01\x02", 6, 99), (b"PK\x01\x02", 10, 14)], ids=["version", "lzma"])
def test_an_archive_that_nobody_can_unpack_is_refused(tmp_path: Path, spoil: tuple[bytes, int, int]) -> None:
    mark, offset, value = spoil
    content = bytearray(make_workbook(["one"]))
    content[content.rindex(mark) + offset] = value
    (tmp_path / "a.xlsx").write_bytes(content)

    with pytest.raises(ConfigurationError, match="no XLSX file"):
        read_sheet(tmp_path / "a.xlsx", ("one",))


# Out


def test_a_sheet_has_a_row_for_each_text_and_for_each_that_is_missing(desk: Desk, tmp_path: Path) -> None:
    export_sheet(SETTINGS, tmp_path / "sheet.csv", ["quc", "es"])

    rows = {(row.cells["id"], row.cells["language"]): row.cells for row in read_sheet(tmp_path / "sheet.csv", COLUMNS)}
    text, english = spanish(desk, "system.help"), desk.read().wordings["system.help", "en"]
    assert len(rows) == 2 * len(desk.read().entries)
    assert rows["legal.asylum", "quc"]["state"] == "no text"
    found = rows["system.help", "es"]
    assert (found["text"], found["text_hash"], found["english_hash"]) == (
        text.text, f"#{text.digest}", f"#{english.digest}"
    )  # fmt: skip
    assert english.text in found["english"]
    assert found["state"] == "draft, lacks: language"


def test_an_unknown_language_is_refused(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="xx"):
        export_sheet(SETTINGS, tmp_path / "sheet.csv", ["xx"])


# Back


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_sheet_that_nobody_touched_changes_nothing(desk: Desk, ending: str) -> None:
    before = (desk.answers / "es" / "system.yml").read_bytes()

    assert come_back(desk, ending=ending)
    assert (desk.answers / "es" / "system.yml").read_bytes() == before
    assert not desk.ledger.exists()


def test_an_approved_row_is_a_review_of_the_text_and_of_what_it_was_compared_with(desk: Desk) -> None:
    assert come_back(desk, system__help={"ok": "Sí"})

    (made,) = desk.read().ledger
    english = desk.read().wordings["system.help", "en"]
    assert (made.reviewer, made.text) == ("Ana López", spanish(desk, "system.help").digest)
    assert made.of == Comparison("en", english.digest)


def test_a_corrected_row_changes_its_text_alone_and_is_a_draft(desk: Desk) -> None:
    before = desk.read().wordings

    assert come_back(desk, system__help={"new_text": " Diga  “PERSONA”\u00a0o STOP. ", "new_title": "Auxilio"})

    after = desk.read()
    changed = {key for key in before if after.wordings[key] != before[key]}
    assert changed == {("system.help", "es")}
    assert (spanish(desk, "system.help").title, spanish(desk, "system.help").text) == (
        "Auxilio",
        'Diga "PERSONA" o STOP.',
    )
    assert after.is_draft(after.wordings["system.help", "es"])


def test_without_write_it_is_only_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    before = spanish(desk, "legal.notario")

    assert come_back(desk, write=False, system__help={"ok": "x"}, legal__notario={"new_short": "Pregunte."})

    told = capsys.readouterr().out
    assert "approved: system.help (es), language" in told
    assert "corrected: legal.notario (es)" in told
    assert "add --write" in told
    assert (spanish(desk, "legal.notario"), desk.ledger.exists()) == (before, False)


def test_the_same_sheet_twice_does_nothing_more(desk: Desk) -> None:
    cells = {"system__help": {"ok": "yes"}, "legal__notario": {"new_short": "Pregunte."}}
    path = desk.answers.parent / "sheet.csv"
    export_sheet(SETTINGS, path, ["es"])
    fill(path, **cells)

    done = [import_sheet(SETTINGS, path, by="Ana López", kind="language", of=None, write=True) for _ in range(2)]

    assert done == [True, True]
    assert len(desk.read().ledger) == 1


LEFT: dict[str, tuple[dict[str, str], str]] = {
    "approved with a correction in our column": ({"ok": "yes", "text": "Otro texto."}, "text was changed"),
    "corrected in our column alone": ({"short": "Otro."}, "short was changed: what is corrected goes into"),
    "both": ({"ok": "yes", "new_text": "Otro texto."}, "corrected and approved at once"),
    "neither": ({"ok": "maybe"}, "neither yes nor no"),
    "title": ({"new_title": "x" * 41}, "more than one line of 40"),
    "long": ({"new_text": "palabra " * 70}, "too long: 4 segments, at most 3"),
    "long short form": ({"new_short": "á" * 71}, "short form is too long: 2 segments"),
    "emoji": ({"new_text": "Hola 😀"}, "a sign that phones do not show"),
    "invisible": ({"new_text": "Ho\u200bla"}, "a sign that phones do not show"),
    "a place too many": ({"new_text": "Caso {code}."}, "it must have: none"),
    "a loose brace": ({"new_text": "Caso {."}, "placeholders of the text"),
    "a place in the short form": ({"new_short": "Caso {code}."}, "no placeholders"),
    "a line break of few programs": ({"new_text": "Una\u2028otra"}, "a sign that phones do not show"),
    "whatsapp": ({"new_whatsapp": "x" * 1001}, "more than 1000"),
}


@pytest.mark.parametrize(("cells", "told"), LEFT.values(), ids=LEFT.keys())
def test_a_row_that_breaks_a_rule_is_left_and_told(
    desk: Desk, capsys: pytest.CaptureFixture[str], cells: dict[str, str], told: str
) -> None:
    before = desk.read().wordings

    assert not come_back(desk, system__help=cells, system__stopped={"ok": "yes"})

    assert told in capsys.readouterr().out
    assert desk.read().wordings == before
    assert [review.answer for review in desk.read().ledger] == ["system.stopped"]  # the others are taken


def test_a_text_without_its_place_is_left(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert not come_back(desk, system__handoff={"new_text": "Su caso."})

    assert "it must have: {code}" in capsys.readouterr().out


def edit_text(desk: Desk) -> None:
    desk.edit("es/system.yml", "\nsystem.help:\n  title: ", "\nsystem.help:\n  title: Otro # ")


def edit_base(desk: Desk) -> None:
    desk.edit("en/system.yml", "\nsystem.help:\n  title: ", "\nsystem.help:\n  title: Other # ")


@pytest.mark.parametrize(
    ("edit", "cells", "taken"),
    [
        (edit_text, {"ok": "yes"}, False),
        (edit_text, {"new_text": "Otro texto."}, False),
        (edit_base, {"ok": "yes"}, False),
        (edit_base, {"new_text": "Otro texto."}, True),
    ],
)
def test_what_has_changed_since_the_sheet_was_written_is_a_conflict(
    desk: Desk, edit: Callable[[Desk], None], cells: dict[str, str], taken: bool
) -> None:
    path = desk.answers.parent / "sheet.csv"
    export_sheet(SETTINGS, path, ["es"])
    edit(desk)
    edited = spanish(desk, "system.help")

    done = import_sheet(SETTINGS, fill(path, system__help=cells), by="Ana López", kind="language", of=None, write=True)

    assert done is taken
    assert (spanish(desk, "system.help") != edited, desk.ledger.exists()) == (taken, False)


def test_unknown_rows_and_rows_that_stand_twice_are_left(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.answers.parent / "sheet.csv"
    export_sheet(SETTINGS, path, ["es"])
    rows = [row.cells for row in read_sheet(path, COLUMNS)]
    unknown = {**rows[0], "id": "../../etc/passwd", "new_text": "x"}
    write_sheet(path, COLUMNS, [*rows, unknown, {**rows[1], "ok": "yes"}], hidden=())

    assert not import_sheet(SETTINGS, path, by="Ana López", kind="language", of=None, write=True)

    told = capsys.readouterr().out
    assert "there is no such answer or language" in told
    assert told.count("stands in the sheet twice") == 2


def test_a_review_that_an_entry_does_not_need_is_left(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.answers.parent / "sheet.csv"
    export_sheet(SETTINGS, path, ["es"])
    fill(path, system__help={"ok": "yes"}, legal__asylum={"ok": "yes"})

    assert not import_sheet(SETTINGS, path, by="Ana López", kind="legal", of=None, write=True)

    assert "system.help needs no legal review" in capsys.readouterr().out
    assert [review.answer for review in desk.read().ledger] == ["legal.asylum"]


def test_recordings_are_not_reviewed_in_a_sheet(desk: Desk) -> None:
    path = desk.answers.parent / "sheet.csv"
    export_sheet(SETTINGS, path, ["es"])

    with pytest.raises(ConfigurationError, match="nobody hears a recording"):
        import_sheet(SETTINGS, path, by="Ana López", kind="audio", of=None, write=True)


def test_a_strangers_words_do_not_steer_the_terminal(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert come_back(desk, system__help={"remarks": "one\napproved: \x1b[2Jx"})

    told = capsys.readouterr().out
    assert "one approved:  [2Jx" in told
    assert "\x1b" not in told


def test_digests_are_no_numbers_to_a_spreadsheet(desk: Desk) -> None:
    path = desk.answers.parent / "sheet.csv"
    export_sheet(SETTINGS, path, ["es"])

    cells = [row.cells[name] for row in read_sheet(path, COLUMNS) for name in DIGESTS]
    assert {cell[:1] for cell in cells} <= {"#", ""}


def test_an_import_waits_for_another_and_then_sees_what_that_has_changed(desk: Desk) -> None:
    path, done = desk.answers.parent / "sheet.csv", list[bool]()
    export_sheet(SETTINGS, path, ["es"])
    fill(path, system__help={"new_title": "Auxilio"})

    def import_it() -> None:
        done.append(import_sheet(SETTINGS, path, by="Ana López", kind="language", of=None, write=True))

    other = Thread(target=import_it)
    with changing_alone(desk.answers):
        other.start()
        other.join(1.0)
        edit_text(desk)
    other.join(60)

    assert (done, spanish(desk, "system.help").title) == ([False], "Otro")


def test_a_formula_is_nobodys_words(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.answers.parent / "sheet.xlsx"
    export_sheet(SETTINGS, path, ["es"])
    book = load_workbook(path)
    for line in book["answers"].iter_rows(min_row=2):
        line[COLUMNS.index("new_text")].value = "=A1" if line[0].value == "system.help" else None
        line[COLUMNS.index("remarks")].value = "=B1" if line[0].value == "system.stopped" else None
    book.save(path)

    assert not import_sheet(SETTINGS, path, by="Ana López", kind="language", of=None, write=True)

    told = capsys.readouterr().out
    assert "a formula, a date or an error of the spreadsheet in new_text" in told
    assert "0 corrected, 0 approved, 1 left" in told


def test_a_new_text_needs_a_title_and_goes_into_its_file(desk: Desk) -> None:
    path = desk.answers.parent / "sheet.csv"
    export_sheet(SETTINGS, path, ["mam"])
    rows = [row.cells for row in read_sheet(path, COLUMNS)]
    news = {"system.help": {"new_title": "One", "new_text": "Two."}, "legal.notario": {"new_text": "x"}}
    for row in rows:
        row.update(news.get(row["id"], {}))
    write_sheet(path, COLUMNS, rows, hidden=())

    assert not import_sheet(SETTINGS, path, by="Ana López", kind="language", of=None, write=True)

    made = desk.read().wordings
    assert made["system.help", "mam"].text == "Two."
    assert ("legal.notario", "mam") not in made


# As an operator types it


def test_the_command_line_exports_imports_and_tells_by_its_status_what_was_left(desk: Desk, tmp_path: Path) -> None:
    path, by = tmp_path / "sheet.csv", ("--by", "Ana López")
    run = CliRunner().invoke

    exported = run(answers_app, ["export", "--languages", "es", "--out", str(path)])
    fill(path, system__help={"ok": "yes"}, system__stopped={"ok": "perhaps"})
    imported = run(answers_app, ["import", str(path), *by, "--as", "language", "--write"])
    reviewed = run(answers_app, ["review", "legal.asylum", "es", "--as", "legal", *by, "--yes"])

    assert (exported.exit_code, imported.exit_code, reviewed.exit_code) == (0, 1, 0)
    assert [review.answer for review in desk.read().ledger] == ["system.help", "legal.asylum"]
