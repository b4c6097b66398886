"""The stand-in's own count of SMS parts, by vectors of the carrier and by properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.api.segments import count_segments

VECTORS = {
    "nothing": ("", 1),
    "a full single part": ("a" * 160, 1),
    "one septet too many": ("a" * 161, 2),
    "two full parts": ("a" * 306, 2),
    "the longest body": ("a" * 1600, 11),
    "the longest body with an accent": ("á" * 1600, 24),
    "Spanish letters of the alphabet": ("ñ¿¡éü" * 32, 1),
    "one accent outside the alphabet": ("a" * 70 + "á", 2),
    "escaped characters count twice": ("€" * 80, 1),
    "escaped characters, one too many": ("€" * 81, 2),
    "an escaped character is not cut": ("a" * 152 + "€" + "a" * 152, 3),
    "an escaped character that fits": ("a" * 151 + "€" + "a" * 153, 2),
    "an emoji is not cut": ("á" * 66 + "😀" + "á" * 66, 3),
    "emoji count twice": ("😀" * 35, 1),
    "a back-tick is outside": ("`" * 71, 2),
    "a small c cedilla is outside": ("ç" * 71, 2),
    "K'iche' with a plain apostrophe": ("K'o jun nutzij. " * 10, 1),
    "K'iche' with a letter apostrophe": ("K\u02bco jun nutzij. " * 5, 2),
}


@pytest.mark.parametrize(("text", "parts"), VECTORS.values(), ids=VECTORS.keys())
def test_parts_are_counted_as_the_carrier_does(text: str, parts: int) -> None:
    assert count_segments(text) == parts


@given(st.text(max_size=400), st.text(max_size=40))
def test_a_longer_text_never_takes_fewer_parts(text: str, more: str) -> None:
    assert count_segments(text + more) >= count_segments(text)


@given(st.text(max_size=400))
def test_the_count_stays_within_what_the_units_allow(text: str) -> None:
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2

    assert count_segments(text) <= max(1, -(-units // 66))
