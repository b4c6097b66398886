"""Short forms are spelled out in the language of the message, and nothing else of it changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.components.abbreviations import TABLE, Abbreviations
from bot.components.folding import fold


@pytest.fixture(scope="module")
def abbreviations() -> Abbreviations:
    return Abbreviations.load()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("no la aceptan xq no trae partida", "no la aceptan porque no trae partida", id="Spanish"),
        pytest.param("can u tell me wat to bring", "can you tell me what to bring", id="English"),
        pytest.param("eu nao sei pq vc nao vem", "eu não sei porque você não vem", id="Portuguese"),
        pytest.param("je sais pas pk il est pas la", "je sais pas pourquoi il est pas la", id="French"),
        pytest.param("pitit la pa gen lekol pk", "pitit la pa gen lekol poukisa", id="Haitian Creole"),
    ],
)
def test_the_same_short_form_is_read_in_the_language_of_the_message(
    abbreviations: Abbreviations, typed: str, meant: str
) -> None:
    assert abbreviations.spell_out(typed) == meant


@pytest.mark.parametrize("text", ["La xb’ij ri wal?", "你好", "?!", "", "¿Dónde está la corte?"])
def test_a_text_without_short_forms_stays_as_it_is(abbreviations: Abbreviations, text: str) -> None:
    assert abbreviations.spell_out(text) == text


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(Abbreviations.load().spell_out(text), str)


def test_every_row_of_the_table_is_a_folded_word_once_per_language() -> None:
    rows = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]

    assert all(len(row) == 3 and row[1] == fold(row[1]) for row in rows)
    assert len({(language, short) for language, short, _ in rows}) == len(rows)
