"""What both voices of language identification read: the letters of a message and nothing else. Pure.

Accents stay, since they tell languages apart; this is the difference to folding.py.
"""

import re
import unicodedata
from collections import defaultdict
from pathlib import Path

MOST_CHARACTERS = 600  # of a message; more adds cost and no certainty
CHINESE = "一"  # stands for every Chinese character: which one it is tells nothing among our languages

_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘`´ʼʹʻꞌ′＇‛", "'"))
# Links, addresses, and the tokens that masking.py leaves ("[A-number]").
_NOT_WORDS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|\[[a-z-]{3,9}\]", re.IGNORECASE)
_DRAWN_OUT = re.compile(rf"([^\W\d_{CHINESE}])\1{{2,}}")  # "holaaaa"; no language of ours writes a letter three times
_LOOSE_APOSTROPHE = re.compile(r"(?<![^\s'])'+|(?<=')'+")  # not right after a letter
_CHINESE_BLOCKS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
_KEPT_LETTERS = 4096  # bound of the memory of single characters


def clean(text: str) -> str:
    """Return the words of a text in lower case with single spaces; "" when it has no letter.

    Characters that only look different become one (NFKC), all apostrophes are one, letters drawn out are written once;
    digits, links, masking tokens, emoji and punctuation go. "¡La utz awäch, k’iche’!" becomes "la utz awäch k'iche'".
    """
    text = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS].translate(_APOSTROPHES))
    letters = _NOT_WORDS.sub(" ", text).lower().translate(_LETTERS)
    words = _LOOSE_APOSTROPHE.sub("", letters)
    return " ".join(_DRAWN_OUT.sub(r"\1", words).split())


def drop_accents(text: str) -> str:
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(part for part in parts if unicodedata.category(part) != "Mn"))


def drop_apostrophes(text: str) -> str:
    return text.replace("'", "")


def read_phrases(path: Path) -> dict[str, list[str]]:
    """Return the cleaned phrases per tag of a file with lines like "es: hola; buenos días"."""
    phrases: dict[str, list[str]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            tag, _, texts = line.partition(":")
            phrases[tag] += filter(None, map(clean, texts.split(";")))
    return {tag: list(dict.fromkeys(texts)) for tag, texts in phrases.items()}


class _Letters(dict[int, str]):
    """What str.translate asks for; each character is worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        letter = _read(chr(point))
        if len(self) < _KEPT_LETTERS:
            self[point] = letter
        return letter


_LETTERS = _Letters()


def _read(character: str) -> str:
    if character == "'":
        return character
    if any(first <= ord(character) <= last for first, last in _CHINESE_BLOCKS):
        return CHINESE
    category = unicodedata.category(character)
    if category.startswith("L"):
        return character
    # Marks that did not combine and invisible characters go without a trace; a Persian half-space parts words.
    unseen = category in {"Mn", "Me", "Cf"} and character != "\u200c"
    return "" if unseen else " "
