"""Reading data/: every mistake is told with its file and key."""

from pathlib import Path

import pytest

from conversation.errors import ContentError
from conversation.language.languages import Languages
from conversation.turn import Rules
from store.content import read_catalogue

ENTRY = """
school.vaccines:
  audience: all
  discipline: school
  urgency: normal
  varies_by: []
  handoff: null
  sources: [{title: A page, url: "https://example.org", read: 2026-01-02}]
  volatility: yearly
  review_by: 2027-01-01
  reviews: [language]
  follow_ups: []
"""
WORDING = "school.vaccines:\n  title: Vaccines\n  text: Ask the school.\n"


def read(
    folder: Path, languages: Languages, *, entry: str = ENTRY, wording: str = WORDING, name: str = "en/school.yml"
) -> None:
    (folder / "answers.yml").write_text(entry, encoding="utf-8")
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(wording.encode("utf-8", "surrogateescape"))
    read_catalogue(folder, languages, drafts=True)


def test_what_is_right_is_read(tmp_path: Path, rules: Rules) -> None:
    read(tmp_path, rules.languages)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"wording": WORDING + WORDING}, "stands twice"),
        ({"wording": "a: [1"}, "en/school.yml"),
        ({"wording": "- one"}, "must be a mapping"),
        ({"wording": "\udcff"}, "UTF-8"),
        ({"wording": WORDING.replace("Ask the school.", "''")}, "school.vaccines"),
        ({"wording": WORDING.replace("Ask the school.", "911")}, "school.vaccines"),
        ({"wording": WORDING.replace("  title: Vaccines\n", "")}, "school.vaccines"),
        ({"wording": WORDING.replace("school.vaccines", "school.unknown")}, "school.unknown"),
        ({"wording": WORDING, "name": "en/health.yml"}, "another file"),
        ({"wording": WORDING, "name": "xx/school.yml"}, "xx/"),
        ({"entry": ENTRY.replace("normal", "soon")}, "school.vaccines"),
        ({"entry": ENTRY.replace("handoff: null", "handoff: maybe")}, "handoff"),
        ({"entry": ENTRY.replace("read: 2026-01-02", "read: last year")}, "school.vaccines"),
        ({"entry": ENTRY.replace("  audience: all\n", "")}, "audience"),
        ({"entry": "school.vaccines: 5"}, "school.vaccines"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, rules: Rules, change: dict[str, str], told: str) -> None:
    with pytest.raises(ContentError, match=told):
        read(tmp_path, rules.languages, **change)


def test_a_missing_file_is_told(tmp_path: Path, rules: Rules) -> None:
    with pytest.raises(ContentError, match=r"answers\.yml"):
        read_catalogue(tmp_path, rules.languages, drafts=True)
