"""What an appointment is for, and whom: by the words of a text. Pure."""

import re
from functools import lru_cache

from conversation.dates.plain import make_plain, plain_words
from conversation.dates.words import DateWords, Lexicon, join

KINDS = ("court", "ice", "doctor", "school", "lawyer")
LONGEST_NAME = 20  # letters of a first name or nickname
_NAME = r"(?P<name>[^\W\d_][^\W\d_'’-]{1,30})(?![\w])"
_BESIDE = {"court": {"lawyer", "school"}, "ice": {"lawyer"}, "doctor": {"school"}}  # "the lawyer says court is Monday"


def find_kind(text: str, words: DateWords) -> str | None:
    """Return one of KINDS; None when the text names none, or two of which neither only comes with the other."""
    lexicon = words.lexicon(None)
    plain = make_plain(text).plain
    found = {lexicon.kinds[one[0]] for one in re.finditer(rf"\b{join(lexicon.kinds)}\b", plain)}
    if found == {"court", "ice"} and not re.search(r"\b(?:ice|isap|check)\b", plain):
        found = {"court"}
    for kind in KINDS:
        if kind in found and found <= {kind} | _BESIDE.get(kind, set()):
            return kind
    return None


def find_name(text: str, words: DateWords) -> str | None:
    """Return the first name or nickname told in a clear frame ("para mi hijo Kevin"), as written; None for none.

    Where no relative is named ("for Kevin") only a word with a capital is a name.
    """
    no_names = _find_no_names(words.lexicon(None))
    for frame, needs_capital in _frames(words):
        for found in frame.finditer(text):
            name = found["name"]
            clear = (name[0].isupper() and not name.isupper()) or (name.islower() and not needs_capital)
            if clear and len(name) <= LONGEST_NAME and plain_words(name) not in no_names:
                return name
    return None


@lru_cache(maxsize=4)
def _frames(words: DateWords) -> tuple[tuple[re.Pattern[str], bool], ...]:
    """Return the frames of all languages, those with a relative first; True: only a word with a capital is a name."""
    return tuple(
        (re.compile(r"\b" + str(frame).replace("{name}", _NAME).replace(" ", r"\s+"), re.IGNORECASE), needs_capital)
        for key, needs_capital in (("names", False), ("names_written", True))
        for table in words.tables.values()
        for frame in table.get(key, ())
    )


@lru_cache(maxsize=4)
def _find_no_names(lexicon: Lexicon) -> frozenset[str]:
    phrases = (*lexicon.phrases["not_names"], *lexicon.phrases["tomorrow"], *lexicon.phrases["today"])
    return frozenset((*phrases, *lexicon.months, *lexicon.weekdays, *lexicon.kinds, *lexicon.numbers))
