"""The figures of a month, against a month that was laid out by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from conversation.errors import ConfigurationError
from store.forgetting.periods import Periods
from store.reporting.cases import Waits, measure
from store.reporting.months import Month, find_month, list_months, parse_month
from store.reporting.report import Report
from store.reporting.workers import Load
from tests.house import House
from tests.month import BORDERS, JUST_AFTER, MARCH, ZONE, MonthBook, lay_march

ANA, BO = "a" * 32, "b" * 32


@pytest.fixture
def book(house: House) -> MonthBook:
    return MonthBook(house)


@pytest.fixture
def march(book: MonthBook) -> Report:
    lay_march(book, ana=ANA, bo=BO)
    return book.report()


def test_persons_are_counted_by_number_and_by_the_language_they_speak(march: Report) -> None:
    people = march.people

    assert people.total == 30 + 20 + 12 + 8 + 2 + 1
    assert people.by_language.told == (("es", 30), ("en", 21), ("quc", 12))
    assert "ht" in people.by_language.hidden  # ten persons
    assert people.by_state.told == (("TX", 42), ("CA", 20))
    assert "unknown" in people.by_state.hidden  # three persons


def test_who_was_answered_by_a_caseworker_is_told_from_who_waits_and_from_whom_the_service_served(
    march: Report,
) -> None:
    assert march.people.by_handling.told == (("automatic", 32), ("person", 28), ("waiting", 13))


def test_what_stands_alone_is_told_from_eleven_on(march: Report) -> None:
    assert (march.people.misunderstood, march.people.stopped, march.people.started) == (12, 11, None)
    assert (march.texts.troubles["undelivered"], march.texts.troubles["failed"]) == (11, None)
    assert (march.cases.reports_due, march.cases.reports_late) == (None, None)


def test_what_led_to_a_person_is_counted_by_answer_and_else_by_reason(march: Report) -> None:
    needs = march.cases.by_need

    assert needs.told == (("answer:school.enroll_documents", 15), ("danger", 13))
    assert {"misunderstood", "bot_down", "gone"} <= set(needs.hidden)  # twelve would give one and one away
    assert needs.total == 15 + 13 + 12 + 1 + 1


def test_times_to_the_first_reply_and_to_the_first_claim(march: Report) -> None:
    minutes = [timedelta(minutes=count) for count in range(40)]

    assert march.cases.by_reply.told == (("not_replied", 27), ("replied", 15))
    assert march.cases.first_reply == Waits(minutes[27], minutes[33], minutes[34])
    assert march.cases.urgent_claim == Waits(minutes[7], minutes[12], minutes[13])


def test_times_of_ten_cases_are_not_told() -> None:
    assert measure([timedelta(minutes=1)] * 10) is None
    assert measure([timedelta(minutes=1)] * 11) == Waits(*[timedelta(minutes=1)] * 3)


def test_a_case_that_was_given_back_and_taken_again_counts_by_its_first_claim(book: MonthBook) -> None:
    for _ in range(11):
        case = book.case(None, urgency="page_now", claimed=timedelta(minutes=3))
        book.event(case, "claimed", at=JUST_AFTER)

    urgent = book.report().cases.urgent_claim

    assert urgent
    assert urgent.longest == timedelta(minutes=3)


def test_endings_hide_a_small_one_and_another_with_it(march: Report) -> None:
    endings = march.cases.by_ending

    assert (endings.told, endings.total) == ((), 16)
    assert {"helped", "other", "referred"} <= set(endings.hidden)


def test_answers_that_did_not_help_and_those_in_another_language(march: Report) -> None:
    assert march.texts.unhelpful == {"school.vaccines": 13}
    assert march.texts.untranslated == {"health.insurance": 13}  # of the pair in two languages none is missing


def test_what_is_billed_is_what_the_carrier_took_within_the_month(march: Report) -> None:
    assert march.texts.segments == {"sms": 2 * 2 * 12 + 13 + 11, "whatsapp": None, "staff": None}


def test_the_load_of_each_caseworker(march: Report) -> None:
    assert march.loads == (
        Load(ANA, taken=15, closed=15, replies=15, pages=0), Load(BO, taken=14, closed=0, replies=0, pages=3),
    )  # fmt: skip


def test_nothing_of_another_organisation_is_counted(book: MonthBook) -> None:
    lay_march(book, ana=ANA, bo=BO)
    book.house.organisation_id = "f" * 32

    report = book.report()

    assert report.people.total is None
    assert (report.cases.by_need.total, report.cases.first_reply, report.loads) == (None, None, ())
    assert report.texts.segments["sms"] is None
    assert report.texts.unhelpful == report.texts.untranslated == {}


@pytest.mark.parametrize(("at", "inside"), list(zip(BORDERS, (True, True, False, False), strict=True)))
def test_a_month_begins_and_ends_on_the_wall_clock_of_the_organisation(
    book: MonthBook, at: datetime, inside: bool
) -> None:
    book.many(11, lambda: book.person(at=at))

    assert book.report().people.total == (11 if inside else None)


def test_a_month_that_is_not_over_has_no_report(book: MonthBook) -> None:
    last_moment = MARCH.after.begins(ZONE) - timedelta(seconds=1)

    with pytest.raises(ConfigurationError, match="2026-03 is not over"):
        book.report(now=last_moment)
    assert book.report(now=last_moment + timedelta(seconds=1)).month == MARCH


def test_a_report_says_when_retention_has_begun_to_take_its_figures_away(book: MonthBook) -> None:
    begins = MARCH.begins(ZONE)
    periods = Periods(timedelta(days=40), timedelta(days=60))

    reports = [book.report(now=begins + timedelta(days=days), periods=periods) for days in (40, 41, 61)]

    assert [(one.messages_gone, one.cases_gone) for one in reports] == [(False, False), (True, False), (True, True)]


def test_what_was_purged_is_no_longer_counted_and_the_times_of_cases_are(book: MonthBook) -> None:
    book.many(11, lambda: book.case(None, topic="expired", reason="expired", replied=timedelta(minutes=9)))

    cases = book.report().cases

    assert cases.first_reply == Waits(*[timedelta(minutes=9)] * 3)
    assert cases.by_need.total == 11


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-0", "26-10", "1999-12", "2999-12", "2026-10-01", "", "２０２６-10", "x" * 9999]
)
def test_what_is_no_month_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_month(text)

    assert str(refused.value) == "that is no month: write it like 2026-10"


def test_months_follow_one_another_across_the_year() -> None:
    assert (Month(2026, 1).before, Month(2026, 12).after, str(parse_month(" 2026-01 "))) == (
        Month(2025, 12), Month(2027, 1), "2026-01",
    )  # fmt: skip


def test_the_list_has_the_months_that_are_over_back_to_the_first() -> None:
    now = datetime(2026, 4, 1, 3, tzinfo=UTC)  # still March in New York

    assert list_months(datetime(2025, 12, 30, tzinfo=UTC), now, ZONE, most=36) == (
        Month(2026, 2), Month(2026, 1), Month(2025, 12),
    )  # fmt: skip
    assert list_months(now, now, ZONE, most=36) == (Month(2026, 2),)
    assert len(list_months(now.replace(year=2000), now, ZONE, most=36)) == 36
    assert find_month(now, ZoneInfo("UTC")) == Month(2026, 4)


def test_a_report_holds_no_id_of_a_person(book: MonthBook) -> None:
    lay_march(book, ana=ANA, bo=BO)
    conversations = book.many(3, lambda: book.person(language="es"))

    shown = repr(replace(book.report(), loads=()))

    assert not any(one in shown for one in conversations)
