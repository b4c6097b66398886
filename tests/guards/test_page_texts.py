"""Every word of the pages is there in every language of theirs, and none is left over.

`.venv/bin/python -m tests.guards.test_page_texts` prints what is missing, as entries to fill in under console/locale.
"""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from console.translating import DEFAULT, LOCALES, choose_locale, read_catalogs, read_translations
from tests.guards.repository import ROOT

OTHERS = [locale for locale in LOCALES if locale != DEFAULT]
PLACEHOLDER = re.compile(r"%\((\w+)\)s")

Words = tuple[str, ...]  # one form, or singular and plural


def find_words() -> dict[Words, str]:
    """What the templates say, and where."""
    found: dict[Words, str] = {}
    options = {"**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}}
    for name, line, words, _, _ in extract_from_dir(
        ROOT / "console" / "pages",
        [("**.html", "jinja2")],
        options,
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    ):
        found.setdefault(words if isinstance(words, tuple) else (words,), f"console/pages/{name}:{line}")
    return found


def find_translations(locale: str) -> Iterator[tuple[Words, Words, bool]]:
    """What we have in a language: the words, theirs, and whether they are only a guess ("fuzzy")."""
    for catalog in read_catalogs(locale):
        for message in catalog:
            if message.id:
                theirs = message.string if isinstance(message.string, tuple) else (message.string,)
                yield message.id if isinstance(message.id, tuple) else (message.id,), theirs, message.fuzzy


def find_missing(locale: str) -> list[Words]:
    told = {words for words, theirs, fuzzy in find_translations(locale) if all(theirs) and not fuzzy}
    return [words for words in find_words() if words not in told]


def test_the_templates_have_words() -> None:
    assert ("Sign in",) in find_words()


@pytest.mark.parametrize("locale", OTHERS)
def test_no_page_falls_back_to_english(locale: str) -> None:
    assert find_missing(locale) == []


@pytest.mark.parametrize("locale", OTHERS)
def test_no_translation_is_left_over_or_given_twice(locale: str) -> None:
    told, words = [one for one, *_ in find_translations(locale)], find_words()

    assert [one for one in told if one not in words] == []
    assert sorted({one for one in told if told.count(one) > 1}) == []


@pytest.mark.parametrize("locale", OTHERS)
def test_a_translation_fills_in_the_same_values(locale: str) -> None:
    offences = [
        words
        for words, theirs, _ in find_translations(locale)
        if any(set(PLACEHOLDER.findall(one)) != set(PLACEHOLDER.findall(words[-1])) for one in theirs)
    ]

    assert offences == []


def test_a_page_speaks_the_language_that_is_asked_for() -> None:
    spanish = read_translations("es")

    assert spanish.ugettext("Sign in") == "Entrar"
    assert spanish.ungettext("Wait", "Waits", 2) == "Waits"
    assert read_translations("en").ugettext("Sign in") == "Sign in"


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("es-GT,es;q=0.9,en;q=0.8", "es"),
        ("en;q=0.4, es;q=0.8", "es"),
        ("quc, fr;q=0.9", "en"),
        ("es;q=0", "en"),
        ("", "en"),
        ("es;q=much, ,;;,\x00", "en"),
        ("x" * 100_000, "en"),
    ],
)
def test_a_browser_gets_the_language_it_likes_best(accepted: str, locale: str) -> None:
    assert choose_locale(accepted) == locale


if __name__ == "__main__":
    for each in OTHERS:
        stubs = Catalog(each)
        for missing in find_missing(each):
            stubs.add(missing if len(missing) > 1 else missing[0])
        written = BytesIO()
        write_po(written, stubs, omit_header=True)
        print(f"# console/locale/{each}\n{written.getvalue().decode()}")
