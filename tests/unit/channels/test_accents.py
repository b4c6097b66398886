"""ACCENTS=fold: marks are left out where that costs less, and only there."""

import pytest

from channels.accents import fold_accents
from channels.sms_text import count_segments

LONG = "x" * 90


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        (f"{LONG} está aquí", f"{LONG} esta aqui"),
        (f"{LONG} año, también é", f"{LONG} año, también é"),  # GSM-7 has these: nothing to save
        (f"{LONG} año mamá", f"{LONG} año mama"),  # ñ stays either way
        (f"{LONG} não, você, ações", f"{LONG} nao, voce, acoes"),
        (f"{LONG} sœur, forêt, reçu, Ça", f"{LONG} soeur, foret, recu, Ça"),
        (f"{LONG} k'o jun ak'al", f"{LONG} k'o jun ak'al"),
        (f"{LONG} k'o mamá", f"{LONG} k'o mama"),
    ],
)
def test_marks_that_gsm_lacks_are_left_out_where_it_saves(written: str, sent: str) -> None:
    assert fold_accents(written) == sent


@pytest.mark.parametrize("text", ["está aquí", f"{LONG} Добрий день á", f"{LONG} mamá 🙂", ""])
def test_nothing_is_left_out_where_it_saves_nothing(text: str) -> None:
    assert fold_accents(text) == text


def test_folding_makes_a_text_cheaper() -> None:
    text = f"{LONG} mañana será"

    assert count_segments(fold_accents(text)).segments < count_segments(text).segments
