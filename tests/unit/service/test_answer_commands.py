"""`puente answers status` and `feedback`: counts that add up, and complaints without words."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from conversation.answers.catalogue import FLOOR_SET
from conversation.answers.reviews import Comparison, Ledger, Review, ReviewKind
from conversation.answers.wording import Recording
from conversation.messages import Urgency
from service.catalogue.status import count_texts, find_recordings, find_wanted, render_table
from service.commands.answers import print_feedback
from service.settings import Settings
from store.database import build_engine
from store.sql.migrate import migrate
from tests.talk import TODAY, approve, approve_all, real_rules, strict_rules

CATALOGUE = replace(real_rules().catalogue, ledger=Ledger())


def test_every_language_with_texts_is_counted() -> None:
    rows = count_texts(CATALOGUE, TODAY)

    assert [row.tag for row in rows] == list(CATALOGUE.languages.with_texts())
    assert all(row.texts + row.missing == len(CATALOGUE.entries) for row in rows)
    assert all((row.draft, row.reviewed, row.language) == (row.texts, 0, 0) for row in rows)


def test_what_named_persons_have_read_is_no_draft() -> None:
    row = count_texts(replace(CATALOGUE, ledger=approve_all(CATALOGUE)), TODAY)[0]

    assert (row.draft, row.reviewed, row.short) == (0, row.texts, 0)
    assert (row.language, row.legal, row.clinical) == (row.texts, row.needs_legal, row.needs_clinical)
    assert {row.reviewed for row in count_texts(strict_rules("system.help").catalogue, TODAY)} == {1}


def test_what_goes_short_now_and_what_is_expired_is_counted() -> None:
    still = {answer: replace(entry, volatility="low", review_by=TODAY) for answer, entry in CATALOGUE.entries.items()}
    late = {**still, "legal.asylum": replace(still["legal.asylum"], review_by=date(2026, 5, 31))}

    rows = [count_texts(replace(CATALOGUE, entries=entries), TODAY)[0] for entries in (still, late)]

    assert [(row.expired, row.short) for row in rows] == [(0, 0), (1, 1)]


def test_recordings_are_counted_and_those_somebody_has_heard() -> None:
    spoken = replace(CATALOGUE.wordings["system.help", "es"], audio=Recording("help.ogg", "a" * 16))
    texts = {**CATALOGUE.wordings, ("system.help", "es"): spoken}
    of = Comparison("es", spoken.digest)
    heard = Review("system.help", "es", ReviewKind.AUDIO, "Ana Reader", TODAY, "a" * 16, of)

    made = [replace(CATALOGUE, wordings=texts, ledger=Ledger(reviews)) for reviews in ((), (heard,))]

    assert [(row.heard, row.recorded) for row in (count_texts(one, TODAY)[0] for one in made)] == [(0, 1), (1, 1)]
    assert [dict(find_recordings(one))["system.help"]["es"] for one in made] == ["recorded", "reviewed"]


def test_floor_set_and_danger_are_wanted_as_recordings_first() -> None:
    wanted = dict(find_recordings(CATALOGUE))

    assert list(wanted)[: len(FLOOR_SET)] == list(FLOOR_SET)
    assert all(answer in wanted for answer in CATALOGUE.entries if answer.startswith("safety."))
    assert wanted["system.crisis"]["es"] == "wanted"


def test_the_table_has_a_line_for_each_language() -> None:
    table = render_table(count_texts(CATALOGUE, TODAY))

    assert [line.split()[0] for line in table.splitlines()[:3]] == ["texts", "es", "en"]


# Seen first


def test_experts_see_first_what_is_marked_then_what_moves_then_what_presses() -> None:
    calm = {
        answer: replace(entry, volatility="low", urgency=Urgency.NORMAL, first=False)
        for answer, entry in CATALOGUE.entries.items()
    }
    calm["rights.at_home"] = replace(calm["rights.at_home"], first=True)
    calm["legal.sij"] = replace(calm["legal.sij"], volatility="very_high")
    calm["safety.abuse"] = replace(
        calm["safety.abuse"], urgency=Urgency.PAGE_NOW, reviews=("language", "legal", "clinical")
    )
    calm["legal.notario"] = replace(calm["legal.notario"], urgency=Urgency.SAME_DAY)

    wanted = find_wanted(replace(CATALOGUE, entries=calm))

    order = ["rights.at_home", "legal.sij", "safety.abuse", "legal.notario"]
    assert [one.entry.id for one in wanted[:4]] == order
    assert [one.is_first for one in wanted[:5]] == [True] * 4 + [False]
    assert wanted[2].kinds == (ReviewKind.LEGAL, ReviewKind.CLINICAL)


@pytest.mark.parametrize(("language", "waits"), [("en", False), ("es", False), ("quc", True)])
def test_what_a_lawyer_has_read_in_english_or_spanish_does_not_wait(language: str, waits: bool) -> None:
    entry = replace(CATALOGUE.entries["legal.notario"], reviews=("language", "legal"))
    wording = replace(CATALOGUE.wordings["legal.notario", "en"], language=language)
    made = replace(
        CATALOGUE,
        entries={entry.id: entry},
        wordings={(entry.id, language): wording},
        ledger=Ledger(approve(entry, wording)),
    )

    assert bool(find_wanted(made)) is waits


def test_without_complaints_the_list_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(var=tmp_path, database_url=f"sqlite:///{tmp_path / 'one.db'}")
    engine = build_engine(settings.database_url)
    migrate(engine)
    engine.dispose()

    print_feedback(settings)

    assert capsys.readouterr().out == "0 complaints about answers\n"
