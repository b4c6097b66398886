"""Fit how far the two voices of the model are to be trusted, on utterances kept out. Runs in Rasa's Python (3.10).

    .venv-rasa/bin/python -m bench.nlu_trust     three minutes of one core

Prints the two numbers for TRUST in bot/components/intent_model.py, and the surprise with the present and the fitted
ones. Fit again when the data has grown much, or when the calibration that `make bench-nlu` shows has gone astray.
"""

from __future__ import annotations

from typing import Any

from bot.components.quiet import prepare_runtime

prepare_runtime()  # before numpy: it reads the number of threads once

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402
from scipy.optimize import minimize  # noqa: E402

from bench.nlu_folds import read_utterances  # noqa: E402
from bot.components.encoder import SentenceEncoder  # noqa: E402
from bot.components.intent_model import TRUST, train, weigh_voices  # noqa: E402

Array = npt.NDArray[Any]

FOLD = 5  # one utterance of each intent in five is kept out


def main() -> None:
    utterances = sorted(read_utterances(), key=lambda utterance: (utterance.intent, utterance.text))
    reading = SentenceEncoder().read([utterance.text for utterance in utterances])
    held = np.arange(len(utterances)) % FOLD == 0
    learnt, unseen = reading.choose(np.flatnonzero(~held)), reading.choose(np.flatnonzero(held))
    intents = np.array([utterance.intent for utterance in utterances])
    model = train(learnt, intents[~held].tolist())
    targets = np.searchsorted(model.intents, intents[held])
    voices = model.network.score(unseen.meanings), model.margins.score(model.ngrams.weigh(unseen.words))
    fitted = fit_trust(*voices, targets)
    for name, trust in (("present", np.array(TRUST)), ("fitted", fitted)):
        right = (weigh_voices(*voices, trust).argmax(axis=1) == targets).mean()
        print(f"{name}: {trust.round(2).tolist()}, surprise {surprise(*voices, targets, trust):.4f}, right {right:.3f}")


def fit_trust(network: Array, margins: Array, targets: Array) -> Array:
    """Return the two numbers with the least surprise."""
    found = minimize(lambda trust: surprise(network, margins, targets, trust), np.array(TRUST), method="Nelder-Mead")
    fitted: Array = np.maximum(found.x, 0)
    return fitted


def surprise(network: Array, margins: Array, targets: Array, trust: Array) -> float:
    """Return the mean negative log likelihood of the right intents."""
    right = weigh_voices(network, margins, trust)[np.arange(len(targets)), targets]
    return float(-np.log(np.maximum(right, 1e-9)).mean())


if __name__ == "__main__":
    main()
