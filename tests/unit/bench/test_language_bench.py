"""What the bench of language identification holds out, and where it writes: a leak would make every figure a lie."""

from pathlib import Path

import pytest

from bench.language_cuts import cut_messages, make_noisy, switch_code
from bench.language_heldout import BEGIN, END, FOLDS, hold_out, write
from bench.language_sources import Sources

LINES = {"es": [f"frase número {number} de un libro" for number in range(23)], "quc": ["jas kinb'ano ri wal"] * 10}
UTTERANCES = {"es": [(f"es/plain/{topic}.yml", f"sobre {topic} {n}") for topic in "abcdefg" for n in "xyz"]}


@pytest.mark.parametrize("fold", range(FOLDS))
def test_what_is_held_out_is_not_trained_on(fold: int) -> None:
    training, held, unheard = hold_out(Sources(LINES), UTTERANCES, fold)

    assert sorted([*training.lines["es"], *held["es"]]) == sorted(LINES["es"])
    assert not set(training.lines["es"]) & set(held["es"])
    assert {text for _, text in unheard} | set(training.utterances["es"]) == {text for _, text in UTTERANCES["es"]}


def test_every_line_is_held_out_once_in_one_piece_with_its_neighbours() -> None:
    folds = [hold_out(Sources(LINES), {}, fold)[1]["es"] for fold in range(FOLDS)]

    assert [line for lines in folds for line in lines] == LINES["es"]


def test_utterances_are_held_out_by_whole_files() -> None:
    training, _, unheard = hold_out(Sources(LINES), UTTERANCES, 0)

    held_topics = {text.split()[1] for _, text in unheard}
    assert held_topics == {"a", "f"}
    assert not held_topics & {text.split()[1] for text in training.utterances["es"]}


def test_the_same_text_gives_the_same_messages() -> None:
    once, again = (make_noisy(cut_messages(LINES, 20)) for _ in range(2))

    assert once == again
    assert once != cut_messages(LINES, 20)


def test_a_code_switched_message_has_words_of_both_languages() -> None:
    mixed = switch_code(LINES, 0.5, 10)

    spanish = {word for line in LINES["es"] for word in line.split()}
    assert all(tag == "quc" and set(text.split()) & spanish and set(text.split()) - spanish for tag, text in mixed)


def test_tables_go_between_the_marks_of_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n\n{BEGIN}\nold\n{END}\n\nafter\n", encoding="utf-8")

    write(page, "new")

    assert page.read_text(encoding="utf-8") == f"# Title\n\n{BEGIN}\nnew\n{END}\n\nafter\n"
