"""The HTML of the phones: one template for each part, the same for the page and for what comes live."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from conversation.messages import Channel
from simulator.api.rules import MAX_BODY, MAX_MEDIA
from simulator.phones.conditions import (
    CALLBACK_WORDS,
    COUNTS,
    DELAYS_S,
    POST_WORDS,
    SEND_WORDS,
    STOP_WORDS,
    Conditions,
)
from simulator.phones.handsets import LONGEST_NAME, MOST_PHONES, Bubble, CarrierEvent, Handset
from simulator.phones.person_messages import SPOTS
from simulator.phones.phone_forms import SPECIAL_WORDS, specials_for
from simulator.phones.sample_media import LABELS, find_file

PAGES = Path(__file__).parent / "pages"


@dataclass(frozen=True, slots=True)
class Example:
    """A message to try, under its language's own name."""

    language: str
    name: str
    text: str


EXAMPLES = (
    Example("es", "Español", "¿Qué papeles necesito para inscribir a mi sobrina en la escuela?"),
    Example("en", "English", "What papers do I need to enroll my niece in school?"),
    Example("quc", "K'iche'", "Jas taq wuj kajawaxik rech kinb'an inscribir ri wal pa ri escuela?"),
)


class Pages:
    """Renders the page and its parts. `describe` says what is not as usual around a phone."""

    def __init__(self, describe: Callable[[Handset], list[str]]) -> None:
        self._environment = _environment()
        self._environment.globals["describe"] = describe

    def render_page(self, handsets: Sequence[Handset], **facts: Any) -> str:
        return self._environment.get_template("phones.html").render(handsets=handsets, **facts)

    def render_bubble(self, handset: Handset, bubble: Bubble) -> str:
        return self._environment.get_template("bubble.html").render(bubble=bubble, handset=handset)

    def render_event(self, event: CarrierEvent) -> str:
        return self._environment.get_template("event.html").render(event=event)

    def render_status(self, handset: Handset) -> str:
        return self._environment.get_template("status.html").render(handset=handset)


def spaced_number(number: str) -> str:
    """Return an E.164 number of the US as people read it ("+1 202 555 0123"), any other as it is."""
    digits = number.removeprefix("whatsapp:")
    if len(digits) == 12 and digits.startswith("+1"):
        return f"+1 {digits[2:5]} {digits[5:8]} {digits[8:]}"
    return digits


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        spaced=spaced_number,
        clock=lambda moment: moment.astimezone().strftime("%H:%M"),
        exact=lambda moment: moment.astimezone().strftime("%H:%M:%S"),
    )
    environment.globals.update(
        examples=EXAMPLES,
        spots=SPOTS,
        media_labels=LABELS,
        find_file=find_file,
        special_words=SPECIAL_WORDS,
        specials_for=specials_for,
        send_words=SEND_WORDS,
        post_words=POST_WORDS,
        callback_words=CALLBACK_WORDS,
        delays=DELAYS_S,
        counts=COUNTS,
        stop_words=STOP_WORDS,
        well=Conditions(),
        channels={Channel.SMS: "SMS", Channel.WHATSAPP: "WhatsApp"},
        max_body=MAX_BODY,
        max_media=MAX_MEDIA,
        max_name=LONGEST_NAME,
        most_phones=MOST_PHONES,
    )
    return environment
