"""When a model is trained anew, and what its card says."""

from collections import Counter
from pathlib import Path

import pytest

from bot.judging import Figures
from bot.training_files import ModelCard, TrainingFiles

SPANISH = """version: "3.1"
nlu:
  - intent: school.meals
    examples: |
      - comida en la escuela
      - almuerzo gratis
  - intent: health.dental
    examples:
      - text: dentista
  - lookup: states
    examples: |
      - Texas
"""
VERSIONS = ("rasa 3.6.21",)


@pytest.fixture
def files(tmp_path: Path) -> TrainingFiles:
    (tmp_path / "nlu/es").mkdir(parents=True)
    (tmp_path / "nlu/en").mkdir()
    (tmp_path / "rules").mkdir()
    (tmp_path / "nlu/es/school.yml").write_text(SPANISH, "utf-8")
    (tmp_path / "nlu/en/empty.yml").write_text("", "utf-8")
    (tmp_path / "rules/fallback.yml").write_text("rules: []", "utf-8")
    return TrainingFiles(nlu=tmp_path / "nlu", rules=tmp_path / "rules")


def test_the_fingerprint_stays_while_nothing_changes(files: TrainingFiles) -> None:
    assert files.fingerprint(VERSIONS) == files.fingerprint(VERSIONS)


@pytest.mark.parametrize("changed", ["nlu/es/school.yml", "rules/fallback.yml", "nlu/en/new.yml"])
def test_the_fingerprint_changes_with_any_file(files: TrainingFiles, changed: str) -> None:
    before = files.fingerprint(VERSIONS)

    (files.nlu.parent / changed).write_text(SPANISH + "# more\n", "utf-8")

    assert files.fingerprint(VERSIONS) != before


def test_the_fingerprint_changes_when_a_file_moves_to_another_language(files: TrainingFiles) -> None:
    before = files.fingerprint(VERSIONS)

    (files.nlu / "es/school.yml").rename(files.nlu / "en/school.yml")

    assert files.fingerprint(VERSIONS) != before


def test_the_fingerprint_changes_with_rasa(files: TrainingFiles) -> None:
    assert files.fingerprint(VERSIONS) != files.fingerprint(["rasa 3.6.22"])


def test_the_fingerprint_does_not_depend_on_where_the_files_lie(files: TrainingFiles, tmp_path: Path) -> None:
    elsewhere = TrainingFiles(nlu=tmp_path / "moved/nlu", rules=tmp_path / "moved/rules")
    before = files.fingerprint(VERSIONS)

    (tmp_path / "moved").mkdir()
    files.nlu.rename(elsewhere.nlu)
    files.rules.rename(elsewhere.rules)

    assert elsewhere.fingerprint(VERSIONS) == before


def test_configuration_domain_and_components_are_part_of_the_model(files: TrainingFiles) -> None:
    names = {source.name for source in files.sources()}

    assert {
        "config.yml",
        "dialogue.yml",
        "classifier.py",
        "folding.py",
        "abbreviations.tsv",
        "fallback.yml",
        "school.yml",
    } <= names
    assert "client.py" not in names


def test_utterances_are_counted_by_language_and_intent(files: TrainingFiles) -> None:
    assert files.count_utterances() == {"es": Counter({"school.meals": 2, "health.dental": 1}), "en": Counter()}


def test_the_card_tells_counts_per_language_and_what_is_missing() -> None:
    counts = {"es": Counter({"school.meals": 20, "health.dental": 12}), "quc": Counter({"school.meals": 9})}
    card = ModelCard(
        name="puente-0123456789ab",
        trained_at="2026-01-02 03:04 UTC",
        archive_bytes=2_500_000,
        cpu_s=12.4,
        versions=VERSIONS,
        counts=counts,
    )

    text = card.render()

    assert "# puente-0123456789ab\n" in text
    assert "2026-01-02 03:04 UTC with rasa 3.6.21 in 12 s" in text
    assert "2.5 MB" in text
    assert "| es | 2 of 2 | 32 | 12 |" in text
    assert "| quc | 1 of 2 | 9 | 9 |" in text
    assert "Not judged" in text


def test_the_card_tells_how_the_model_did_on_messages_of_other_authors() -> None:
    card = ModelCard(
        name="puente-0123456789ab",
        trained_at="2026-01-02 03:04 UTC",
        archive_bytes=2_500_000,
        cpu_s=12.4,
        versions=VERSIONS,
        counts={"es": Counter({"school.meals": 20})},
        results={"es": Figures(count=200, first=0.9, among=0.965, answered=0.8, wrong=0.025)},
    )

    text = card.render()

    assert "| es | 200 | 90.0% | 96.5% | 80.0% | 2.5% |" in text
    assert "Not judged" not in text
