"""What a text costs, with which values it is measured, how hard it reads, and the words that the rules look for."""

from pathlib import Path

import pytest

from channels.sms_text import Encoding
from conversation.answers.catalogue import Wording
from conversation.errors import ContentError
from service.catalogue.costs import TextCost, add_up, measure
from service.catalogue.filling import Filling, count_sms_segments
from service.catalogue.reading_grade import measure_grade
from service.catalogue.rule_words import find_word, plain, read_rule_words
from tests.talk import ROOT, real_rules

WORDS = read_rule_words(ROOT / "data/answers/rules.yml")
MEALS = "school.meals"

# Costs


def measure_text(text: str) -> TextCost:
    return measure(Wording(MEALS, "es", "Comida", text, None), Filling(real_rules()))


def test_one_accent_doubles_the_price_and_the_saving_is_told() -> None:
    plain_text = measure_text("a" * 150)
    accented = measure_text("a" * 149 + "á")

    assert (plain_text.encoding, plain_text.segments, plain_text.saving) == (Encoding.GSM7, 1, "")
    assert (accented.encoding, accented.segments, accented.outside) == (Encoding.UCS2, 3, "á")
    assert accented.saving == "3 to 1 without á"


def test_a_few_characters_too_many_are_told() -> None:
    assert measure_text("abcd " * 33).saving == "2 to 1 with 5 characters less"
    assert measure_text("abcd " * 45).saving == ""


def test_spanish_letters_of_the_alphabet_of_texts_cost_nothing() -> None:
    cost = measure_text("¿Mañana? ¡Sé que ñ y ü van!")

    assert (cost.encoding, cost.outside) == (Encoding.GSM7, "")


def test_the_costs_of_a_language_are_added_up() -> None:
    total = add_up([measure_text("a" * 100), measure_text("a" * 170), measure_text("á" * 60)])

    assert (total.texts, total.mean_segments, total.median_segments, total.longest) == (3, pytest.approx(4 / 3), 1, 2)
    assert total.gsm7 == pytest.approx(2 / 3)


# Filling


def test_places_are_filled_with_what_costs_most() -> None:
    rules = real_rules()
    wording = Wording("system.choose", "en", "Menu", "Choose:\n{choices}\n0 PERSON {nobody}", None)

    filled = Filling(rules).fill(wording)

    titles = filled.splitlines()[1:4]
    assert [title[:2] for title in titles] == ["1 ", "2 ", "3 "]
    assert all(len(title) > 25 for title in titles)
    assert filled.endswith("0 PERSON {nobody}")


def test_the_longest_row_of_the_tables_is_filled_in() -> None:
    rules = real_rules()
    wording = rules.catalogue.wordings["system.in_state_coverage", "en"]

    filled = Filling(rules).fill(wording)

    assert "{" not in filled
    longest = max((row.program for row in rules.reference.coverage.values()), key=len)
    assert longest in filled
    assert count_sms_segments(filled) >= count_sms_segments(wording.text)


# Years of school


@pytest.mark.parametrize(
    ("text", "language", "least", "most"),
    [
        ("The cat sat on the mat.", "en", -2.0, 0.0),
        ("Call the school. Ask for the form. Take it home.", "en", -3.0, 1.0),
        ("Sources of verification necessitate institutional documentation.", "en", 18.0, 40.0),
        ("El gato come pan. La casa es roja.", "es", -8.0, 2.0),
        ("Las instituciones administrativas requieren documentación.", "es", 8.0, 20.0),
    ],
)
def test_short_words_and_sentences_ask_for_few_years(text: str, language: str, least: float, most: float) -> None:
    grade = measure_grade(text, language)

    assert grade is not None
    assert least <= grade <= most


def test_a_known_sentence_has_the_grade_of_the_formula() -> None:
    # 6 words, 1 sentence, 6 syllables; 7 words, 2 sentences, 11 syllables
    assert measure_grade("The cat sat on the mat.", "en") == pytest.approx(0.39 * 6 + 11.8 * 6 / 6 - 15.59)
    assert measure_grade("La casa es roja. El gato come.", "es") == pytest.approx(
        (0.049 * 11 - 0.205 * 2) * 100 / 7 - 3.407
    )


def test_numbers_addresses_and_places_are_not_read_as_words() -> None:
    bare, full = "Call the school now.", "Call the school now 1-800-422-4453 immigrationlawhelp.org/a {code}."

    assert measure_grade(full, "en") == measure_grade(bare, "en")
    assert measure_grade("911 · 988", "en") is None


def test_other_languages_have_no_formula() -> None:
    assert measure_grade("Utz ri tijob'al.", "quc") is None


# The words to look for


def test_texts_are_compared_without_capitals_accents_and_line_breaks_but_with_their_enye() -> None:
    assert plain("ESTÁ\n  a  salvo; niÑa, can’t") == "esta a salvo; niña, can't"


def test_the_first_words_found_are_returned() -> None:
    assert find_word(WORDS.forbidden, ["en"], "they say you are safe here") == "you are safe"
    assert find_word(WORDS.forbidden, ["xx", "quc"], "you are safe") is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "missing"),
        (b"\xff\xfe", "missing"),
        (b"a: [", "missing"),
        (b"way_on: {}\n", "KeyError"),
        (b"- a\n", "TypeError"),
        (b"emergency: '911'\nway_on: {en: ['(']}\nforbidden: {}\noperators: {}\nspots: {}\n", "Error"),
        (b"emergency: '911'\nway_on: {en: 5}\nforbidden: {}\noperators: {}\nspots: {}\n", "TypeError"),
        (b"emergency: '911'\nway_on: {}\nforbidden: {}\noperators: {}\nspots: {a: {en: [x]}}\n", "KeyError"),
    ],
    ids=["no file", "no text", "no YAML", "a part less", "a list", "no expression", "a number", "no reason"],
)
def test_a_broken_file_of_words_is_told(tmp_path: Path, content: bytes | None, told: str) -> None:
    path = tmp_path / "rules.yml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ContentError, match=rf"answers/rules\.yml.*{told}"):
        read_rule_words(path)
