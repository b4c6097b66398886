"""From texts to intents with a confidence that means something: a voice for meaning and one for spelling."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.components.encoder import Reading
from bot.components.margins import Margins
from bot.components.network import Network
from bot.components.ngrams import NGrams

Array = npt.NDArray[Any]

_log = logging.getLogger("bot.training")

# What a unit of the network's scores and of the margins adds to the logarithm of a likelihood: fitted on utterances
# that neither had seen (python -m bench.nlu_trust), so that of the guesses believed to 0.8 four in five are right.
TRUST = (0.8, 3.4)
# People write more that is not ours than we can think of, so it starts ahead: added to the logarithm of its likelihood.
# docs/decisions/0021 has what this gains and costs.
OUT_OF_SCOPE, HEAD_START = "system.out_of_scope", 2.2
_NETWORK = "network_"


@dataclass(frozen=True)
class IntentModel:
    """Two voices and how far each is trusted.

    Attributes:
        intents: str (N,), sorted.
        trust: float32 (2,), what a unit of the network's scores and of the margins adds to the logarithm of a
            likelihood.
        prior: float32 (N,), what is added to the logarithm of each intent's likelihood.
    """

    intents: Array
    ngrams: NGrams
    margins: Margins
    network: Network
    trust: Array
    prior: Array

    def confidences(self, reading: Reading) -> Array:
        """Return the probability of each intent, (rows, N); a row without one known gram is all zeros."""
        grams = self.ngrams.weigh(reading.words)
        shares = weigh_voices(self.network.score(reading.meanings), self.margins.score(grams), self.trust, self.prior)
        shares[np.diff(grams.indptr) == 0] = 0
        return shares

    def to_arrays(self) -> dict[str, Array]:
        network = {_NETWORK + name: weights for name, weights in self.network.weights.items()}
        halves = {name: w.astype(np.float16) if w.ndim > 1 else w for name, w in network.items()}
        return {
            "intents": self.intents,
            "trust": self.trust,
            "prior": self.prior,
            **self.ngrams.to_arrays(),
            **vars(self.margins),
            **halves,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> IntentModel:
        network = {
            name.removeprefix(_NETWORK): weights.astype(np.float32)
            for name, weights in arrays.items()
            if name.startswith(_NETWORK)
        }
        return cls(
            intents=arrays["intents"],
            ngrams=NGrams.from_arrays(arrays),
            margins=Margins(weights=arrays["weights"], step=arrays["step"], bias=arrays["bias"]),
            network=Network(network),
            trust=arrays["trust"],
            prior=arrays["prior"],
        )


def train(reading: Reading, intents: Sequence[str]) -> IntentModel:
    """Train on texts and the intent of each; at least two intents. The same rows in the same order, the same model."""
    names, targets = np.unique(np.array(intents, dtype=str), return_inverse=True)
    ngrams = NGrams.learn(reading.words)
    _log.info("learning the spelling of %d utterances from %d n-grams", len(targets), len(ngrams.idf))
    margins = Margins.train(ngrams.weigh(reading.words), targets, len(names))
    _log.info("learning their meaning")
    network = Network.train(reading.meanings, targets, len(names))
    prior = np.where(names == OUT_OF_SCOPE, HEAD_START, 0.0).astype(np.float32)
    return IntentModel(names, ngrams, margins, network, np.array(TRUST, np.float32), prior)


def weigh_voices(network: Array, margins: Array, trust: Array, prior: Array | float = 0.0) -> Array:
    """Return the softmax of the trusted sum, shape (rows, N)."""
    scores = network * trust[0] + margins * trust[1] + prior
    shares: Array = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares
