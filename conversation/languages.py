"""The languages we know by name: how complete our texts are, and which language stands in for which. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conversation.errors import ContentError


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
            ContentError: a missing field or a fallback that is not listed.
        """
        try:
            rows = {
                tag: Language(tag, row["name"], row["status"], row["group"], row["fallback"], row["direction"])
                for tag, row in data.items()
            }
        except KeyError as error:
            raise ContentError(f"languages.yml: a language lacks {error.args[0]}") from None
        for row in rows.values():
            if row.fallback not in rows:
                raise ContentError(f"languages.yml: {row.tag} falls back to {row.fallback}, which is not listed")
        return cls(rows)

    def chain(self, tag: str) -> tuple[str, ...]:
        """Return the languages to look for a text in, best first; ends with English."""
        language = self.by_tag.get(tag)
        steps = (tag, language.fallback if language else "en", "en")
        return tuple(dict.fromkeys(steps))

    def is_mayan(self, tag: str) -> bool:
        return tag in self.by_tag and self.by_tag[tag].group == "mayan"
