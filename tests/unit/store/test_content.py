"""Reading data/: every mistake is told with its file and key."""

from pathlib import Path

import pytest

from conversation.answers.catalogue import Catalogue
from conversation.answers.wording import Wording
from conversation.errors import ContentError
from conversation.language.languages import Languages
from conversation.turn import Rules
from store.content import read_catalogue
from store.review_ledger import COLUMNS, LEDGER
from tests.talk import TODAY

ENTRY = """
school.vaccines:
  audience: all
  discipline: school
  urgency: normal
  varies_by: []
  handoff: null
  sources: [{title: A page, url: "https://example.org", read: 2026-01-02}]
  volatility: low
  review_by: 2027-01-01
  reviews: [language]
  follow_ups: []
"""
WORDING = "school.vaccines:\n  title: Vaccines\n  text: Ask the school.\n"


def read(
    folder: Path,
    languages: Languages,
    *,
    entry: str = ENTRY,
    wording: str = WORDING,
    name: str = "en/school.yml",
    ledger: str = "",
) -> Catalogue:
    (folder / "answers.yml").write_text(entry, encoding="utf-8")
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(wording.encode("utf-8", "surrogateescape"))
    if ledger:
        (folder / LEDGER).write_text(ledger, encoding="utf-8")
    return read_catalogue(folder, languages, drafts=True, today=TODAY)


def test_what_is_right_is_read(tmp_path: Path, rules: Rules) -> None:
    (tmp_path / "en" / "audio").mkdir(parents=True)
    (tmp_path / "en" / "audio" / "vaccines.ogg").write_bytes(b"OggS")
    more = "  short: Ask.\n  audio: vaccines.ogg\n  doubts: [shots]\n"

    read_one = read(tmp_path, rules.languages, entry=ENTRY + "  first: true\n", wording=WORDING + more)

    wording = read_one.wordings["school.vaccines", "en"]
    assert (wording.short, wording.doubts, wording.audio and wording.audio.name) == ("Ask.", ("shots",), "vaccines.ogg")
    assert read_one.entries["school.vaccines"].first
    assert read_one.is_draft(wording)


def test_a_review_in_the_ledger_holds_for_the_text_as_it_is_read(tmp_path: Path, rules: Rules) -> None:
    digest = Wording("school.vaccines", "en", "Vaccines", "Ask the school.", None).digest
    ledger = f"{','.join(COLUMNS)}\nschool.vaccines,en,language,Ana Reader,2026-06-01,{digest},\n"

    reviewed = read(tmp_path, rules.languages, ledger=ledger)
    edited = read(tmp_path, rules.languages, ledger=ledger, wording=WORDING.replace("Ask", "Call"))

    assert [one.is_draft(one.wordings["school.vaccines", "en"]) for one in (reviewed, edited)] == [False, True]


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
        ({"wording": WORDING + "  short: ''\n"}, "empty short"),
        ({"wording": WORDING + "  short: [1]\n"}, "school.vaccines"),
        ({"wording": WORDING + "  audio: none.ogg\n"}, "none.ogg"),
        ({"wording": WORDING + "  reviews: {language: Ana Reader}\n"}, "reviews.csv"),
        ({"wording": WORDING, "ledger": "who,what\n"}, "reviews.csv line 1"),
        ({"wording": WORDING, "name": "en/health.yml"}, "another file"),
        ({"wording": WORDING, "name": "xx/school.yml"}, "xx/"),
        ({"entry": ENTRY.replace("normal", "soon")}, "school.vaccines"),
        ({"entry": ENTRY.replace("handoff: null", "handoff: maybe")}, "handoff"),
        ({"entry": ENTRY.replace("read: 2026-01-02", "read: last year")}, "school.vaccines"),
        ({"entry": ENTRY.replace("  audience: all\n", "")}, "audience"),
        ({"entry": ENTRY.replace("volatility: low", "volatility: very-high")}, "volatility must be very_high"),
        ({"entry": ENTRY.replace("by: 2027-01-01", "by: 2027-13-45")}, "month must be"),
        ({"entry": ENTRY.replace("by: 2027-01-01", "by: 2027-01-01 08:00:00")}, "a day must be written"),
        ({"entry": ENTRY.replace("read: 2026-01-02", "read: 2026-01-02 08:00:00")}, "a day must be written"),
        ({"entry": ENTRY.replace("https://example.org", "javascript:alert(1)")}, "url must begin with https://"),
        ({"wording": WORDING.replace("Vaccines", "''")}, "empty title"),
        ({"wording": WORDING + "  doubts: shots\n"}, "doubts that are no list"),
        ({"wording": WORDING.replace("school.vaccines", "2026")}, "2026 belongs in another file"),
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
