"""Read a model archive for judging and benchmarks: the intent model alone, or through Rasa. Python 3.10."""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.components.encoder import SentenceEncoder
from bot.components.intent_model import IntentModel

_FILE = "intents.npz"  # as bot.components.classifier stores it


@dataclass(frozen=True)
class ModelReader:
    """A trained model and the encoder it was trained with."""

    model: IntentModel
    encoder: SentenceEncoder

    def rank(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        """Return every intent with its confidence, best first, for each text; empty for a text without a known gram."""
        known = self.model.intents
        return [
            [(str(known[i]), float(row[i])) for i in np.argsort(-row, kind="stable") if row[i] > 0]
            for row in self.model.confidences(self.encoder.read(texts))
        ]


def read_model(archive: Path) -> ModelReader:
    """Read a model archive that bot.train wrote.

    Raises:
        ValueError: it holds no intent model.
    """
    with tarfile.open(archive) as files:
        for member in files:
            stored = files.extractfile(member) if member.name.endswith(f"/{_FILE}") else None
            if stored:
                with np.load(io.BytesIO(stored.read()), allow_pickle=False) as arrays:
                    model = IntentModel.from_arrays({name: arrays[name] for name in arrays.files})
                return ModelReader(model, SentenceEncoder())
    raise ValueError(f"{archive.name} holds no intent model")


async def time_messages(archive: Path, texts: Sequence[str]) -> list[float]:
    """Return the CPU milliseconds that each text takes on Rasa's own way through the graph, alone as it arrives."""
    from rasa.core.agent import Agent

    from bot.components.quiet import silence_libraries

    silence_libraries()
    agent = Agent.load(archive)
    times = []
    for text in texts:
        started = time.process_time()
        await agent.parse_message(text)
        times.append(1000 * (time.process_time() - started))
    return times
