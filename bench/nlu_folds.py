"""Utterances as a model sees them that has not been trained on them. Runs in Rasa's Python (3.10).

By register: a model reads the plain questions that learnt from texting and stories alone, and so on. Each register of a
language has its own writer, so this is the harder and truer test. By fold: every third utterance of each intent is kept
out in turn; what is still misread then is close to something else, or stands in the wrong place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from bot.components.encoder import SentenceEncoder
from bot.components.intent_model import train

Array = npt.NDArray[Any]

NLU = Path(__file__).parents[1] / "data" / "nlu"
FOLDS = 3


@dataclass(frozen=True)
class Utterance:
    """One line of data/nlu/<language>/<register>/<topic>.yml."""

    text: str
    intent: str
    language: str
    register: str


@dataclass(frozen=True)
class Judged:
    """An utterance and what a model that does not know it takes it for, best first, three intents."""

    utterance: Utterance
    ranking: tuple[tuple[str, float], ...]

    @property
    def guess(self) -> str:
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        return self.ranking[0][1]

    @property
    def is_right(self) -> bool:
        return self.guess == self.utterance.intent


def read_utterances(folder: Path = NLU) -> list[Utterance]:
    """Return every utterance once, in the order of the files."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[tuple[str, str], Utterance] = {}
    for file in sorted(folder.glob("*/*/*.yml")):
        content = yaml.load(file.read_text("utf-8"), Loader=loader) or {}
        for block in content.get("nlu") or []:
            for line in (block.get("examples") or "").splitlines():
                text = line.strip()[2:].strip()
                if text:
                    language, register = file.parts[-3:-1]
                    found.setdefault((block["intent"], text), Utterance(text, block["intent"], language, register))
    return list(found.values())


def judge_by_register(utterances: Sequence[Utterance]) -> Iterator[Judged]:
    """Judge each register by a model of all the others; an intent that only this register has is left out."""
    registers = np.array([utterance.register for utterance in utterances])
    yield from _judge(utterances, [registers == register for register in sorted(set(registers))])


def judge_by_fold(utterances: Sequence[Utterance]) -> Iterator[Judged]:
    seen: dict[str, int] = {}
    places = []
    for utterance in utterances:
        places.append(seen.setdefault(utterance.intent, 0))
        seen[utterance.intent] += 1
    folds = np.array(places) % FOLDS
    yield from _judge(utterances, [folds == fold for fold in range(FOLDS)])


def _judge(utterances: Sequence[Utterance], parts: Sequence[Array]) -> Iterator[Judged]:
    reading = SentenceEncoder().read([utterance.text for utterance in utterances])
    intents = np.array([utterance.intent for utterance in utterances])
    for held in parts:
        model = train(reading.choose(np.flatnonzero(~held)), intents[~held].tolist())
        rows = np.flatnonzero(held)
        shares = model.confidences(reading.choose(rows))
        for row, share in zip(rows, shares, strict=True):
            if intents[row] in model.intents and share.any():
                best = np.argsort(-share, kind="stable")[:3]
                yield Judged(utterances[row], tuple((str(model.intents[i]), float(share[i])) for i in best))
