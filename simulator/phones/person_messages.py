"""What a person can send from a phone, and the fields by which Twilio's webhook tells it. Pure.

Forms: https://www.twilio.com/docs/messaging/guides/webhook-request, and requests seen in public captures (checked
2026-11). Twilio publishes no form of a reaction, an edit, a deletion or a poll; a reaction is played as the emoji that
answers a message, the others as MessageType "unsupported" without a body, which is WhatsApp's own word for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from conversation.messages import Channel
from simulator.phones.sample_media import MediaKind, SampleFile, find_file

UNSUPPORTED = "unsupported"


class ChoiceKind(StrEnum):
    """Quick replies and list items come back in different fields."""

    BUTTON = "button"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to tap: what it reads, and the id that comes back."""

    text: str = field(repr=False)
    payload: str = field(repr=False)
    kind: ChoiceKind = ChoiceKind.BUTTON


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the map; `label` and `address` are blank for a bare pin."""

    latitude: str
    longitude: str
    label: str = ""
    address: str = ""


SPOTS = {
    "library": Spot("26.2034071", "-98.2300124", "Biblioteca", "100 Example St, McAllen, TX"),
    "pin": Spot("26.2034071", "-98.2300124"),
}


@dataclass(frozen=True, slots=True)
class PersonMessage:
    """One thing sent from a phone.

    Attributes:
        text: words, or the caption of media.
        quoted_sid: the message of ours that it answers or reacts to.
        whatsapp_type: MessageType of everything that is not media, place or choice.
        about: what the bubble says when there are no words to show ("deleted a message").
    """

    text: str = field(default="", repr=False)
    media: tuple[MediaKind, ...] = ()
    spot: Spot | None = field(default=None, repr=False)
    choice: Choice | None = None
    quoted_sid: str | None = None
    whatsapp_type: str = "text"
    about: str = ""


def find_choices(types: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Return what can be tapped under a content template; `types` as in Twilio's Content API."""
    buttons = types.get("twilio/quick-reply", {}).get("actions", [])
    items = types.get("twilio/list-picker", {}).get("items", [])
    return (
        *(Choice(one["title"], one["id"]) for one in buttons if one.get("id")),
        *(Choice(one["item"], one["id"], ChoiceKind.LIST) for one in items if one.get("id")),
    )


def split_for_channel(sent: PersonMessage, channel: Channel) -> list[PersonMessage]:
    """Return the messages that one action makes: WhatsApp sends every file alone, the caption goes with the first."""
    if channel is Channel.SMS or len(sent.media) < 2:
        return [sent]
    return [replace(sent, media=(kind,), text=sent.text if index == 0 else "") for index, kind in enumerate(sent.media)]


def body_of(sent: PersonMessage, channel: Channel) -> str:
    """Return what Twilio says in Body: on WhatsApp a document's file name, by SMS a link instead of a place."""
    if sent.choice is not None:
        return sent.choice.text
    if channel is Channel.WHATSAPP:
        return find_file(MediaKind.PDF, channel).name if sent.media == (MediaKind.PDF,) else sent.text
    if sent.spot is not None:
        return f"https://maps.google.com/?q={sent.spot.latitude},{sent.spot.longitude}"
    return sent.text


def media_files(sent: PersonMessage, channel: Channel) -> list[SampleFile]:
    return [find_file(kind, channel) for kind in sent.media]


def extra_fields(
    sent: PersonMessage, channel: Channel, *, our_sender: str, media_urls: Sequence[str]
) -> dict[str, str]:
    """Return the fields of the webhook beyond those of a plain text, those it changes included.

    Args:
        our_sender: our address in Twilio's form, which wrote the message that is quoted.
        media_urls: one for each file, in order.
    """
    files = media_files(sent, channel)
    fields: dict[str, str] = {}
    for index, (file, url) in enumerate(zip(files, media_urls, strict=True)):
        fields |= {f"MediaContentType{index}": file.content_type, f"MediaUrl{index}": url}
    if channel is Channel.SMS:
        return fields
    quoted = sent.quoted_sid
    return {
        **fields,
        "MessageType": _message_type(sent, files),
        **(_spot_fields(sent.spot) if sent.spot else {}),
        **(_choice_fields(sent.choice) if sent.choice else {}),
        **({"OriginalRepliedMessageSid": quoted, "OriginalRepliedMessageSender": our_sender} if quoted else {}),
    }


def _message_type(sent: PersonMessage, files: Sequence[SampleFile]) -> str:
    if files:
        return files[0].whatsapp_type
    if sent.spot is not None:
        return "location"
    if sent.choice is not None:
        return "button" if sent.choice.kind is ChoiceKind.BUTTON else "interactive"
    return sent.whatsapp_type


def _spot_fields(spot: Spot) -> dict[str, str]:
    named = {"Address": spot.address, "Label": spot.label} if spot.label else {}
    return {"Latitude": spot.latitude, "Longitude": spot.longitude, **named}


def _choice_fields(choice: Choice) -> dict[str, str]:
    if choice.kind is ChoiceKind.BUTTON:
        return {"ButtonText": choice.text, "ButtonPayload": choice.payload}
    return {"ListId": choice.payload, "ListTitle": choice.text}
