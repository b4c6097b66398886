"""The build of the table and the profiles, on a small training folder made here."""

from pathlib import Path

import numpy as np
import pytest

from bench.build_language_table import build, count_runs, estimate, find_alphabet, read_corpus, read_phrases
from conversation.language_table import SPACE, LanguageTable, number_characters, number_text, spread_runs
from conversation.language_voices import TAGS, Voices

SENTENCES = {
    "es": "la niña quiere ir a la escuela con su hermana mañana",
    "en": "the girl wants to go to school with her sister tomorrow",
    "quc": "ri ali kraj kab'e pa ri tijob'al ruk' ri ratz chwe'q",
    "zh": "女孩明天想和姐姐一起去上学",
}


@pytest.fixture
def training_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "training"
    folder.mkdir()
    for place, tag in enumerate(TAGS):
        sentence = SENTENCES.get(tag, chr(ord("ա") + place) * 3 + f" {tag}{tag[::-1]} {tag * 2}")
        (folder / f"{tag}.txt").write_text("\n".join([sentence] * 2 + sentence.split()), encoding="utf-8")
    return folder


def read_bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}


def test_the_same_text_gives_the_same_bytes(training_folder: Path, tmp_path: Path) -> None:
    for name in ("once", "again"):
        build(read_corpus(training_folder), {"es": ["hola"]}, folder=tmp_path / name)

    once = read_bytes(tmp_path / "once")

    assert once == read_bytes(tmp_path / "again")
    assert set(once) == {"language_table.npz", *(f"profiles/{tag}.json" for tag in TAGS)}


def test_other_text_gives_other_bytes(training_folder: Path, tmp_path: Path) -> None:
    build(read_corpus(training_folder), {}, folder=tmp_path / "once")
    with (training_folder / "es.txt").open("a", encoding="utf-8") as file:
        file.write("\notra frase más\n")

    build(read_corpus(training_folder), {}, folder=tmp_path / "again")

    assert read_bytes(tmp_path / "once") != read_bytes(tmp_path / "again")


def test_what_was_built_can_be_used(training_folder: Path, tmp_path: Path) -> None:
    build(read_corpus(training_folder), {}, folder=tmp_path / "built")

    voices = Voices.load(tmp_path / "built")

    assert [voices.detect(text).language for text in SENTENCES.values()] == list(SENTENCES)


def test_a_language_without_text_stops_the_build(training_folder: Path) -> None:
    (training_folder / "mam.txt").write_text("123\n", encoding="utf-8")

    with pytest.raises(SystemExit, match=r"mam\.txt"):
        read_corpus(training_folder)


def test_a_line_that_comes_twice_is_counted_once(training_folder: Path) -> None:
    corpus = read_corpus(training_folder)

    assert len(corpus["en"]) == len(set(corpus["en"])) == 1 + len(set(SENTENCES["en"].split()))


def test_phrases_are_read_by_tag_and_comments_left_out(tmp_path: Path) -> None:
    path = tmp_path / "phrases.txt"
    path.write_text("# Not a phrase: at all\nes: Hola; ¡buenos días!\nes: ya\nen: hi\n", encoding="utf-8")

    assert read_phrases(path) == {"es": ["hola", "buenos días", "ya"], "en": ["hi"]}


def test_letters_of_foreign_scripts_do_not_become_known() -> None:
    assert find_alphabet({"en": [(1.0, ["its name is 서울 Σ ж ñ 一"])]}) == "".join(sorted(" itsnameж一ñ"))


def test_probabilities_after_one_beginning_add_up_to_one() -> None:
    spelled = {"es": [(1.0, ["la lana lava", "la vela"])], "en": [(1.0, ["all a tall", "a ball"])]}
    alphabet = find_alphabet(spelled)

    keys, counts = count_runs(spelled, alphabet)
    chances = np.exp(estimate(keys, counts))
    singles = keys < 1 << 12

    assert np.allclose(chances[singles].sum(axis=0), 1, atol=1e-3)
    assert (chances > 0).all()
    assert (chances <= 1).all()


def test_no_run_reaches_from_one_line_into_the_next() -> None:
    alphabet = find_alphabet({"es": [(1.0, ["ab", "cd"])]})

    keys, _ = count_runs({"es": [(1.0, ["ab", "cd"])]}, alphabet)
    numbers = number_text("b c", number_characters(alphabet))

    assert spread_runs(numbers)[1, 2] in keys  # "b " ends a line
    assert spread_runs(numbers)[2, 3] not in keys  # "b c" would join two lines


def test_a_table_is_the_same_after_saving_and_loading(tmp_path: Path) -> None:
    keys = np.array([1, 2, 3, (1 << 12) + 2], np.uint64)
    levels = np.arange(8, dtype=np.uint8).reshape(4, 2)
    LanguageTable.from_arrays(("es", "en"), " ab", keys, levels).save(tmp_path / "table.npz", " ab")

    table = LanguageTable.load(tmp_path / "table.npz")

    assert table.tags == ("es", "en")
    assert table.keys.tolist() == keys.tolist()
    assert table.levels.tolist() == [*levels.tolist(), [0, 0]]


def test_a_word_is_scored_by_the_longest_known_run_at_each_letter() -> None:
    keys = np.array([1, 2, 3, (1 << 12) + 2], np.uint64)  # " ", "a", "b", " a"
    levels = np.array([[16], [32], [48], [64]], np.uint8)
    table = LanguageTable.from_arrays(("es",), " ab", keys, levels)

    scores = table.score_words("ab b?")

    # "a" after a space is known as such (64); then "b", then the space behind; "?" is unknown and says nothing.
    assert scores.tolist() == [[-(64 + 48 + 16) / 16], [-(48 + 16) / 16]]
    assert table.count_known("ab b?") == 3
    assert SPACE == 1
