"""Words as they sound to a Spanish ear: "aser", "haser" and "hacer" are one. Pure.

Many write as they speak: b for v, s for z or c, y for ll, no h, k for qu. The fold is applied to every language alike;
it only has to send the same word, however spelled, to the same letters, and keep most different words apart.
"""

from __future__ import annotations

import re

_STEPS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ch|sh|x", "%"),  # kept from losing its h
        ("ph", "f"),
        ("w|hu(?=[aeio])", "u"),  # huevo, weba
        ("h", ""),
        ("qu|q", "k"),
        ("c(?=[eiy])|z", "s"),
        ("c", "k"),
        ("g(?=[eiy])", "j"),
        ("gu(?=[ei])", "g"),
        ("ll|y", "i"),
        ("v", "b"),
        ("m(?=[bp])", "n"),
        (r"(\D)\1+", r"\1"),
    )
)


def sound(word: str) -> str:
    """Return how a folded word sounds; never empty for a word that is not ("h" stays "h")."""
    heard = word
    for pattern, letters in _STEPS:
        heard = pattern.sub(letters, heard)
    return heard or word
