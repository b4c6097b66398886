"""Reviews: what makes a text reviewed, and what makes it a draft again."""

from dataclasses import replace
from datetime import date

import pytest

from conversation.answers.reviews import Comparison, Ledger, Review, ReviewKind, is_name
from conversation.answers.standing import Standing
from conversation.answers.wording import Recording, Wording
from tests.talk import TODAY
from tests.unit.conversation.test_answers import ANSWER, entry

LANGUAGE, LEGAL, CLINICAL, AUDIO = ReviewKind
ENGLISH = Wording(ANSWER, "en", "Vaccines", "Ask the school.", None)
SPANISH = Wording(ANSWER, "es", "Vacunas", "Pregunte en la escuela.", None)
KICHE = Wording(ANSWER, "quc", "Kunab'al", "Chata' pa tijob'al.", None)
SPOKEN = replace(KICHE, audio=Recording("one.ogg", "a" * 16))


def review(wording: Wording, kind: ReviewKind = LANGUAGE, *, of: Wording | None = None, on: date = TODAY) -> Review:
    compared = Comparison(of.language, of.digest) if of else None
    return Review(wording.answer, wording.language, kind, "Ana Reader", on, wording.digest, compared)


def standing(*reviews: Review, texts: tuple[Wording, ...] = (ENGLISH, SPANISH, KICHE)) -> Standing:
    listed = {ANSWER: entry(ANSWER, reviews=("language", "legal"))}
    return Standing(listed, {(text.answer, text.language): text for text in texts}, Ledger(reviews))


def test_a_text_is_reviewed_when_every_review_it_needs_is_made() -> None:
    half, whole = [review(ENGLISH)], [review(ENGLISH), review(ENGLISH, LEGAL)]

    assert standing(*half).find_missing(ENGLISH) == (LEGAL,)
    assert standing(*whole).find_missing(ENGLISH) == ()


@pytest.mark.parametrize("key", ["title", "text", "whatsapp", "short"])
def test_any_edit_makes_it_a_draft_again(key: str) -> None:
    made = standing(review(ENGLISH), review(ENGLISH, LEGAL))

    edited = replace(ENGLISH, **{key: "Ask the school nurse."})  # type: ignore[arg-type]

    assert made.find_missing(edited) == (LANGUAGE, LEGAL)


def test_letters_composed_in_another_way_are_the_same_text() -> None:
    assert replace(SPANISH, text="se\u0301").digest == replace(SPANISH, text="sé").digest
    assert replace(SPANISH, title="a b", text="c").digest != replace(SPANISH, title="a", text="b c").digest


def test_of_two_reviews_the_newest_counts_even_where_the_older_one_fits() -> None:
    older, newer = review(ENGLISH), review(replace(ENGLISH, text="Other."), on=date(2026, 6, 2))

    assert standing(older, newer).find_review(ENGLISH, LANGUAGE) is None
    assert standing(newer, older).find_review(ENGLISH, LANGUAGE) is None
    assert standing(replace(newer, on=date(2026, 5, 1)), older).find_review(ENGLISH, LANGUAGE) == older


# Translations


def test_a_translation_stands_on_the_legal_review_of_the_text_it_was_compared_with() -> None:
    made = standing(review(KICHE, of=SPANISH), review(SPANISH, LEGAL))

    assert made.find_missing(KICHE) == ()


@pytest.mark.parametrize(("own", "base"), [(5, 6), (6, 5)])
def test_whichever_of_the_two_a_lawyer_has_read_later_counts(own: int, base: int) -> None:
    reviews = (review(SPANISH, LEGAL, on=date(2026, own, 1)), review(ENGLISH, LEGAL, on=date(2026, base, 1)))

    found = standing(review(SPANISH, of=ENGLISH), *reviews).find_review(SPANISH, LEGAL)

    assert found is not None
    assert found.on == date(2026, 6, 1)


BROKEN = {
    "compared with nothing": (review(KICHE), review(SPANISH, LEGAL)),
    "compared with the other language": (review(KICHE, of=ENGLISH), review(SPANISH, LEGAL)),
    "compared with an older text": (review(KICHE, of=replace(SPANISH, text="Antes.")), review(SPANISH, LEGAL)),
    "the lawyer read an older text": (review(KICHE, of=SPANISH), review(replace(SPANISH, text="Antes."), LEGAL)),
    "compared with itself": (review(KICHE, of=KICHE), review(SPANISH, LEGAL)),
    "nobody compared them": (review(SPANISH), review(SPANISH, LEGAL)),
}


@pytest.mark.parametrize("reviews", BROKEN.values(), ids=BROKEN.keys())
def test_a_translation_without_that_bridge_is_a_draft(reviews: tuple[Review, ...]) -> None:
    assert LEGAL in standing(*reviews).find_missing(KICHE)


def test_when_the_base_changes_its_translations_are_drafts_too() -> None:
    edited = replace(SPANISH, text="Pregunte hoy en la escuela.")
    both_read = (review(KICHE, of=SPANISH), review(SPANISH, LEGAL))

    made = standing(*both_read, texts=(ENGLISH, edited, KICHE))

    assert made.find_missing(KICHE) == (LEGAL,)
    assert made.find_older_base(KICHE) == "es"
    assert standing(*both_read).find_older_base(KICHE) is None


def test_a_text_between_languages_is_no_bridge() -> None:
    french = Wording(ANSWER, "fr", "Vaccins", "Demandez.", None)
    reviews = (review(KICHE, of=french), review(french, of=SPANISH), review(SPANISH, LEGAL))

    made = standing(*reviews, texts=(SPANISH, french, KICHE))

    assert (made.find_missing(french), made.find_missing(KICHE)) == ((), (LEGAL,))


# Recordings


def heard(of: Wording = KICHE, digest: str = "a" * 16) -> Review:
    return replace(review(KICHE, AUDIO, of=of), text=digest)


@pytest.mark.parametrize(
    ("hearing", "holds"),
    [(heard(), True), (heard(of=ENGLISH), False), (heard(digest="b" * 16), False)],
    ids=["as it is", "of another text", "another file"],
)
def test_a_recording_is_reviewed_for_this_file_and_this_text(hearing: Review, holds: bool) -> None:
    assert (standing(hearing).find_review(SPOKEN, AUDIO) is not None) is holds
    assert standing(hearing).find_review(KICHE, AUDIO) is None


# Names


@pytest.mark.parametrize("name", ["Ana López", "María del Carmen Ixcot", "J. Ramírez", "O'Neil Brown", "李 小龙"])
def test_a_first_and_a_last_name_are_a_name(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "Ana", "draft", "Ana ", " Ana López", "A B", "=HYPERLINK Ana", "Ana\nLópez", "Ana  López", "A" * 81 + " B"],
)
def test_anything_else_is_none(name: str) -> None:
    assert not is_name(name)
