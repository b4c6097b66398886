"""Judge the trained model on messages of other authors, and print Markdown tables. Runs in Rasa's Python (3.10).

    .venv-rasa/bin/python -m bench.nlu [--model ARCHIVE] [--out docs/understanding-models.md]     `make bench-nlu`

Accuracy per language and register, what is out of scope, calibration, the worst confusions, time and memory. With --out
the tables go between the two marks of that file.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.components.quiet import prepare_runtime

prepare_runtime()  # before numpy: it reads the number of threads once

import numpy as np  # noqa: E402

from bot.judging import (  # noqa: E402
    Message,
    Ranking,
    judge,
    judge_scope,
    read_messages,
    read_threshold,
)
from bot.reading import read_model, time_messages  # noqa: E402

MODELS = Path(__file__).parents[1] / "models"
MARKS = ("<!-- tables of make bench-nlu -->", "<!-- end of tables -->")
PAIRS, BINS, TIMED = 30, 10, 200

Judged = Sequence[tuple[Message, Ranking]]


def main() -> None:
    arguments = _read_arguments()
    archive = arguments.model or find_newest(MODELS)
    messages = read_messages()
    if archive is None or not messages:
        sys.exit("bench.nlu: it takes a trained model (make train) and messages in bench/nlu_test/")
    started = time.process_time()
    rankings = read_model(archive).rank([message.text for message in messages])
    batch_ms = 1000 * (time.process_time() - started) / len(messages)
    judged = list(zip(messages, rankings, strict=True))
    tables = "\n".join([*render(judged, read_threshold()), *_render_cost(archive, messages, batch_ms)])
    if arguments.out:
        write_tables(arguments.out, tables)
    print(tables)
    print("\n".join(["", "Confusions (right, guessed, how often):", "", *_render_pairs(judged)]))


def find_newest(folder: Path) -> Path | None:
    """Return the archive used last, if there is one."""
    return max(folder.glob("puente-*.tar.gz"), key=lambda path: path.stat().st_mtime, default=None)


def render(judged: Judged, threshold: float) -> list[str]:
    return [
        f"{len(judged)} messages; the bot answers from a confidence of {threshold}.",
        "",
        "| language | register | messages | right first | among three | answered | answered wrongly |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *_render_registers(judged, threshold),
        "",
        "| language | out of scope | known as such | answered with a topic |",
        "| --- | --- | --- | --- |",
        *_render_scope(judged, threshold),
        "",
        "| confidence | messages | mean confidence | right |",
        "| --- | --- | --- | --- |",
        *_render_calibration(judged),
        "",
    ]


def write_tables(file: Path, tables: str, marks: tuple[str, str] = MARKS) -> None:
    """Put the tables between the two marks of a file.

    Raises:
        ValueError: it does not have them.
    """
    before, begin, rest = file.read_text("utf-8").partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not begin or not end:
        raise ValueError(f"{file.name} has no place for the tables: {marks[0]} … {marks[1]}")
    file.write_text(f"{before}{begin}\n\n{tables}\n{end}{after}", "utf-8")


def _render_registers(judged: Judged, threshold: float) -> Iterator[str]:
    keys = sorted({(message.language, message.register) for message, _ in judged})
    for language in sorted({language for language, _ in keys}):
        for register in [*(own for known, own in keys if known == language), "all"]:
            figures = judge(_choose(judged, language, register), threshold)
            yield (
                f"| {language} | {register} | {figures.count} | {figures.first:.1%} | {figures.among:.1%} "
                f"| {figures.answered:.1%} | {figures.wrong:.1%} |"
            )


def _choose(judged: Judged, language: str, register: str) -> Iterator[tuple[Message, Ranking]]:
    for message, ranking in judged:
        if message.language == language and register in (message.register, "all"):
            yield message, ranking


def _render_scope(judged: Judged, threshold: float) -> Iterator[str]:
    for language in sorted({message.language for message, _ in judged}):
        own = list(_choose(judged, language, "all"))
        known, topical = judge_scope(own, threshold)
        yield f"| {language} | {sum(m.is_out_of_scope for m, _ in own)} | {known:.1%} | {topical:.1%} |"


def _render_calibration(judged: Judged) -> Iterator[str]:
    """Yield reliability bins and, last, the expected calibration error: the mean gap, weighted by messages."""
    sure = np.array([ranking[0][1] if ranking else 0.0 for _, ranking in judged])
    right = np.array([bool(ranking) and ranking[0][0] in message.right for message, ranking in judged])
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    error = 0.0
    for place in range(BINS):
        own = bins == place
        if own.any():
            error += own.mean() * abs(sure[own].mean() - right[own].mean())
            edges = f"{place / BINS:.1f} to {(place + 1) / BINS:.1f}"
            yield f"| {edges} | {own.sum()} | {sure[own].mean():.2f} | {right[own].mean():.2f} |"
    yield f"| expected calibration error | {len(judged)} | | {error:.3f} |"


def _render_pairs(judged: Judged) -> Iterator[str]:
    wrong = Counter(
        (message.right[0], ranking[0][0])
        for message, ranking in judged
        if ranking and ranking[0][0] not in message.right
    )
    for (right, guessed), count in wrong.most_common(PAIRS):
        yield f"- {right} → {guessed}: {count}"


def _render_cost(archive: Path, messages: Sequence[Message], batch_ms: float) -> Iterator[str]:
    """Yield what one message costs in Rasa's own way through the graph, alone as it arrives."""
    texts = [message.text for message in messages[:: max(len(messages) // TIMED, 1)]]
    times = asyncio.run(time_messages(archive, texts))
    yield "| cost | |"
    yield "| --- | --- |"
    yield f"| archive | {archive.stat().st_size / 1e6:.1f} MB |"
    yield f"| CPU ms per message through Rasa, median / 95th percentile | {_cut(times, 50)} / {_cut(times, 95)} |"
    yield f"| CPU ms per message, many at once | {batch_ms:.1f} |"
    if memory_mb := _resident_mb():
        yield f"| memory of the process with Rasa and the model | {memory_mb:.0f} MB |"


def _cut(times: Sequence[float], percent: int) -> str:
    return f"{np.percentile(times, percent):.1f}"


def _resident_mb() -> float | None:
    """Return the resident memory of this process now; None where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((float(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS:")), None)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.nlu", description="Judge the model; print Markdown.")
    parser.add_argument("--model", type=Path, help="archive of bot.train; default: the one used last in models/")
    parser.add_argument("--out", type=Path, help="file with marks for the tables")
    return parser.parse_args()


if __name__ == "__main__":
    main()
