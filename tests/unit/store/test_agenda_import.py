"""A file of clients and dates: read as spreadsheets write it, refused row by row, and written once."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from conversation.messages import Command
from store.agenda.import_dates import read_day, read_hour
from store.agenda.import_file import COLUMNS, MOST_BYTES, FileProblem, Line, decode, read_lines, write_template
from store.agenda.import_report import BadRow, GoodRow
from store.agenda.import_rows import Judge, judge_row, judge_rows
from store.agenda.importing import Imported, Importer, import_rows
from store.people import get_address_of, record_consent
from store.reminders.acts import record_reminder_consent
from store.staff.staff import Staff
from store.tables import Address, Appointment, Consent, Conversation, OutboxEntry, Reminder
from tests.fakes import START
from tests.house import OURS, House
from tests.inbox_house import InboxHouse
from tests.reminders import Almanac

JUDGE = Judge(
    now=START, languages={"es": "es", "español": "es", "en": "en"}, is_secret=lambda text: "A123" in text,
    find_zone=lambda place: ZoneInfo("America/Chicago") if place == "Houston, TX" else None,
    read_zone=lambda name: name if name == "America/Denver" else None,
)  # fmt: skip
ROW = {
    "number": "(713) 555-0142", "phone_of": "sponsor", "consent_by": "Parent", "consent_on": "2026-02-01",
    "consent_how": "in person", "age_group": "18+", "language": "Español", "kind": "court", "date": "6/20/2026",
    "time": "8:30 AM", "place": "Houston, TX",
}  # fmt: skip
GOOD = judge_row(Line(2, ROW), JUDGE)


def problems(**changes: str) -> list[tuple[str, str]]:
    judged = judge_row(Line(2, {**ROW, **changes}), JUDGE)
    return [(one.column, one.fault.value) for one in judged.problems] if isinstance(judged, BadRow) else []


def test_a_row_says_who_agreed_and_what_is_when() -> None:
    assert isinstance(GOOD, GoodRow)
    assert (GOOD.number, GOOD.language, GOOD.consent_on) == ("+17135550142", "es", date(2026, 2, 1))
    assert (GOOD.told.kind, GOOD.told.day, GOOD.told.at) == ("court", date(2026, 6, 20), time(8, 30))
    assert GOOD.told.zone == "America/Chicago"
    assert GOOD.consent == {
        "consent_by": "parent", "consent_how": "in_person", "age_group": "18_plus", "phone_of": "sponsor",
        "consent_on": "2026-02-01",
    }  # fmt: skip
    assert "555" not in repr(GOOD)


@pytest.mark.parametrize("column", ["number", "phone_of", "consent_by", "consent_on", "consent_how", "age_group"])
def test_without_whose_phone_and_whose_consent_there_is_no_row(column: str) -> None:
    assert (column, "missing") in problems(**{column: ""})


@pytest.mark.parametrize(
    ("column", "cell", "fault"),
    [
        ("number", "713555", "no_number"),
        ("number", "1.71356E+10", "no_number"),
        ("number", "=CMD()", "no_number"),
        ("number", "+502 5555 0123", "not_here"),
        ("number", "+1 800 555 0199", "not_here"),
        ("phone_of", "uncle", "no_code"),
        ("consent_how", "rumour", "no_code"),
        ("consent_on", "2027-01-01", "not_yet"),
        ("consent_on", "yes", "no_day"),
        ("language", "Klingon", "no_language"),
        ("kind", "party", "no_code"),
        ("date", "25/12/2026", "no_day"),
        ("date", "2026-02-30", "no_day"),
        ("date", "2026-01-05", "past"),
        ("date", "2099-01-05", "far"),
        ("time", "8", "no_hour"),
        ("time", "25:00", "no_hour"),
        ("place", "Atlantis", "no_place"),
        ("place", "", "no_place"),
        ("zone", "Mars/Base", "no_zone"),
        ("name", "=HYPERLINK(1)", "formula"),
        ("name", "Kevin A123", "government"),
        ("name", "K" * 21, "long"),
        ("place", "x" * 5000, "long"),
    ],
)
def test_a_cell_that_cannot_be_right_is_named(column: str, cell: str, fault: str) -> None:
    assert (column, fault) in problems(**{column: cell})


def test_a_child_under_thirteen_cannot_agree_alone() -> None:
    assert problems(age_group="under_13", consent_by="youth") == [("consent_by", "child_alone")]
    assert problems(age_group="under_13", consent_by="parent") == []


def test_a_zone_may_stand_instead_of_a_place_and_the_hour_may_be_unknown() -> None:
    judged = judge_row(Line(2, {**ROW, "zone": "America/Denver", "place": "", "time": ""}), JUDGE)

    assert isinstance(judged, GoodRow)
    assert (judged.told.zone, judged.told.at, judged.told.place) == ("America/Denver", None, None)


def test_a_row_that_says_the_same_again_is_told_with_the_line_of_the_first() -> None:
    good, bad = judge_rows([Line(2, ROW), Line(3, {**ROW, "number": "713-555-0142"})], JUDGE)

    assert len(good) == 1
    assert [(one.line, one.problems[0].fault.value, one.problems[0].line) for one in bad] == [(3, "twice", 2)]


@pytest.mark.parametrize(
    ("text", "month_first", "day"),
    [
        ("2027-01-14", True, date(2027, 1, 14)),
        ("1/14/2027", True, date(2027, 1, 14)),
        ("14.1.27", False, date(2027, 1, 14)),
        ("01/02/2027", True, date(2027, 1, 2)),
        ("01/02/2027", False, date(2027, 2, 1)),
        ("1/14/2027 0:00", True, date(2027, 1, 14)),
        ("46401", True, date(2027, 1, 14)),
        ("46401.0", True, date(2027, 1, 14)),
        ("46401.5", True, None),
        ("14/1/2027", True, None),
        ("next week", True, None),
        ("٢٠٢٧-01-14", True, None),
    ],
)
def test_days_are_read_as_spreadsheets_write_them(text: str, month_first: bool, day: date | None) -> None:
    assert read_day(text, month_first=month_first) == day


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("8:30", time(8, 30)), ("08:30:00", time(8, 30)), ("8:30 PM", time(20, 30)), ("8 am", time(8)),
        ("12 a.m.", time(0)), ("12:15 PM", time(12, 15)), ("14h30", time(14, 30)), ("0.354166667", time(8, 30)),
        ("8", None), ("13 pm", None), ("24:00", None), ("8:61", None), ("soon", None),
    ],
)  # fmt: skip
def test_hours_are_read_as_spreadsheets_write_them(text: str, hour: time | None) -> None:
    assert read_hour(text) == hour


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_separator_and_encoding_gives_the_same_rows(separator: str, encoding: str) -> None:
    heading = separator.join(name.upper().replace("_", " ") for name in COLUMNS)
    cells = [ROW.get(name, "José" if name == "name" else "") for name in COLUMNS]
    row = separator.join(f'"{cell}"' for cell in cells)

    text = decode(f"{heading}\r\n\r\n{row}\r\n{separator * 3}\r\n".encode(encoding))

    assert isinstance(text, str)
    lines = read_lines(text)
    assert isinstance(lines, list)
    assert [(one.number, one.cells["name"], one.cells["place"]) for one in lines] == [(3, "José", "Houston, TX")]


def test_a_spreadsheets_own_first_line_and_its_ways_to_keep_digits_are_understood() -> None:
    text = "sep=;\r\n" + ";".join(COLUMNS) + '\r\n"=""7135550142""";\'sponsor\r\n'

    lines = read_lines(text)

    assert isinstance(lines, list)
    assert [(one.number, one.cells["number"], one.cells["phone_of"]) for one in lines] == [(3, "7135550142", "sponsor")]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "empty"),
        (write_template(), "empty"),
        (b"PK\x03\x04rest", "no_text"),
        (b"number\0\1", "no_text"),
        (b"a" * (MOST_BYTES + 1), "large"),
        (b"number;date\r\n1;2", "no_columns"),
        ((",".join(COLUMNS) + ",date\r\n1").encode(), "twice"),
        ((",".join(COLUMNS) + "\n" + "1\n" * 1001).encode(), "many_rows"),
        ((",".join(COLUMNS) + '\n"' + "x" * 200_000).encode(), "no_text"),
    ],
)
def test_a_file_that_is_none_is_told_so(content: bytes, fault: str) -> None:
    text = decode(content)
    found = text if isinstance(text, FileProblem) else read_lines(text)

    assert isinstance(found, FileProblem)
    assert found.fault == fault


class Import:
    """Rows into a house, some days later each time."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ada: Staff = InboxHouse(house).add_staff("ada", "Ada")

    def run(self, *rows: GoodRow | BadRow, sender: str = OURS) -> Imported:
        importer = Importer(self.ada, sender, self.house.clock())
        good = [one for one in rows if isinstance(one, GoodRow)]
        return self.house.database.run_sync(lambda session: import_rows(session, self.house.vault, importer, good))

    def count(self, table: Any) -> int:
        return int(self.house.rows(select(func.count()).select_from(table))[0])


@pytest.fixture
def desk(house: House) -> Import:
    return Import(house)


def test_a_row_becomes_a_date_with_its_consent_and_nothing_is_sent(desk: Import) -> None:
    done = desk.run(GOOD)

    (consent,) = desk.house.rows(select(Consent))
    (conversation,) = desk.house.rows(select(Conversation))
    assert done == Imported(kept=1)
    assert (consent.kind, consent.act, consent.source, consent.details["consent_by"]) == (
        "reminders", "agreed", "import", "parent",
    )  # fmt: skip
    assert (conversation.language, conversation.role, conversation.sender) == ("es", "sponsor", OURS)
    assert desk.count(Reminder) >= 4
    assert desk.count(OutboxEntry) == 0


def test_the_same_row_again_changes_nothing_even_after_the_date_was_corrected(desk: Import) -> None:
    desk.run(GOOD)
    desk.house.database.run_sync(
        lambda session: session.execute(update(Appointment).values(day=date(2026, 6, 25), status="going"))
    )

    again = desk.run(GOOD)

    assert again == Imported(same=1)
    assert [(one.day, one.status) for one in desk.house.rows(select(Appointment))] == [(date(2026, 6, 25), "going")]
    assert desk.count(Consent) == 1


def test_a_confirmed_date_that_another_file_knows_too_stays_confirmed(desk: Import) -> None:
    assert isinstance(GOOD, GoodRow)
    desk.run(GOOD)
    desk.house.database.run_sync(lambda session: session.execute(update(Appointment).values(status="going")))
    later = replace(GOOD, consent={**GOOD.consent, "consent_on": "2026-02-02"})

    done = desk.run(later, replace(later, told=replace(GOOD.told, at=None)))

    assert done == Imported(same=2)
    assert desk.house.rows(select(Appointment.status)) == ["going"]


def test_a_number_that_has_stopped_stays_stopped(desk: Import) -> None:
    house = desk.house
    conversation_id = InboxHouse(house).wait(house.hear("Hola", person="+17135550142")).conversation_id

    def stop(session: Any) -> None:
        known = get_address_of(session, house.vault, conversation_id)
        values = {"source": "keyword", "language": "es", "message_id": None, "now": house.clock()}
        record_consent(session, known, Command.STOP, **values)

    house.database.run_sync(stop)

    done = desk.run(GOOD)

    assert done == Imported(kept=1, stopped=1)
    assert house.rows(select(Address.stopped_at)) != [None]
    assert house.rows(select(Conversation.id)) == [conversation_id]


def test_who_has_said_since_that_they_want_no_reminders_gets_none(desk: Import) -> None:
    house = desk.house
    conversation_id = InboxHouse(house).wait(house.hear("Hola", person="+17135550142")).conversation_id
    house.database.run_sync(
        lambda session: record_reminder_consent(
            session, conversation_id, act="revoked", source="told", wording=None, language="es", message_id=None,
            now=house.clock(),
        )
    )  # fmt: skip
    assert isinstance(GOOD, GoodRow)
    fresh = replace(GOOD, consent_on=(house.clock() + timedelta(days=1)).date())

    before, after = desk.run(GOOD), desk.run(replace(fresh, consent={**GOOD.consent, "consent_on": "x"}))

    assert (before, after) == (Imported(revoked=1), Imported(kept=1))


def test_a_phone_of_the_team_is_refused(desk: Import) -> None:
    house = desk.house
    conversation_id = InboxHouse(house).wait(house.hear("Hola", person="+17135550142")).conversation_id
    theirs = update(Conversation).where(Conversation.id == conversation_id).values(caseworker_id=desk.ada.id)
    house.database.run_sync(lambda session: session.execute(theirs))

    assert desk.run(GOOD) == Imported(refused=1)
    assert desk.count(Appointment) == 0


def test_what_the_person_said_of_themselves_stays(desk: Import) -> None:
    house = desk.house
    entry = InboxHouse(house).wait(house.hear("Hello", person="+17135550142"))
    said = update(Conversation).where(Conversation.id == entry.conversation_id).values(language="ht", role="youth")
    house.database.run_sync(lambda session: session.execute(said))

    desk.run(GOOD)

    assert house.rows(select(Conversation.language)) == ["ht"]
    assert house.rows(select(Conversation.role)) == ["youth"]


async def test_a_number_that_never_wrote_is_asked_whose_it_is_before_a_date_is_named(house: House) -> None:
    almanac = Almanac(house)
    Import(house).run(GOOD)
    almanac.at(2026, 6, 18, 16)

    await almanac.sweep()

    assert [text for text in house.answers() if text != "system.first_notice"] == ["reminder.reconfirm"]
