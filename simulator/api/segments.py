"""Counting SMS parts, written apart from the sender's own count so that each can prove the other wrong. Pure.

Source: 3GPP TS 23.038 section 6.2.1 (GSM 7 bit default alphabet and its extension table) and TS 23.040 section
9.2.3.24.1 (a concatenated part loses 6 octets to its header: 153 septets or 67 UCS-2 units remain).
"""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")  # an escape septet comes before each: two septets, never parted


def count_segments(text: str) -> int:
    """Return how many SMS parts a text takes; an empty text takes one."""
    if all(character in _BASIC or character in _EXTENSION for character in text):
        return _count([2 if character in _EXTENSION else 1 for character in text], alone=160, part=153)
    return _count([2 if ord(character) > 0xFFFF else 1 for character in text], alone=70, part=67)


def _count(widths: list[int], *, alone: int, part: int) -> int:
    """Pack characters into parts without cutting one in two. `alone` and `part` are capacities in code units."""
    if sum(widths) <= alone:
        return 1
    parts, room = 1, part
    for width in widths:
        if width > room:
            parts, room = parts + 1, part
        room -= width
    return parts
