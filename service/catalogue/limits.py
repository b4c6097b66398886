"""How long a text may be and which signs it may hold: for what is in the catalogue, and for what reviewers send."""

import unicodedata

from conversation.answers.catalogue import ASK_LAWYER, ASK_PERSON
from conversation.answers.wording import Entry

MOST_TITLE = 40  # characters: a line of a numbered menu
MOST_SEGMENTS, MOST_DANGER_SEGMENTS = 3, 2
MOST_WHATSAPP = 1000  # characters of a longer text
_ONE_SEGMENT = ("system.first_notice", ASK_LAWYER, ASK_PERSON)  # the last two go in the place of a short form
# Emoji, halves of characters, what cannot be seen, and line breaks that only some programs take for such.
_UNWANTED = ("So", "Cs", "Cf", "Co", "Cc", "Zl", "Zp")


def most_segments(entry: Entry) -> int:
    """Return how many segments the text of an entry may take by SMS."""
    if entry.id in _ONE_SEGMENT:
        return 1
    return MOST_DANGER_SEGMENTS if entry.is_crisis else MOST_SEGMENTS


def has_unwanted_sign(text: str) -> bool:
    """Tell whether a text holds a sign that phones do not show, or show as they like."""
    return any(unicodedata.category(sign) in _UNWANTED and sign != "\n" for sign in text)
