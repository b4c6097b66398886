"""data/answers/rules.yml: the words that the rules of wording look for, by language."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from conversation.errors import ContentError

ANY = "any"
_MARKS = re.compile(r"(?<!n)\u0303|[\u0300-\u0302\u0304-\u036f]")  # accents, but the tilde of ñ

Patterns = Mapping[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class Spot:
    """What the facts of one entry forbid, and why."""

    why: str
    words: Patterns


@dataclass(frozen=True, slots=True)
class RuleWords:
    """Patterns by language; `operators` by operator, then by language; `spots` by answer; the `emergency` number."""

    emergency: str
    way_on: Patterns
    forbidden: Patterns
    operators: Mapping[str, Patterns]
    spots: Mapping[str, Spot]


def read_rule_words(path: Path) -> RuleWords:
    """Read the file.

    Raises:
        ContentError: it is missing, no YAML, lacks a part, or holds what is no regular expression.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return RuleWords(
            emergency=str(data["emergency"]),
            way_on=_compile(data["way_on"]),
            forbidden=_compile(data["forbidden"]),
            operators={name: _compile(words) for name, words in data["operators"].items()},
            spots={answer: _read_spot(row) for answer, row in data["spots"].items()},
        )
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise ContentError(f"answers/{path.name} is missing, or no YAML in UTF-8") from None
    except (KeyError, TypeError, AttributeError, re.error) as error:
        raise ContentError(f"answers/{path.name}: {type(error).__name__} at {error}") from None


def plain(text: str) -> str:
    """Return a text as the patterns read it: without capitals and accents, but with ñ; plain apostrophes and blanks."""
    letters = _MARKS.sub("", unicodedata.normalize("NFD", text.casefold().replace("\u2019", "'")))
    return " ".join(unicodedata.normalize("NFC", letters).split())


def find_word(patterns: Patterns, languages: Iterable[str], text: str) -> str | None:
    """Return the first words of a plain text that a pattern of these languages finds."""
    found = (patterns[language].search(text) for language in languages if language in patterns)
    return next((match[0] for match in found if match), None)


def _read_spot(row: Mapping[str, Any]) -> Spot:
    return Spot(row["why"], _compile({language: words for language, words in row.items() if language != "why"}))


def _compile(words: Mapping[str, Iterable[str]]) -> dict[str, re.Pattern[str]]:
    return {language: re.compile("|".join(f"(?:{word})" for word in rows)) for language, rows in words.items()}
