"""When reminders are due: by day wherever the phone may be, across changes of the clocks, never twice in a row."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.appointments.schedule import (
    APART,
    DAY_ENDS,
    DAY_STARTS,
    Receiver,
    Verdict,
    find_start,
    judge,
    next_good_moment,
    plan_again,
    plan_reminders,
)  # fmt: skip
from conversation.appointments.values import KnownAppointment
from conversation.safe_hours import SafeHours

ZONES = ("America/New_York", "America/Chicago", "America/Phoenix", "America/Los_Angeles", "Pacific/Honolulu")
HOUSTON = ZoneInfo("America/Chicago")
NOW = datetime(2026, 1, 2, 18, tzinfo=UTC)


def make(day: date, at: time | None = time(8, 30), zone: str = "America/Chicago") -> KnownAppointment:
    return KnownAppointment("", "court", day, at, zone)


def receive(*zones: str, safe: SafeHours | None = None) -> Receiver:
    return Receiver(tuple(map(ZoneInfo, zones or ("America/Chicago",))), safe)


def local(moment: datetime, zone: ZoneInfo = HOUSTON) -> str:
    return f"{moment.astimezone(zone):%b %d %H:%M}"


def test_each_step_is_at_ten_in_the_morning_and_the_early_hour_on_the_evening_before() -> None:
    planned = plan_reminders(make(date(2026, 1, 20)), now=NOW, receiver=receive())

    assert [(one.step, local(one.due_at)) for one in planned] == [
        ("d14", "Jan 06 10:00"), ("d7", "Jan 13 10:00"), ("d2", "Jan 18 10:00"), ("d1", "Jan 19 10:00"),
        ("eve", "Jan 19 19:00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (time(13), ("day", "Jan 20 10:00")),
        (time(10, 30), ("day", "Jan 20 08:00")),
        (time(9, 15), ("eve", "Jan 19 19:00")),
        (None, ("day", "Jan 20 08:00")),
    ],
    ids=["two hours before they leave", "not before eight", "too early for eight", "nobody knows the hour"],
)
def test_the_morning_of_the_day(at: time | None, due: tuple[str, str]) -> None:
    planned = plan_reminders(make(date(2026, 1, 20), at), now=NOW, receiver=receive(), days=(0,))

    assert [(one.step, local(one.due_at)) for one in planned] == [due]


def test_a_date_told_the_evening_before_is_still_reminded_in_the_morning() -> None:
    now = datetime(2026, 1, 20, 2, tzinfo=UTC)  # eight in the evening

    planned = plan_reminders(make(date(2026, 1, 20)), now=now, receiver=receive())

    assert [(one.step, local(one.due_at)) for one in planned] == [("day", "Jan 20 08:00")]


def test_a_phone_that_may_be_in_two_zones_gets_nothing_before_it_is_day_in_both() -> None:
    planned = plan_reminders(
        make(date(2026, 1, 20)), now=NOW, receiver=receive("America/New_York", "Pacific/Honolulu"), days=(7,)
    )

    assert local(planned[0].due_at, ZoneInfo("Pacific/Honolulu")) == "Jan 13 08:00"


def test_safe_hours_move_a_reminder_into_them() -> None:
    safe = SafeHours(HOUSTON, 17 * 60, 19 * 60)

    planned = plan_reminders(make(date(2026, 1, 20)), now=NOW, receiver=receive(safe=safe), days=(7, 1))

    assert [local(one.due_at) for one in planned] == ["Jan 13 17:00", "Jan 19 17:00"]


def test_safe_hours_that_are_all_at_night_are_the_persons_own_word() -> None:
    safe = SafeHours(HOUSTON, 5 * 60, 6 * 60)

    moment = next_good_moment(receive(safe=safe), datetime(2026, 1, 10, 18, tzinfo=UTC))

    assert moment is not None
    assert local(moment) == "Jan 11 05:00"


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1), date(2026, 3, 9), date(2026, 11, 2)], ids=str)
def test_the_hour_stands_on_the_wall_clock_when_the_clocks_change(day: date) -> None:
    planned = plan_reminders(make(day, time(15)), now=datetime(2026, 1, 1, tzinfo=UTC), receiver=receive())

    assert {local(one.due_at)[-5:] for one in planned if one.step != "day"} == {"10:00"}


@given(
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    at=st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(ZONES),
    others=st.lists(st.sampled_from(ZONES), max_size=2),
    told=st.timedeltas(timedelta(hours=1), timedelta(days=40)),
)
def test_every_planned_reminder_is_by_day_before_the_hour_and_far_from_the_next(
    day: date, at: time | None, zone: str, others: list[str], told: timedelta
) -> None:
    appointment, receiver = make(day, at, zone), receive(zone, *others)
    start = find_start(appointment)

    planned = plan_reminders(appointment, now=start - told, receiver=receiver)

    due = [one.due_at for one in planned]
    assert all(start - told < moment < start for moment in due)
    assert all(DAY_STARTS <= one.astimezone(place).time() < DAY_ENDS for one in due for place in receiver.zones)
    assert all(after - before >= APART for before, after in itertools.pairwise(due))


def test_one_more_text_goes_on_the_same_day_and_before_six() -> None:
    appointment, sent = make(date(2026, 1, 20)), datetime(2026, 1, 19, 16, tzinfo=UTC)

    again = plan_again(appointment, sent_at=sent, receiver=receive())

    assert again is not None
    assert local(again.due_at) == "Jan 19 14:00"
    assert plan_again(appointment, sent_at=sent + timedelta(hours=5), receiver=receive()) is None


START = datetime(2026, 1, 20, 14, 30, tzinfo=UTC)
DUE = datetime(2026, 1, 18, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "next_due", "verdict"),
    [
        (DUE, DUE + timedelta(days=1), Verdict.SEND),
        (DUE + timedelta(hours=3), DUE + timedelta(days=1), Verdict.SEND),
        (DUE + timedelta(hours=20), DUE + timedelta(days=1), Verdict.DROP),
        (DUE + timedelta(days=1), None, Verdict.SEND),
        (DUE + timedelta(hours=12), None, Verdict.WAIT),
        (START - timedelta(hours=1), None, Verdict.WAIT),
        (START + timedelta(days=3), None, Verdict.TELL),
        (START + timedelta(days=3), START - timedelta(hours=3), Verdict.DROP),
    ],
    ids=["in time", "some hours late", "the next one is near", "a day late and the last", "at night",
         "half an hour before it is day", "the date is over", "the date is over and another one tells"],
)  # fmt: skip
def test_a_late_reminder_is_judged(now: datetime, next_due: datetime | None, verdict: Verdict) -> None:
    judged = judge(start=START, next_due=next_due, now=now, receiver=receive(), due_at=DUE)

    assert judged.verdict is verdict


def test_what_could_only_go_by_night_is_told_to_a_person() -> None:
    seven_in_the_morning = datetime(2026, 1, 20, 13, tzinfo=UTC)
    night = seven_in_the_morning - timedelta(hours=6)

    judged = judge(start=seven_in_the_morning, next_due=None, now=night, receiver=receive(), due_at=DUE)

    assert (judged.verdict, judged.reason) == (Verdict.TELL, "no_good_hour")
