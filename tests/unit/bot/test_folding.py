"""Words as the classifier sees them: spelling of accents, apostrophes and length must not matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.components.folding import find_words, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("Inscripción", "inscripcion", id="accent and case"),
        pytest.param("Inscripcio\u0301n", "inscripcion", id="accent as a character of its own"),
        pytest.param("niño", "nino", id="tilde"),
        pytest.param("holaaaaa", "hola", id="a long run"),
        pytest.param("llevar", "llevar", id="a double letter stays"),
        pytest.param("1000", "1000", id="digits are no run"),
        pytest.param("\uff28\uff25\uff2c\uff30", "help", id="full-width letters"),
    ],
)
def test_folding_removes_what_people_spell_differently(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    "mark", "'\u2019\u2018\u02bc\u02bb`\u00b4\u02b9\u2032\uff07", ids=lambda mark: f"U+{ord(mark):04X}"
)
def test_every_spelling_of_the_glottal_stop_is_the_same_word(mark: str) -> None:
    (word,) = find_words(f"k{mark}o")

    assert (word.start, word.end, word.folded) == (0, 3, "ko")


def test_words_keep_their_place_in_the_text_as_received() -> None:
    text = "¿La xb’ij, mamá?"

    assert [text[w.start : w.end] for w in find_words(text)] == ["La", "xb’ij", "mamá"]


@pytest.mark.parametrize("text", ["?!", "\U0001f62d", "'", "\u0301"])
def test_a_text_without_letters_is_one_word(text: str) -> None:
    (word,) = find_words(text)

    assert (word.start, word.end) == (0, len(text))
    assert word.folded


def test_an_empty_text_has_no_words() -> None:
    assert list(find_words("")) == []


@given(st.text(min_size=1, max_size=200))
def test_any_text_gives_words_in_order_that_lie_within_it(text: str) -> None:
    words = list(find_words(text))

    ends = [0, *(word.end for word in words)]
    assert all(0 <= before <= word.start < word.end <= len(text) for before, word in zip(ends, words, strict=False))
    assert words
    assert all(word.folded for word in words)
