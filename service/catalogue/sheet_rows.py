"""What a reviewer's spreadsheet holds: one row for each text, ours on the left, the reviewer's columns on the right."""

from collections.abc import Iterator, Sequence

from conversation.answers.catalogue import Catalogue
from conversation.answers.wording import Entry, Wording
from conversation.errors import ConfigurationError
from service.catalogue.reviewing import render_whole

OURS = (
    "id", "language", "discipline", "reviews", "english", "spanish",
    "title", "text", "whatsapp", "short", "doubts", "state",
)  # fmt: skip
THEIRS = ("new_title", "new_text", "new_whatsapp", "new_short", "ok", "remarks")
DIGESTS = ("text_hash", "english_hash", "spanish_hash")  # what was read, hidden where that can be done
COLUMNS = (*OURS, *THEIRS, *DIGESTS)
BASE_COLUMNS = {"en": "english_hash", "es": "spanish_hash"}


def list_rows(catalogue: Catalogue, tags: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield a row for each answer in each language, the answers as listed, texts that are missing too.

    Raises:
        ConfigurationError: a language that is not listed.
    """
    for tag in tags:
        if tag not in catalogue.languages.by_tag:
            raise ConfigurationError(f"--languages: there is no language {tag} in languages.yml")
    for entry in catalogue.entries.values():
        for tag in tags:
            yield _make_row(catalogue, entry, tag)


def _make_row(catalogue: Catalogue, entry: Entry, tag: str) -> dict[str, str]:
    wording = catalogue.wordings.get((entry.id, tag))
    english, spanish = (catalogue.wordings.get((entry.id, base)) for base in BASE_COLUMNS)
    row = dict.fromkeys(COLUMNS, "") | {
        "id": entry.id,
        "language": tag,
        "discipline": entry.discipline,
        "reviews": ", ".join(entry.reviews),
        "english": render_whole(english) if english else "",
        "spanish": render_whole(spanish) if spanish else "",
        "state": tell_state(catalogue, wording),
        "english_hash": render_digest(english),
        "spanish_hash": render_digest(spanish),
    }
    if wording is None:
        return row
    return row | {
        "title": wording.title,
        "text": wording.text,
        "whatsapp": wording.whatsapp or "",
        "short": wording.short or "",
        "doubts": "\n".join(wording.doubts),
        "text_hash": render_digest(wording),
    }


def render_digest(wording: Wording | None) -> str:
    """Return the digest of a text, which no spreadsheet takes for a number, or nothing."""
    return f"#{wording.digest}" if wording else ""


def tell_state(catalogue: Catalogue, wording: Wording | None) -> str:
    """Return in a few words how a text stands."""
    if wording is None:
        return "no text"
    lacking = catalogue.standing.find_missing(wording)
    older = catalogue.standing.find_older_base(wording)
    told = f"draft, lacks: {', '.join(lacking)}" if lacking else "reviewed"
    return told + (f"; was compared with an older text in {older}" if older else "")
