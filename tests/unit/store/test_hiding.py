"""No number of persons under 11 can be worked out from what is told, not even by who knows the rule and the total."""

import itertools
from collections import defaultdict

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.reporting.hiding import LEAST, Parts, divide, tell

LABELS = "abcdef"
COUNTS = st.lists(st.one_of(st.integers(0, 15), st.integers(0, 400)), min_size=1, max_size=6)


def hide(counts: list[int]) -> Parts:
    return divide(dict(zip(LABELS, counts, strict=False)), LABELS[: len(counts)])


def find_range(counts: list[int], parts: Parts) -> tuple[int, int]:
    """The least and the most that any one hidden part can be, for a reader who knows the exact total."""
    together = sum(counts) - sum(count for _, count in parts.told)
    most = min((count for _, count in parts.told), default=together)
    others = len(parts.hidden) - 1
    return max(0, together - others * most), min(most, together)


@given(COUNTS)
@example([3, 500])
@example([0, 11, 500, 600])
@example([10, 10, 10, 40])
@example([0, 0, 0, 90])
def test_a_hidden_part_may_be_anything_from_none_to_ten(counts: list[int]) -> None:
    parts = hide(counts)

    assert all(count >= LEAST for _, count in parts.told)
    if parts.hidden and parts.total is not None:
        least, most = find_range(counts, parts)
        assert (least, most >= LEAST - 1) == (0, True)


@given(COUNTS)
def test_nothing_is_lost_and_nothing_is_hidden_without_need(counts: list[int]) -> None:
    parts = hide(counts)

    assert sorted([*(label for label, _ in parts.told), *parts.hidden]) == list(LABELS[: len(counts)])
    assert bool(parts.hidden) == any(count < LEAST for count in counts)
    assert parts.total == tell(sum(counts))


@pytest.mark.parametrize(("size", "top"), [(2, 40), (3, 26)])
def test_not_even_by_going_through_all_that_may_be_hidden_is_a_small_number_found(size: int, top: int) -> None:
    """Whoever carries our rule out on every table there could be keeps several for each that was told."""
    could_be: dict[Parts, list[tuple[int, ...]]] = defaultdict(list)
    for counts in itertools.product(range(top), repeat=size):
        could_be[hide(list(counts))].append(counts)

    solved = [
        parts
        for parts, tables in could_be.items()
        for place, label in enumerate(LABELS[:size])
        if label in parts.hidden and len({counts[place] for counts in tables}) == 1
    ]

    assert solved == []


@given(COUNTS)
def test_the_order_in_which_parts_are_counted_tells_nothing(counts: list[int]) -> None:
    named = dict(zip(LABELS, counts, strict=False))

    assert divide(dict(reversed(named.items())), list(named)) == divide(named, list(reversed(named)))


def test_a_part_without_a_count_looks_like_a_small_one() -> None:
    missing = divide({"es": 40, "en": 30}, ["es", "en", "quc", "mam"])
    small = divide({"es": 40, "en": 30, "quc": 4, "mam": 10}, ["es", "en", "quc", "mam"])

    assert (missing.hidden, small.hidden) == (("en", "mam", "quc"), ("mam", "quc"))
    assert dict(small.told) == {"es": 40, "en": 30}


def test_counts_of_unknown_labels_join_the_rest() -> None:
    parts = divide({"es": 40, "xx": 8, "yy": 9}, ["es", "other"])

    assert dict(parts.told) == {"es": 40, "other": 17}


def test_of_two_parts_both_are_hidden_when_one_is_small() -> None:
    parts = divide({"automatic": 500, "person": 3}, ["automatic", "person"])

    assert (parts.told, parts.hidden, parts.total) == ((), ("automatic", "person"), 503)


def test_a_total_under_eleven_is_not_told() -> None:
    assert divide({"a": 4, "b": 6}, "ab").total is None
