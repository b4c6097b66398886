"""The memory of conversations is bounded in number and in time, and can be erased."""

import pytest

from bot.components.shelf import ExpiringShelf


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shelf(clock: Clock) -> ExpiringShelf:
    return ExpiringShelf(capacity=3, expiry_s=60, clock=clock)


def test_what_is_put_is_found_until_its_time_is_over(shelf: ExpiringShelf, clock: Clock) -> None:
    shelf.put("a", "one")

    clock.now += 59.9
    before = shelf.find("a")
    clock.now += 0.1
    after = shelf.find("a")

    assert (before, after) == ("one", None)
    assert len(shelf) == 0


def test_putting_again_starts_the_time_anew_and_reading_does_not(shelf: ExpiringShelf, clock: Clock) -> None:
    shelf.put("put again", "one")
    shelf.put("only read", "one")

    clock.now += 40
    shelf.put("put again", "two")
    shelf.find("only read")
    clock.now += 40

    assert (shelf.find("put again"), shelf.find("only read")) == ("two", None)


def test_a_full_shelf_drops_the_one_put_longest_ago(shelf: ExpiringShelf) -> None:
    for key in ("a", "b", "c"):
        shelf.put(key, key)
    shelf.put("a", "again")

    shelf.put("d", "d")

    assert list(shelf) == ["c", "a", "d"]


def test_erasing_removes_one_key_and_tells_whether_it_was_there(shelf: ExpiringShelf) -> None:
    shelf.put("a", "one")
    shelf.put("b", "two")

    erased = [shelf.erase("a"), shelf.erase("a")]

    assert erased == [True, False]
    assert list(shelf) == ["b"]


@pytest.mark.parametrize(("capacity", "expiry_s"), [(0, 60), (3, 0)], ids=["no room", "no time"])
def test_a_shelf_that_could_hold_nothing_is_refused(capacity: int, expiry_s: float, clock: Clock) -> None:
    with pytest.raises(ValueError, match="capacity"):
        ExpiringShelf(capacity=capacity, expiry_s=expiry_s, clock=clock)
