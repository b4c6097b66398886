"""Cutting a long text where a reader would: between sentences, then between words, never inside a character.

Pure. "Character" is what a person sees as one: a letter with its marks, a joined emoji, a flag: a grapheme
cluster of https://www.unicode.org/reports/tr29/, never cut finer, now and then kept together more than it asks.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator

MIN_SHARE_OF_SENTENCES = 0.25  # of what fits: a part with "Yes." alone is worse than a cut between words

# A full stop counts only before a space ("3.5", addresses); East Asian and Indic ones need none.
_SENTENCE_END = re.compile(r"""[.!?…؟။።፧]+['"’”»)\]]*(?=\s)|[。！？।॥]+['"’”»」』)\]]*|\n""")
_NO_BREAK_SPACES = "\u00a0\u2007\u202f"
_SPACE = re.compile(rf"[^\S{_NO_BREAK_SPACES}]+")
_JOINER = "\u200d"
_NON_JOINER = "\u200c"
_LETTERS_THAT_FOLLOW = "\u0e33\u0eb3\uff9e\uff9f"  # Thai and Lao AM, half-width voicing marks: letters by category only
_VIRAMA = 9  # combining class: the consonant after it is written into the one before


def split(text: str, fits: Callable[[str], bool]) -> list[str]:
    """Cut a text into parts that fit, as few as a greedy cut gives.

    Args:
        text: any text.
        fits: says whether a part is short enough; if it holds for a text it must hold for each of its beginnings.

    Returns:
        The text itself when it fits; else parts without white space at the cuts, none empty. A word that alone does not
        fit is cut between characters, a character that alone does not fit between code points. No part for a text of
        white space only.
    """
    parts = []
    rest = text
    while rest.strip() and not fits(rest):
        end = _find_cut(rest, fits)
        if part := rest[:end].rstrip():
            parts.append(part)
        rest = rest[end:].lstrip()
    if parts:
        rest = rest.rstrip()
    return [*parts, rest] if rest.strip() else parts


def find_boundaries(text: str) -> Iterator[int]:
    """Yield the index after each character as people see it; the last one is len(text)."""
    flag_halves = 0  # regional indicators since the last boundary that is no flag's
    for index in range(1, len(text)):
        flag_halves = flag_halves + 1 if _is_flag_half(text[index - 1]) else 0
        completes_flag = flag_halves % 2 == 1 and _is_flag_half(text[index])
        if not completes_flag and not _joined(text[index - 1], text[index]):
            yield index
    if text:
        yield len(text)


def _find_cut(text: str, fits: Callable[[str], bool]) -> int:
    """Return where the first part of a text that does not fit ends: the best place within what fits, at least 1."""
    longest = _longest_prefix(text, range(1, len(text) + 1), fits)
    # The place may lie just after the last character that fits: the white space there is dropped anyway.
    window = text[: longest + 1]
    sentences = [match.end() for match in _SENTENCE_END.finditer(window) if match.end() <= longest]
    if sentences and text[: sentences[-1]].strip() and sentences[-1] >= longest * MIN_SHARE_OF_SENTENCES:
        return sentences[-1]
    words = [match.start() for match in _SPACE.finditer(window) if match.start() <= longest]
    if words and text[: words[-1]].strip():
        return words[-1]
    characters = [end for end in find_boundaries(text[: longest + 2]) if end <= longest]
    return characters[-1] if characters else max(longest, 1)


def _longest_prefix(text: str, ends: range, fits: Callable[[str], bool]) -> int:
    position = bisect_right(ends, False, key=lambda end: not fits(text[:end]))
    return ends[position - 1] if position else 0


def _joined(before: str, after: str) -> bool:
    if before == "\r" and after == "\n":
        return True
    if _is_control(before) or _is_control(after):
        return False
    return _extends(after) or before == _JOINER or unicodedata.combining(before) == _VIRAMA or _jamo(before, after)


def _extends(character: str) -> bool:
    """Marks, variation selectors, joiners, skin tones, tags: they belong to what stands before them."""
    return (
        unicodedata.category(character) in {"Mn", "Me", "Mc"}
        or character in {_JOINER, _NON_JOINER}
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
        or character in _LETTERS_THAT_FOLLOW
    )


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Zl", "Zp"}


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _jamo(before: str, after: str) -> bool:
    """Korean syllables written in parts: leading consonant or vowel, then vowel or trailing consonant."""
    leading = "\u1100" <= before <= "\u115f" or "\ua960" <= before <= "\ua97c"
    if leading and ("\u1100" <= after <= "\u11a7" or "\uac00" <= after <= "\ud7a3"):
        return True
    written = "\uac00" <= before <= "\ud7a3" or "\u1160" <= before <= "\u11ff"
    return written and "\u1160" <= after <= "\u11ff"
