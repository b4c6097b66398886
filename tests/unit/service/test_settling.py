"""When a text whose fate is unknown is looked up, and when it may be offered again."""

from itertools import accumulate

import pytest

from service.settling import LOOKS, is_surely_absent, wait_for_look


def test_looks_come_ever_more_slowly_and_end() -> None:
    waits = [wait_for_look(looks, answer_s=10.0) for looks in range(len(LOOKS) + 1)]

    assert list(accumulate(wait for wait in waits if wait)) == [2, 10, 30, 75, 195, 795]
    assert waits[-1] is None


@pytest.mark.parametrize(
    ("reason", "is_crisis", "looks", "age_s", "absent"),
    [
        ("timeout", False, 3, 300, False),
        ("timeout", False, 4, 59, False),
        ("timeout", False, 4, 75, True),
        ("connection_lost", False, 2, 75, False),
        (None, False, 4, 88, True),
        ("http_502", False, 1, 75, False),
        ("http_502", False, 2, 9, False),
        ("http_502", False, 2, 10, True),
        ("timeout", True, 1, 75, False),
        ("timeout", True, 2, 10, True),
        ("timeout", False, 4, -18_000, False),
        ("timeout", False, 5, -18_000, True),
    ],
)
def test_silence_takes_longer_to_believe_than_an_answer(
    reason: str | None, is_crisis: bool, looks: int, age_s: float, absent: bool
) -> None:
    assert is_surely_absent(reason=reason, is_crisis=is_crisis, looks=looks, age_s=age_s, answer_s=10.0) is absent
