"""The languages we know by name: how complete our texts are, and which language stands in for which. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conversation.errors import ContentError

LAST = "en"  # stands in where nothing nearer does
OTHER_MAYAN = "myn"  # ISO 639-5, Mayan languages: stands for each that has no row of its own
_KNOWN = {"status": ("complete", "partial", "none"), "group": ("mayan", "other"), "direction": ("ltr", "rtl")}


@dataclass(frozen=True, slots=True)
class Language:
    """One row of data/languages.yml.

    Attributes:
        tag: BCP 47 ("quc").
        name: in the language itself ("K'iche'").
        status: "complete" (every answer must exist), "partial" or "none".
        group: "mayan" or "other"; Mayan texts always travel with the Spanish one.
        fallback: tag of the language that stands in for a missing text.
        direction: "ltr" or "rtl".
    """

    tag: str
    name: str
    status: str
    group: str
    fallback: str
    direction: str


@dataclass(frozen=True, slots=True)
class Languages:
    by_tag: Mapping[str, Language]

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Any]]) -> "Languages":
        """Read parsed data/languages.yml.

        Raises:
            ContentError: a field that is missing or says something unknown, or a fallback that is not listed.
        """
        rows = {tag: _read_language(tag, row) for tag, row in data.items()}
        if LAST not in rows:
            raise ContentError(f"languages.yml: {LAST} must be listed, every chain ends with it")
        for row in rows.values():
            if row.fallback not in rows:
                raise ContentError(f"languages.yml: {row.tag} falls back to {row.fallback}, which is not listed")
        return cls(rows)

    def name_of(self, tag: str) -> str:
        """Return how a language calls itself; its tag when it is not listed."""
        return self.by_tag[tag].name if tag in self.by_tag else tag

    def chain(self, tag: str) -> tuple[str, ...]:
        """Return the languages to look for a text in, best first; ends with English."""
        language = self.by_tag.get(tag)
        steps = (tag, language.fallback if language else LAST, LAST)
        return tuple(dict.fromkeys(steps))

    def with_texts(self) -> tuple[str, ...]:
        """Return the languages in which there are texts, as listed."""
        return tuple(tag for tag, language in self.by_tag.items() if language.status != "none")

    def is_mayan(self, tag: str) -> bool:
        return tag in self.by_tag and self.by_tag[tag].group == "mayan"


def _read_language(tag: str, row: Mapping[str, Any]) -> Language:
    fields = ("name", "status", "group", "fallback", "direction")
    for field in fields:
        value = row.get(field) if isinstance(row, Mapping) else None
        if not isinstance(value, str) or not value or value not in _KNOWN.get(field, (value,)):
            allowed = ", ".join(_KNOWN.get(field, ("a text",)))
            raise ContentError(f"languages.yml: {tag}.{field} must be {allowed}")
    return Language(tag, *(row[field] for field in fields))
