"""What the table of language identification is counted from: lines, words, phrases and our own training utterances.

The lines (one CODE.txt per language) and the words (one CODE.tsv per language: word, tab, times in a million) are kept
outside the product. bench/export_word_lists.py makes the words.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from conversation.language.letters import clean, drop_accents
from conversation.language.voices import MAYAN, TAGS, UNLISTED

Lines = Mapping[str, Sequence[str]]
Words = Mapping[str, Sequence[tuple[str, float]]]

MOST_WORDS = 30_000  # of one language; names and foreign words stand below
_WITH_OWN = ("es", "en", "pt", "fr")  # languages that others borrow from
WITH_WORDS = (*_WITH_OWN, "uk", *UNLISTED)  # the others have no list, or tell themselves by their letters
_NO_LANGUAGE = frozenset({"system.out_of_scope"})  # intents whose utterances may be keys hit at random
_SPANISH_AROUND = MAYAN | {"qu", "cab"}  # languages whose texts hold Spanish names and words
_SHORTEST_BORROWED = 4  # letters
_MOST_FOREIGN = 0.5  # share of words; an utterance with more is in the other language, whatever its folder says
_MOST_BORROWED = 8_000  # Spanish words; further down stand some that are Mayan, too
_MARKED_UP = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")  # "[Texas](state)"


@dataclass(frozen=True, slots=True)
class Sources:
    """Cleaned text per tag: `lines` of books, `words` with how often each is used, our `phrases` and `utterances`."""

    lines: Lines
    words: Words = field(default_factory=dict)
    phrases: Lines = field(default_factory=dict)
    utterances: Lines = field(default_factory=dict)


def read_corpus(folder: Path) -> dict[str, list[str]]:
    """Return the cleaned lines per tag, each once, in the order of the file.

    Raises:
        SystemExit: a language of ours has no text, which would silence it in the product.
    """
    corpus = {}
    for tag in TAGS:
        path = folder / f"{tag}.txt"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        corpus[tag] = list(dict.fromkeys(filter(None, map(clean, lines))))
        if not corpus[tag]:
            raise SystemExit(f"{path} is missing or has no letters; every language needs its training text")
    return corpus


def read_words(folder: Path) -> dict[str, list[tuple[str, float]]]:
    """Return the most used words per tag with their times in a million.

    Raises:
        SystemExit: a list is missing.
    """
    words = {}
    for tag in WITH_WORDS:
        path = folder / f"{tag}.tsv"
        if not path.exists():
            raise SystemExit(f"{path} is missing; python bench/export_word_lists.py {folder} makes the word lists")
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[:MOST_WORDS]]
        words[tag] = [(word, float(times)) for word, times in ((clean(row[0]), row[1]) for row in rows) if word]
    return words


def read_utterances(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Return (path of its file inside the folder, text) of every training utterance of the bot, per language."""
    utterances: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted(folder.rglob("*.yml")):
        place = path.relative_to(folder)
        blocks = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("nlu") or ()
        utterances[place.parts[0]] += [(place.as_posix(), text) for block in blocks for text in _read_examples(block)]
    return {tag: texts for tag, texts in utterances.items() if tag in TAGS}


def _read_examples(block: Mapping[str, Any]) -> list[str]:
    if "intent" not in block or block["intent"] in _NO_LANGUAGE:
        return []
    lines = (line.strip().removeprefix("- ") for line in str(block.get("examples", "")).splitlines())
    return [_MARKED_UP.sub(r"\1", line) for line in lines if line]


def clean_utterances(utterances: Mapping[str, Iterable[tuple[str, str]]]) -> dict[str, list[str]]:
    """Return the cleaned texts per tag, each once."""
    return {
        tag: list(dict.fromkeys(filter(None, (clean(text) for _, text in texts)))) for tag, texts in utterances.items()
    }


def cut_borrowed(sources: Sources) -> Sources:
    """Return the sources with the words of other languages cut out; lines end where a word was.

    Chronicles in Mayan languages are full of Spanish names: with them "María López" would be Kaqchikel. And whoever
    texts in one language puts in words of another one, which do not become words of the first.
    """
    spanish = {drop_accents(word) for word, _ in sources.words.get("es", ())[:_MOST_BORROWED]}
    spanish = {word for word in spanish if len(word) >= _SHORTEST_BORROWED}
    lines = {tag: _cut(texts, spanish) if tag in _SPANISH_AROUND else texts for tag, texts in sources.lines.items()}
    utterances = {}
    for tag, texts in sources.utterances.items():
        foreign = _find_foreign(tag, replace(sources, lines=lines))
        utterances[tag] = _cut([text for text in texts if _share(text, foreign) <= _MOST_FOREIGN], foreign)
    return replace(sources, lines=lines, utterances=utterances)


def _share(text: str, words: set[str]) -> float:
    """Return how many of the words of a text are among some words, from 0 to 1."""
    spoken = drop_accents(text).split()
    return sum(word in words for word in spoken) / len(spoken)


def _find_foreign(tag: str, sources: Sources) -> set[str]:
    """Return the words, without accents, that are used in other languages and not in this one."""
    others = {word for other in _WITH_OWN for word, _ in sources.words.get(other, ()) if other != tag}
    own = {word for line in sources.lines.get(tag, ()) for word in line.split()}
    own |= {word for word, _ in sources.words.get(tag, ())}
    return {word for word in map(drop_accents, others) if len(word) > 1} - set(map(drop_accents, own))


def _cut(lines: Sequence[str], spanish: set[str]) -> list[str]:
    kept = (
        " ".join("\n" if drop_accents(word) in spanish else word for word in line.split(" ")).split("\n")
        for line in lines
    )
    return list(dict.fromkeys(text.strip() for texts in kept for text in texts if text.strip()))
