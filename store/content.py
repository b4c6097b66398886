"""Reading data/: the catalogue, the languages, the rules. Every mistake is reported with its file and key."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from conversation.answers.catalogue import Catalogue
from conversation.answers.standing import FRESH_DAYS
from conversation.answers.wording import Entry, Source, Wording
from conversation.commands.keywords import Keywords
from conversation.danger.safety import DangerRules
from conversation.dates.words import DateWords
from conversation.dialogue.followups import FollowUps
from conversation.dialogue.gist import Phrasebook
from conversation.errors import ContentError
from conversation.language.languages import Languages
from conversation.messages import Urgency
from conversation.places.atlas import Atlas
from conversation.turn import Rules
from store.gazetteer import ZipGazetteer
from store.recordings import find_recording
from store.reference import read_reference
from store.review_ledger import LEDGER, read_ledger

_HANDOFFS = (None, "offer", "open")


def read_rules(data: Path, *, drafts: bool, confirm_commands: bool, today: date | None = None) -> Rules:
    """Read everything under data/ that decisions follow.

    Args:
        today: the day in UTC; reviews of a later one are refused. None: nobody has a clock.

    Raises:
        ContentError: a file breaks its format; the message names file, key and rule.
    """
    languages_data = _read_yaml(data / "languages.yml")
    languages = Languages.from_data(languages_data)
    atlas = Atlas.from_data(_read_yaml(data / "dialogue" / "places.yml"), ZipGazetteer())
    return Rules(
        catalogue=read_catalogue(data / "answers", languages, drafts=drafts, today=today),
        keywords=Keywords.from_data(languages_data),
        danger=DangerRules.from_data({path.stem: _read_yaml(path) for path in sorted((data / "safety").glob("*.yml"))}),
        languages=languages,
        confirm_commands=confirm_commands,
        phrasebook=Phrasebook.from_data({path.stem: _read_yaml(path) for path in _find_phrases(data, languages)}),
        atlas=atlas,
        follow_ups=FollowUps.from_data(_read_yaml(data / "dialogue" / "turns.yml")),
        reference=read_reference(data / "reference", atlas.codes),
        dates=read_date_words(data),
    )


def _find_phrases(data: Path, languages: Languages) -> list[Path]:
    """Return the files of phrases, one a language; beside them are tables of another kind."""
    return [path for path in sorted((data / "dialogue").glob("*.yml")) if path.stem in languages.by_tag]


def read_date_words(data: Path) -> DateWords:
    """Read dates/*.yml, one table a language."""
    return DateWords.from_data({path.stem: _read_yaml(path) for path in sorted((data / "dates").glob("*.yml"))})


def read_languages(data: Path) -> Languages:
    """Read languages.yml."""
    return Languages.from_data(_read_yaml(data / "languages.yml"))


def read_catalogue(folder: Path, languages: Languages, *, drafts: bool, today: date | None = None) -> Catalogue:
    """Read answers.yml, every <language>/<topic>.yml beside it, and the reviews."""
    entries = {answer: _read_entry(answer, row) for answer, row in _read_yaml(folder / "answers.yml").items()}
    wordings = {(wording.answer, wording.language): wording for wording in _read_wordings(folder, languages)}
    ledger = read_ledger(folder / LEDGER, answers=entries, languages=languages.by_tag, today=today)
    return Catalogue(entries=entries, wordings=wordings, languages=languages, drafts=drafts, ledger=ledger)


def _read_wordings(folder: Path, languages: Languages) -> Iterator[Wording]:
    for path in sorted(folder.glob("*/*.yml")):
        tag = path.parent.name
        if tag not in languages.by_tag:
            raise ContentError(f"{path.parent.name}/: no such language in languages.yml")
        for answer, row in _read_yaml(path).items():
            if str(answer).split(".")[0] != path.stem:
                raise ContentError(f"{tag}/{path.name}: {answer} belongs in another file")
            yield _read_wording(answer, tag, row, path.parent / "audio")


def _read_wording(answer: str, tag: str, row: Mapping[str, Any], audio: Path) -> Wording:
    try:
        wording = Wording(
            answer=answer,
            language=tag,
            title=row["title"].strip(),
            text=row["text"].strip(),
            whatsapp=_read_optional(row, "whatsapp"),
            short=_read_optional(row, "short"),
            audio=find_recording(audio, row["audio"]) if row.get("audio") is not None else None,
            doubts=_read_doubts(row),
        )
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        told = str(error) if isinstance(error, ValueError) else "needs title and text"
        raise ContentError(f"answers/{tag}: {answer} {told}") from None
    if not wording.text or not wording.title:
        raise ContentError(f"answers/{tag}: {answer} has an empty {'title' if wording.text else 'text'}")
    if "reviews" in row:
        raise ContentError(f"answers/{tag}: {answer}: reviews stand in {LEDGER}")
    return wording


def _read_optional(row: Mapping[str, Any], key: str) -> str | None:
    """Return a text that may be left out; one that is there says something."""
    if row.get(key) is None:
        return None
    text: str = row[key].strip()
    if not text:
        raise ValueError(f"has an empty {key}")
    return text


def _read_doubts(row: Mapping[str, Any]) -> tuple[str, ...]:
    doubts = row.get("doubts") or []
    if not isinstance(doubts, list):
        raise ValueError("has doubts that are no list")
    return tuple(map(str, doubts))


def _read_entry(answer: str, row: Mapping[str, Any]) -> Entry:
    try:
        if row["handoff"] not in _HANDOFFS:
            raise ContentError(f"answers.yml: {answer}: handoff must be null, offer or open")
        if row["volatility"] not in FRESH_DAYS:  # else what moves fast would go whole for ever
            raise ContentError(f"answers.yml: {answer}: volatility must be {', '.join(FRESH_DAYS)}")
        return Entry(
            id=answer,
            audience=row["audience"],
            discipline=row["discipline"],
            urgency=Urgency(row["urgency"]),
            varies_by=tuple(row["varies_by"]),
            handoff=row["handoff"],
            sources=tuple(_read_source(source) for source in row["sources"]),
            volatility=row["volatility"],
            review_by=_read_day(row["review_by"]) if row["review_by"] is not None else None,
            reviews=tuple(row["reviews"]),
            follow_ups=tuple(row["follow_ups"]),
            template=row.get("template", False) is True,
            first=row.get("first", False) is True,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ContentError(f"answers.yml: {answer}: {type(error).__name__} at {error}") from None


def _read_source(row: Mapping[str, Any]) -> Source:
    url = row.get("url")
    if url is not None and not (isinstance(url, str) and url.startswith(("https://", "http://"))):
        raise ValueError("sources: url must begin with https://")  # pages make a link of it
    return Source(title=str(row["title"]), url=url, read=_read_day(row["read"]))


def _read_day(value: object) -> date:
    """Return a day; a day with an hour is another type, which no day can be compared with."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("a day must be written as 2026-11-22")
    return value


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506
    except FileNotFoundError:
        raise ContentError(f"{path.name} is missing") from None
    except (OSError, UnicodeDecodeError):
        raise ContentError(f"{path.parent.name}/{path.name} cannot be read as UTF-8 text") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}" if mark else ""
        raise ContentError(f"{path.parent.name}/{path.name}{place}: not YAML, or a key stands twice") from None
    except ValueError as error:  # a day that no calendar has
        raise ContentError(f"{path.parent.name}/{path.name}: {error}") from None
    if not isinstance(data, dict):
        raise ContentError(f"{path.parent.name}/{path.name}: must be a mapping")
    return data


class _UniqueKeys(yaml.CSafeLoader):
    """A safe loader that refuses a key that stands twice: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [repr(self.construct_object(key, deep=True)) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)
