"""A reviewer's corrections: what spreadsheets do to signs is undone, and what breaks a rule is told."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from conversation.answers.catalogue import Wording
from conversation.answers.wording import Entry, find_placeholders
from service.catalogue.filling import count_sms_segments
from service.catalogue.limits import MOST_TITLE, MOST_WHATSAPP, has_unwanted_sign, most_segments

# Spreadsheets put these in by themselves; they double the price of a text, and ' is a letter of Mayan languages.
_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ", "\t": " "})


def correct(wording: Wording, news: Mapping[str, str]) -> Wording:
    """Return the wording with corrected fields, straight quotes and single blanks, in composed Unicode."""
    texts = {field: _clean(text) for field, text in news.items()}
    return replace(
        wording,
        title=texts.get("title", wording.title),
        text=texts.get("text", wording.text),
        whatsapp=texts.get("whatsapp", wording.whatsapp),
        short=texts.get("short", wording.short),
    )


def find_faults(wording: Wording, entry: Entry, model: Wording | None) -> list[str]:
    """Return what a corrected wording breaks, in words; `model`: a wording whose placeholders it must have."""
    texts = {"title": wording.title, "text": wording.text, "whatsapp": wording.whatsapp, "short": wording.short}
    odd = [name for name, text in texts.items() if has_unwanted_sign(text or "")]
    found = [f"the {name} holds a sign that phones do not show" for name in odd]
    if not wording.title or not wording.text:
        return [*found, "a new text needs a title too, and the other way round"]
    if len(wording.title) > MOST_TITLE or "\n" in wording.title:
        found.append(f"the title has more than one line of {MOST_TITLE} characters")
    if len(wording.whatsapp or "") > MOST_WHATSAPP:
        found.append(f"the text for WhatsApp has more than {MOST_WHATSAPP} characters")
    return found + _find_broken_places(wording, model) + _find_too_long(wording, entry)


def _find_broken_places(wording: Wording, model: Wording | None) -> list[str]:
    expected = find_placeholders(model.text) if model else frozenset()
    for name, text in (("text", wording.text), ("whatsapp", wording.whatsapp)):
        if text and (find_placeholders(text) != expected or _has_loose_brace(text)):
            told = ", ".join(f"{{{place}}}" for place in sorted(expected)) or "none"
            return [f"placeholders of the {name} are broken; it must have: {told}"]
    if find_placeholders(wording.title + (wording.short or "")) or _has_loose_brace(wording.short or ""):
        return ["title and short form have no placeholders"]
    return []


def _find_too_long(wording: Wording, entry: Entry) -> list[str]:
    found = []
    for name, text, limit in (("text", wording.text, most_segments(entry)), ("short form", wording.short, 1)):
        segments = count_sms_segments(text) if text else 0
        if segments > limit:
            found.append(f"the {name} is too long: {segments} segments, at most {limit}")
    return found


def _clean(text: str) -> str:
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").translate(_STRAIGHT).strip().split("\n")
    return "\n".join(re.sub(" {2,}", " ", line.strip()) for line in lines)


def _has_loose_brace(text: str) -> bool:
    return bool(re.search(r"[{}]", re.sub(r"\{[a-z_]+\}", "", text)))
