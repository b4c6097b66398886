"""Build the table and the profiles of language identification from a folder of training text and one of word lists.

    python -m bench.build_language_table TRAINING_FOLDER WORDS_FOLDER [--out conversation/language/resources]

The first holds one CODE.txt per language, UTF-8, one sentence or phrase a line, the second one CODE.tsv per language
that bench/export_word_lists.py made. Neither is part of the product, which ships what is counted here: runs of up to
five letters (language_table.npz) and of up to three (profiles/CODE.json). The phrases that are shipped (phrases.txt)
and the bot's training utterances (data/nlu) are counted with them.
The same text gives the same bytes. Takes a minute and 1.5 GB of memory.
"""

import argparse
import json
import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from langdetect.utils.lang_profile import LangProfile
from numpy.typing import NDArray

from bench.language_sources import (
    Sources,
    clean_utterances,
    cut_borrowed,
    read_corpus,
    read_utterances,
    read_words,
)
from bench.language_spellings import spell
from conversation.language.detection import RESOURCES
from conversation.language.letters import CHINESE, read_phrases
from conversation.language.second_voice import prepare
from conversation.language.table import (
    BITS,
    LEVELS_PER_NAT,
    LONGEST_RUN,
    LanguageTable,
    number_characters,
    spread_runs,
)
from conversation.language.voices import TAGS, UNLISTED

Keys = NDArray[np.uint64]
Numbers = NDArray[np.float64]
Spelled = Mapping[str, Sequence[tuple[float, Sequence[str]]]]

BACK_OFF = 3.0  # weight of the shorter run against what was seen after the longer one
LEAST_EFFECT = 1.5  # nats that a run of three or more must change over all training text, in all languages, to be kept
RAREST = 2  # profiles leave out what was seen this often or less
PHRASES = RESOURCES / "phrases.txt"
UTTERANCES = Path("data/nlu")
PHRASE_WEIGHT = 3  # against one for a line of training text
UTTERANCE_SHARE = 0.5  # utterances count half as much as the lines at most: more would hide what only the lines have
WORDS_COUNTED = 100_000  # as many as a small book has, whatever the length of the list
EVENNESS = 0.8  # power of a word's frequency: rare words count a little more than they are used
PLAIN_SPELLINGS = 3  # the first ways of bench/language_spellings.py, which the profiles are made of
_SMALLEST = 1e-7  # probability
_BREAK = "\0"  # between lines; no run goes over it


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("training_folder", type=Path)
    parser.add_argument("words_folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path("conversation/language/resources"))
    arguments = parser.parse_args()
    build(read_sources(arguments.training_folder, arguments.words_folder), folder=arguments.out)
    for path in sorted(arguments.out.rglob("*.*")):
        print(f"{path.stat().st_size / 1e6:6.2f} MB  {path}")


def read_sources(training_folder: Path, words_folder: Path) -> Sources:
    return Sources(
        lines=read_corpus(training_folder),
        words=read_words(words_folder),
        phrases=read_phrases(PHRASES),
        utterances=clean_utterances(read_utterances(UTTERANCES)),
    )


def build(sources: Sources, *, folder: Path) -> None:
    """Write language_table.npz and profiles/CODE.json into a folder, which is made if need be."""
    sources = cut_borrowed(sources)
    profiles = folder / "profiles"
    profiles.mkdir(parents=True, exist_ok=True)
    for tag in TAGS:
        (profiles / f"{tag}.json").write_text(make_profile(tag, _choose_plain(tag, sources)), encoding="utf-8")
    tags = [tag for tag in (*TAGS, *UNLISTED) if tag in sources.lines or tag in sources.words]
    spelled = {tag: list(_spell(tag, sources)) for tag in tags}
    alphabet = find_alphabet(spelled)
    keys, counts = count_runs(spelled, alphabet)
    keys, levels = prune(keys, counts, estimate(keys, counts))
    LanguageTable.from_arrays(tuple(tags), alphabet, keys, levels).save(folder / "language_table.npz", alphabet)


def _spell(tag: str, sources: Sources) -> Iterator[tuple[float, Sequence[str]]]:
    """Yield (weight, lines) of all that is counted for a language, in each way of spelling."""
    parts = [
        (1.0, sources.lines.get(tag, ())),
        (PHRASE_WEIGHT, sources.phrases.get(tag, ())),
        (_weigh_utterances(tag, sources), sources.utterances.get(tag, ())),
        *weigh_words(sources.words.get(tag, ())),
    ]
    for weight, lines in parts:
        yield from ((weight * share, spelled) for share, spelled in spell(tag, lines))


def _weigh_utterances(tag: str, sources: Sources) -> float:
    lines, utterances = (sum(map(len, texts.get(tag, ()))) for texts in (sources.lines, sources.utterances))
    return min(1.0, UTTERANCE_SHARE * lines / max(1, utterances))


def weigh_words(words: Sequence[tuple[str, float]]) -> list[tuple[float, list[str]]]:
    """Return (weight, words) with weights in powers of two that add up to about WORDS_COUNTED."""
    total = sum(times**EVENNESS for _, times in words)
    weighed: dict[int, list[str]] = defaultdict(list)
    for word, times in words:
        weighed[round(math.log2(WORDS_COUNTED * times**EVENNESS / total))].append(word)
    return [(2.0**power, weighed[power]) for power in sorted(weighed)]


def _choose_plain(tag: str, sources: Sources) -> list[str]:
    """Return what a profile is made of; not our utterances, which would outweigh the few Mayan lines."""
    ways = list(spell(tag, sources.lines.get(tag, ())))[:PLAIN_SPELLINGS]
    text = [line for _, spelled in ways for line in spelled]
    return text + list(sources.phrases.get(tag, ())) * PHRASE_WEIGHT


def make_profile(tag: str, lines: Iterable[str]) -> str:
    """Return the JSON of a langdetect profile: how often each run of one to three characters was seen."""
    profile = LangProfile(tag)
    for line in lines:
        profile.update(prepare(line))
    frequent = {run: count for run, count in sorted(profile.freq.items()) if count > RAREST}
    content = {"name": tag, "n_words": profile.n_words, "freq": frequent}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def find_alphabet(spelled: Spelled) -> str:
    """Return the letters of our scripts that the text has, in order, the space first."""
    letters = {letter for ways in spelled.values() for _, lines in ways for letter in set("".join(lines))}
    alphabet = "".join(sorted({" "} | {letter for letter in letters if _is_ours(letter)}))
    if len(alphabet) >= 1 << BITS:
        raise SystemExit(f"{len(alphabet)} different characters do not fit into {BITS} bits")
    return alphabet


def _is_ours(letter: str) -> bool:
    """Tell whether a letter is of a script of ours; a foreign name in a story must not make its script known."""
    return letter in ("'", CHINESE) or unicodedata.name(letter, "").startswith(("LATIN ", "ARABIC ", "CYRILLIC "))


def count_runs(spelled: Spelled, alphabet: str) -> tuple[Keys, Numbers]:
    """Return all runs of one to five characters, sorted keys [runs], and their weighted counts [runs, languages]."""
    numbers = number_characters(alphabet)
    per_tag = [_count(ways, numbers) for ways in spelled.values()]
    keys = np.unique(np.concatenate([tag_keys for tag_keys, _ in per_tag]))
    counts = np.zeros((len(keys), len(per_tag)))
    for column, (tag_keys, tag_counts) in enumerate(per_tag):
        counts[np.searchsorted(keys, tag_keys), column] = tag_counts
    return keys, counts


def _count(ways: Sequence[tuple[float, Sequence[str]]], numbers: Keys) -> tuple[Keys, Numbers]:
    keys, weights = [], []
    for weight, lines in ways:
        text = _BREAK.join(f" {line} " for line in lines)
        points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        line_numbers = numbers[np.minimum(points, len(numbers) - 1)]
        whole = np.ones(len(points), bool)
        for more, runs in enumerate(spread_runs(line_numbers)):
            whole[more:] &= line_numbers[: max(0, len(points) - more)] > 0
            whole[:more] = False
            keys.append(runs[whole])
            weights.append(np.full(np.count_nonzero(whole), weight))
    unique, places = np.unique(np.concatenate(keys), return_inverse=True)
    return unique, np.bincount(places, np.concatenate(weights))


def estimate(keys: Keys, counts: Numbers) -> Numbers:
    """Return log P(last character | the ones before it), [runs, languages].

    Interpolated: (count + w · P of the run without its first character) / (all after the same beginning + w), where w
    is BACK_OFF times the number of different characters seen after it (Witten and Bell 1991).
    """
    chances = np.empty_like(counts)
    for length, (start, end) in enumerate(pairwise(_find_lengths(keys)), start=1):
        seen = counts[start:end]
        shorter = chances[_find_shorter(keys, start, end, length)] if length > 1 else np.float64(1 / (end - start))
        beginnings = keys[start:end] >> np.uint64(BITS)
        first = np.flatnonzero(np.diff(beginnings, prepend=~beginnings[:1]))
        group = np.cumsum(np.diff(beginnings, prepend=beginnings[:1]) != 0)
        total = np.add.reduceat(seen, first, axis=0)[group]
        weight = BACK_OFF * np.add.reduceat((seen > 0).astype(float), first, axis=0)[group]
        known = np.maximum(total + weight, _SMALLEST)
        chances[start:end] = np.where(total > 0, (seen + weight * shorter) / known, shorter)
    return np.log(np.maximum(chances, _SMALLEST))


def prune(keys: Keys, counts: Numbers, chances: Numbers) -> tuple[Keys, NDArray[np.uint8]]:
    """Return keys and levels of the runs that tell languages apart; the others fall back to the run behind them."""
    starts = _find_lengths(keys)
    keep = np.arange(len(keys)) < starts[2]
    for length in range(LONGEST_RUN, 2, -1):
        start, end = starts[length - 1 : length + 1]
        shorter = _find_shorter(keys, start, end, length)
        change = chances[start:end] - chances[shorter]
        change -= np.median(change, axis=1, keepdims=True)
        keep[start:end] |= (counts[start:end] * np.abs(change)).sum(axis=1) >= LEAST_EFFECT
        keep[shorter[keep[start:end]]] = True
    levels = np.minimum(np.round(-chances[keep] * LEVELS_PER_NAT), 255).astype(np.uint8)
    return keys[keep], levels


def _find_lengths(keys: Keys) -> list[int]:
    """Return where runs of one, two … five characters start in the sorted keys, and where they end."""
    return [*(int(np.searchsorted(keys, np.uint64(1 << BITS * more))) for more in range(LONGEST_RUN)), len(keys)]


def _find_shorter(keys: Keys, start: int, end: int, length: int) -> NDArray[np.intp]:
    """Return for runs of one length the places of the same runs without their first character."""
    return np.searchsorted(keys, keys[start:end] & np.uint64((1 << BITS * (length - 1)) - 1))


if __name__ == "__main__":
    main()
