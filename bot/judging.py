"""How well a model ranks messages that other people wrote than those who trained it. Pure but for reading the files.

A test file is bench/nlu_test/<language>.tsv with the columns text, intent, also (other ids that would do, with "|"
between), register and lang; the first line names them. Python 3.10.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

BOT = Path(__file__).parent
TESTS = BOT.parent / "bench" / "nlu_test"
OUT_OF_SCOPE = "system.out_of_scope"
CHOICES = 3  # lines of the menu that an unsure bot offers

Ranking = Sequence[tuple[str, float]]  # intents with confidence, best first


@dataclass(frozen=True)
class Message:
    """One message of the test and the intents that are right for it, the best one first."""

    text: str
    right: tuple[str, ...]
    register: str
    language: str

    @property
    def is_out_of_scope(self) -> bool:
        return self.right[0] == OUT_OF_SCOPE


@dataclass(frozen=True)
class Figures:
    """Shares of some messages, 0 to 1.

    Attributes:
        count: how many messages these are.
        first: the best guess is right.
        among: a right one is among the best three.
        answered: the best guess is believed and acted upon.
        wrong: believed and not right, of all messages.
    """

    count: int
    first: float
    among: float
    answered: float
    wrong: float


def read_messages(folder: Path = TESTS) -> list[Message]:
    """Return the messages of every test file in order; none when there is no such folder."""
    messages = []
    for file in sorted(folder.glob("*.tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                also = (intent for intent in row["also"].split("|") if intent and intent != row["intent"])
                messages.append(Message(row["text"], (row["intent"], *also), row["register"], row["lang"]))
    return messages


def read_threshold(config: Path = BOT / "config.yml") -> float:
    """Return the confidence from which the bot answers."""
    parts = yaml.safe_load(config.read_text("utf-8"))["pipeline"]
    return next(float(part["threshold"]) for part in parts if part["name"] == "FallbackClassifier")


def judge(judged: Iterable[tuple[Message, Ranking]], threshold: float) -> Figures:
    """Count over messages with their rankings; zeros for none."""
    firsts = amongs = answered = wrong = count = 0
    for message, ranking in judged:
        best, confidence = ranking[0] if ranking else ("", 0.0)
        is_right = best in message.right
        count += 1
        firsts += is_right
        amongs += any(intent in message.right for intent, _ in ranking[:CHOICES])
        answered += confidence >= threshold
        wrong += confidence >= threshold and not is_right
    share = max(count, 1)
    return Figures(count, firsts / share, amongs / share, answered / share, wrong / share)


def judge_scope(judged: Iterable[tuple[Message, Ranking]], threshold: float) -> tuple[float, float]:
    """Return of the out-of-scope messages the share known as such, and the share that got a topical answer."""
    outside = [ranking for message, ranking in judged if message.is_out_of_scope]
    known = sum(bool(ranking) and ranking[0][0] == OUT_OF_SCOPE for ranking in outside)
    topical = sum(
        bool(ranking) and ranking[0][1] >= threshold and not ranking[0][0].startswith(("system.", "service."))
        for ranking in outside
    )
    return known / max(len(outside), 1), topical / max(len(outside), 1)
