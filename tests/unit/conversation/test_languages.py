"""The languages we know by name."""

from collections.abc import Mapping
from typing import Any

import pytest

from conversation.errors import ContentError
from conversation.language.languages import Languages
from conversation.language.voices import MAYAN, TAGS
from tests.talk import real_rules

ENGLISH = {"name": "English", "status": "complete", "group": "other", "fallback": "en", "direction": "ltr"}
SPANISH = {**ENGLISH, "name": "Español"}
KICHE = {**ENGLISH, "name": "K'iche'", "status": "partial", "group": "mayan", "fallback": "es"}


def read(**rows: Mapping[str, Any] | None) -> Languages:
    return Languages.from_data({"en": ENGLISH, "es": SPANISH, **rows})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("tag", "chain"), [("en", ("en",)), ("es", ("es", "en")), ("quc", ("quc", "es", "en")), ("zz", ("zz", "en"))]
)
def test_texts_are_looked_for_in_the_language_then_its_fallback_then_english(tag: str, chain: tuple[str, ...]) -> None:
    assert read(quc=KICHE).chain(tag) == chain


def test_a_language_is_called_by_its_own_name_and_an_unknown_one_by_its_tag() -> None:
    languages = read(quc=KICHE)

    assert (languages.name_of("quc"), languages.name_of("zz")) == ("K'iche'", "zz")


def test_languages_with_texts_are_those_that_are_complete_or_partial() -> None:
    languages = read(quc=KICHE, mam={**KICHE, "status": "none"})

    assert languages.with_texts() == ("en", "es", "quc")


def test_only_a_listed_language_can_be_mayan() -> None:
    languages = read(quc=KICHE)

    assert [languages.is_mayan(tag) for tag in ("quc", "es", "mam")] == [True, False, False]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({**KICHE, "fallback": "xx"}, "fall"),
        ({key: value for key, value in KICHE.items() if key != "name"}, "name"),
        ({**KICHE, "name": ""}, "name"),
        ({**KICHE, "status": "done"}, "status"),
        ({**KICHE, "group": "Mayan"}, "group"),
        ({**KICHE, "direction": None}, "direction"),
        (None, "name"),
    ],
)
def test_a_row_that_is_wrong_is_named(row: Mapping[str, Any] | None, field: str) -> None:
    with pytest.raises(ContentError, match=rf"languages\.yml: quc.*{field}"):
        read(quc=row)


def test_english_must_be_there() -> None:
    with pytest.raises(ContentError, match="en must be listed"):
        Languages.from_data({"es": SPANISH})


def test_every_language_that_can_be_detected_is_listed() -> None:
    assert set(TAGS) <= set(real_rules().languages.by_tag)


def test_what_detection_calls_mayan_is_mayan_here() -> None:
    languages = real_rules().languages

    assert {tag for tag in TAGS if languages.is_mayan(tag)} == set(MAYAN)
