"""Counting, cutting and preparing SMS: tables of known cases, and properties against a slow, separate oracle."""

import unicodedata
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.sms_text import MAX_CHARACTERS, Encoding, Segments, count_segments, prepare_for_sms, split_text
from channels.text_split import find_boundaries

# The default alphabet in the order of 3GPP TS 23.038 table 6.2.1, escape left out: written down apart from the code.
GSM_TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION_TABLE = "\f^{}\\[~]|€"

texts = st.text(
    alphabet=st.one_of(
        st.sampled_from(GSM_TABLE + EXTENSION_TABLE + "     ...áíóúʼ’“\u0301\u200d\u200b\u00a0"),
        st.sampled_from("😀👨👩👧🇬🇹🏽ш中ع"),
        st.characters(),
    ),
    max_size=900,
)
gsm_texts = st.text(alphabet=GSM_TABLE + EXTENSION_TABLE, max_size=900)
# Each is one character to a reader; none joins with any that may follow it here.
CLUSTERS = (
    "a", "é", "x\u0308", "q\u0323\u0307", "👍🏽", "👨‍👩‍👧‍👦", "🇬🇹", "🇺🇸", "❤️‍🔥", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "क्षि", "กำ", "\uac01", "\u1100\u1161\u11a8", "\r\n", "\u06cc\u200c",
)  # fmt: skip


def slow_count(text: str) -> Segments:
    """Cheapest way to put whole characters into parts, found by trying all of them."""
    gsm = set(text) <= set(GSM_TABLE + EXTENSION_TABLE)
    costs = [
        (2 if character in EXTENSION_TABLE else 1) if gsm else len(character.encode("utf-16-be", "surrogatepass")) // 2
        for character in text
    ]
    alone, part = (160, 153) if gsm else (70, 67)
    encoding = Encoding.GSM7 if gsm else Encoding.UCS2
    if sum(costs) <= alone:
        return Segments(encoding, sum(costs), min(1, len(text)))
    best = [0] + [10**9] * len(costs)
    for end in range(1, len(costs) + 1):
        start, room = end, part
        while start > 0 and costs[start - 1] <= room:
            start -= 1
            room -= costs[start]
            best[end] = min(best[end], best[start] + 1)
    return Segments(encoding, sum(costs), best[-1])


@given(st.one_of(texts, gsm_texts))
@settings(deadline=None, max_examples=200)
def test_count_equals_a_slow_oracle(text: str) -> None:
    assert count_segments(text) == slow_count(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments(Encoding.GSM7, 0, 0)),
        ("a" * 160, Segments(Encoding.GSM7, 160, 1)),
        ("a" * 161, Segments(Encoding.GSM7, 161, 2)),
        ("a" * 306, Segments(Encoding.GSM7, 306, 2)),
        ("a" * 307, Segments(Encoding.GSM7, 307, 3)),
        ("a" * 1600, Segments(Encoding.GSM7, 1600, 11)),
        ("á" * 70, Segments(Encoding.UCS2, 70, 1)),
        ("á" * 71, Segments(Encoding.UCS2, 71, 2)),
        ("á" * 1600, Segments(Encoding.UCS2, 1600, 24)),
        ("€" * 80, Segments(Encoding.GSM7, 160, 1)),
        ("a" * 152 + "€" + "a" * 152, Segments(Encoding.GSM7, 306, 3)),
        ("😀" * 35, Segments(Encoding.UCS2, 70, 1)),
        ("😀" * 67, Segments(Encoding.UCS2, 134, 3)),
        ("¿Qué? ¡Ñandú!", Segments(Encoding.UCS2, 13, 1)),
        ("¿Que? ¡Ñandu!", Segments(Encoding.GSM7, 13, 1)),
        ("ç", Segments(Encoding.UCS2, 1, 1)),
        ("`", Segments(Encoding.UCS2, 1, 1)),
    ],
)
def test_known_counts(text: str, expected: Segments) -> None:
    assert count_segments(text) == expected


@given(texts, st.integers(min_value=1, max_value=4))
@settings(deadline=None, max_examples=150)
def test_joining_the_parts_gives_the_words_back_and_every_part_is_within_limits(text: str, max_segments: int) -> None:
    parts = split_text(text, max_segments=max_segments)

    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part.strip() for part in parts)
    assert all(count_segments(part).segments <= max_segments for part in parts)
    assert all(len(part.encode("utf-16-be", "surrogatepass")) // 2 <= MAX_CHARACTERS for part in parts)


@given(st.lists(st.text(alphabet="abcdefgñá.", min_size=1, max_size=40), max_size=60))
@settings(deadline=None, max_examples=100)
def test_words_that_fit_are_never_cut(words: list[str]) -> None:
    parts = split_text(" ".join(words), max_segments=1)

    assert [word for part in parts for word in part.split()] == words


@given(st.lists(st.sampled_from(CLUSTERS), min_size=1, max_size=300))
@settings(deadline=None, max_examples=100)
def test_no_part_ends_inside_a_character(clusters: list[str]) -> None:
    text = "".join(clusters)
    starts = {sum(map(len, clusters[:index])) for index in range(len(clusters))}

    position, cuts = 0, []
    for part in split_text(text, max_segments=1):
        position = text.index(part, position)
        cuts.append(position)
        position += len(part)

    assert set(cuts) <= starts


@given(st.lists(st.sampled_from(CLUSTERS), max_size=30))
@settings(deadline=None)
def test_boundaries_are_those_between_characters(clusters: list[str]) -> None:
    ends = [sum(map(len, clusters[: index + 1])) for index in range(len(clusters))]

    assert list(find_boundaries("".join(clusters))) == ends


def test_a_text_that_fits_comes_back_unchanged() -> None:
    assert split_text("  Hola.  Adios. ", max_segments=1) == ["  Hola.  Adios. "]


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_white_space_alone_is_no_message(text: str) -> None:
    assert split_text(text, max_segments=1) == []


def test_cuts_fall_between_sentences() -> None:
    first, second = "La escuela no puede pedirle papeles. " * 4, "Llame si le dicen que no. " * 3

    parts = split_text(first + second, max_segments=1)

    assert parts == [first.strip(), second.strip()]


@pytest.mark.parametrize("end", [". ", "? ", "! ", '." ', "\n", "。", "। ", "؟ "])
def test_every_script_ends_its_sentences(end: str) -> None:
    sentence = "b" * 40 + end

    parts = split_text(sentence * 4, max_segments=1)

    assert all(part.endswith(sentence.strip()) for part in parts)
    assert len(parts) > 1


def test_a_sentence_that_is_too_long_is_cut_between_words() -> None:
    text = "palabra " * 40

    parts = split_text(text, max_segments=1)

    assert parts == ["palabra " * 19 + "palabra", "palabra " * 19 + "palabra"]


def test_a_short_first_sentence_does_not_cost_a_message_of_its_own() -> None:
    parts = split_text("Si. " + "palabra " * 30, max_segments=1)

    assert parts[0].startswith("Si. palabra")


def test_a_decimal_point_and_an_address_end_no_sentence() -> None:
    text = "a" * 100 + " cuesta 3.50 y esta en https://example.org/a.b?c=d " + "b" * 100

    parts = split_text(text, max_segments=1)

    assert any("3.50" in part for part in parts)
    assert any("https://example.org/a.b?c=d" in part for part in parts)


def test_a_character_that_alone_is_too_long_is_cut_and_nothing_is_lost() -> None:
    text = "a" + "\u0301" * 3000

    parts = split_text(text, max_segments=1)

    assert "".join(parts) == text
    assert all(count_segments(part).segments == 1 for part in parts)


def test_no_message_is_longer_than_the_carrier_takes() -> None:
    parts = split_text("palabra " * 1000, max_segments=99)

    assert max(map(len, parts)) <= MAX_CHARACTERS
    assert len(parts) == 5


@pytest.mark.parametrize("max_segments", [0, -1])
def test_no_segment_at_all_is_an_error(max_segments: int) -> None:
    with pytest.raises(ValueError, match="max_segments"):
        split_text("hola", max_segments=max_segments)


@pytest.mark.parametrize(
    ("text", "prepared"),
    [
        ("“Hola” ‘qué’ «bien» „ja“", "\"Hola\" 'qué' \"bien\" \"ja\""),
        ("9:00\u20135:00 \u2014 lunes\u2212viernes", "9:00-5:00 - lunes-viernes"),
        ("espere\u2026", "espere..."),
        ("a\u00a0b\u202fc\u2007d", "a b c d"),
        ("ho\u200bla\ufeff\u2060\u00ad", "hola"),
        ("El nin\u0303o esta\u0301 aqui\u0301", "El niño está aquí"),
        ("kinb\u02bcano k\u2019o q\ua78cij", "kinb'ano k'o q'ij"),
        ("¿Cuándo? ¡Sí! àèìòù çãõ", "¿Cuándo? ¡Sí! àèìòù çãõ"),
        ("familia 👨‍👩‍👧 ❤️‍🔥", "familia 👨‍👩‍👧 ❤️‍🔥"),
        ("می‌خواهم", "می‌خواهم"),
        ("a\u200db\u200c", "ab"),
        ("hola\u200e\u200f", "hola"),
        ("مرحبا\u200f (1)\u200e", "مرحبا\u200f (1)\u200e"),
        ("e\u200b\u0301", "é"),
    ],
    ids=[
        "quotes", "dashes", "ellipsis", "no_break_spaces", "zero_width", "decomposed", "mayan_apostrophes", "accents",
        "joined_emoji", "persian_joiner", "idle_joiner", "idle_direction", "direction", "mark_after_zero_width",
    ],
)  # fmt: skip
def test_prepared_texts(text: str, prepared: str) -> None:
    assert prepare_for_sms(text) == prepared


@pytest.mark.parametrize(
    "address",
    ["https://e.org/d’arc–x\u00a7?q=“y”&z=1", "HTTP://E.ORG/…/a", "puente.example.org/ayuda–x", "e.org?q=a’b"],
)
def test_an_address_is_never_touched(address: str) -> None:
    assert prepare_for_sms(f"“Vea {address} …”") == f'"Vea {address} ..."'


def test_quotes_around_an_address_are_not_of_it() -> None:
    assert prepare_for_sms("“https://e.org/a”…") == '"https://e.org/a"...'


@given(texts)
@settings(deadline=None, max_examples=200)
def test_preparing_twice_changes_nothing_more(text: str) -> None:
    once = prepare_for_sms(text)

    assert prepare_for_sms(once) == once


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), max_size=200))
@settings(deadline=None)
def test_no_letter_loses_its_accent(text: str) -> None:
    saltillos = str.maketrans("\ua78c\ua78b", "''")

    assert prepare_for_sms(text) == unicodedata.normalize("NFC", text).translate(saltillos)


@given(texts)
@settings(deadline=None)
def test_preparing_never_costs_more_than_its_ellipses(text: str) -> None:
    units = count_segments(unicodedata.normalize("NFC", text)).units

    prepared = count_segments(prepare_for_sms(text))

    assert prepared.units <= units + 2 * text.count("…") + _extension_units(text)


@cache
def _extension_units(text: str) -> int:
    return sum(character in EXTENSION_TABLE for character in text)  # two septets instead of one unit, once it is GSM-7


@pytest.mark.parametrize("letters", ["a", "1-"])
def test_a_text_of_one_endless_word_is_prepared_as_it_is(letters: str) -> None:
    endless = letters * 200_000  # whoever looks for a web address from each letter needs hours

    assert prepare_for_sms(endless) == endless
