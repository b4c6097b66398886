"""Spelling as one speaks must not change what a word sounds like, and different words stay different."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.components.folding import fold
from bot.components.sounding import sound


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("aser", "hacer"),
        ("biben", "viven"),
        ("sapato", "zapato"),
        ("yaman", "llaman"),
        ("kiero", "quiero"),
        ("jente", "gente"),
        ("wevo", "huevo"),
        ("inbierno", "invierno"),
        ("acesion", "acession"),
    ],
)
def test_words_spelled_by_ear_sound_as_the_word_that_is_meant(written: str, meant: str) -> None:
    assert sound(written) == sound(meant)


@pytest.mark.parametrize(
    ("one", "other"), [("casa", "caza de"), ("corte", "parte"), ("chico", "cico"), ("gato", "jato")]
)
def test_words_that_sound_different_stay_apart(one: str, other: str) -> None:
    assert sound(one) != sound(other)


@given(st.text(min_size=1, max_size=30).map(fold).filter(bool))
def test_a_word_never_falls_silent(word: str) -> None:
    assert sound(word)
