"""A phone number as a guess of state and time zone."""

import pytest

from conversation.places.place import Place
from store.area_codes import find_time_zone, place_of_number


@pytest.mark.parametrize(
    ("number", "place"),
    [
        ("+17135550123", Place("TX", time_zone="America/Chicago")),
        ("+19155550123", Place("TX", time_zone="America/Denver")),
        ("+12025550123", Place("DC", time_zone="America/New_York")),
        ("+17875550123", Place("PR", time_zone="America/Puerto_Rico")),
        ("+13345550123", Place("AL", time_zone="America/Chicago")),
    ],
)
def test_an_area_code_tells_state_and_time_zone(number: str, place: Place) -> None:
    assert place_of_number(number) == place


def test_an_area_code_of_two_time_zones_has_a_state_and_no_zone() -> None:
    assert place_of_number("+12085550123") == Place("ID")


def test_an_area_code_too_new_for_the_table_of_states_still_has_its_zone() -> None:
    assert (place_of_number("+13245550123"), find_time_zone("+13245550123")) == (None, "America/New_York")


@pytest.mark.parametrize(
    "number",
    ["+18005550123", "+50255551234", "+14165550123", "+1", "713", "", "abc", "whatsapp:+1", "US.13491208655302", "٧١٣"],
)
def test_what_is_no_number_of_a_state_is_nowhere(number: str) -> None:
    assert (place_of_number(number), find_time_zone(number)) == (None, None)
