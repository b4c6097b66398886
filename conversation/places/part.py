"""What a table says under an answer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """What to say of a place under an answer: an entry of the catalogue and its values, without the state's name."""

    entry: str
    values: Mapping[str, str]


UNKNOWN = Part("system.in_state_unknown", {})
