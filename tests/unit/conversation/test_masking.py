"""Masking: government numbers go, everything else stays as it came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.masking import mask

TOKENS = ("[A-number]", "[SSN]", "[ITIN]", "[passport]", "[receipt]", "[number]")

WRITTEN = {
    "A and nine digits": ("A123456789", "[A-number]"),
    "A and eight digits": ("my A-number is 12345678", "my A-number is [A-number]"),
    "hash and hyphens": ("mi numero es A# 123-456-789", "mi numero es [A-number]"),
    "a lone letter and spaces": ("numero a 123 456 789 gracias", "numero a [A-number] gracias"),
    "letter, hyphens": ("A-012-345-678", "[A-number]"),
    "after alien": ("alien number: 216 345 987", "alien number: [A-number]"),
    "after número de alien": ("Número de alien 12 345 678", "Número de alien [A-number]"),
    "after extranjero, dots": ("numero de extranjero es 123.456.789", "numero de extranjero es [A-number]"),
    "Portuguese": ("meu número de estrangeiro 216345987", "meu número de estrangeiro [A-number]"),
    "French": ("numéro d'étranger 216 345 987", "numéro d'étranger [A-number]"),
    "Haitian Creole": ("nimewo A mwen se 216-345-987", "nimewo A mwen se [A-number]"),
    "full-width": ("Ａ１２３４５６７８９", "[A-number]"),
    "Cyrillic letter": ("А216345987", "[A-number]"),
    "zero-width spaces inside": ("A\u200b123\u200b456\u200b789", "[A-number]"),
    "long dashes": ("A–216–345–987", "[A-number]"),
    "one digit after the other": ("A1 2 3 4 5 6 7 8 9", "[A-number]"),
    "two in one message": (
        "el mio A216345987 y el de mi hijo A216345988",
        "el mio [A-number] y el de mi hijo [A-number]",
    ),
    "nine digits alone, as an answer": ("216345987", "[number]"),
    "nine digits in threes": ("216 345 987", "[number]"),
    "Arabic-Indic digits": ("رقم ١٢٣٤٥٦٧٨٩", "رقم [number]"),
    "SSN by its shape": ("123-45-6789", "[SSN]"),
    "SSN by the word before": ("mi seguro social es 123 456 789", "mi seguro social es [SSN]"),
    "SSN by the word after": ("123456789 es mi social", "[SSN] es mi social"),
    "ITIN": ("itin 912-70-1234", "itin [ITIN]"),
    "passport": ("mi pasaporte es C01234567", "mi pasaporte es [passport]"),
    "passport in English": ("passport no. A1234567", "passport no. [passport]"),
    "passport in French": ("passeport: 12AB34567", "passeport: [passport]"),
    "passport in Portuguese": ("passaporte FZ123456", "passaporte [passport]"),
    "passport in Haitian Creole": ("paspò mwen 123456", "paspò mwen [passport]"),
    "receipt": ("MSC1234567890", "[receipt]"),
    "receipt with hyphens": ("ioe-09-123-45678", "[receipt]"),
}

KEPT = {
    "US phone": "llame al 202-555-0123",
    "US phone in brackets": "(202) 555-0123",
    "US phone with country code": "+1 202 555 0123",
    "US phone without spaces": "2025550123",
    "phone after a Spanish a": "llame a 202 555 0123",
    "Guatemalan phone after a Spanish a": "llame a 5512 3456 en Guatemala",
    "phone with country code": "+502 5512 3456",
    "Peruvian phone": "+51 987 654 321",
    "nine digit phone after its word": "mi tel en Peru 987654321",
    "hotlines": "988, 911, 741741, 1-800-203-7001",
    "date and time": "el 12/31/2025 a las 10:30",
    "dates after a Spanish a": "del 10-11-2025 a 12-11-2025",
    "ISO date": "2025-12-31",
    "date in one piece": "a 20251231",
    "ZIP code": "02118",
    "ZIP code with four more": "nos mudamos a 02118-1234",
    "price": "$1,250.00 y $123456789",
    "years": "de 2019 a 2025",
    "address": "1234 Main St Apt A 5 Houston TX 77002",
    "apartment and date": "apartment A4 12/10/2025",
    "wages": "le pago 1500 a 2000 por semana",
    "passport appointment": "my passport appointment is 12/31/2025 call 202-555-0123",
    "hearing of an alien": "alien school hearing 12-31-2025 at 10",
    "social worker's phone": "social worker 202 555 0123",
    "NUL and emoji": "hola\0 👋🏽",
}


@pytest.mark.parametrize(("text", "masked"), WRITTEN.values(), ids=WRITTEN)
def test_government_numbers_are_replaced_however_they_are_written(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_phones_dates_places_and_prices_stay(text: str) -> None:
    assert mask(text) == text


def test_what_is_not_a_number_stays_as_it_came() -> None:
    text = "¿Qué  PAPELES? ｆｕｌｌ ﬁ́ A123456789 – adiós\n"

    masked = mask(text)

    assert masked == "¿Qué  PAPELES? ｆｕｌｌ ﬁ́ [A-number] – adiós\n"


def test_a_token_of_an_earlier_masking_names_no_further_number() -> None:
    text = "[A-number] 12345678 [passport] 1234567"

    masked = mask(text)

    assert masked == text


DIGITS = st.text("0123456789", min_size=9, max_size=9)
GROUPED = DIGITS.flatmap(
    lambda digits: st.sampled_from(
        [
            digits,
            f"{digits[:3]}-{digits[3:6]}-{digits[6:]}",
            f"{digits[:3]} {digits[3:6]} {digits[6:]}",
            f"{digits[:3]}.{digits[3:6]}.{digits[6:]}",
            digits.translate({ord("0") + value: 0xFF10 + value for value in range(10)}),
            digits.translate({ord("0") + value: 0x0660 + value for value in range(10)}),
        ]
    )
)
PREFIXES = st.sampled_from(
    ["A", "a", "A#", "A# ", "A-", "A: ", "A-number ", "my A number is ", "alien # ", "número A ", "numero de alien es "]
)
BEFORE = st.sampled_from(["", "hola ", "mi hijo tiene corte, ", "My nephew ", "tenho ", "m gen ", "2 niños, "])
AFTER = st.sampled_from(["", ".", " gracias", ", cuando es la corte?", " and my phone is 202-555-0123", "!!"])


@given(BEFORE, PREFIXES, GROUPED, AFTER)
def test_no_a_number_survives_in_a_sentence(before: str, prefix: str, number: str, after: str) -> None:
    text = before + prefix + number + after

    masked = mask(text)

    assert number not in masked
    assert masked.endswith(after)
    assert masked.startswith(before)


PIECES = st.sampled_from(
    [*"0123456789 -./#:$+aA[]", "A123456789", "123456789", "123-45-6789", "216 345 987", "MSC1234567890", "alien ",
     "pasaporte ", "social ", "itin ", "llame ", "tel ", "número ", "\u200b", "１", "٣", *TOKENS]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_masking_twice_is_masking_once(text: str) -> None:
    masked = mask(text)

    assert mask(masked) == masked


@given(st.text(max_size=200))
def test_any_text_can_be_masked(text: str) -> None:
    masked = mask(text)

    assert mask(masked) == masked


@pytest.mark.parametrize(
    "piece", ["a ", "alien ", "1 ", "a1-", "pasaporte ", "1", "123456789 ", "alien a#", "ssn 1 2 3 4 "]
)
def test_hostile_repetition_ends(piece: str) -> None:
    text = piece * (100_000 // len(piece))

    masked = mask(text)

    assert mask(masked) == masked
