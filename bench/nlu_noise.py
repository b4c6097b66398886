"""Utterances that may stand in the wrong place, and near-duplicates across intents. Runs in Rasa's Python (3.10).

    .venv-rasa/bin/python -m bench.nlu_noise --out label_noise.md     five minutes of one core

A hint for a person who reads both places, no verdict.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.components.quiet import prepare_runtime

prepare_runtime()  # before numpy: it reads the number of threads once

import numpy as np  # noqa: E402

from bench.nlu_folds import Judged, Utterance, judge_by_fold, read_utterances  # noqa: E402
from bot.components.folding import find_words  # noqa: E402
from bot.components.ngrams import NGrams  # noqa: E402

SURE = 0.7  # confidence from which another intent is worth a look
ALIKE = 0.9  # cosine of the words from which two utterances say the same
_ROWS = 1000  # compared at once


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.nlu_noise", description="Report doubtful utterances.")
    parser.add_argument("--out", type=Path, help="Markdown file; default: standard output")
    out = parser.parse_args().out
    utterances = read_utterances()
    report = render(list(judge_by_fold(utterances)), list(find_twins(utterances)))
    if out:
        out.write_text(report, "utf-8")
    else:
        print(report)


def find_twins(utterances: Sequence[Utterance]) -> Iterator[tuple[float, Utterance, Utterance]]:
    """Yield pairs of utterances of different intents with nearly the same words and pairs, and their likeness."""
    words = [[word.folded for word in find_words(utterance.text)] for utterance in utterances]
    ngrams = NGrams.learn(words)
    rows = ngrams.weigh(words)[:, : len(ngrams.columns["words"])]  # letters would say the same, much more slowly
    lengths = np.sqrt(np.maximum(np.asarray(rows.multiply(rows).sum(axis=1)).ravel(), 1e-9))
    for start in range(0, len(utterances), _ROWS):
        alike = (rows[start : start + _ROWS] @ rows.T).tocoo()
        for near, far, dot in zip(alike.row + start, alike.col, alike.data, strict=True):
            likeness = float(dot / (lengths[near] * lengths[far]))
            if near < far and likeness >= ALIKE and utterances[near].intent != utterances[far].intent:
                yield likeness, utterances[near], utterances[far]


def render(judged: Sequence[Judged], twins: Sequence[tuple[float, Utterance, Utterance]]) -> str:
    doubtful = sorted((j for j in judged if not j.is_right and j.confidence >= SURE), key=lambda j: -j.confidence)
    lines = [f"# {len(doubtful)} utterances that a model of the others takes for another intent", ""]
    for j in doubtful:
        u = j.utterance
        lines.append(f"- {u.language}/{u.register} is {u.intent}, taken for {j.guess} {j.confidence:.2f}: {u.text}")
    lines += ["", f"# {len(twins)} pairs of different intents that read alike", ""]
    for likeness, one, other in sorted(twins, key=lambda twin: -twin[0]):
        lines.append(f"- {likeness:.2f} {one.intent} ({one.language}/{one.register}): {one.text}")
        lines.append(f"  - {other.intent} ({other.language}/{other.register}): {other.text}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
