"""Short questions that mean the answer before them: "and if I don't have that?", "where?", "how much?". Pure.

What each leads to is in data/dialogue/turns.yml, the words in data/dialogue/<language>.yml.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from conversation.dialogue.gist import TURNS
from conversation.errors import ContentError


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Answer by the answer before it and the kind of short question."""

    turns: Mapping[str, Mapping[str, str]]

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read parsed data/dialogue/turns.yml.

        Raises:
            ContentError: a row that is no mapping, or an unknown kind of turn.
        """
        for answer, row in data.items():
            if not isinstance(row, Mapping) or not set(row) <= set(TURNS):
                raise ContentError(f"dialogue/turns.yml: {answer} may have {', '.join(TURNS)}, each with an answer id")
        return cls({answer: dict(row) for answer, row in data.items()})

    def find(self, topic: str, kinds: frozenset[str]) -> str | None:
        """Return the answer that a short question of these kinds leads to after another answer."""
        row = self.turns.get(topic, {})
        return next((row[kind] for kind in TURNS if kind in kinds and kind in row), None)
