"""When an office is open: hours on a wall clock, holidays, nights, and the two nights in which clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conversation.staffing.office import (
    LONGEST_CLOSED,
    Span,
    Week,
    add_open_time,
    is_on_shift,
    is_open,
    next_opening,
    split_at_midnight,
)
from conversation.staffing.reading import parse_hours, render_hours

NEW_YORK = ZoneInfo("America/New_York")
WORKDAYS = tuple(Span(day, 9 * 60, 17 * 60) for day in range(5))
OFFICE = Week(NEW_YORK, WORKDAYS, frozenset({date(2026, 11, 26)}))
NIGHTS = Week(NEW_YORK, (Span(5, 22 * 60, 6 * 60),))  # Saturday night


def there(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23 08:59:59", False),
        ("2026-11-23 09:00", True),
        ("2026-11-23 16:59:59", True),
        ("2026-11-23 17:00", False),
        ("2026-11-22 12:00", False),
        ("2026-11-26 12:00", False),
    ],
    ids=["before", "from the first minute", "to the last", "not after", "not on Sunday", "not on a holiday"],
)
def test_an_office_is_open_in_its_hours(moment: str, expected: bool) -> None:
    assert is_open(OFFICE, there(moment)) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("2026-11-21 23:00", True), ("2026-11-22 05:59", True), ("2026-11-22 06:00", False), ("2026-11-22 23:00", False)],
    ids=["before midnight", "after midnight", "at its end", "the next evening"],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(moment: str, expected: bool) -> None:
    assert is_open(NIGHTS, there(moment)) is expected


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:00"),
        ("2026-11-20 17:00", "2026-11-23 09:00"),
        ("2026-11-25 18:00", "2026-11-27 09:00"),
    ],
    ids=["open now", "over the weekend", "over a holiday"],
)
def test_the_next_opening_is_told_on_the_offices_own_clock(moment: str, opening: str) -> None:
    found = next_opening(OFFICE, there(moment))

    assert found == there(opening)
    assert found is not None
    assert found.tzinfo is NEW_YORK


def test_nobody_waits_longer_than_a_week_for_doors_that_stay_closed() -> None:
    days = frozenset(date(2026, 1, 1) + timedelta(days=count) for count in range(900))
    never, start = Week(NEW_YORK, (), days), there("2026-11-23 09:00")

    found = next_opening(never, start)

    assert found is None
    assert add_open_time(never, start, timedelta(hours=1)) == start + timedelta(days=7, hours=1)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23 09:00", 4, "2026-11-23 13:00"),
        ("2026-11-20 16:00", 4, "2026-11-23 12:00"),
        ("2026-11-21 03:00", 1, "2026-11-23 10:00"),
        ("2026-11-25 16:30", 1, "2026-11-27 09:30"),
        ("2026-11-23 09:00", 8, "2026-11-23 17:00"),
    ],
    ids=["within a day", "over a weekend", "from a closed hour", "over a holiday", "to the last minute"],
)
def test_only_open_hours_count(start: str, hours: int, end: str) -> None:
    assert add_open_time(OFFICE, there(start), timedelta(hours=hours)) == there(end)


@pytest.mark.parametrize(
    ("day", "real_hours"),
    [(date(2026, 3, 8), 5), (date(2026, 11, 1), 7), (date(2026, 7, 5), 6)],
    ids=["clocks go forward", "clocks go back", "any other night"],
)
def test_a_night_is_as_long_as_it_really_is(day: date, real_hours: int) -> None:
    week = Week(NEW_YORK, (Span(day.weekday(), 0, 6 * 60),))
    midnight = datetime(day.year, day.month, day.day, tzinfo=NEW_YORK)

    end = add_open_time(week, midnight, timedelta(hours=real_hours))

    assert end == datetime(day.year, day.month, day.day, 6, tzinfo=NEW_YORK)
    assert is_open(week, end - timedelta(seconds=1))
    assert not is_open(week, end)


def test_a_place_decides_what_time_it_is() -> None:
    moment = there("2026-11-23 09:30")

    los_angeles = Week(ZoneInfo("America/Los_Angeles"), WORKDAYS)

    assert is_open(OFFICE, moment)
    assert not is_open(los_angeles, moment)


@pytest.mark.parametrize(
    ("shifts", "override", "expected"),
    [
        (Week(NEW_YORK), None, True),
        (NIGHTS, None, False),
        (NIGHTS, "on", True),
        (Week(NEW_YORK), "off", False),
    ],
    ids=["no shifts: as the office", "another shift", "switched on", "switched off"],
)
def test_shifts_and_the_own_switch_say_who_is_at_work(shifts: Week, override: str | None, expected: bool) -> None:
    now = there("2026-11-23 10:00")

    assert is_on_shift(shifts, OFFICE, now, override=override, override_until=now + timedelta(hours=1)) is expected


def test_a_switch_that_has_run_out_decides_nothing() -> None:
    now = there("2026-11-23 10:00")

    assert is_on_shift(Week(NEW_YORK), OFFICE, now, override="off", override_until=now)


spans = st.builds(Span, st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440))
weeks = st.builds(
    Week,
    st.sampled_from([NEW_YORK, ZoneInfo("America/Chicago"), ZoneInfo("UTC")]),
    st.lists(spans, min_size=1, max_size=5).map(tuple),
    st.frozensets(st.dates(date(2026, 2, 1), date(2026, 12, 1)), max_size=5),
)
_FIRST, _LAST = datetime(2026, 2, 1), datetime(2026, 12, 1)  # noqa: DTZ001 - the zone is drawn with them
moments = st.datetimes(_FIRST, _LAST, timezones=st.just(UTC))


@given(weeks, moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(week: Week, now: datetime) -> None:
    opening = next_opening(week, now)

    assert opening is not None
    assert opening >= now
    assert is_open(week, opening)
    if opening > now:
        middle = now + (opening - now) / 2
        assert not is_open(week, middle)
        assert not is_open(week, opening - timedelta(microseconds=1))


@given(weeks, moments, st.integers(1, 3000), st.integers(1, 3000))
def test_open_time_adds_up(week: Week, start: datetime, first: int, then: int) -> None:
    one, two = timedelta(minutes=first), timedelta(minutes=then)

    whole = add_open_time(week, start, one + two)

    assume(whole - start < LONGEST_CLOSED)
    assert add_open_time(week, add_open_time(week, start, one), two) == whole


@given(weeks, moments)
def test_spans_kept_by_the_day_mean_what_they_meant_as_nights(week: Week, now: datetime) -> None:
    kept = Week(week.zone, tuple(part for span in week.spans for part in split_at_midnight(span)))

    assert all(part.starts < part.ends <= 1440 for part in kept.spans)
    assert is_open(kept, now) == is_open(Week(week.zone, week.spans), now)


@pytest.mark.parametrize(
    ("line", "spans"),
    [
        ("mon-fri 9:00-17:00", WORKDAYS),
        ("Saturday 22-6", (Span(5, 1320, 360),)),
        ("sat-mon 0:00-24:00", (Span(5, 0, 1440), Span(6, 0, 1440), Span(0, 0, 1440))),
    ],
)
def test_hours_are_read_as_people_write_them(line: str, spans: tuple[Span, ...]) -> None:
    assert parse_hours(line) == spans


@pytest.mark.parametrize(
    "line", ["", "9-17", "mon 25:00-26:00", "mon 9:75-10", "mon 9-9", "mon 24:00-2:00", "mon 9-17; tue"]
)
def test_what_are_no_hours_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"hours|time"):
        parse_hours(line)


def test_hours_are_shown_a_line_a_day() -> None:
    assert render_hours([Span(1, 780, 1020), Span(0, 540, 1440), Span(1, 540, 720)]) == [
        "mon 9:00-24:00",
        "tue 9:00-12:00, 13:00-17:00",
    ]
