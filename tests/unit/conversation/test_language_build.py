"""The build of the table and the profiles, on a small training folder made here."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.build_language_table import build, count_runs, estimate, find_alphabet, weigh_words
from bench.language_sources import Sources, clean_utterances, cut_borrowed, read_corpus, read_utterances, read_words
from conversation.language.letters import read_phrases
from conversation.language.second_voice import SecondVoice
from conversation.language.table import SPACE, LanguageTable, number_characters, number_text, spread_runs
from conversation.language.voices import TAGS, UNLISTED, Voices

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


@pytest.fixture
def sources(training_folder: Path) -> Sources:
    words = {tag: [(f"{tag}{letter}", 9.0 - place) for place, letter in enumerate("abc")] for tag in ("es", *UNLISTED)}
    return Sources(read_corpus(training_folder), words, phrases={"es": ["hola"]}, utterances={"en": ["who is this"]})


def read_voices(folder: Path) -> Voices:
    return Voices(LanguageTable.load(folder / "language_table.npz"), SecondVoice.load(folder / "profiles"))


def read_bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}


def test_the_same_text_gives_the_same_bytes(sources: Sources, tmp_path: Path) -> None:
    for name in ("once", "again"):
        build(sources, folder=tmp_path / name)

    once = read_bytes(tmp_path / "once")

    assert once == read_bytes(tmp_path / "again")
    assert set(once) == {"language_table.npz", *(f"profiles/{tag}.json" for tag in TAGS)}


@pytest.mark.parametrize(
    "more",
    [
        {"lines": {"es": ["otra frase más"]}},
        {"words": {"es": [("otra", 1.0)]}},
        {"phrases": {"es": ["otra frase"]}},
        {"utterances": {"es": ["otra frase"]}},
    ],
    ids=["lines", "words", "phrases", "utterances"],
)
def test_other_text_gives_other_bytes(more: dict[str, Any], sources: Sources, tmp_path: Path) -> None:
    build(sources, folder=tmp_path / "once")

    build(replace(sources, **{part: {**getattr(sources, part), **texts} for part, texts in more.items()}),
          folder=tmp_path / "again")  # fmt: skip

    assert read_bytes(tmp_path / "once") != read_bytes(tmp_path / "again")


def test_what_was_built_can_be_used(sources: Sources, tmp_path: Path) -> None:
    build(sources, folder=tmp_path / "built")

    voices = read_voices(tmp_path / "built")

    assert [voices.detect(text).language for text in SENTENCES.values()] == list(SENTENCES)


def test_an_unlisted_language_is_told_from_ours_and_never_named(sources: Sources, tmp_path: Path) -> None:
    build(sources, folder=tmp_path / "built")

    detection = read_voices(tmp_path / "built").detect("vib via vic vib via vic")

    assert detection.language is None


def test_spanish_words_are_cut_out_of_mayan_text_and_the_line_ends_there() -> None:
    words = {"es": [("maría", 5.0), ("lópez", 4.0), ("don", 3.0)]}
    lines = {tag: ["ri maria lopez xpe don k'a xb'e"] for tag in ("cak", "es")}

    cut = cut_borrowed(Sources(lines, words))

    assert cut.lines == {"cak": ["ri", "xpe don k'a xb'e"], "es": lines["es"]}


def test_words_of_other_languages_are_cut_out_of_our_utterances_unless_they_are_its_own() -> None:
    words = {"es": [("corte", 5.0), ("con", 4.0)], "en": [("court", 5.0)]}
    lines = {"ht": ["mwen la con"], "es": ["hola"]}
    utterances = {"ht": ["mwen gen court corte demen con li"], "es": ["mi casa y court"]}

    cut = cut_borrowed(Sources(lines, words, utterances=utterances))

    assert cut.utterances == {"ht": ["mwen gen", "demen con li"], "es": ["mi casa y"]}


def test_an_utterance_mostly_in_another_language_is_left_out() -> None:
    words = {"es": [("me", 5.0), ("pega", 4.0), ("mi", 3.0)]}
    utterances = {"quc": ["me pega mi nan", "kinch'ob' ri me"]}

    cut = cut_borrowed(Sources({"quc": ["ri wal"]}, words, utterances=utterances))

    assert cut.utterances == {"quc": ["kinch'ob' ri"]}


def test_words_weigh_what_they_are_used_and_no_more_for_a_long_list() -> None:
    short = weigh_words([("the", 50_000.0), ("cat", 50.0)])
    long = weigh_words([(f"word{number}", 10.0) for number in range(5000)])

    assert [words for _, words in short] == [["cat"], ["the"]]
    assert short[1][0] > 100 * short[0][0]
    assert 0.5 < sum(weight * len(words) for weight, words in long) / (short[0][0] + short[1][0]) < 2


def test_a_missing_word_list_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"es\.tsv is missing; python bench/export_word_lists\.py"):
        read_words(tmp_path)


def test_utterances_are_read_without_markup_and_without_what_is_no_language(tmp_path: Path) -> None:
    folder = tmp_path / "es" / "plain"
    folder.mkdir(parents=True)
    question = "- intent: school.vaccines\n  examples: |\n    - ¿Vacunas en [Texas](state)?\n    - ¿Vacunas en Texas?\n"
    nonsense = "- intent: system.out_of_scope\n  examples: |\n    - asdfgh\n"
    synonym = "- synonym: x\n  examples: |\n    - y\n"
    (folder / "health.yml").write_text(f"nlu:\n{question}{nonsense}{synonym}", encoding="utf-8")

    utterances = read_utterances(tmp_path)

    assert utterances == {"es": [("es/plain/health.yml", "¿Vacunas en Texas?")] * 2}
    assert clean_utterances(utterances) == {"es": ["vacunas en texas"]}


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
