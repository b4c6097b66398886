"""The language of the pages: which one a browser asks for, and our words in it.

English stands in the templates; console/locale/<tag>/*.po holds each other language, a file an area, read when the
process starts: no compiled file is kept. What is missing or no longer used is found by tests/guards/test_page_texts.py.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LOCALE = Path(__file__).parent / "locale"
LOCALES = {"en": "English", "es": "Español"}  # each by its own name; the first is what the templates are written in
DEFAULT = "en"


def choose_locale(accept_language: str) -> str:
    """Return the language a browser likes best of those we have (RFC 9110 section 12.5.4); anything odd is ignored."""
    wanted = sorted(_read_wishes(accept_language), key=lambda wish: -wish[1])
    return next((tag for tag, weight in wanted if tag in LOCALES and weight > 0), DEFAULT)


def read_translations(locale: str, folder: Path = LOCALE) -> NullTranslations:
    """Return the words of one language."""
    found = NullTranslations()
    for catalog in read_catalogs(locale, folder):
        compiled = BytesIO()
        write_mo(compiled, catalog)
        compiled.seek(0)
        words = Translations(compiled)
        found = found.merge(words) if isinstance(found, Translations) else words
    return found


def read_catalogs(locale: str, folder: Path = LOCALE) -> list[Catalog]:
    """Return the files of one language as they are."""
    found = []
    for path in sorted((folder / locale).glob("*.po")):
        with path.open("rb") as file:
            found.append(read_po(file, locale=locale))
    return found


def _read_wishes(accept_language: str) -> Iterator[tuple[str, float]]:
    for wish in accept_language[:500].split(","):
        tag, _, weight = wish.partition(";q=")
        try:
            yield tag.strip().split("-")[0].lower(), float(weight or 1)
        except ValueError:
            continue
