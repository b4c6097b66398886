"""How fast one sender number may go, whoever asks and whenever."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from store.rates import BURST, reserve
from store.tables import SenderBucket
from tests.house import House

PAUSES = st.lists(st.floats(0, 3, allow_subnormal=False), min_size=1, max_size=60)
unhurried = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def granted(house: House, pauses: list[float], *, per_second: float, sender: str = "+12025550100") -> list[float]:
    """Let callers come one after the other with these pauses; return when each may send, seconds."""

    def ask(session: Session) -> list[float]:
        session.execute(delete(SenderBucket))
        now_s, times = 1_000.0, []
        for pause in pauses:
            now_s += pause
            times.append(now_s + reserve(session, sender, per_second=per_second, now_s=now_s))
        return times

    return house.database.run_sync(ask)


@unhurried
@given(pauses=PAUSES, per_second=st.sampled_from([0.5, 1.0, 3.0, 10.0]))
def test_no_stretch_of_time_holds_more_than_the_burst_and_the_rate(
    house: House, pauses: list[float], per_second: float
) -> None:
    times = granted(house, pauses, per_second=per_second)

    for first, start in enumerate(times):
        for last in range(first, len(times)):
            assert last - first + 1 <= BURST + (times[last] - start) * per_second + 0.01


@unhurried
@given(pauses=PAUSES, per_second=st.sampled_from([0.5, 1.0, 10.0]))
def test_nobody_waits_longer_than_those_before_make_them(house: House, pauses: list[float], per_second: float) -> None:
    times = granted(house, pauses, per_second=per_second)

    for place, time_s in enumerate(times):
        asked_s = 1_000.0 + sum(pauses[: place + 1])
        assert time_s <= asked_s + max(0, place + 1 - BURST) / per_second + 0.001


def test_places_are_given_in_the_order_of_asking(house: House) -> None:
    times = granted(house, [0.0] * 30, per_second=10.0)

    assert times == sorted(times)
    assert times[BURST - 1] == 1_000.0
    assert abs(times[-1] - (1_000.0 + (30 - BURST) / 10)) < 0.001


def test_each_sender_number_has_its_own_line(house: House) -> None:
    def ask(session: Session) -> float:
        for _ in range(BURST + 5):
            reserve(session, "+12025550100", per_second=1.0, now_s=0.0)
        return reserve(session, "whatsapp:+12025550100", per_second=1.0, now_s=0.0)

    assert house.database.run_sync(ask) == 0.0


def test_a_place_noted_by_a_clock_that_was_wrong_holds_nobody_up(house: House) -> None:
    ahead = 5 * 3600.0
    for _ in range(20):
        house.database.run_sync(lambda session: reserve(session, "+12025550100", per_second=1.0, now_s=1000.0 + ahead))

    wait_s = house.database.run_sync(lambda session: reserve(session, "+12025550100", per_second=1.0, now_s=1000.0))

    assert wait_s == 0.0
