"""The agenda, the dates of a case and the import over HTTP: who may, what is shown, and once."""

import re
from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from conversation.appointments.values import KnownAppointment
from conversation.messages import Channel
from store.agenda.keeping import Keeper, keep_date
from store.staff.staff import Role, Staff
from store.tables import Appointment, AuditEntry, Consent
from tests.house import House
from tests.inbox_house import InboxHouse

HEADING = "number,phone_of,consent_by,consent_on,consent_how,age_group,language,kind,date,time,place,zone,name"
LINE = "7135550142,sponsor,parent,2026-02-01,paper,18_plus,es,court,6/20/2026,8:30 AM,,America/Chicago,"
_FIELD = re.compile(r'name="(\w+)" value="([^"]*)"')
TODAY = date(2026, 6, 1)


class Browser:
    """Somebody who is signed in, without JavaScript."""

    def __init__(self, office: InboxHouse, url: str, staff: Staff) -> None:
        self.url, cookie = url, office.sign_in(staff)
        self.cookies = {cookie["name"]: cookie["value"]}
        self.page = ""

    def get(self, path: str) -> requests.Response:
        answer = requests.get(self.url + path, cookies=self.cookies, allow_redirects=False, timeout=20)
        self.page = answer.text
        return answer

    def post(self, path: str, *, file: bytes | None = None, **form: str) -> requests.Response:
        data = {"csrf": self.field("csrf"), "form_key": self.field("form_key"), **form}
        files = {"file": ("dates.csv", file, "text/csv")} if file is not None else None
        answer = requests.post(
            self.url + path, data=data, files=files, cookies=self.cookies, allow_redirects=False, timeout=20,
            headers={"Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip
        if answer.status_code != 303:
            self.page = answer.text
        return answer

    def field(self, name: str) -> str:
        return next((value for key, value in _FIELD.findall(self.page) if key == name), "")


@pytest.fixture
def office(house: House) -> InboxHouse:
    return InboxHouse(house)


@pytest.fixture
def url(office: InboxHouse) -> Iterator[str]:
    with office.serving() as url:
        yield url


@pytest.fixture
def ana(office: InboxHouse) -> Staff:
    return office.add_staff("ana", "Ana")


@pytest.fixture
def eva(office: InboxHouse) -> Staff:
    return office.add_staff("eva", "Eva", role=Role.SUPERVISOR)


def add_case(office: InboxHouse, ana: Staff, *days: date) -> str:
    case = office.open_case("Hola", person="+17135550123")
    office.claim(case, ana)
    keeper = Keeper(ana, case.id, office.house.clock())

    def keep(session: Any) -> None:
        for day in days:
            keep_date(
                session, office.house.vault, keeper, KnownAppointment("", "court", day, time(23, 30), "America/Chicago")
            )

    office.house.database.run_sync(keep)
    return case.code


def count(office: InboxHouse, table: Any) -> int:
    return int(office.house.rows(select(func.count()).select_from(table))[0])


@pytest.mark.parametrize("path", ["/inbox/agenda", "/inbox/agenda.ics", "/inbox/agenda/import"])
def test_who_may_not_come_in_sees_nothing(office: InboxHouse, url: str, path: str) -> None:
    reviewer = Browser(office, url, office.add_staff("rev", "Rev", role=Role.REVIEWER))

    assert requests.get(url + path, allow_redirects=False, timeout=20).status_code == 303
    assert reviewer.get(path).status_code == 404


def test_only_who_leads_imports(office: InboxHouse, url: str, ana: Staff, eva: Staff) -> None:
    statuses = [Browser(office, url, one).get("/inbox/agenda/import").status_code for one in (ana, eva)]

    assert statuses == [404, 200]


def test_a_date_is_entered_corrected_and_cancelled_on_the_page_of_the_case(
    office: InboxHouse, url: str, ana: Staff
) -> None:
    code, browser = add_case(office, ana), Browser(office, url, ana)
    form = {"kind": "court", "day": "2026-06-20", "at": "08:30", "place": "Houston, TX", "zone": ""}
    browser.get(f"/inbox/{code}")

    entered = browser.post(f"/inbox/{code}/date", **form, who="person", how="asked_by_call")
    (row,) = office.house.rows(select(Appointment))
    browser.get(f"/inbox/{code}?date={row.id}")
    mark = browser.field("mark")
    corrected = browser.post(f"/inbox/{code}/date", **{**form, "at": "09:00"}, date=row.id, mark=mark)
    late = browser.post(f"/inbox/{code}/date-cancel", date=row.id, mark=mark)
    browser.get(f"/inbox/{code}?date={row.id}")
    cancelled = browser.post(f"/inbox/{code}/date-cancel", date=row.id, mark=browser.field("mark"))

    said = [answer.headers["location"].partition("said=")[2] for answer in (entered, corrected, late, cancelled)]
    assert said == ["date_kept", "date_kept", "date_stale", "date_cancelled"]
    (row,) = office.house.rows(select(Appointment))
    assert (row.zone, row.at_minutes, row.status) == ("America/Chicago", 540, "cancelled")
    assert [one for one in office.house.case_events() if one.startswith("date_")] == [
        "date_added", "date_changed", "date_cancelled",
    ]  # fmt: skip


UNREADABLE = (
    ({"day": "2026-13-01"}, "date_unread"),
    ({"at": "25:00"}, "date_unread"),
    ({"kind": "party"}, "date_unread"),
    ({"day": "2026-05-01"}, "date_past"),
    ({"zone": "Mars/Base"}, "date_no_zone"),
    ({"zone": "", "place": "Zzyzzxburg"}, "date_no_zone"),
    ({"place": "A 123 456 789"}, "date_text"),
    ({"child": "K" * 21}, "date_text"),
)


def test_what_cannot_be_read_changes_nothing(office: InboxHouse, url: str, ana: Staff) -> None:
    code, browser = add_case(office, ana), Browser(office, url, ana)
    browser.get(f"/inbox/{code}")
    form = {"kind": "court", "day": "2026-06-20", "at": "08:30", "zone": "America/Chicago"}

    answers = [browser.post(f"/inbox/{code}/date", **{**form, **changes}) for changes, _ in UNREADABLE]

    said = [answer.headers["location"].partition("said=")[2] for answer in answers]
    assert said == [code_of for _, code_of in UNREADABLE]
    assert count(office, Appointment) == 0


def test_the_agenda_begins_with_today_and_pages_by_day_and_week(office: InboxHouse, url: str, ana: Staff) -> None:
    code = add_case(office, ana, TODAY, date(2026, 6, 5), date(2026, 6, 20))
    browser = Browser(office, url, ana)

    day = browser.get("/inbox/agenda").text
    week = browser.get("/inbox/agenda?days=7&who=me&show=open").text
    strange = browser.get("/inbox/agenda?day=x&days=-1&who=%27&show=%3Cb%3E&page=-7")

    assert day.count('<li class="case') == 1
    assert week.count('<li class="case') == 2
    assert week.index("Today, ") < week.index("June 5")
    assert f'href="/inbox/{code}"' in day
    assert strange.status_code == 200


def test_the_calendar_file_names_cases_by_code_and_is_written_down(office: InboxHouse, url: str, ana: Staff) -> None:
    code = add_case(office, ana, TODAY)

    answer = Browser(office, url, ana).get("/inbox/agenda.ics")

    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert f"SUMMARY:{code}\r\n" in answer.text
    assert "DTSTART:20260602T043000Z" in answer.text
    assert "court" not in answer.text.lower()
    assert "agenda.export" in office.house.rows(select(AuditEntry.act))


def test_a_date_that_no_case_leads_to_gets_one_from_who_leads(
    office: InboxHouse, url: str, ana: Staff, eva: Staff
) -> None:
    office.open_case("Hola", person="+12125550142", channel=Channel.SMS)  # a number of ours is known from it
    leading = Browser(office, url, eva)
    leading.get("/inbox/agenda/import")
    leading.post("/inbox/agenda/import", file=f"{HEADING}\r\n{LINE}".encode())
    leading.post("/inbox/agenda/import/run", sealed=leading.field("sealed"))
    leading.get("/inbox/agenda?day=2026-06-20")
    (row,) = office.house.rows(select(Appointment))

    opened = leading.post("/inbox/agenda/case", date=row.id)
    again = leading.post("/inbox/agenda/case", date=row.id)

    assert re.fullmatch(r"/inbox/[A-Z]+[0-9]+", opened.headers["location"])
    assert again.headers["location"] == "/inbox/agenda?said=not_allowed"


def test_a_preview_writes_nothing_and_the_import_each_row_once(office: InboxHouse, url: str, eva: Staff) -> None:
    office.open_case("Hola", person="+12125550142", channel=Channel.SMS)
    browser, bad = Browser(office, url, eva), LINE.replace("parent", "").replace("7135550142", "<b>12</b>")
    browser.get("/inbox/agenda/import")

    preview = browser.post("/inbox/agenda/import", file=f"{HEADING}\r\n{LINE}\r\n{bad}".encode())
    untouched = count(office, Appointment), count(office, Consent)
    sealed = browser.field("sealed")
    first = browser.post("/inbox/agenda/import/run", sealed=sealed, form_key="a" * 32)
    second = browser.post("/inbox/agenda/import/run", sealed=sealed, form_key="a" * 32)
    third = browser.post("/inbox/agenda/import/run", sealed=sealed, form_key="b" * 32)

    assert "<strong>Line 3</strong>" in preview.text
    assert "is no telephone number" in preview.text
    assert "<b>12" not in preview.text
    assert "7135550142" not in preview.text
    assert untouched == (0, 0)
    assert "1 date kept" in first.text
    assert "done already" in second.text
    assert "1 row changed nothing" in third.text
    assert (count(office, Appointment), count(office, Consent)) == (1, 1)


def test_a_preview_is_of_one_reader_and_cannot_be_changed(office: InboxHouse, url: str, eva: Staff) -> None:
    other = office.add_staff("ada", "Ada", role=Role.ADMINISTRATOR)
    browser, thief = Browser(office, url, eva), Browser(office, url, other)
    browser.get("/inbox/agenda/import")
    browser.post("/inbox/agenda/import", file=f"{HEADING}\r\n{LINE}".encode())
    sealed = browser.field("sealed")
    thief.get("/inbox/agenda/import")

    tried = (sealed, "AAAA", "", sealed[:-8] + "AAAAAAA=")
    answers = [thief.post("/inbox/agenda/import/run", sealed=one) for one in tried]
    office.house.later(3 * 3600)
    late = Browser(office, url, eva)
    late.get("/inbox/agenda/import")
    answers.append(late.post("/inbox/agenda/import/run", sealed=sealed))

    assert {answer.status_code for answer in answers} == {422}
    assert count(office, Appointment) == 0


def test_a_file_of_another_kind_or_too_large_is_told_so(office: InboxHouse, url: str, eva: Staff) -> None:
    browser = Browser(office, url, eva)
    browser.get("/inbox/agenda/import")

    spreadsheet = browser.post("/inbox/agenda/import", file=b"PK\x03\x04")
    large = browser.post("/inbox/agenda/import", file=b"x" * (1024 * 1024 + 1))
    none = browser.post("/inbox/agenda/import")

    assert "save as, CSV" in spreadsheet.text
    assert "larger than 1 MB" in large.text
    assert "No file was chosen" in none.text
