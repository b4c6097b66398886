"""A small network from meanings to intents: one hidden layer beside a straight path, trained here. numpy alone.

Adam, cosine decay, dropout, label smoothing (Kingma & Ba 2015, Loshchilov & Hutter 2017, Srivastava et al. 2014,
Szegedy et al. 2016). Much dropout and smoothing: what is judged is how other people will write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Weights = dict[str, Array]

HIDDEN = 256
EPOCHS, LEAST_STEPS, BATCH = 20, 300, 128
RATE, DECAY, WARM_STEPS = 3e-3, 1e-3, 100
DROP_INPUT, DROP_HIDDEN, SMOOTHING = 0.3, 0.6, 0.1
SPREAD = 6.0  # length to which an average input is brought; longer learns faster and generalises less
SEED = 20

_FIRST, _SECOND = 0.9, 0.999


@dataclass(frozen=True)
class Network:
    """The trained weights by name, float32, for D inputs and N intents.

    centre (D,), scale (), straight (D, N), bias (N,); the hidden layer: entry (D, H), threshold (H,), leave (H, N).
    """

    weights: Mapping[str, Array]

    @classmethod
    def train(cls, inputs: Array, targets: Array, intents: int) -> Network:
        """Train on float32 (rows, D) and the number of each row's intent. The same rows, the same network."""
        centre = inputs.mean(axis=0)
        length = float(np.linalg.norm(inputs - centre, axis=1).mean())
        scale = np.float32(SPREAD / max(length, 1e-6))
        trained = _train((inputs - centre) * scale, targets, intents)
        return cls({"centre": centre.astype(np.float32), "scale": np.array(scale), **trained})

    def score(self, inputs: Array) -> Array:
        """Return float32 (rows, N), the logarithm of each intent's likelihood but for a constant of the row."""
        w = self.weights
        x = (inputs - w["centre"]) * w["scale"]
        scores: Array = x @ w["straight"] + np.maximum(x @ w["entry"] + w["threshold"], 0) @ w["leave"] + w["bias"]
        return scores


def _train(inputs: Array, targets: Array, intents: int) -> Weights:
    random = np.random.Generator(np.random.PCG64(SEED))
    weights = _begin(random, inputs.shape[1], intents)
    moments = {name: (np.zeros_like(w), np.zeros_like(w)) for name, w in weights.items()}
    rows = len(inputs)
    steps = max(LEAST_STEPS, EPOCHS * -(-rows // BATCH))
    order, place = random.permutation(rows), 0
    for step in range(1, steps + 1):
        if place >= rows:
            order, place = random.permutation(rows), 0
        batch, place = order[place : place + BATCH], place + BATCH
        slopes = _slopes(weights, inputs[batch], targets[batch], random)
        rate = RATE * min(1.0, step / WARM_STEPS) * 0.5 * (1 + np.cos(np.pi * step / steps))
        _descend(weights, slopes, moments, step, rate)
    return weights


def _begin(random: np.random.Generator, inputs: int, intents: int) -> Weights:
    entry = random.standard_normal((inputs, HIDDEN)) * np.sqrt(2 / inputs)
    leave = random.standard_normal((HIDDEN, intents)) * np.sqrt(1 / HIDDEN)
    return {
        "straight": np.zeros((inputs, intents), np.float32),
        "bias": np.zeros(intents, np.float32),
        "entry": entry.astype(np.float32),
        "threshold": np.zeros(HIDDEN, np.float32),
        "leave": leave.astype(np.float32),
    }


def _slopes(weights: Weights, inputs: Array, targets: Array, random: np.random.Generator) -> Weights:
    """Return how the loss of a batch changes with each weight, with fresh dropout."""
    x = inputs * _survivors(random, inputs.shape, DROP_INPUT)
    before = x @ weights["entry"] + weights["threshold"]
    kept = _survivors(random, before.shape, DROP_HIDDEN) * (before > 0)
    hidden = before * kept
    scores = x @ weights["straight"] + hidden @ weights["leave"] + weights["bias"]
    wrong = np.exp(scores - scores.max(axis=1, keepdims=True))
    wrong /= wrong.sum(axis=1, keepdims=True)
    wrong -= np.float32(SMOOTHING / wrong.shape[1])
    wrong[np.arange(len(targets)), targets] -= np.float32(1 - SMOOTHING)
    wrong /= np.float32(len(targets))
    back = (wrong @ weights["leave"].T) * kept
    return {
        "straight": x.T @ wrong,
        "bias": wrong.sum(axis=0),
        "entry": x.T @ back,
        "threshold": back.sum(axis=0),
        "leave": hidden.T @ wrong,
    }


def _survivors(random: np.random.Generator, shape: tuple[int, ...], drop: float) -> Array:
    survivors: Array = (random.random(shape, dtype=np.float32) >= drop) / np.float32(1 - drop)
    return survivors


def _descend(
    weights: Weights, slopes: Weights, moments: Mapping[str, tuple[Array, Array]], step: int, rate: float
) -> None:
    """One step of Adam with decoupled decay, in place."""
    for name, slope in slopes.items():
        mean, square = moments[name]
        mean += np.float32(1 - _FIRST) * (slope - mean)
        square += np.float32(1 - _SECOND) * (slope * slope - square)
        if weights[name].ndim > 1:
            weights[name] *= np.float32(1 - rate * DECAY)
        width = np.sqrt(square / np.float32(1 - _SECOND**step)) + np.float32(1e-8)
        weights[name] -= np.float32(rate / (1 - _FIRST**step)) * mean / width
