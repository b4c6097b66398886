"""Templates into pages, in the language of who reads them."""

import secrets
from collections.abc import Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, cast

from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.ext import InternationalizationExtension
from starlette.responses import HTMLResponse

from console.translating import DEFAULT, LOCALES, read_translations

PAGES = Path(__file__).parent / "pages"


class Pages:
    """Every template, once for each language."""

    def __init__(self, folder: Path = PAGES) -> None:
        self._by_locale = {locale: _environment(folder, locale) for locale in LOCALES}

    def render(
        self, template: str, *, locale: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        """Return a page. Besides `values` a template knows `locale`, `locales` and `new_form_key()`."""
        page = self._environment(locale).get_template(template)
        return HTMLResponse(page.render(**values), status, dict(headers or {}))

    def words(self, template: str, *, locale: str) -> Any:
        """Return what a template names in a language, for what is no page: its variables and macros as attributes."""
        return self._environment(locale).get_template(template).module

    def _environment(self, locale: str) -> Environment:
        return self._by_locale.get(locale) or self._by_locale[DEFAULT]


def render_time(when: datetime, *, locale: str, zone: tzinfo) -> str:
    """Return a moment as its reader says it, with the time zone named."""
    return format_datetime(when, "d MMM y, HH:mm zzz", tzinfo=zone, locale=locale)


def build_environment(folder: Path = PAGES) -> Environment:
    """Return templates as every page here has them: escaped, and an unknown name is an error."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _environment(folder: Path, locale: str) -> Environment:
    environment = build_environment(folder)
    environment.add_extension(InternationalizationExtension)
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals.update(locale=locale, locales=LOCALES, new_form_key=lambda: secrets.token_hex(16))
    cast(Any, environment).install_gettext_translations(read_translations(locale), newstyle=True)
    return environment
