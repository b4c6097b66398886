"""What the voices read of a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.language.letters import MOST_CHARACTERS, clean


@pytest.mark.parametrize("apostrophe", list("'’‘`´ʼꞌ"))
def test_every_apostrophe_on_a_phone_is_the_same_glottal_stop(apostrophe: str) -> None:
    assert clean(f"K{apostrophe}iche{apostrophe} b{apostrophe}i") == "k'iche' b'i"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        pytest.param("¿Dónde QUEDA la Corte?", "dónde queda la corte", id="punctuation and capitals go, accents stay"),
        pytest.param("holaaaa ll aa", "hola ll aa", id="letters drawn out are written once, double ones stay"),
        pytest.param("mira https://example.org/es/ayuda?x=la ya", "mira ya", id="a link is no word"),
        pytest.param("escribe a ana@example.org hoy", "escribe a hoy", id="an address is no word"),
        pytest.param("mi [A-number] es 77036 👍🏽❤️", "mi es", id="masking tokens, digits and emoji go"),
        pytest.param("'hello' he said", "hello' he said", id="an opening quote is no glottal stop"),
        pytest.param("e\u0301l cafe\u0301", "él café", id="letters with loose accents are put together"),
        pytest.param("ｈｏｌａ", "hola", id="wide letters are letters"),
        pytest.param("\u200eho\u00adla\u200f \ufeff", "hola", id="invisible characters leave no trace"),
        pytest.param("我需要帮助", "一一一一一", id="every Chinese character is the same"),
        pytest.param("👍 123 ... \x00", "", id="nothing to read"),
    ],
)
def test_only_letters_are_left(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_a_very_long_message_is_read_from_its_beginning_only() -> None:
    assert len(clean("ab " * 1000)) <= MOST_CHARACTERS


@given(st.text(max_size=80))
def test_cleaning_never_fails_and_leaves_single_spaces(text: str) -> None:
    assert clean(text) == " ".join(clean(text).split())
