"""Messages cut from text that was held out: as typed with care, as typed in haste, and K'iche' mixed with Spanish.

Everything is drawn with fixed seeds: the same text gives the same messages.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from conversation.language.letters import CHINESE, drop_accents, drop_apostrophes

SHORTEST, LONGEST = 2, 12  # words
_SLIP = 0.03  # per letter

Lines = Mapping[str, Sequence[str]]
Message = tuple[str, str]  # tag, text


def cut_messages(lines: Lines, count: int) -> list[Message]:
    """Return `count` messages per language of 2 to 12 words; a Chinese word counts as two characters."""
    messages = []
    for tag, texts in lines.items():
        draw = random.Random(f"messages {tag}")
        long_enough = [text for text in texts if " " in text or CHINESE in text]
        messages += [(tag, _cut(draw, draw.choice(long_enough), SHORTEST)) for _ in range(count)]
    return messages


def _cut(draw: random.Random, text: str, shortest: int) -> str:
    chinese = CHINESE in text
    words = list(text.replace(" ", "")) if chinese else text.split()
    size = draw.randint(shortest, LONGEST) * (2 if chinese else 1)
    start = draw.randrange(max(1, len(words) - size + 1))
    return ("" if chinese else " ").join(words[start : start + size])


def make_noisy(messages: Sequence[Message]) -> list[Message]:
    return [(tag, _hurry(random.Random(f"{place} {text}"), text)) for place, (tag, text) in enumerate(messages)]


def _hurry(draw: random.Random, text: str) -> str:
    """Return a message as typed in haste: half without accents and apostrophes, a quarter each with one of the two."""
    kind = draw.random()
    text = drop_accents(text) if kind < 0.75 else text
    text = drop_apostrophes(text) if not 0.5 <= kind < 0.75 else text
    text = "".join(_slip(draw, text)) if draw.random() < 0.5 else text
    return draw.choice((text, text, text.capitalize(), text.upper()))


def _slip(draw: random.Random, text: str) -> Iterator[str]:
    for letter, following in pairwise(text + " "):
        slip = draw.random() if letter != " " else 1
        if slip >= _SLIP / 3:
            yield letter
        if slip < _SLIP:
            yield "" if slip < _SLIP / 3 else letter if slip < _SLIP * 2 / 3 else following.strip()


def switch_code(lines: Lines, share: float, count: int) -> list[Message]:
    """Return K'iche' messages of 3 to 12 words with a share of their words replaced by Spanish ones."""
    draw = random.Random(f"code-switched {share}")
    spanish = [word for line in lines["es"] for word in line.split()]
    long_enough = [line for line in lines["quc"] if line.count(" ") > 1]
    messages = []
    for _ in range(count):
        words = _cut(draw, draw.choice(long_enough), 3).split()
        for place in draw.sample(range(len(words)), max(1, round(share * len(words)))):
            words[place] = draw.choice(spanish)
        messages.append(("quc", " ".join(words)))
    return messages
