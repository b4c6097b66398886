"""Hours at which a text does no harm: over midnight, on some days, through the nights in which the clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from conversation.safe_hours import SafeHours

CHICAGO = ZoneInfo("America/Chicago")


def at(day: int, hour: int, minute: int = 0, *, month: int = 6) -> datetime:
    """A moment of 2026 on the wall clock of Chicago."""
    return datetime(2026, month, day, hour, minute, tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("starts", "ends", "now", "opens"),
    [
        pytest.param("16:00", "20:00", at(1, 17), None, id="within"),
        pytest.param("16:00", "20:00", at(1, 16), None, id="as they begin"),
        pytest.param("16:00", "20:00", at(1, 20), at(2, 16), id="as they end"),
        pytest.param("16:00", "20:00", at(1, 9), at(1, 16), id="before"),
        pytest.param("22:00", "02:00", at(2, 1, 30), None, id="after midnight, of the evening before"),
        pytest.param("22:00", "02:00", at(2, 2), at(2, 22), id="after a night"),
        pytest.param("02:30", "04:00", at(7, 22, month=3), at(8, 3, 30, month=3), id="an hour that the clocks skip"),
    ],
)
def test_the_next_safe_hour_is_found(starts: str, ends: str, now: datetime, opens: datetime | None) -> None:
    hours = SafeHours(CHICAGO, _minutes(starts), _minutes(ends))

    assert hours.find_next(now.astimezone(UTC)) == opens


def test_on_other_days_the_hours_do_not_count() -> None:
    hours = SafeHours(CHICAGO, _minutes("16:00"), _minutes("20:00"), frozenset({2}))  # Wednesdays

    opens = hours.find_next(at(1, 17).astimezone(UTC))  # a Monday

    assert opens == at(3, 16)


@pytest.mark.parametrize(
    ("starts", "ends", "days"),
    [(-1, 60, {0}), (1440, 60, {0}), (60, 1441, {0}), (60, 60, {0}), (60, 120, set()), (60, 120, {7})],
)
def test_hours_that_are_none_are_refused(starts: int, ends: int, days: set[int]) -> None:
    with pytest.raises(ValueError, match="no such hours"):
        SafeHours(CHICAGO, starts, ends, frozenset(days))


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
