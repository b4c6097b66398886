"""The page of a month's figures and its file: who may see them, that it is written down, and that both hide alike."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

import pytest
import requests
from sqlalchemy import select, update

from console.inbox.report_file import neutralise, write_csv
from console.inbox.report_layout import Layout, Section
from console.rendering import Pages
from store.forgetting.periods import Periods
from store.staff.staff import Role
from store.tables import AuditEntry, Organisation
from tests.house import House
from tests.inbox_house import InboxHouse
from tests.month import JUST_AFTER, MARCH, ZONE, MonthBook, lay_march

ANA, BO = "a" * 32, "b" * 32
ALLOWED = [Role.SUPERVISOR, Role.ADMINISTRATOR]


@pytest.fixture
def book(house: House) -> MonthBook:
    house.clock.now = JUST_AFTER
    since = update(Organisation).values(created_at=MARCH.begins(ZONE))
    house.database.run_sync(lambda session: session.execute(since))
    return MonthBook(house)


@pytest.fixture
def office(book: MonthBook) -> InboxHouse:
    return InboxHouse(book.house)


@pytest.fixture
def url(office: InboxHouse) -> Iterator[str]:
    with office.serving() as url:
        yield url


def visit(office: InboxHouse, url: str, path: str, role: Role = Role.SUPERVISOR, **more: str) -> requests.Response:
    staff = office.add_staff(f"{role}-{len(path)}", "Eva", role=role)
    cookie = office.sign_in(staff)
    cookies = {cookie["name"]: cookie["value"]}
    return requests.get(url + path, cookies=cookies, allow_redirects=False, timeout=20, headers=more)


def lay_out(book: MonthBook, locale: str = "en", *, ana: str = "Aaaaaaaa", cents: float | None = 1.1) -> list[Section]:
    layout = Layout(Pages(), book.house.rules, locale, {ANA: ana, BO: "Bbbbbbbb"}, Periods(), cents)
    return layout.sections(book.report())


def figures(section: Section) -> dict[str, tuple[str, ...]]:
    return {row.label: tuple(cell.shown for cell in row.cells) for row in section.rows}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", ["/inbox/report", "/inbox/report.csv"])
def test_only_who_leads_sees_the_figures(office: InboxHouse, url: str, path: str, role: Role) -> None:
    assert visit(office, url, path, role).status_code == (200 if role in ALLOWED else 404)


def test_who_has_not_signed_in_sees_nothing(url: str) -> None:
    for path in ("/inbox/report", "/inbox/report.csv?month=2026-03"):
        assert requests.get(url + path, allow_redirects=False, timeout=20).status_code == 303


def test_each_look_and_each_file_is_written_down(office: InboxHouse, url: str) -> None:
    visit(office, url, "/inbox/report?month=2026-03")
    visit(office, url, "/inbox/report.csv?month=2026-03")

    written = office.house.rows(select(AuditEntry).where(AuditEntry.subject_kind == "report").order_by(AuditEntry.act))
    assert [(one.act, one.subject_id) for one in written] == [("report.export", "2026-03"), ("report.read", "2026-03")]
    assert all(len(one.actor) == 32 for one in written)


def test_the_page_and_the_file_have_the_same_figures(office: InboxHouse, book: MonthBook, url: str) -> None:
    lay_march(book, ana=ANA, bo=BO)
    cells = [cell for section in lay_out(book) for row in section.rows for cell in row.cells if cell.plain]

    page = visit(office, url, "/inbox/report")
    file = visit(office, url, "/inbox/report.csv")

    shown = [unescape(cell) for cell in re.findall("<td>(.+?)</td>", page.text)]
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert shown == [cell.shown for cell in cells]
    assert [row["value"] for row in rows if row["table"]] == [cell.plain for cell in cells]
    assert file.headers["content-disposition"] == 'attachment; filename="puente-2026-03.csv"'


def test_tables_say_in_words_what_is_counted(book: MonthBook) -> None:
    lay_march(book, ana=ANA, bo=BO)

    tables = {section.code: figures(section) for section in lay_out(book)}

    assert tables["languages"] == {
        "All": ("73", ""), "Español": ("30", "41%"), "English": ("21", "29%"), "K'iche'": ("12", "16%"),
        "All others": ("hidden", ""),
    }  # fmt: skip
    assert tables["needs"]["Danger"] == ("13", "31%")
    assert [label for label in tables["needs"] if label.endswith("[school.enroll_documents]")]
    assert tables["waits"]["Urgent cases: from opening until somebody took it"] == ("7 min", "12 min", "13 min")
    assert tables["cost"]["SMS, in segments"] == ("72", "$0.79")
    assert tables["cost"]["WhatsApp, in messages"] == ("<11", "")
    assert tables["workers"]["Bbbbbbbb"] == ("14", "0", "0", "3")
    assert set(tables["endings"].values()) == {("16", ""), ("hidden", "")}


def test_without_a_price_only_segments_are_told(book: MonthBook) -> None:
    lay_march(book, ana=ANA, bo=BO)

    cost = next(section for section in lay_out(book, cents=None) if section.code == "cost")

    assert cost.columns == ("Segments or messages",)
    assert "MESSAGE_PRICE_CENTS" in cost.note


@pytest.mark.parametrize("asked", ["2026-04", "2026-02", "2019-01", "2026-3", "'; DROP TABLE message", "9" * 300])
def test_a_month_without_a_report_is_told_so_and_nothing_is_written_down(
    office: InboxHouse, url: str, asked: str
) -> None:
    answers = [visit(office, url, f"/inbox/report{end}?month={quote(asked)}") for end in ("", ".csv")]

    assert {answer.status_code for answer in answers} == {404}
    assert all("There is no report of that month" in answer.text for answer in answers)
    assert office.house.rows(select(AuditEntry).where(AuditEntry.subject_kind == "report")) == []


def test_a_name_that_a_spreadsheet_would_calculate_is_only_shown(book: MonthBook) -> None:
    lay_march(book, ana=ANA, bo=BO)
    evil = '=HYPERLINK("http://x.example","Ana")'

    content = write_csv(MARCH, lay_out(book, ana=evil), ["+1", "@SUM(A1)"]).decode("utf-8-sig")

    cells = [cell for row in csv.reader(io.StringIO(content)) for cell in row]
    assert "'" + evil in cells
    assert [cell for cell in cells if re.match(r"\s*[=+\-@]", cell)] == []


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "\n=1"])
def test_what_begins_like_a_formula_is_neutralised(text: str) -> None:
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize("text", ["", "<11", "12", "Español", "a=1", "0.41"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert neutralise(text) == text


def test_spanish_readers_get_spanish_tables_with_the_same_figures(book: MonthBook) -> None:
    lay_march(book, ana=ANA, bo=BO)

    english, spanish = lay_out(book), lay_out(book, "es")

    assert {section.title for section in english} & {section.title for section in spanish} == set()
    assert [cell.plain for one in english for row in one.rows for cell in row.cells if cell.plain != "hidden"] == [
        cell.plain for one in spanish for row in one.rows for cell in row.cells if cell.plain != "oculto"
    ]


def test_it_is_said_when_messages_have_been_deleted_since(office: InboxHouse, url: str, book: MonthBook) -> None:
    fresh = visit(office, url, "/inbox/report").text
    book.house.clock.advance(60 * 86_400)
    late = visit(office, url, "/inbox/report?month=2026-03", Role.ADMINISTRATOR).text

    assert "figures are incomplete" not in fresh
    assert "90 days after they were written" in late
    assert "figures are incomplete" in late
