"""What the training data confuses, for those who write it: a Markdown report. Runs in Rasa's Python (3.10).

    .venv-rasa/bin/python -m bench.nlu_confusions --out confusions.md     five minutes of one core

Drawn from the training data alone, one register kept out at a time: the test messages stay unknown to the writers.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.components.quiet import prepare_runtime

prepare_runtime()  # before numpy: it reads the number of threads once

from bench.nlu_folds import Judged, judge_by_register, read_utterances  # noqa: E402

PAIRS, EXAMPLES = 30, 3
WEAK = 0.6  # recall below which an intent needs more utterances
FEW = 5  # utterances below which a recall says nothing


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.nlu_confusions", description="Report confused intents.")
    parser.add_argument("--out", type=Path, help="Markdown file; default: standard output")
    out = parser.parse_args().out
    report = render(list(judge_by_register(read_utterances())))
    if out:
        out.write_text(report, "utf-8")
    else:
        print(report)


def render(judged: Sequence[Judged]) -> str:
    lines = ["# Confusions", "", "Each register read by a model that has learnt from the other registers alone.", ""]
    lines += _render_registers(judged)
    for language in sorted({j.utterance.language for j in judged}):
        own = [j for j in judged if j.utterance.language == language]
        lines += ["", f"## {language}: weak intents", "", *_render_weak(own)]
        lines += ["", f"## {language}: confused pairs", "", *_render_pairs(own)]
    return "\n".join([*lines, ""])


def _render_registers(judged: Sequence[Judged]) -> Iterator[str]:
    rights: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for j in judged:
        rights[j.utterance.language, j.utterance.register].append(j.is_right)
    yield "| language | register | utterances | right first |"
    yield "| --- | --- | --- | --- |"
    for (language, register), right in sorted(rights.items()):
        yield f"| {language} | {register} | {len(right)} | {sum(right) / len(right):.0%} |"


def _render_weak(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield intents below WEAK, the weakest first, with what they are taken for."""
    by_intent: dict[str, list[Judged]] = defaultdict(list)
    for j in judged:
        by_intent[j.utterance.intent].append(j)
    recalls = {intent: sum(j.is_right for j in own) / len(own) for intent, own in by_intent.items()}
    yield "| intent | utterances | right first | taken for |"
    yield "| --- | --- | --- | --- |"
    for intent in sorted(recalls, key=lambda intent: recalls[intent]):
        own = by_intent[intent]
        if recalls[intent] < WEAK and len(own) >= FEW:
            wrong = Counter(j.guess for j in own if not j.is_right).most_common(3)
            yield f"| {intent} | {len(own)} | {recalls[intent]:.0%} | {', '.join(f'{g} {n}' for g, n in wrong)} |"


def _render_pairs(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield the pairs most often taken for each other, both ways together, with the surest mistakes."""
    pairs: dict[tuple[str, ...], list[Judged]] = defaultdict(list)
    for j in judged:
        if not j.is_right:
            pairs[tuple(sorted((j.utterance.intent, j.guess)))].append(j)
    for (first, second), wrong in sorted(pairs.items(), key=lambda pair: -len(pair[1]))[:PAIRS]:
        yield f"- **{first} / {second}**: {len(wrong)}"
        for j in sorted(wrong, key=lambda j: -j.confidence)[:EXAMPLES]:
            yield f"  - is {j.utterance.intent}, {j.utterance.register}, {j.confidence:.2f}: {j.utterance.text}"


if __name__ == "__main__":
    main()
